import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'
import type { CardFailure } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { hexSw, type Response, SW_OK } from '../apdu.ts'
import { createSecureMessaging, retailMac, type SecureChannel } from '../secure-messaging.ts'
import { encodeTlv, findTag } from '../tlv.ts'
import { type Channel, pcscCode } from '../transport.ts'
import { PACE_DH_GM_3DES, PARAMETER_ID } from './card-access.ts'
import { agree, GENERATOR, keyPair, mapGenerator } from './group.ts'

/** Password reference of MSE: the card access number. */
const BY_CAN = 0x02
const CHAINED = 0x10
/** The most that an extended answer can hold, written 0000. */
const MAX_EXTENDED = 65_536

/** Objects of GENERAL AUTHENTICATE's template 7C: the totem's are odd, the card's answers even. */
const NONCE = 0x80
const MAP_KEY = { ours: 0x81, theirs: 0x82 }
const EPHEMERAL_KEY = { ours: 0x83, theirs: 0x84 }
const TOKEN = { ours: 0x85, theirs: 0x86 }

/**
 * PACE by the CAN with generic mapping over DH (ICAO 9303-11 §4.4). It takes five commands. Two have extended lengths,
 * because a public key has 256 bytes and the protocol's own steps take the class bit of chaining. The card proves that
 * it knows the CAN; only its signed files tell whose it is.
 */
export async function establishPace(
  channel: Channel,
  can: string,
  { named }: { named: boolean },
): Promise<Result<SecureChannel, CardFailure>> {
  const chosen = await channel.send({ ins: 0x22, p1: 0xc1, p2: 0xa4, data: authenticationTemplate(named) })
  if (chosen.sw !== SW_OK) return cardError('pace-start', chosen.sw)

  const nonce = await receiveNonce(channel, can)
  if (!nonce.ok) return nonce

  const mapping = keyPair(GENERATOR)
  const mapped = await exchangeKeys(channel, 'pace-map', MAP_KEY, mapping.publicKey)
  if (!mapped.ok) return mapped
  const mappingSecret = agree(mapping, mapped.value)
  if (!mappingSecret) return cardError('pace-map-key', null)
  const generator = mapGenerator(nonce.value, mappingSecret)
  nonce.value.fill(0)
  mappingSecret.fill(0)

  const ephemeral = keyPair(generator)
  const agreed = await exchangeKeys(channel, 'pace-agree', EPHEMERAL_KEY, ephemeral.publicKey)
  if (!agreed.ok) return agreed
  const theirKey = agreed.value
  const secret = agree(ephemeral, theirKey)
  // A card that sends back the totem's own key would only have to repeat the totem's token too.
  if (!secret || Buffer.from(ephemeral.publicKey).equals(theirKey)) return cardError('pace-agree-key', null)
  const keys = sessionKeys(secret)
  secret.fill(0)
  try {
    const proven = await exchangeTokens(channel, keys.macKey, ephemeral.publicKey, theirKey)
    if (!proven.ok) return proven
    return ok(createSecureMessaging({ channel, ...keys, sendSequenceCounter: new Uint8Array(8) }))
  } finally {
    keys.encryptionKey.fill(0)
    keys.macKey.fill(0)
  }
}

function authenticationTemplate(named: boolean): Uint8Array {
  return Buffer.concat([
    encodeTlv(0x80, PACE_DH_GM_3DES),
    encodeTlv(0x83, Uint8Array.of(BY_CAN)),
    ...(named ? [encodeTlv(0x84, Uint8Array.of(PARAMETER_ID))] : []),
  ])
}

async function receiveNonce(channel: Channel, can: string): Promise<Result<Uint8Array, CardFailure>> {
  const response = await generalAuthenticate(channel, [])
  if (response.sw !== SW_OK) return cardError('pace-nonce', response.sw)
  const encrypted = findTag(response.data, 0x7c, NONCE)
  // Cards in the field send both lengths.
  if (encrypted?.length !== 8 && encrypted?.length !== 16) return cardError('pace-nonce', null)
  const key = passwordKey(can)
  const nonce = decrypt(key, encrypted)
  key.fill(0)
  return ok(nonce)
}

