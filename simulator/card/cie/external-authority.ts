import { createPublicKey, generatePrimeSync } from 'node:crypto'
import { type ExternalAuthority, type RsaPublicKey, toNumber } from './device-authentication.ts'

/** The authority of the terminals that hold `key`, with the names that the virtual cards give it. */
export const authorityOf = (key: RsaPublicKey): ExternalAuthority => ({
  key,
  holderReference: Buffer.from('\0\0\0\0TESTCA01', 'latin1'),
  authorisation: Buffer.from('a0000000003900', 'hex'),
})

/** The public part of a PEM. */
export function publicKeyOf(pem: string): RsaPublicKey {
  const { n = '', e = '' } = createPublicKey(pem).export({ format: 'jwk' })
  const number = (part: string) => toNumber(Buffer.from(part, 'base64url'))
  return { modulus: number(n), exponent: number(e) }
}

const EXPONENT_BYTES = 256

/** Whether these bytes can be a private exponent: 256, and odd. */
export const isExponent = (bytes: Uint8Array): boolean =>
  bytes.length === EXPONENT_BYTES && (bytes[EXPONENT_BYTES - 1] ?? 0) % 2 === 1

/**
 * A public key that fits a given private exponent (`isExponent`). With the State's exponent, its own unmodified client
 * can use the card. The key differs at each call.
 */
export function publicKeyFor(privateExponent: Uint8Array): RsaPublicKey {
  // With an even number the search below would not end.
  if (!isExponent(privateExponent)) throw new RangeError('no private exponent')
  const d = toNumber(privateExponent)
  for (;;) {
    const [p, q] = [generatePrimeSync(1024, { bigint: true }), generatePrimeSync(1024, { bigint: true })]
    const modulus = p * q
    const exponent = inverse(d, (p - 1n) * (q - 1n))
    if (exponent !== null && modulus >> 2047n === 1n) return { modulus, exponent }
  }
}

/** By Euclid; null: they share a factor. */
function inverse(value: bigint, modulus: bigint): bigint | null {
  let [r, nextR, s, nextS] = [modulus, value % modulus, 0n, 1n]
  while (nextR !== 0n) {
    const quotient = r / nextR
    ;[r, nextR, s, nextS] = [nextR, r - quotient * nextR, nextS, s - quotient * nextS]
  }
  return r === 1n ? ((s % modulus) + modulus) % modulus : null
}
