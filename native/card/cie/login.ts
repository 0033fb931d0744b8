import type { CardFailure, LoginProof } from '../../../contract/device.ts'
import { isPinOf } from '../../../contract/pin.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { type Command, digestInfoSha256, SW_OK } from '../apdu.ts'
import { modulusBytesOf } from '../holder-key.ts'
import { pinFailure } from '../pin-failure.ts'
import { MAX_PROTECTED, overSecureMessaging } from '../secure-messaging.ts'
import type { Channel, PinProgress } from '../transport.ts'
import {
  type Access,
  cardError,
  demand,
  File,
  isWhole,
  readObject,
  readStart,
  type Sender,
  selectCie,
  tellsWholeDomain,
} from './application.ts'
import { openSecureChannel } from './device-authentication.ts'
import { documentNumberIn } from './document-number.ts'
import type { ExternalKey } from './external-key.ts'
import { type Domain, readDomain } from './keys.ts'

/** A card as `readCie` found it. */
export interface CieCard {
  atr: Uint8Array
  internalKey: Uint8Array
  sod: Uint8Array
  access: Access
  /** The card was not reset since: the CIE application is still selected. */
  selected: boolean
}

const SIGNATURE_KEY: Command = { ins: 0x22, p1: 0x41, p2: 0xa4, data: Buffer.from('800102840181', 'hex') }

/**
 * PIN, certificate, document number and signature. Both devices prove themselves, the PIN goes once through secure
 * messaging, then key 81 signs the SHA-256 of `challenge` (PKCS#1 v1.5). Overwrites `pin`. The channel stays open: the
 * caller resets the card.
 */
export async function loginCie(
  channel: Channel,
  card: CieCard,
  pin: Uint8Array,
  challenge: Uint8Array,
  key: ExternalKey,
  progress: PinProgress,
): Promise<Result<LoginProof, CardFailure>> {
  try {
    if (!isPinOf('cie', pin)) return cardError('pin-format', null)
    const domain = await reachDomain(channel, card)
    if (!domain.ok) return domain
    return await overSecureMessaging(async () => {
      const opened = await openSecureChannel(channel, domain.value, card.internalKey, key)
      if (!opened.ok) return opened
      const secure = opened.value
      try {
        const verified = await verifyPin(secure, pin, progress)
        if (!verified.ok) return verified
        const cie = await readHolder(secure, card)
        if (!cie.ok) return cie
        const signature = await sign(secure, challenge)
        return signature.ok ? ok({ signature: signature.value, cie: cie.value, apdus: channel.apdus }) : signature
      } finally {
        secure.wipe()
      }
    })
  } finally {
    pin.fill(0)
  }
}

/**
 * Reads the DH domain first, because its objects belong to the CIE application. A refusal means that another program or
 * the travel document has selected something else.
 */
async function reachDomain(channel: Channel, { atr, selected }: CieCard): Promise<Result<Domain, CardFailure>> {
  if (selected) {
    const domain = await readDomain(channel, tellsWholeDomain(atr))
    if (domain.ok) return domain
  }
  return (await selectCie(channel, atr)) ? readDomain(channel, tellsWholeDomain(atr)) : cardError('select', null)
}

async function verifyPin(secure: Sender, pin: Uint8Array, progress: PinProgress): Promise<Result<null, CardFailure>> {
  progress.pin = 'in-flight'
  const { sw } = await secure.send({ ins: 0x20, p1: 0x00, p2: 0x81, data: pin })
  progress.pin = sw === SW_OK ? 'accepted' : 'not-sent'
  if (sw === SW_OK) return ok(null)
  // Some cards call a wrong PIN a wrong length.
  return err(sw === 0x6700 ? { kind: 'wrong-pin', triesLeft: null } : pinFailure(sw))
}

async function readHolder(
  secure: Sender,
  { access, sod }: CieCard,
): Promise<Result<NonNullable<LoginProof['cie']>, CardFailure>> {
  const certificate = await readCertificate(secure, access)
  if (!certificate.ok) return certificate
  const modulus = modulusBytesOf(certificate.value)
  if (!modulus.ok) return modulus
  const known = documentNumberIn(certificate.value, sod)
  if (known !== null) return ok({ certificate: certificate.value, documentNumber: known })

  const serial = await readStart(secure, access, File.serial, 9)
  if (!serial.ok) return serial
  const documentNumber = Buffer.from(serial.value).toString('latin1')
  if (!/^[A-Z0-9]{9}$/.test(documentNumber)) return cardError('serial', null)
  return ok({ certificate: certificate.value, documentNumber })
}

/** A card whose holder was given no certificate has no file for it, or one that was never filled. */
async function readCertificate(secure: Sender, access: Access): Promise<Result<Uint8Array, CardFailure>> {
  const file = await readObject(secure, access, File.certificate, MAX_PROTECTED)
  if (!file.ok) {
    const missing = file.error.kind === 'card-error' && file.error.sw !== null && NOT_THERE.has(file.error.sw)
    return missing ? err({ kind: 'no-certificate' }) : file
  }
  if (file.value.every((byte) => byte === 0x00 || byte === 0xff)) return err({ kind: 'no-certificate' })
  return isWhole(file.value) ? file : err({ kind: 'certificate-truncated' })
}

/** No such file, no such record or object. */
const NOT_THERE = new Set(['6A82', '6A83', '6A88'])

async function sign(secure: Sender, challenge: Uint8Array): Promise<Result<Uint8Array, CardFailure>> {
  const set = await demand(secure, 'set-signature-key', SIGNATURE_KEY)
  if (!set.ok) return set
  const signature = await demand(secure, 'sign', { ins: 0x88, p1: 0, p2: 0, data: digestInfoSha256(challenge) })
  return signature.ok ? ok(Uint8Array.from(signature.value)) : signature
}
