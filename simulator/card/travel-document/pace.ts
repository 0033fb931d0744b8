import { createHash, randomBytes } from 'node:crypto'
import { pad, retailMac, tripleDes } from '../secure-messaging.ts'
import { tlv } from '../tlv.ts'

// RFC 5114 §2.3: standardised domain parameters 2 of BSI TR-03110-3 §A.2.1.1, 2048 bits with a subgroup of 256.
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

/** id-PACE-DH-GM-3DES-CBC-CBC, 0.4.0.127.0.7.2.2.4.1.1, as the value of its DER. */
export const PACE_OID = Buffer.from('04007f00070202040101', 'hex')

/**
 * PACE with generic mapping over DH, the chip's arithmetic (ICAO 9303-11 §4.4). Group elements are 256 bytes,
 * big-endian.
 */
export const generator = (): Uint8Array => toBytes(G)

export const newPrivateKey = (): bigint => (toBigInt(randomBytes(40)) % (Q - 1n)) + 1n

export const publicKey = (base: Uint8Array, privateKey: bigint): Uint8Array =>
  toBytes(power(toBigInt(base), privateKey))

/** Null when the other side's key is no element that a partner may send. */
export function sharedSecret(theirs: Uint8Array, privateKey: bigint): Uint8Array | null {
  const y = toBigInt(theirs)
  if (theirs.length !== ELEMENT_BYTES || y < 2n || y > P - 2n || power(y, Q) !== 1n) return null
  return publicKey(theirs, privateKey)
}

/** Generic mapping: the generator of the second agreement, from the nonce and the secret of the first. */
export const mapGenerator = (nonce: Uint8Array, secret: Uint8Array): Uint8Array =>
  toBytes((power(G, toBigInt(nonce)) * toBigInt(secret)) % P)

const derive = (secret: Uint8Array, counter: number) =>
  createHash('sha1')
    .update(secret)
    .update(Uint8Array.of(0, 0, 0, counter))
    .digest()
    .subarray(0, 16)

export const passwordKey = (can: string): Uint8Array => derive(Buffer.from(can, 'latin1'), 3)
export const encryptNonce = (key: Uint8Array, nonce: Uint8Array): Uint8Array => tripleDes(key, nonce)
export const sessionKeys = (secret: Uint8Array) => ({ encryptionKey: derive(secret, 1), macKey: derive(secret, 2) })

/** Authentication token over the ephemeral public key of the other side. */
export const token = (macKey: Uint8Array, publicKeyOfOther: Uint8Array): Uint8Array =>
  retailMac(macKey, pad(tlv(0x7f49, tlv(0x06, PACE_OID), tlv(0x84, publicKeyOfOther))))

const toBigInt = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const toBytes = (value: bigint) => Buffer.from(value.toString(16).padStart(2 * ELEMENT_BYTES, '0'), 'hex')

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P
    square = (square * square) % P
  }
  return result
}
