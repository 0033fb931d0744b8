import { X509Certificate } from 'node:crypto'
import type { CardFailure, CardReadout } from '../../contract/device.ts'
import { isPin } from '../../contract/ipc.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import {
  certificateLength,
  digestInfoSha256,
  encodeMessage,
  hexSw,
  performOperation,
  type Response,
  readBinary,
  restoreEnvironment,
  SW_OK,
  selectPath,
  setEnvironment,
  verifyPin,
} from './apdu.ts'
import { cnsMask, pinReferenceOf } from './atr.ts'
import { parsePersonalData, personalDataLength } from './personal-data.ts'
import type { Channel } from './transport.ts'

// Paths below the MF (cards.md §3.1).
const EF_DATI_PERSONALI = '11001102'
const EF_ID_CARTA = '10001003'
const EF_C_CARTA = '11001101'

const CARD_ID = /^[0-9A-Z]{16}$/

/** One read that takes the whole of most files in use, and not the padding with it: contacts are slow (0.4 ms a byte). */
const PERSONAL_DATA_FIRST_READ = 128

const cardError = (step: string, sw: number | null): Result<never, CardFailure> =>
  err({ kind: 'card-error', step, sw: sw === null ? null : hexSw(sw) })

/** Reads what a CNS gives without a PIN: EF.Dati_personali, EF.ID_Carta, the certificate in EF.C_Carta. */
export async function readCns(channel: Channel, atr: Uint8Array): Promise<Result<CardReadout, CardFailure>> {
  const select = selector(channel)

  const found = await select(EF_DATI_PERSONALI)
  if (found.sw !== SW_OK) {
    // The files say what a card is: without them it is none of ours, unless it calls itself a CNS and has another trouble.
    return cnsMask(atr) === null || found.sw === 0x6a82
      ? err({ kind: 'card-unknown' })
      : cardError('select-personal-data', found.sw)
  }
  const personalFile = await readFile(channel, PERSONAL_DATA_FIRST_READ, (start) => {
    const length = personalDataLength(start)
    return length.ok ? length.value : start.length
  })
  if (!personalFile.ok) return personalFile
  const personalData = parsePersonalData(personalFile.value)
  if (!personalData.ok) return personalData

  const idSelected = await select(EF_ID_CARTA)
  if (idSelected.sw !== SW_OK) return cardError('select-card-id', idSelected.sw)
  const idFile = await readFile(channel, 16, () => 16)
  if (!idFile.ok) return idFile
  const cardId = Buffer.from(idFile.value).toString('latin1')
  if (!CARD_ID.test(cardId)) return cardError('card-id', null)

  const certificateSelected = await select(EF_C_CARTA)
  if (certificateSelected.sw !== SW_OK) return cardError('select-certificate', certificateSelected.sw)
  const certificate = await readFile(channel, 256, (start) => certificateLength(start) ?? start.length)
  if (!certificate.ok) return certificate
  if (certificateLength(certificate.value) !== certificate.value.length) return err({ kind: 'certificate-truncated' })

  return ok({
    card: 'cns',
    atr: Buffer.from(atr).toString('hex'),
    cardId,
    personalData: personalData.value,
    certificate: Uint8Array.from(certificate.value),
    apdus: channel.apdus,
  })
}

/** SELECT without FCI; a card that refuses that (6A86) is asked with it from then on. */
function selector(channel: Channel): (path: string) => Promise<Response> {
  let fci = false
  return async (path) => {
    const response = await channel.send(selectPath(path, fci))
    if (response.sw !== 0x6a86 || fci) return response
    fci = true
    return channel.send(selectPath(path, fci))
  }
}

/**
 * Reads the selected file: `first` bytes, and then as many as `lengthOf` says by the start. What the file does not have
 * is missing from the result.
 */
async function readFile(
  channel: Channel,
  first: number,
  lengthOf: (start: Uint8Array) => number,
): Promise<Result<Uint8Array, CardFailure>> {
  let content: Uint8Array = new Uint8Array()
  let length = first
  while (content.length < length) {
    const { data, sw } = await channel.send(readBinary(content.length, length - content.length))
    // 6282: the file ended before; 6B00: it ended exactly here.
    if (sw !== SW_OK && sw !== 0x6282 && sw !== 0x6b00) return cardError('read', sw)
    const start = content.length === 0
    content = Buffer.concat([content, data])
    if (start) length = Math.min(lengthOf(content), MAX_FILE_BYTES)
    if (sw !== SW_OK || data.length === 0) break
  }
  return ok(content.subarray(0, length))
}

/** Offsets of READ BINARY have 15 bits. */
const MAX_FILE_BYTES = 0x7fff

/**
 * PIN and signature (cards.md §4): VERIFY once, then RSA PKCS#1 v1.5 with SHA-256 over `challenge`, by PSO COMPUTE DIGITAL
 * SIGNATURE or, on cards that keep the key from it, PSO DECIPHER. Overwrites `pin`.
 */
export async function loginCns(
  channel: Channel,
  card: { atr: Uint8Array; certificate: Uint8Array },
  pin: Uint8Array,
  challenge: Uint8Array,
): Promise<Result<{ signature: Uint8Array; apdus: number }, CardFailure>> {
  if (!isPin(pin)) return cardError('pin-format', null)
  const modulusBytes = modulusBytesOf(card.certificate)
  if (modulusBytes === null) return cardError('certificate-key', null)

  const verify = verifyPin(pinReferenceOf(card.atr), pin)
  try {
    const verified = await channel.sendOnce(verify)
    if (verified.sw !== SW_OK) return err(pinFailure(verified.sw))
  } finally {
    verify.fill(0)
    pin.fill(0)
  }

  const restored = await channel.send(restoreEnvironment)
  if (restored.sw !== SW_OK) return cardError('restore-environment', restored.sw)
  const message = encodeMessage(digestInfoSha256(challenge), modulusBytes)
  for (const way of ['sign', 'decipher'] as const) {
    const set = await channel.send(setEnvironment(way))
    if (set.sw !== SW_OK) return cardError('set-environment', set.sw)
    const { data, sw } = await channel.send(performOperation(way, message))
    if (sw === SW_OK && data.length === modulusBytes) {
      return ok({ signature: Uint8Array.from(data), apdus: channel.apdus })
    }
    if (way === 'decipher' || !WANTS_DECIPHER.has(sw)) return cardError(way, sw)
  }
  return cardError('sign', null)
}

/** Conditions not satisfied, wrong data, function not supported: how cards refuse to sign with a key for deciphering. */
const WANTS_DECIPHER = new Set([0x6985, 0x6a80, 0x6a81])

/** RSA-1024 on cards of before 2011, RSA-2048 since; whatever else is no key of a CNS. */
function modulusBytesOf(certificate: Uint8Array): number | null {
  try {
    const { modulusLength } = new X509Certificate(certificate).publicKey.asymmetricKeyDetails ?? {}
    return modulusLength === 1024 || modulusLength === 2048 ? modulusLength / 8 : null
  } catch {
    return null
  }
}

function pinFailure(sw: number): CardFailure {
  if (sw === 0x6983 || sw === 0x63c0) return { kind: 'pin-blocked' }
  if (sw >> 4 === 0x63c) return { kind: 'wrong-pin', triesLeft: sw & 0x0f }
  // Some cards do not say how many tries are left.
  if (sw === 0x6300) return { kind: 'wrong-pin', triesLeft: null }
  return { kind: 'card-error', step: 'verify', sw: hexSw(sw) }
}
