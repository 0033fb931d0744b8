const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

/**
 * Decodes base45 (RFC 9285); null for text that no encoder writes. The `base45` package is not used: it runs in Node
 * alone, and accepts strange letters, values beyond two bytes and a third of a group.
 */
export function decodeBase45(text: string): Uint8Array<ArrayBuffer> | null {
  const rest = text.length % 3
  if (rest === 1) return null
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (rest === 2 ? 1 : 0))
  let at = 0
  for (let group = 0; group < text.length; group += 3) {
    const digits = [...text.slice(group, group + 3)].map((letter) => ALPHABET.indexOf(letter))
    if (digits.includes(-1)) return null
    const value = digits.reduceRight((sum, digit) => sum * 45 + digit, 0)
    if (value >= (digits.length === 3 ? 0x10000 : 0x100)) return null
    if (digits.length === 3) bytes[at++] = value >> 8
    bytes[at++] = value & 0xff
  }
  return bytes
}
