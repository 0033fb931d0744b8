import { randomBytes } from 'node:crypto'

// RFC 5114 §2.3, a prime of 2048 bits with a subgroup of order q of 256 bits: standardised domain parameters 2 of BSI
// TR-03110-3 §A.2.1.1, and the group of every CIE seen.
const P = BigInt(
  '0x87a8e61db4b6663cffbbd19c651959998ceef608660dd0f25d2ceed4435e3b00e00df8f1d61957d4faf7df4561b2aa3016c3d911' +
    '34096faa3bf4296d830e9a7c209e0c6497517abd5a8a9d306bcf67ed91f9e6725b4758c022e0b1ef4275bf7b6c5bfc11d45f9088' +
    'b941f54eb1e59bb8bc39a0bf12307f5c4fdb70c581b23f76b63acae1caa6b7902d52526735488a0ef13c6d9a51bfa4ab3ad83477' +
    '96524d8ef6a167b5a41825d967e144e5140564251ccacb83e6b486f6b3ca3f7971506026c0b857f689962856ded4010abd0be621' +
    'c3a3960a54e710c375f26375d7014103a4b54330c198af126116d2276e11715f693877fad7ef09cadb094ae91e1a1597',
)
const G = BigInt(
  '0x3fb32c9b73134d0b2e77506660edbd484ca7b18f21ef205407f4793a1a0ba12510dbc15077be463fff4fed4aac0bb555be3a6c1b' +
    '0c6b47b1bc3773bf7e8c6f62901228f8c28cbb18a55ae31341000a650196f931c77a57f2ddf463e5e9ec144b777de62aaab8a862' +
    '8ac376d282d6ed3864e67982428ebc831d14348f6f2f9193b5045af2767164e1dfc967c1fb3f2e55a4bd1bffe83b9c80d052b985' +
    'd182ea0adb2a3b7313d3fe14c8484b1e052588b9b7d2bbd2df016199ecd06e1557cd0915b3353bbb64e0ec377fd028370df92b52' +
    'c7891428cdc67eb6184b523d1db246c32f63078490f00ef8d647d148d47954515e2327cfef98c582664b4c0f6cc41659',
)
const Q = BigInt('0x8cf83642a709a097b447997640129da299b1a47d1eb3750ba308b0fe64f5fbd3')
const ELEMENT_BYTES = 256

export const GENERATOR = G

// BigInt, though it is not constant in time: each exponent is used once. DiffieHellman of node:crypto would first prove
// that p is prime, for each key anew: 0.1 s under Node, 0.5 s under Electron. An exponentiation here takes 3 ms.
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P
    square = (square * square) % P
  }
  return result
}

export interface KeyPair {
  privateKey: bigint
  /** 256 bytes, big-endian. */
  publicKey: Uint8Array
}

export function keyPair(generator: bigint, privateKey = newPrivateKey()): KeyPair {
  return { privateKey, publicKey: toBytes(power(generator, privateKey)) }
}

/** 8 bytes more than q, so that no remainder is likelier than another. */
const newPrivateKey = (): bigint => (toBigInt(randomBytes(40)) % (Q - 1n)) + 1n

/**
 * The secret shared with the sender of `theirs`; null when that is not of order q. A card that sends 1, or an element
 * of a small subgroup, would know the secret beforehand.
 */
export function agree({ privateKey }: KeyPair, theirs: Uint8Array): Uint8Array | null {
  const element = toBigInt(theirs)
  if (theirs.length !== ELEMENT_BYTES || element < 2n || element > P - 2n || power(element, Q) !== 1n) return null
  return toBytes(power(element, privateKey))
}

/** Generic mapping (ICAO 9303-11 §4.4.3.3.1): the generator g^nonce · secret. */
export const mapGenerator = (nonce: Uint8Array, secret: Uint8Array): bigint =>
  (power(G, toBigInt(nonce)) * toBigInt(secret)) % P

const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)
const toBytes = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(2 * ELEMENT_BYTES, '0'), 'hex')
