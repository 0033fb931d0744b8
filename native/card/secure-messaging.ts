import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto'
import type { CardFailure } from '../../contract/device.ts'
import { err, type Result } from '../../contract/result.ts'
import type { Command, Response } from './apdu.ts'
import { encodeTlv, readTlvs } from './tlv.ts'
import type { Channel } from './transport.ts'

/**
 * Commands of one session under ISO 7816-4 secure messaging, by the rules of the CIE's IAS-ECC and of ICAO 9303-11
 * §9.8.
 */
export interface SecureChannel {
  /** Answers the data in clear and the status word of the protected answer. Rejects with `SecureMessagingFailure`. */
  send(command: Command): Promise<Response>
  /** Goes on with another counter of 8 bytes (CIE, after device authentication). */
  restart(sendSequenceCounter: Uint8Array): void
  /** Overwrites the keys; nothing can be sent afterwards. */
  wipe(): void
}

/** The keys: two-key 3DES, 16 bytes each. */
interface Session {
  channel: Channel
  encryptionKey: Uint8Array
  macKey: Uint8Array
  sendSequenceCounter: Uint8Array
}

/** This session's card cannot have given the answer: the channel is broken, or somebody is in it. Never retried. */
export class SecureMessagingFailure extends Error {}

/** Does `work` over secure messaging and turns its failure into the value that callers expect. */
export async function overSecureMessaging<T>(
  work: () => Promise<Result<T, CardFailure>>,
): Promise<Result<T, CardFailure>> {
  try {
    return await work()
  } catch (reason) {
    if (reason instanceof SecureMessagingFailure) return err({ kind: 'secure-messaging-failed' })
    throw reason
  }
}

/** The most plain bytes with which command and answer, all objects included, still fit into short APDUs. */
export const MAX_PROTECTED = 0xe7

const BLOCK = 8
const MAC_BYTES = 8
const ZERO_IV = new Uint8Array(BLOCK)

const SECURED = 0x0c
const CHAINED = 0x10

const CRYPTOGRAM = 0x87
/** With an odd INS the value has no padding indicator. */
const CRYPTOGRAM_ODD = 0x85
const EXPECTED_LENGTH = 0x97
const STATUS = 0x99
const CHECKSUM = 0x8e

const PADDED = Uint8Array.of(0x01)

/**
 * Status words of a card that has dropped the channel: SM objects missing, SM objects incorrect, SM not supported now.
 */
const DROPPED = new Set([0x6882, 0x6987, 0x6988])

