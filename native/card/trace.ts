import type { Command } from './apdu.ts'

/** One APDU as a technician may see it: no PIN, no PUK and no data about the holder. */
export interface TraceEntry {
  /** Since the channel was opened. */
  ms: number
  /** From the command's first byte to the answer's last. */
  tookMs: number
  /** In hex; the data of a command that carries a secret is `··`, a pair for each byte. */
  command: string
  /** Bytes of data in the answer. */
  answered: number
  /** In hex; null: the card or the reader gave no answer. */
  sw: string | null
}

/**
 * VERIFY, CHANGE and RESET RETRY COUNTER, also in their odd forms, carry PIN and PUK. Protected ones are masked too,
 * because what is shown of them could be attacked elsewhere. GENERAL AUTHENTICATE carries data from which a CAN of six
 * digits could be guessed.
 */
const SECRET = new Set<Command['ins']>([0x20, 0x21, 0x24, 0x25, 0x2c, 0x2d, 0x86, 0x87])

const HEADER_BYTES = 4

/** A command in hex, with its secret part masked. */
export function maskedCommand(apdu: Uint8Array): string {
  const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
  if (!SECRET.has(apdu[1] ?? 0)) return hexOf(apdu)
  const lengthBytes = apdu[HEADER_BYTES] === 0 && apdu.length > HEADER_BYTES + 1 ? 3 : 1
  const shown = HEADER_BYTES + lengthBytes
  // Cut as bytes: a string of the whole cannot be overwritten, and a substring keeps the whole in memory.
  return hexOf(apdu.subarray(0, shown)) + '··'.repeat(Math.max(0, apdu.length - shown))
}
