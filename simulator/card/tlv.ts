/** One BER-TLV object of a tag of one to three bytes (0x87, 0x7f49, 0xbfa104…), its length in the shortest form. */
export function tlv(tag: number, ...value: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(value)
  return Buffer.concat([bigEndian(tag), lengthOf(content.length), content])
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const bytes = bigEndian(length)
  return Uint8Array.of(0x80 | bytes.length, ...bytes)
}

function bigEndian(value: number): Uint8Array {
  const bytes = [value & 0xff]
  for (let rest = value >>> 8; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return Uint8Array.from(bytes)
}

/** The objects in a row that make up `bytes`; null when they do not. Tags as in `tlv`, lengths up to two bytes. */
export function parseTlvs(bytes: Uint8Array): { tag: number; value: Uint8Array }[] | null {
  const objects: { tag: number; value: Uint8Array }[] = []
  for (let at = 0; at < bytes.length; ) {
    let tag = bytes[at++] ?? 0
    if ((tag & 0x1f) === 0x1f) {
      do tag = (tag << 8) | (bytes[at] ?? 0)
      while ((bytes[at++] ?? 0) & 0x80)
    }
    let length = bytes[at++] ?? Number.POSITIVE_INFINITY
    if (length === 0x81) length = bytes[at++] ?? Number.POSITIVE_INFINITY
    else if (length === 0x82) {
      length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
      at += 2
    }
    if (at + length > bytes.length) return null
    objects.push({ tag, value: bytes.subarray(at, at + length) })
    at += length
  }
  return objects
}