export function createSecureMessaging(session: Session): SecureChannel {
  const encryptionKey = tripleDesKey(session.encryptionKey)
  const macKey = Uint8Array.from(session.macKey)
  let counter = counterOf(session.sendSequenceCounter)
  let broken = false

  function nextCounter(): Uint8Array {
    counter = BigInt.asUintN(64, counter + 1n)
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(counter)
    return bytes
  }

  function protect({ ins, p1, p2, data, le }: Command, chained: boolean): Uint8Array {
    const header = Uint8Array.of(SECURED | (chained ? CHAINED : 0), ins, p1, p2)
    const objects: Uint8Array[] = []
    if (data && data.length > 0) {
      const padded = pad(data)
      const cryptogram = encrypt(encryptionKey, padded)
      // The data may be the PIN.
      padded.fill(0)
      objects.push(ins % 2 === 0 ? encodeTlv(CRYPTOGRAM, PADDED, cryptogram) : encodeTlv(CRYPTOGRAM_ODD, cryptogram))
    }
    if (le !== undefined) objects.push(encodeTlv(EXPECTED_LENGTH, Uint8Array.of(le & 0xff)))
    const start = Buffer.concat([nextCounter(), header])
    // The header is padded to whole blocks of its own when objects follow it.
    const checksum = retailMac(macKey, objects.length > 0 ? Buffer.concat([pad(start), ...objects]) : start)
    const body = Buffer.concat([...objects, encodeTlv(CHECKSUM, checksum)])
    return Buffer.concat([header, Uint8Array.of(body.length), body, Uint8Array.of(0)])
  }

  function unwrap({ data, sw }: Response): Response {
    const ssc = nextCounter()
    if (data.length === 0) {
      // An unprotected error is accepted. An unprotected success is not: nobody has vouched for it.
      if ([0x90, 0x61, 0x62].includes(sw >> 8) || DROPPED.has(sw)) throw new SecureMessagingFailure()
      return { data, sw }
    }
    const objects = readTlvs(data)
    const checksum = objects?.at(-1)
    const status = objects?.at(-2)
    if (!objects || checksum?.tag !== CHECKSUM || checksum.value.length !== MAC_BYTES)
      throw new SecureMessagingFailure()
    const covered = data.subarray(0, status?.end ?? 0)
    if (!timingSafeEqual(retailMac(macKey, Buffer.concat([ssc, covered])), checksum.value))
      throw new SecureMessagingFailure()
    if (status?.tag !== STATUS || status.value.length !== 2 || objects.length > 3) throw new SecureMessagingFailure()
    const [high = 0, low = 0] = status.value
    return { data: objects.length === 3 ? decipher(objects[0]) : new Uint8Array(), sw: (high << 8) | low }
  }

  function decipher(object: { tag: number; value: Uint8Array } | undefined): Uint8Array {
    const odd = object?.tag === CRYPTOGRAM_ODD
    if (!object || (!odd && (object.tag !== CRYPTOGRAM || object.value[0] !== PADDED[0])))
      throw new SecureMessagingFailure()
    const cryptogram = odd ? object.value : object.value.subarray(1)
    if (cryptogram.length === 0 || cryptogram.length % BLOCK !== 0) throw new SecureMessagingFailure()
    const plain = unpad(decrypt(encryptionKey, cryptogram))
    if (!plain) throw new SecureMessagingFailure()
    return plain
  }

  async function sendPiece(command: Command, chained: boolean): Promise<Response> {
    // Sent once: a repeated command would carry a counter that the card has left behind, and it may be VERIFY.
    const first = await session.channel.sendOnce(protect(command, chained))
    if (first.sw >> 8 !== 0x61) return unwrap(first)
    // GET RESPONSE goes in clear: it fetches the rest of an answer that is protected as a whole.
    const rest = await session.channel.send({ ins: 0xc0, p1: 0, p2: 0, le: first.sw & 0xff || 256 })
    return unwrap({ data: Buffer.concat([first.data, rest.data]), sw: rest.sw })
  }

  return {
    async send(command) {
      if (broken) throw new SecureMessagingFailure()
      const { data = new Uint8Array(), le, ...header } = command
      try {
        for (let from = 0; ; from += MAX_PROTECTED) {
          const piece = data.subarray(from, from + MAX_PROTECTED)
          const last = from + MAX_PROTECTED >= data.length
          const response = await sendPiece(
            { ...header, data: piece, ...(last && le !== undefined ? { le } : {}) },
            !last,
          )
          if (last || response.sw !== 0x9000) return response
        }
      } catch (reason) {
        broken = true
        throw reason
      }
    },
    restart(sendSequenceCounter) {
      counter = counterOf(sendSequenceCounter)
    },
    wipe() {
      broken = true
      for (const key of [encryptionKey, macKey]) key.fill(0)
    },
  }
}

/** ISO 9797-1 MAC algorithm 3 with padding method 2: 8 bytes. Single DES up to the last block, 3DES on that one. */
export function retailMac(macKey: Uint8Array, message: Uint8Array): Uint8Array {
  const padded = pad(message)
  const last = padded.length - BLOCK
  const first = macKey.subarray(0, BLOCK)
  const singleKey = Buffer.concat([first, first, first])
  const tripleKey = tripleDesKey(macKey)
  const chained = encrypt(singleKey, padded.subarray(0, last))
  const mac = encrypt(tripleKey, padded.subarray(last), last > 0 ? chained.subarray(-BLOCK) : ZERO_IV)
  singleKey.fill(0)
  tripleKey.fill(0)
  return mac
}

/** ISO 9797-1 padding method 2. */
function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(bytes.length / BLOCK) + 1) * BLOCK)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  return padded
}

function unpad(padded: Uint8Array): Uint8Array | null {
  let end = padded.length - 1
  while (padded[end] === 0) end--
  return padded[end] === 0x80 ? padded.subarray(0, end) : null
}

const counterOf = (bytes: Uint8Array): bigint => Buffer.from(bytes).readBigUInt64BE()

// Two-key 3DES and single DES are written as three-key 3DES. OpenSSL 3 without its legacy provider and Electron's
// BoringSSL share no common name for the other forms.
const CIPHER = 'des-ede3-cbc'
const tripleDesKey = (key: Uint8Array): Buffer => Buffer.concat([key, key.subarray(0, BLOCK)])

function encrypt(key: Uint8Array, blocks: Uint8Array, iv: Uint8Array = ZERO_IV): Uint8Array {
  return createCipheriv(CIPHER, key, iv).setAutoPadding(false).update(blocks)
}

function decrypt(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  return createDecipheriv(CIPHER, key, ZERO_IV).setAutoPadding(false).update(blocks)
}
