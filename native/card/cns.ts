import type { CardFailure, CnsReadout, LoginProof, PersonalData } from '../../contract/device.ts'
import { isPin } from '../../contract/pin.ts'
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
  selectApplication,
  selectPath,
  setEnvironment,
  verifyPin,
} from './apdu.ts'
import { cnsMask, isOldCie, otherPinReference, pinReferenceOf } from './atr.ts'
import { type CnsLayout, EF_DATI_PERSONALI, EF_ID_CARTA, LAYOUTS, UNSUPPORTED } from './cns-layout.ts'
import { modulusBytesOf } from './holder-key.ts'
import { parsePersonalData, personalDataLength } from './personal-data.ts'
import { pinFailure } from './pin-failure.ts'
import { type PinPad, padFailure } from './pin-pad.ts'
import type { Channel, PinProgress } from './transport.ts'

/** A CNS that was read, as `loginCns` needs it. */
export interface CnsCard {
  atr: Uint8Array
  layout: CnsLayout
  /** DER. */
  certificate: Uint8Array
}

const CARD_ID = /^[0-9A-Z]{16}$/

/**
 * The first read takes the whole of most files in use and little padding, because contacts are slow (0.4 ms a byte).
 */
const PERSONAL_DATA_FIRST_READ = 128

const SW_FILE_NOT_FOUND = 0x6a82
const SW_REFERENCE_NOT_FOUND = 0x6a88

const cardError = (step: string, sw: number | null): Result<never, CardFailure> =>
  err({ kind: 'card-error', step, sw: sw === null ? null : hexSw(sw) })

/**
 * Reads what a CNS gives without a PIN: EF.Dati_personali, EF.ID_Carta and the authentication certificate. Only the
 * certificate must be there: nobody has signed the other two, so they can prove nothing. The card is no CNS:
 * `card-unknown`. It is one, and the totem does not know where its files are: `card-unsupported`.
 */
export async function readCns(
  channel: Channel,
  atr: Uint8Array,
  pinPad: boolean,
): Promise<Result<{ readout: CnsReadout; card: CnsCard }, CardFailure>> {
  if (isOldCie(atr)) return err({ kind: 'card-superseded' })
  const select = selector(channel)
  const home = await findPersonalData(channel, select)
  const personal = home ? await readPersonalData(channel) : err({ kind: 'file-not-found' })
  const cardId = home && (await readCardId(channel, select))
  const found = await findCertificate(channel, select, home)
  // Only its files decide what a card is. One that calls itself a CNS has a fault; another is of another kind.
  if (!found.ok) return home || cnsMask(atr) !== null ? found : withoutFiles(channel, atr)
  if (!found.value) return home ? err({ kind: 'no-certificate' }) : withoutFiles(channel, atr)
  const { layout, certificate } = found.value
  return ok({
    readout: {
      card: 'cns',
      atr: Buffer.from(atr).toString('hex'),
      pinPad,
      cardId,
      personalData: personal.ok ? personal.value : null,
      personalDataFault: personal.ok ? null : personal.error.kind,
      certificate,
      apdus: channel.apdus,
    },
    card: { atr, layout, certificate },
  })
}

/** A card that keeps nothing where the totem looks for the files of a CNS: of a known model, or of another kind. */
async function withoutFiles(channel: Channel, atr: Uint8Array): Promise<Result<never, CardFailure>> {
  for (const { application, model } of UNSUPPORTED)
    if (await hasApplication(channel, application)) return err({ kind: 'card-unsupported', card: 'cns', model })
  return cnsMask(atr) === null
    ? err({ kind: 'card-unknown' })
    : err({ kind: 'card-unsupported', card: 'cns', model: 'unknown-layout' })
}

const hasApplication = async (channel: Channel, aid: string) =>
  (await channel.send(selectApplication(aid))).sw === SW_OK

type Select = (path: string) => Promise<Response>

/** SELECT without FCI. A card that refuses this (6A86) gets SELECT with FCI from then on. */
function selector(channel: Channel): Select {
  let fci = false
  return async (path) => {
    const response = await channel.send(selectPath(path, fci))
    if (response.sw !== 0x6a86 || fci) return response
    fci = true
    return channel.send(selectPath(path, fci))
  }
}

/** An application, or the card's own files. */
type Home = Pick<CnsLayout, 'application'>

/** Selects EF.Dati_personali, which every CNS has in the same place. Null: the card does not have it. */
async function findPersonalData(channel: Channel, select: Select): Promise<Home | null> {
  for (const application of new Set(LAYOUTS.map((layout) => layout.application))) {
    if (application !== null && !(await hasApplication(channel, application))) continue
    if ((await select(EF_DATI_PERSONALI)).sw === SW_OK) return { application }
  }
  return null
}

/** Reads the selected EF.Dati_personali. */
async function readPersonalData(channel: Channel): Promise<Result<PersonalData, { kind: string }>> {
  const file = await readFile(channel, PERSONAL_DATA_FIRST_READ, (start) => {
    const length = personalDataLength(start)
    return length.ok ? length.value : start.length
  })
  return file.ok ? parsePersonalData(file.value) : file
}

/** Null: the card does not give it. */
async function readCardId(channel: Channel, select: Select): Promise<string | null> {
  if ((await select(EF_ID_CARTA)).sw !== SW_OK) return null
  const file = await readFile(channel, 16, () => 16)
  const cardId = file.ok ? Buffer.from(file.value).toString('latin1') : ''
  return CARD_ID.test(cardId) ? cardId : null
}

/**
 * The first place that holds a certificate, or null; without a `home` in any application. A file that was never filled
 * holds none.
 */
