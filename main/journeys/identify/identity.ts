import { createHmac, randomBytes } from 'node:crypto'
import { atTotem } from '../../../contract/caller.ts'
import type { CardReadout, CieReadout, CnsReadout, LoginProof } from '../../../contract/device.ts'
import { type CardEvidence, statementOf } from '../../../contract/evidence.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { type CardCertificate, verifyCardCertificate } from '../../../trust/card-certificate.ts'
import { challengeOf, type EvidenceRefusal, verifyEvidence } from '../../../trust/evidence.ts'
import { type CardAltered, type CieFiles, listsCertificate, verifySod } from '../../../trust/sod.ts'
import type { Trust } from '../../../trust/trust.ts'
import type { Devices } from '../../devices/index.ts'
import type { Challenges } from '../../sync/challenges.ts'
import { type Recognised, type Refused, refused, type VisitId } from '../../visit/services.ts'
import { refusedCard } from './refused-card.ts'
import type { WrongPin } from './visit.ts'

export interface IdentityOptions {
  devices: Devices
  /** The trust in force now: a list or CRL that has just come counts for the card that is in. */
  trust(): Trust
  challenges: Pick<Challenges, 'prepare' | 'forLogin'>
  totem: string
  now(): Date
  /** True when the totem's clock is known to be wrong: then no card is blamed for what its dates say. */
  clockWrong?(): boolean
}

/**
 * `revocation`: the issuer's CRL does not list the card, or the totem's policy did without a CRL (contract/trust.ts).
 */
export type Known = Recognised & { apdus: number; revocation: 'good' | 'unknown-accepted' }

/** Most cards whose wrong tries are remembered. More in a day would be an attack; the oldest is forgotten first. */
const REMEMBERED_CARDS = 500

/** Tries of a new CNS and a new CIE, for cards that answer a wrong PIN without a count. */
const TRIES = 3

/** Failures of a log-in that leave open whether the card has compared the PIN. */
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
      readout.card === 'cie' ? hmac.update(readout.nis) : hmac.update(readout.cardId ?? '').update(readout.certificate)
    ).digest('base64')
  }
  return {
    left: (readout: CardReadout) => tries.get(key(readout)) ?? null,
    forget: (readout: CardReadout) => void tries.delete(key(readout)),
    /**
     * `said`: the card's own count, or null. Returns that count, or 1 if by the totem's count the next try may be the
     * last.
     */
    wrong(readout: CardReadout, said: number | null): number | null {
      const card = key(readout)
      const left = said ?? Math.max(1, (tries.get(card) ?? TRIES) - 1)
      // Deleted and set anew, so that the oldest stays first.
      tries.delete(card)
      tries.set(card, left)
      const [oldest] = tries.keys()
      if (tries.size > REMEMBERED_CARDS && oldest) tries.delete(oldest)
      return said ?? (left === 1 ? 1 : null)
    },
    /** The PIN may have reached the card, which gave no answer. After a wrong PIN this may have spent another try. */
    mayHaveSpent(readout: CardReadout) {
      const card = key(readout)
      const left = tries.get(card)
      if (left !== undefined) tries.set(card, Math.max(1, left - 1))
    },
  }
}

/** Files of a CIE that its EF.SOD must vouch for; `cie`: the data that it gives only after its PIN. */
const filesOf = ({ nis, internalKey }: CieReadout, cie: LoginProof['cie']): CieFiles => ({
  nis: Buffer.from(nis, 'latin1'),
  internalKey,
  ...(cie && { serial: Buffer.from(cie.documentNumber, 'latin1'), certificate: cie.certificate }),
})

/**
 * Nobody signs EF.Dati_personali and EF.ID_Carta of a CNS. A file that names another person or card than the certificate
 * was tampered with. A file that names none is no obstacle: the certificate alone says who the holder is.
 */
function differs({ codiceFiscale, cardId }: CardCertificate, { personalData, ...readout }: CnsReadout): Refused | null {
  if (personalData && personalData.codiceFiscale !== codiceFiscale)
    return refused('codice-fiscale-differs', { card: 'cns' })
  const same = cardId === null || readout.cardId === null || cardId === readout.cardId
  return same ? null : refused('card-altered', { card: 'cns' })
}

/**
 * Anybody could have written EF.Dati_personali, so its names count only if the certificate has none. The holder of a
 * card that gives no name at all is called by the codice fiscale.
 */
function namesOf({ givenName, surname, codiceFiscale }: CardCertificate, { personalData }: CnsReadout) {
  if (givenName && surname) return { name: givenName, surname }
  const named = personalData ?? { name: givenName, surname }
  return named.name || named.surname
    ? { name: named.name, surname: named.surname }
    : { name: '', surname: codiceFiscale }
}

