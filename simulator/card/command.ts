/** A command APDU as a card sees it. */
export interface CardCommand {
  cla: number
  ins: number
  p1: number
  p2: number
  data: Uint8Array
  /** Expected length, 256 (short) or 65536 (extended) for zeros; null = the command expects no data. */
  le: number | null
}

/** ISO 7816-4 §5.1, short and extended forms; null when the lengths do not add up. */
export function parseCommand(apdu: Uint8Array): CardCommand | null {
  const [cla, ins, p1, p2] = apdu
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return null
  const command = (data: Uint8Array, le: number | null) => ({ cla, ins, p1, p2, data, le })
  const body = apdu.subarray(4)
  const [first = 0] = body
  if (body.length === 0) return command(body, null)
  if (body.length === 1) return command(new Uint8Array(), first || 256)
  if (first !== 0) {
    const rest = body.subarray(1 + first)
    if (body.length < 1 + first || rest.length > 1) return null
    return command(body.subarray(1, 1 + first), rest.length === 1 ? rest[0] || 256 : null)
  }
  if (body.length < 3) return null
  const length = number(body.subarray(1, 3))
  if (body.length === 3) return command(new Uint8Array(), length || 65_536)
  const rest = body.subarray(3 + length)
  if (length === 0 || body.length < 3 + length || (rest.length !== 0 && rest.length !== 2)) return null
  return command(body.subarray(3, 3 + length), rest.length === 2 ? number(rest) || 65_536 : null)
}

const number = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum * 256 + byte, 0)

/** An answer: data, then the status word. */
export const answer = (data: Uint8Array, sw = 0x9000): Uint8Array =>
  Buffer.concat([data, Buffer.of(sw >> 8, sw & 0xff)])
