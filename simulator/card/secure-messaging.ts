import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto'
import { err, ok, type Result } from '../../contract/result.ts'
import { answer, type CardCommand } from './command.ts'
import { parseTlvs, tlv } from './tlv.ts'

/** `sw` is the bare status word with which the card refuses a command; it then drops the channel. */
export interface Refused {
  kind: 'refused'
  sw: number
}

const SM_OBJECTS_MISSING = 0x6987
const SM_OBJECTS_WRONG = 0x6988

export interface SecureMessagingKeys {
  /** 16 bytes each: two-key triple DES. */
  encryptionKey: Uint8Array
  macKey: Uint8Array
  /** 8 bytes. */
  sendSequenceCounter: Uint8Array
}

/**
 * The card's end of secure messaging with two-key triple DES (ISO 7816-4 §6): `unwrap` a command, then `wrap` its
 * answer. A refused `unwrap` ends the channel, and its owner drops it. Each piece of a chain is unwrapped and answered.
 */
export class CardSecureMessaging {
  readonly #encryptionKey: Uint8Array
  readonly #macKey: Uint8Array
  #counter: bigint
  /** Odd instructions carry BER-TLV (DO85), even ones plain data behind a padding indicator (DO87). */
  #odd = false

  constructor({ encryptionKey, macKey, sendSequenceCounter }: SecureMessagingKeys) {
    this.#encryptionKey = encryptionKey
    this.#macKey = macKey
    this.#counter = toCounter(sendSequenceCounter)
  }

  /** Goes on with another counter: 8 bytes. */
  restart(sendSequenceCounter: Uint8Array): void {
    this.#counter = toCounter(sendSequenceCounter)
  }

  /** The command inside its protection; its class is without the secure-messaging bits. */
  unwrap(command: CardCommand): Result<CardCommand, Refused> {
    this.#odd = (command.ins & 1) === 1
    const objects = parseTlvs(command.data)
    const mac = objects?.at(-1)
    if (!objects || mac?.tag !== 0x8e || mac.value.length !== 8) return refuse(SM_OBJECTS_MISSING)
    const covered = command.data.subarray(0, command.data.length - 10)
    const header = pad(Uint8Array.of(command.cla, command.ins, command.p1, command.p2))
    const expected = this.#mac(Buffer.concat([header, covered.length > 0 ? pad(covered) : covered]))
    if (!timingSafeEqual(expected, mac.value)) return refuse(SM_OBJECTS_WRONG)

    const rest = objects.slice(0, -1)
    const first = rest[0]?.tag === (this.#odd ? 0x85 : 0x87) ? rest.shift() : undefined
    const expectedLength = rest[0]?.tag === 0x97 ? rest.shift() : undefined
    if (rest.length > 0) return refuse(SM_OBJECTS_WRONG)
    const data = first ? this.#decrypt(first.value) : new Uint8Array()
    const le = expectedLength ? leOf(expectedLength.value) : null
    if (!data || le === undefined) return refuse(SM_OBJECTS_WRONG)
    return ok({ ...command, cla: command.cla & ~0x0c, data, le })
  }

  /** The protected answer, followed by the status word in clear. */
  wrap(data: Uint8Array, sw: number): Uint8Array {
    const objects = Buffer.concat([
      data.length > 0 ? this.#encrypt(data) : new Uint8Array(),
      tlv(0x99, Uint8Array.of(sw >> 8, sw & 0xff)),
    ])
    return answer(Buffer.concat([objects, tlv(0x8e, this.#mac(pad(objects)))]), sw)
  }

  #encrypt(data: Uint8Array): Uint8Array {
    const cryptogram = tripleDes(this.#encryptionKey, pad(data))
    return this.#odd ? tlv(0x85, cryptogram) : tlv(0x87, Uint8Array.of(0x01), cryptogram)
  }

  #decrypt(object: Uint8Array): Uint8Array | null {
    if (!this.#odd && object[0] !== 0x01) return null
    const cryptogram = object.subarray(this.#odd ? 0 : 1)
    if (cryptogram.length === 0 || cryptogram.length % 8 !== 0) return null
    return unpad(decipherTripleDes(this.#encryptionKey, cryptogram))
  }

  /** Every message of either side has a counter value of its own. */
  #mac(padded: Uint8Array): Uint8Array {
    this.#counter += 1n
    const counter = Buffer.alloc(8)
    counter.writeBigUInt64BE(BigInt.asUintN(64, this.#counter))
    return retailMac(this.#macKey, Buffer.concat([counter, padded]))
  }
}

const refuse = (sw: number) => err<Refused>({ kind: 'refused', sw })

const toCounter = (bytes: Uint8Array) => Buffer.from(bytes).readBigUInt64BE()

/** Undefined when it is neither one nor two bytes. */
function leOf(value: Uint8Array): number | undefined {
  const [high, low] = value
  if (value.length === 1) return high || 256
  if (value.length === 2 && high !== undefined && low !== undefined) return high * 256 + low || 65_536
  return undefined
}

/** ISO 9797-1 padding method 2, to whole blocks of 8 bytes. */
export function pad(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array(8 * Math.floor(data.length / 8) + 8)
  padded.set(data)
  padded[data.length] = 0x80
  return padded
}

function unpad(padded: Uint8Array): Uint8Array | null {
  const end = padded.findLastIndex((byte) => byte !== 0)
  return padded[end] === 0x80 ? padded.subarray(0, end) : null
}

const ZERO = new Uint8Array(8)
const twoKey = (key: Uint8Array) => Buffer.concat([key.subarray(0, 16), key.subarray(0, 8)])

/** Two-key triple DES in CBC mode over whole blocks. */
export function tripleDes(key: Uint8Array, blocks: Uint8Array, iv: Uint8Array = ZERO): Uint8Array {
  return createCipheriv('des-ede3-cbc', twoKey(key), iv).setAutoPadding(false).update(blocks)
}

function decipherTripleDes(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  return createDecipheriv('des-ede3-cbc', twoKey(key), ZERO).setAutoPadding(false).update(blocks)
}

/** ISO 9797-1 MAC algorithm 3 over whole blocks: single DES with the first half of the key, the last block triple. */
export function retailMac(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const half = key.subarray(0, 8)
  // K|K: triple DES with one key is single DES, which OpenSSL 3 no longer offers by name.
  const chained = tripleDes(Buffer.concat([half, half]), blocks.subarray(0, -8))
  return tripleDes(key, blocks.subarray(-8), chained.length > 0 ? chained.subarray(-8) : ZERO)
}