async function findCertificate(
  channel: Channel,
  select: Select,
  home: Home | null,
): Promise<Result<{ layout: CnsLayout; certificate: Uint8Array } | null, CardFailure>> {
  for (const layout of LAYOUTS) {
    const { application } = layout
    if (home && application !== home.application) continue
    if (!home && application !== null && !(await hasApplication(channel, application))) continue
    const { sw } = await select(layout.certificate)
    if (sw === SW_FILE_NOT_FOUND) continue
    if (sw !== SW_OK) return cardError('select-certificate', sw)
    const file = await readFile(channel, 256, (start) => certificateLength(start) ?? start.length)
    if (!file.ok) return file
    const length = certificateLength(file.value)
    if (length === null) continue
    if (length !== file.value.length) return err({ kind: 'certificate-truncated' })
    return ok({ layout, certificate: Uint8Array.from(file.value) })
  }
  return ok(null)
}

/**
 * Reads the selected file: `first` bytes, then as many as `lengthOf` computes from them. The result is shorter when the
 * file is.
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
    // 6282: the file ended within this read. 6B00: it ended before it.
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
 * PIN and signature: VERIFY once, then RSA PKCS#1 v1.5 with SHA-256 over `challenge`. The operation is PSO COMPUTE
 * DIGITAL SIGNATURE, or PSO DECIPHER on cards that refuse the key for the first. Overwrites `pin`; with a keypad the
 * reader asks for it.
 */
export async function loginCns(
  channel: Channel,
  card: CnsCard,
  pin: Uint8Array | PinPad,
  challenge: Uint8Array,
  progress: PinProgress,
): Promise<Result<LoginProof, CardFailure>> {
  try {
    const modulusBytes = modulusBytesOf(card.certificate)
    if (!modulusBytes.ok) return modulusBytes
    const { application } = card.layout
    if (application !== null && !(await hasApplication(channel, application)))
      return cardError('select-application', null)

    const verified = await verify(channel, card, pin, progress)
    if (!verified.ok) return verified
    const signature = await sign(channel, card.layout, encodeMessage(digestInfoSha256(challenge), modulusBytes.value))
    return signature.ok ? ok({ signature: signature.value, cie: null, apdus: channel.apdus }) : signature
  } finally {
    if (pin instanceof Uint8Array) pin.fill(0)
  }
}

async function verify(
  channel: Channel,
  { atr }: CnsCard,
  pin: Uint8Array | PinPad,
  progress: PinProgress,
): Promise<Result<null, CardFailure>> {
  if (pin instanceof Uint8Array && !isPin(pin)) return cardError('pin-format', null)
  const presentOnce = async (reference: number) => {
    progress.pin = 'in-flight'
    const response = await (pin instanceof Uint8Array ? sendPin(channel, reference, pin) : pin.verify(reference))
    // A keypad that gave no answer may or may not have sent VERIFY.
    if (response) progress.pin = response.sw === SW_OK ? 'accepted' : 'not-sent'
    return response
  }
  const reference = pinReferenceOf(atr)
  let response = await presentOnce(reference)
  // The card has no such PIN, so it compared none and spent no try. This is the only case in which the PIN goes out
  // again.
  if (response?.sw === SW_REFERENCE_NOT_FOUND) response = await presentOnce(otherPinReference(reference))
  if (!response) return cardError('pin-pad', null)
  if (response.sw === SW_OK) return ok(null)
  if (!(pin instanceof Uint8Array)) {
    const failure = padFailure(response.sw)
    if (failure === 'not-entered') return err({ kind: 'pin-not-entered' })
    if (failure === 'unusable') return cardError('pin-pad', response.sw)
  }
  return err(pinFailure(response.sw))
}

async function sendPin(channel: Channel, reference: number, pin: Uint8Array): Promise<Response> {
  const apdu = verifyPin(reference, pin)
  try {
    return await channel.sendOnce(apdu)
  } finally {
    apdu.fill(0)
  }
}

/** The private-key operation over a whole encoded message. */
async function sign(
  channel: Channel,
  { keyFolder, keyReference }: CnsLayout,
  message: Uint8Array,
): Promise<Result<Uint8Array, CardFailure>> {
  const restored = await channel.send(restoreEnvironment)
  if (restored.sw !== SW_OK) return cardError('restore-environment', restored.sw)
  if (keyFolder !== null) {
    const selected = await selector(channel)(keyFolder)
    if (selected.sw !== SW_OK) return cardError('select-key-folder', selected.sw)
  }
  let extended = false
  for (const way of ['sign', 'decipher'] as const) {
    const set = await channel.send(setEnvironment(way, keyReference))
    if (set.sw !== SW_OK) {
      if (way === 'sign' && set.sw === SW_REFERENCE_NOT_FOUND) continue
      return cardError('set-environment', set.sw)
    }
    const operation = performOperation(way, message)
    // One extended answer holds the signature of any key.
    const whole = { ...operation, extended: true, le: Math.max(256, message.length) }
    let response = await channel.send(extended ? whole : operation)
    if (!extended && WANTS_EXTENDED.has(response.sw)) {
      extended = true
      response = await channel.send(whole)
    }
    const { data, sw } = response
    if (sw === SW_OK && data.length === message.length) return ok(Uint8Array.from(data))
    if (way === 'decipher' || !WANTS_DECIPHER.has(sw)) return cardError(way, sw)
  }
  return cardError('sign', null)
}

/** Wrong length, chaining not supported, class not supported: how cards refuse a chain and ask for extended lengths. */
const WANTS_EXTENDED = new Set([0x6700, 0x6884, 0x6e00])

/** Conditions not satisfied, wrong data, function not supported: how cards refuse to sign with a key for deciphering. */
const WANTS_DECIPHER = new Set([0x6985, 0x6a80, 0x6a81])
