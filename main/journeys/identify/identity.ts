import { createHmac, randomBytes } from 'node:crypto'
import { atTotem } from '../../../contract/caller.ts'
import type { CardReadout, CieReadout, CnsReadout, LoginProof } from '../../../contract/device.ts'
import { type CardEvidence, statementOf } from '../../../contract/evidence.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { type CardCertificate, verifyCardCertificate } from '../../../trust/card-certificate.ts'
import { challengeOf, type EvidenceRefusal, verifyEvidence } from '../../../trust/evidence.ts'
import { type CieFiles, verifySod } from '../../../trust/sod.ts'
import type { Trust } from '../../../trust/trust.ts'
import type { Devices } from '../../devices/index.ts'
import { type Recognised, type Refused, refused, type VisitId } from '../../visit/services.ts'
import { refusedCard } from './refused-card.ts'
import type { WrongPin } from './visit.ts'

export interface IdentityOptions {
  devices: Devices
  /** In force now: a list or a CRL that has just come counts for the card that is in. */
  trust(): Trust
  totem: string
  now(): Date
}

/** Whether the card's issuer was known not to have revoked it, or the totem's policy had to do without (contract/trust.ts). */
export type Known = Recognised & { apdus: number; revocation: 'good' | 'unknown-accepted' }

/** Cards of which a wrong try is remembered; more in a day would be an attack, and the oldest are forgotten first. */
const REMEMBERED_CARDS = 500

/** Tries that a new CNS and a new CIE have: some cards answer a wrong PIN without a count. */
const TRIES = 3

/** How a log-in ends of which nobody knows whether the card has compared the PIN. */
const PIN_FATE_UNKNOWN = new Set<string>([
  'card-removed',
  'card-error',
  'secure-messaging-failed',
  'reader-unavailable',
  'device-gone',
])

/** Tries left by card, so that the last one is never spent unknowingly, in this visit or a later one (invariant 3). */
function createTries() {
  const secret = randomBytes(32)
  const tries = new Map<string, number>()
  const key = (readout: CardReadout) => {
    const hmac = createHmac('sha256', secret)
    return (
      readout.card === 'cie' ? hmac.update(readout.nis) : hmac.update(readout.cardId).update(readout.certificate)
    ).digest('base64')
  }
  return {
    left: (readout: CardReadout) => tries.get(key(readout)) ?? null,
    forget: (readout: CardReadout) => void tries.delete(key(readout)),
    /** `said`: by the card, null if it did not. Answers what it said; or 1, if by our count the next may be the last. */
    wrong(readout: CardReadout, said: number | null): number | null {
      const card = key(readout)
      const left = said ?? Math.max(1, (tries.get(card) ?? TRIES) - 1)
      // Anew, so that the oldest comes first.
      tries.delete(card)
      tries.set(card, left)
      const [oldest] = tries.keys()
      if (tries.size > REMEMBERED_CARDS && oldest) tries.delete(oldest)
      return said ?? (left === 1 ? 1 : null)
    },
    /** The PIN may have reached the card, which gave no answer: after a wrong one this may have been a try. */
    mayHaveSpent(readout: CardReadout) {
      const card = key(readout)
      const left = tries.get(card)
      if (left !== undefined) tries.set(card, Math.max(1, left - 1))
    },
  }
}

/** Files of a CIE that its EF.SOD must vouch for; `cie`: what it says only after its PIN. */
const filesOf = ({ nis, internalKey }: CieReadout, cie: LoginProof['cie']): CieFiles => ({
  nis: Buffer.from(nis, 'latin1'),
  internalKey,
  ...(cie && { serial: Buffer.from(cie.documentNumber, 'latin1'), certificate: cie.certificate }),
})

/** CNS: EF.Dati_personali and EF.ID_Carta are signed by nobody, so that the certificate must say the same. */
function differs({ codiceFiscale, cardId }: CardCertificate, readout: CnsReadout): Refused | null {
  if (codiceFiscale !== readout.personalData.codiceFiscale) return refused('codice-fiscale-differs', { card: 'cns' })
  return cardId === null || cardId === readout.cardId ? null : refused('card-altered', { card: 'cns' })
}

const refusedCertificate = (refusal: EvidenceRefusal, card: CardReadout['card']): Refused =>
  refused(refusal.kind, { card, date: 'date' in refusal ? refusal.date : null })