async function exchangeKeys(
  channel: Channel,
  step: string,
  tags: { ours: number; theirs: number },
  publicKey: Uint8Array,
): Promise<Result<Uint8Array, CardFailure>> {
  const response = await sendExtended(channel, encodeTlv(tags.ours, publicKey))
  // Status words of cards and readers of the ACR122U class after an extended APDU.
  if (!response || response.sw === 0x6700 || response.sw === 0x6985) return err({ kind: 'reader-not-capable' })
  if (response.sw !== SW_OK) return cardError(step, response.sw)
  const theirs = findTag(response.data, 0x7c, tags.theirs)
  return theirs ? ok(theirs) : cardError(step, null)
}

/** Null: the reader did not carry it, though the card is still there. */
async function sendExtended(channel: Channel, object: Uint8Array): Promise<Response | null> {
  try {
    return await generalAuthenticate(channel, [object], { extended: true, le: MAX_EXTENDED })
  } catch (reason) {
    if (pcscCode(reason) !== 'NotTransacted') throw reason
    // A reader for short APDUs only reports the same as one whose card has left. A card that answers SELECT has not
    // left.
    await channel.send({ ins: 0xa4, p1: 0x00, p2: 0x0c, data: Uint8Array.of(0x3f, 0x00) }).catch(() => {
      throw reason
    })
    return null
  }
}

async function exchangeTokens(
  channel: Channel,
  macKey: Uint8Array,
  ourKey: Uint8Array,
  theirKey: Uint8Array,
): Promise<Result<null, CardFailure>> {
  const response = await generalAuthenticate(channel, [encodeTlv(TOKEN.ours, tokenOver(theirKey, macKey))], { cla: 0 })
  if (response.sw === 0x6300 || response.sw >> 4 === 0x63c) return err({ kind: 'wrong-can' })
  if (response.sw !== SW_OK) return cardError('pace-token', response.sw)
  const theirs = findTag(response.data, 0x7c, TOKEN.theirs)
  const expected = tokenOver(ourKey, macKey)
  // The card must have these keys, and its MAC does not fit them: the same kind as a channel with an untrustworthy end.
  // The CAN is right, because the card accepted the totem's token.
  if (theirs?.length !== expected.length || !timingSafeEqual(theirs, expected))
    return err({ kind: 'secure-messaging-failed' })
  return ok(null)
}

const generalAuthenticate = (
  channel: Channel,
  objects: Uint8Array[],
  more: { cla?: 0; extended?: true; le?: number } = {},
) => channel.send({ cla: CHAINED, ins: 0x86, p1: 0, p2: 0, data: encodeTlv(0x7c, ...objects), le: 256, ...more })

/** ICAO 9303-11 §4.4.3.4: the token covers the public key of the side that checks it. */
export const tokenOver = (publicKey: Uint8Array, macKey: Uint8Array): Uint8Array =>
  retailMac(macKey, encodeTlv(0x7f49, encodeTlv(0x06, PACE_DH_GM_3DES), encodeTlv(0x84, publicKey)))

/** ICAO 9303-11 §9.7.1: two-key triple DES, 16 bytes. */
const deriveKey = (secret: Uint8Array, counter: number): Buffer =>
  createHash('sha1')
    .update(secret)
    .update(Uint8Array.of(0, 0, 0, counter))
    .digest()
    .subarray(0, 16)

export function sessionKeys(secret: Uint8Array): { encryptionKey: Buffer; macKey: Buffer } {
  return { encryptionKey: deriveKey(secret, 1), macKey: deriveKey(secret, 2) }
}

export function passwordKey(can: string): Buffer {
  const password = Buffer.from(can, 'latin1')
  const key = deriveKey(password, 3)
  password.fill(0)
  return key
}

/** The nonce that the card encrypted under the password: triple DES in CBC mode, no padding. */
export function decrypt(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const tripleKey = Buffer.concat([key, key.subarray(0, 8)])
  const plain = createDecipheriv('des-ede3-cbc', tripleKey, new Uint8Array(8)).setAutoPadding(false).update(nonce)
  tripleKey.fill(0)
  return plain
}

const cardError = (step: string, sw: number | null): Result<never, CardFailure> =>
  err({ kind: 'card-error', step, sw: sw === null ? null : hexSw(sw) })
