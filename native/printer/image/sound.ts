import { createHash } from 'node:crypto'
import { inflateRawSync, inflateSync } from 'node:zlib'

// What pdfium does not tell: it draws as much of a damaged file as it can read. A certificate with a third of its ink
// must not be printed, so the bytes themselves are looked at.

/** Larger streams are pictures that no certificate has; pdfium has its own limits for them. */
const MAX_STREAM_BYTES = 64 * 1024 * 1024
/** From `obj` to `stream`: a dictionary of this length at most. */
const MAX_DICTIONARY = 4096

export interface Soundness {
  sound: boolean
  /** Size of a unit of its pages in points (ISO 32000-1, 14.11.1), which pdfium leaves out. */
  userUnit: number
}

/** Judges a file by its packed streams, its tree of pages and its seal. */
export function soundnessOf(bytes: Uint8Array, pages: number): Soundness {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = file.toString('latin1')
  // The streams of an encrypted file are no packed data before they are decrypted.
  const streams = text.includes('/Encrypt') ? { whole: true, texts: [] } : streamsOf(file, text)
  const units = [text, ...streams.texts].flatMap((part) =>
    [...part.matchAll(/\/UserUnit\s+([\d.]+)/g)].map(([, unit]) => Number(unit)),
  )
  const [unit = 1] = units
  return {
    sound: streams.whole && countsHold(text) && sealHolds(file, text),
    // Pages of different units cannot be told apart here; such a page is drawn as pdfium measures it.
    userUnit: unit > 0 && units.length >= pages && units.every((other) => other === unit) ? unit : 1,
  }
}

/** Unpacks every stream whose first filter is Flate. `texts`: what stands in object streams. */
function streamsOf(file: Buffer, text: string): { whole: boolean; texts: string[] } {
  const texts: string[] = []
  for (const { index, 0: keyword } of text.matchAll(/>>\s{0,2}stream\r?\n/g)) {
    const before = text.slice(Math.max(0, index - MAX_DICTIONARY), index)
    const dictionary = before.slice(before.lastIndexOf(' obj') + 1)
    if (!/\/Filter\s*\[?\s*\/(?:FlateDecode|Fl)\b/.test(dictionary)) continue
    const unpacked = unpack(file, text, index + keyword.length)
    if (unpacked === 'damaged') return { whole: false, texts }
    if (unpacked && /\/Type\s*\/ObjStm\b/.test(dictionary)) texts.push(unpacked.toString('latin1'))
  }
  return { whole: true, texts }
}

/** Null: too large to look at. */
function unpack(file: Buffer, text: string, start: number): Buffer | null | 'damaged' {
  const options = { maxOutputLength: MAX_STREAM_BYTES }
  const packed = file.subarray(start)
  try {
    return inflateSync(packed, options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null
  }
  // Some programs leave the checksum out, and every reader takes it so: the data ends right before `endstream`.
  try {
    const { buffer, engine } = inflateRawSync(packed.subarray(2), { ...options, info: true }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    const end = start + 2 + engine.bytesWritten
    return /^\s{0,2}endstream/.test(text.slice(end, end + 12)) ? buffer : 'damaged'
  } catch {
    return 'damaged'
  }
}

/** No node of the tree of pages counts fewer pages than it has children: pdfium believes the count, and drops the rest. */
function countsHold(text: string): boolean {
  for (const { index } of text.matchAll(/\/Type\s*\/Pages\b/g)) {
    const object = text.slice(text.lastIndexOf(' obj', index), text.indexOf('endobj', index))
    const [, kids] = /\/Kids\s*\[([^\]]*)\]/.exec(object) ?? []
    const [, count] = /\/Count\s+(\d+)/.exec(object) ?? []
    if (kids !== undefined && count !== undefined && (kids.match(/\bR\b/g) ?? []).length > Number(count)) return false
  }
  return true
}

const MESSAGE_DIGEST = Buffer.from('06092a864886f70d010904', 'hex')
const DIGESTS = ['sha256', 'sha512', 'sha384', 'sha1']

/**
 * The bytes that a seal covers (PAdES, ISO 32000-1, 12.8) are those that were sealed: their digest stands in it, as a
 * signed attribute or within a time stamp. Who sealed them is not judged here. A seal without that attribute cannot be
 * judged so.
 */
function sealHolds(file: Buffer, text: string): boolean {
  for (const [, ...range] of text.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)) {
    const [from = 0, length = 0, next = 0, rest = 0] = range.map(Number)
    const cms = Buffer.from(text.slice(from + length, next).replace(/[^0-9a-f]/gi, ''), 'hex')
    if (!cms.includes(MESSAGE_DIGEST)) continue
    const sealed = [file.subarray(from, from + length), file.subarray(next, next + rest)]
    const held = DIGESTS.some((name) => {
      const digest = createHash(name)
      for (const part of sealed) digest.update(part)
      return cms.includes(digest.digest())
    })
    if (!held) return false
  }
  return true
}
