const MAX_PACKET = 128
// Packets of these lengths would begin with 04h, 05h, 10h or 14h, which after a DLE spell a real-time command.
const SHORTER: Record<number, number> = { 5: 4, 6: 3, 17: 16, 21: 20 }

/**
 * PackBits (TIFF 6.0, section 9): a head n from 0 to 127 and n + 1 bytes unchanged, or a head n from -127 to -1 and one
 * byte that is repeated 1 - n times. No packet spells a real-time command that is not in `row` itself.
 */
export function packBits(row: Uint8Array): Uint8Array {
  const out: number[] = []
  const runAt = (at: number) => {
    let length = 1
    while (length < MAX_PACKET && at + length < row.length && row[at + length] === row[at]) length += 1
    return length
  }
  let i = 0
  while (i < row.length) {
    const run = runAt(i)
    if (run >= 2) {
      out.push(257 - run, row[i] ?? 0)
      i += run
      continue
    }
    let end = i + 1
    // A pair between bytes that differ costs less unchanged than as a packet of its own.
    while (end < row.length && end - i < MAX_PACKET && runAt(end) < 3) end += 1
    const length = SHORTER[end - i] ?? end - i
    out.push(length - 1, ...row.subarray(i, i + length))
    i += length
  }
  return Uint8Array.from(out)
}