/** Identifies the person at the totem: nobody, until the card has signed our challenge (invariant 4). */
export function createIdentity({ devices, trust, totem, now }: IdentityOptions) {
  const tries = createTries()

  /** What the card says without a PIN is what its issuer wrote, or it could never be recognised. */
  function refusalOf(readout: CardReadout): Refused | null {
    if (readout.card === 'cie') {
      const sod = verifySod(readout.sod, filesOf(readout, null), trust(), now())
      return sod.ok ? null : refused('card-altered', { card: 'cie' })
    }
    const certificate = verifyCardCertificate(readout.certificate, trust(), now())
    if (!certificate.ok) return refusedCertificate(certificate.error, 'cns')
    return certificate.value.card === 'cns'
      ? differs(certificate.value, readout)
      : refused('certificate-wrong-policy', { card: 'cns' })
  }

  return {
    triesLeft: tries.left,

    /** Reads what is free and refuses a card that could never be recognised, before a PIN is asked for it. */
    async readCard(): Promise<Result<CardReadout, Refused>> {
      const readout = await devices.call('card.read', {})
      if (!readout.ok) {
        const { error } = readout
        return err(
          error.kind === 'wrong-pin' || error.kind === 'wrong-can' ? refused('card-error') : refusedCard(error),
        )
      }
      const refusal = refusalOf(readout.value)
      return refusal ? err(refusal) : ok(readout.value)
    },

    /** `pin` null: it is typed on the reader's keypad. */
    async recognise(
      { session }: VisitId,
      readout: CardReadout,
      pin: Uint8Array | null,
    ): Promise<Result<Known, Refused | WrongPin>> {
      const { card } = readout
      // SECURITY: a PIN never goes to a card that is not as its issuer made it. A CRL may have come while it was typed, and
      // `totem card` has only read.
      const refusal = refusalOf(readout)
      if (refusal) {
        pin?.fill(0)
        return err(refusal)
      }
      const statement = statementOf({
        caller: atTotem(totem),
        session,
        at: now().toISOString(),
        nonce: randomBytes(32).toString('base64'),
      })
      const challenge = challengeOf(statement)
      // SECURITY: the PIN's only copy here is overwritten as soon as the device process has its own (invariant 3).
      const login = await devices.call('card.login', { pin, challenge }).finally(() => pin?.fill(0))
      if (!login.ok) {
        const { error } = login
        if (error.kind === 'wrong-can') return err(refused('card-error', { card }))
        if (PIN_FATE_UNKNOWN.has(error.kind)) tries.mayHaveSpent(readout)
        if (error.kind !== 'wrong-pin') return err({ ...refusedCard(error), card })
        return err({ kind: 'wrong-pin', triesLeft: tries.wrong(readout, error.triesLeft) })
      }
      tries.forget(readout)

      const { cie, signature, apdus } = login.value
      const certificate = readout.card === 'cns' ? readout.certificate : cie?.certificate
      // Another card than the one that was read.
      if (!certificate || (cie === null) !== (card === 'cns')) return err(refused('card-error', { card }))
      if (readout.card === 'cie') {
        const sod = verifySod(readout.sod, filesOf(readout, cie), trust(), now())
        if (!sod.ok) return err(refused('card-altered', { card }))
      }
      const evidence: CardEvidence = {
        by: 'card',
        statement,
        certificate: Buffer.from(certificate).toString('base64'),
        signature: Buffer.from(signature).toString('base64'),
      }
      const verified = verifyEvidence(evidence, trust(), now())
      if (!verified.ok) return err(refusedCertificate(verified.error, card))
      const holder = verified.value
      if (holder.card !== card) return err(refused('certificate-wrong-policy', { card }))
      const known = { evidence, codiceFiscale: holder.codiceFiscale, apdus: readout.apdus + apdus }
      if (readout.card === 'cns') {
        const different = differs(holder, readout)
        if (different) return err(different)
        // EF.Dati_personali is what anybody could have written: only a certificate without names leaves us with its.
        const { name, surname } =
          holder.givenName && holder.surname ? { ...holder, name: holder.givenName } : readout.personalData
        return ok({ ...known, name, surname, revocation: holder.revocation })
      }
      // EF.SOD binds the number to the certificate already; where the certificate says it too, it must say the same.
      if (holder.documentNumber !== null && holder.documentNumber !== cie?.documentNumber)
        return err(refused('card-altered', { card }))
      const { givenName, surname, revocation } = holder
      return ok({ ...known, name: givenName, surname, revocation })
    },
  }
}
