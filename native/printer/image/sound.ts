import { createHash } from 'node:crypto'
import { inflateRawSync, inflateSync } from 'node:zlib'
import { isWhole, type ObjectStream, objectsOf, pagesOf } from './objects.ts'

// What pdfium does not tell: it draws as much of a damaged file as it can read. A certificate with a third of its ink
// must not be printed, so the bytes themselves are looked at.

/** Larger streams are pictures that no certificate has; pdfium has its own limits for them. */
const MAX_STREAM_BYTES = 64 * 1024 * 1024
/** From `obj` to `stream`: a dictionary of this length at most. */
const MAX_DICTIONARY = 4096

export interface Soundness {
  sound: boolean
  /** Of each page the size of its unit in points (ISO 32000-1, 14.11.1), which pdfium leaves out. */
  userUnits: number[]
}

/** Judges a file by its packed streams, its pages with what they draw, and its seal. `count`: as pdfium counts them. */
export function soundnessOf(bytes: Uint8Array, count: number): Soundness {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = file.toString('latin1')
  // The streams of an encrypted file are no packed data before they are decrypted.
  const streams = text.includes('/Encrypt') ? { whole: true, objects: [] } : streamsOf(file, text)
  const objects = objectsOf(text, streams.objects)
  const pages = pagesOf(text, objects) ?? []
  const unitOf = (page = '') => Number(/\/UserUnit\s+([\d.]+)/.exec(page)?.[1] ?? 1)
  return {
    // pdfium believes the count of a tree, and drops the pages beyond it.
    sound:
      streams.whole && pages.length <= count && pages.every((page) => isWhole(page, objects)) && sealHolds(file, text),
    userUnits: Array.from({ length: count }, (_, page) => unitOf(pages[page]) || 1),
  }
}

/** Unpacks every stream whose first filter is Flate. `objects`: the object streams among them. */
function streamsOf(file: Buffer, text: string): { whole: boolean; objects: ObjectStream[] } {
  const objects: ObjectStream[] = []
  for (const { index, 0: keyword } of text.matchAll(/>>\s{0,2}stream\r?\n/g)) {
    const before = text.slice(Math.max(0, index - MAX_DICTIONARY), index)
    const dictionary = before.slice(before.lastIndexOf(' obj') + 1)
    if (!/\/Filter\s*\[?\s*\/(?:FlateDecode|Fl)\b/.test(dictionary)) continue
    const unpacked = unpack(file, text, index + keyword.length)
    if (unpacked === 'damaged') return { whole: false, objects }
    if (unpacked && /\/Type\s*\/ObjStm\b/.test(dictionary)) {
      objects.push({ index, dictionary, content: unpacked.toString('latin1') })
    }
  }
  return { whole: true, objects }
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
