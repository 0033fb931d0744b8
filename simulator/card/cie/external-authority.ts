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

/**
 * A public key that fits a given private exponent of 256 bytes. With the State's exponent, its own unmodified client
 * can use the card. The key differs at each call.
 */
export function publicKeyFor(privateExponent: Uint8Array): RsaPublicKey {
  const d = toNumber(privateExponent)
  // An even number is no private exponent, and the search below would not end.
  if (d % 2n === 0n) throw new RangeError('an even private exponent')
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