/** Refusals that depend on the day: by a wrong clock they say nothing about the card. */
const DATED = new Set<string>([
  'certificate-expired',
  'certificate-not-yet-valid',
  // Its issuer may be in order on another day, as may the signer of a CIE's EF.SOD.
  'certificate-untrusted',
  'sod-signer-untrusted',
  'revocation-unknown',
])

/** Identifies the person at the totem. Until the card has signed the challenge it identifies nobody (invariant 4). */
export function createIdentity({ devices, trust, challenges, totem, now, clockWrong = () => false }: IdentityOptions) {
  const tries = createTries()

  function refusedCertificate(refusal: EvidenceRefusal, card: CardReadout['card']): Refused {
    if (DATED.has(refusal.kind) && clockWrong()) return refused('clock-wrong', { card })
    return refused(refusal.kind, { card, date: 'date' in refusal ? refusal.date : null })
  }
  const altered = ({ reason }: CardAltered): Refused =>
    refused(DATED.has(reason) && clockWrong() ? 'clock-wrong' : 'card-altered', { card: 'cie' })

  /**
   * Refuses a card whose data before the PIN are not as its issuer wrote them; such a card could never be recognised.
   */
  function refusalOf(readout: CardReadout): Refused | null {
    if (readout.card === 'cie') {
      const sod = verifySod(readout.sod, filesOf(readout, null), trust(), now())
      if (!sod.ok) return altered(sod.error)
      return listsCertificate(readout.sod) ? null : refused('no-certificate', { card: 'cie' })
    }
    const certificate = verifyCardCertificate(readout.certificate, trust(), now())
    if (!certificate.ok) return refusedCertificate(certificate.error, 'cns')
    return certificate.value.card === 'cns'
      ? differs(certificate.value, readout)
      : refused('certificate-wrong-policy', { card: 'cns' })
  }

  return {
    triesLeft: tries.left,

    /**
     * Reads the data that need no PIN. Refuses a card that could never be recognised, before the person types a PIN.
     */
    async readCard(): Promise<Result<CardReadout, Refused>> {
      challenges.prepare()
      const readout = await devices.call('card.read', {})
      if (!readout.ok) {
        const { error } = readout
        if (error.kind === 'wrong-pin' || error.kind === 'wrong-can') return err(refused('card-error'))
        // Before the PIN only a CNS shows its certificate.
        const shown = error.kind === 'no-certificate' || error.kind === 'certificate-truncated'
        return err(shown ? { ...refusedCard(error), card: 'cns' } : refusedCard(error))
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
      // SECURITY: a PIN never goes to a card that is not as its issuer made it. The check runs again here, because a
      // CRL may have come while the person typed, and `totem card` has only read.
      const refusal = refusalOf(readout)
      if (refusal) {
        pin?.fill(0)
        return err(refusal)
      }
      const given = await challenges.forLogin()
      if (given === null) {
        pin?.fill(0)
        return err(refused('session-refused', { card }))
      }
      const statement = statementOf({
        caller: atTotem(totem),
        session,
        at: now().toISOString(),
        challenge: given,
        nonce: randomBytes(32).toString('base64'),
      })
      const challenge = challengeOf(statement)
      // SECURITY: the PIN's only copy here is overwritten as soon as the device process has its own (invariant 3).
      const login = await devices.call('card.login', { pin, challenge }).finally(() => pin?.fill(0))
      if (!login.ok) {
        const { error } = login
        if (error.kind === 'wrong-can') return err(refused('card-error', { card }))
        if (PIN_FATE_UNKNOWN.has(error.kind)) tries.mayHaveSpent(readout)
        if (error.kind !== 'wrong-pin') {
          const failure = error.kind === 'device-gone' ? {} : { failure: error }
          // Nobody knows whether the card has compared the PIN: the person must hear that the try may have counted.
          const gone = error.kind === 'reader-unavailable' || error.kind === 'device-gone'
          return err({ ...(gone ? refused('login-interrupted') : refusedCard(error)), card, ...failure })
        }
        return err({ kind: 'wrong-pin', triesLeft: tries.wrong(readout, error.triesLeft) })
      }
      tries.forget(readout)

      const { cie, signature, apdus } = login.value
      const certificate = readout.card === 'cns' ? readout.certificate : cie?.certificate
      // This is another card than the one that was read.
      if (!certificate || (cie === null) !== (card === 'cns')) return err(refused('card-error', { card }))
      if (readout.card === 'cie') {
        const sod = verifySod(readout.sod, filesOf(readout, cie), trust(), now())
        if (!sod.ok) return err(altered(sod.error))
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
        return ok({ ...known, ...namesOf(holder, readout), revocation: holder.revocation })
      }
      // EF.SOD binds the number to the certificate; a certificate that names the number too must name the same.
      if (holder.documentNumber !== null && holder.documentNumber !== cie?.documentNumber)
        return err(refused('card-altered', { card }))
      const { givenName, surname, revocation } = holder
      return ok({ ...known, name: givenName, surname, revocation })
    },
  }
}
