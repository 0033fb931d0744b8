import { createHash } from 'node:crypto'

// ISO 9796-2 scheme 1 with SHA-256. The block holds as much of the message as it has room for, between a header and a
// trailer, with the hash of the whole message.
const HEADER = 0x6a
const TRAILER = 0xbc
const HASH_BYTES = 32

/** How much of the message a block of so many bytes holds. */
export const recoverableBytes = (blockBytes: number): number => blockBytes - HASH_BYTES - 2

/** The block before RSA; `recoverable` fills the room beside header, hash and trailer. */
export const recoveryBlock = (recoverable: Uint8Array, hash: Uint8Array): Uint8Array =>
  Uint8Array.of(HEADER, ...recoverable, ...hash, TRAILER)

/** Takes a block apart; null when the bytes are none. */
export function openRecoveryBlock(block: Uint8Array): { recoverable: Uint8Array; hash: Uint8Array } | null {
  if (block[0] !== HEADER || block.at(-1) !== TRAILER || block.length <= HASH_BYTES + 2) return null
  return { recoverable: block.subarray(1, -HASH_BYTES - 1), hash: block.subarray(-HASH_BYTES - 1, -1) }
}

export const sha256 = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
