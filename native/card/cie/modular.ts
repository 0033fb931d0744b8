/**
 * Arithmetic modulo a card's own numbers. BigInt is not constant in time, but the exponents are used once (DH),
 * published by the State (the external-authentication key) or public. DiffieHellman of node:crypto would first prove
 * for each card that p is prime: 150 ms, where an exponentiation here takes 3. node:crypto has no raw RSA by an
 * exponent alone.
 */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  // Four bits at a time: a quarter fewer multiplications than bit by bit.
  const powers = [1n]
  for (let i = 1; i < 16; i++) powers.push(((powers[i - 1] ?? 1n) * base) % modulus)
  let result = 1n
  for (const digit of exponent.toString(16)) {
    for (let bit = 0; bit < 4; bit++) result = (result * result) % modulus
    result = (result * (powers[Number.parseInt(digit, 16)] ?? 1n)) % modulus
  }
  return result
}

/** Big-endian and without a sign, as cards write their numbers. */
export const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)

export const toBytes = (value: bigint, length: number): Uint8Array =>
  Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')
