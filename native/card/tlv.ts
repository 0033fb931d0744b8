/** A BER-TLV object (ISO 7816-4 §5.2.2): `tag` as its bytes read, e.g. 0x7F49; `end`: where the next one begins. */
export interface Tlv {
  tag: number
  value: Uint8Array
  end: number
}

/** No card has longer tags, and a number holds four bytes of a tag exactly. */
const MAX_TAG_BYTES = 4
/** Length bytes after the first (82 hh ll has two). */
const MAX_LENGTH_BYTES = 4

/** Where the value of the object at `from` begins and ends, whether or not the value's bytes are there. */
function header(bytes: Uint8Array, from: number): { tag: number; start: number; end: number } | null {
  let at = from
  let tag = bytes[at++]
  if (tag === undefined) return null
  if ((tag & 0x1f) === 0x1f) {
    for (let more = true; more; ) {
      const next = bytes[at++]
      if (next === undefined || at - from > MAX_TAG_BYTES) return null
      tag = tag * 0x100 + next
      more = (next & 0x80) !== 0
    }
  }
  const form = bytes[at++]
  if (form === undefined) return null
  if (form < 0x80) return { tag, start: at, end: at + form }
  const count = form & 0x7f
  // 80 is BER's indefinite length: no card uses it.
  if (count === 0 || count > MAX_LENGTH_BYTES || at + count > bytes.length) return null
  let length = 0
  for (const byte of bytes.subarray(at, at + count)) length = length * 0x100 + byte
  return { tag, start: at + count, end: at + count + length }
}

/** The object at `from`; null when it is malformed or cut short. */
export function readTlv(bytes: Uint8Array, from = 0): Tlv | null {
  const found = header(bytes, from)
  if (!found || found.end > bytes.length) return null
  return { tag: found.tag, value: bytes.subarray(found.start, found.end), end: found.end }
}

/** All objects of a constructed value, in order; null when one of them is malformed or cut short. */
export function readTlvs(bytes: Uint8Array): Tlv[] | null {
  const objects: Tlv[] = []
  for (let at = 0; at < bytes.length; ) {
    const object = readTlv(bytes, at)
    if (!object) return null
    objects.push(object)
    at = object.end
  }
  return objects
}

/** The value at the end of a path of tags, taking the first object of each tag; null when it is absent or malformed. */
export function findTag(bytes: Uint8Array, ...path: number[]): Uint8Array | null {
  const [tag, ...below] = path
  if (tag === undefined) return bytes
  for (let at = 0; at < bytes.length; ) {
    const object = readTlv(bytes, at)
    if (!object) return null
    if (object.tag === tag) return findTag(object.value, ...below)
    at = object.end
  }
  return null
}

/** Length of the whole object that begins here, header included; null when not even its header is there. */
export function tlvLength(start: Uint8Array): number | null {
  return header(start, 0)?.end ?? null
}

/** Encodes an object with the shortest length (DER). Tags have up to three bytes, values less than 64 KiB. */
export function encodeTlv(tag: number, ...values: Uint8Array[]): Uint8Array {
  const value = Buffer.concat(values)
  const name = tag > 0xffff ? [tag >> 16, tag >> 8, tag] : tag > 0xff ? [tag >> 8, tag] : [tag]
  const { length } = value
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Uint8Array.of(...name, ...size, ...value)
}
