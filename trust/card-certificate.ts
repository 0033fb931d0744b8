import type { KeyObject } from 'node:crypto'
import { italianDay } from '../basics/time.ts'
import { err, ok, type Result } from '../contract/result.ts'
import { type Certificate, certificate } from './certificate.ts'
import { chainStatus } from './chain.ts'
import { decode } from './der.ts'
import { holderOf } from './holder.ts'
import { CARD_KINDS, type CardKind, unfitness } from './policies.ts'
import type { Moment, RevocationStatus } from './revocation.ts'
import { isSupported } from './signature.ts'
import { inRole, issuersOf, type Trust } from './trust.ts'

/** Kinds are those of contract/evidence.ts. `date`: when it expired or becomes valid, ISO date in Italy. */
export type CertificateRefusal =
  | {
      kind:
        | 'certificate-malformed'
        | 'certificate-untrusted'
        | 'certificate-wrong-policy'
        | 'certificate-signature-unsupported'
        | 'key-unsupported'
        | 'certificate-revoked'
        | 'revocation-unknown'
        | 'codice-fiscale-invalid'
    }
  | { kind: 'certificate-expired' | 'certificate-not-yet-valid'; date: string }

export interface CardCertificate {
  card: CardKind
  codiceFiscale: string
  /** As in the subject, mostly in capitals; empty where the subject has none. */
  surname: string
  givenName: string
  /** EF.ID_Carta as the issuer of a CNS wrote it into the subject; null on cards whose subject lacks it. */
  cardId: string | null
  /** Document number of a CIE, e.g. CA00000AA; null where the subject lacks it. */
  documentNumber: string | null
  publicKey: KeyObject
  notAfter: Date
  /** `unknown-accepted`: no usable CRL was at hand, and the policy accepts that. */
  revocation: 'good' | 'unknown-accepted'
}

/** A certificate that passed every check but that of the holder's code, which comes after the signature. */
export interface TrustedCertificate {
  card: CardKind
  certificate: Certificate
  revocation: CardCertificate['revocation']
}

/**
 * Whether this is the authentication certificate of a card by a listed issuer, good at `moment.at`. The checks
 * in order: chain to a listed authority (by key), dates, policy and key, revocation. `der` must be one DER
 * certificate without trailing bytes.
 */
export function verifyChain(
  der: Uint8Array,
  trust: Trust,
  moment: Moment,
): Result<TrustedCertificate, CertificateRefusal> {
  const leaf = decode(der, certificate)
  if (!leaf) return err({ kind: 'certificate-malformed' })

  // An issuer may expire before its last cards. A card that was good on its last day is reported as expired.
  const { at, now } = moment
  const whileValid = new Date(Math.min(Math.max(+at, leaf.notBefore), leaf.notAfter))
  const issuers = issuersOf(leaf, inRole(trust.authorities, ...CARD_KINDS))
  const statuses = CARD_KINDS.flatMap((card) => {
    const status = chainStatus(leaf, inRole(issuers, card), trust, { at: whileValid, now })
    return status ? [{ card, status }] : []
  })
  if (statuses.length === 0)
    return err({ kind: isSupported(leaf) ? 'certificate-untrusted' : 'certificate-signature-unsupported' })
  // The citizen's day and not Greenwich's: a card may expire at midnight.
  if (+at < leaf.notBefore)
    return err({ kind: 'certificate-not-yet-valid', date: italianDay(new Date(leaf.notBefore)) })
  if (+at > leaf.notAfter) return err({ kind: 'certificate-expired', date: italianDay(new Date(leaf.notAfter)) })

  // Roles stay apart: an issuer of CIE cannot vouch for a CNS.
  const fit = statuses.find(({ card }) => unfitness(leaf, card) === null)
  if (!fit) {
    const keyAlone = statuses.some(({ card }) => unfitness(leaf, card) === 'key-unsupported')
    return err({ kind: keyAlone ? 'key-unsupported' : 'certificate-wrong-policy' })
  }
  const revocation = judge(fit.status, trust)
  return revocation.ok ? ok({ card: fit.card, certificate: leaf, revocation: revocation.value }) : revocation
}

function judge(
  status: RevocationStatus,
  { policy }: Trust,
): Result<CardCertificate['revocation'], { kind: 'certificate-revoked' | 'revocation-unknown' }> {
  if (status === 'revoked') return err({ kind: 'certificate-revoked' })
  if (status === 'good') return ok('good')
  return policy.whenUnknown === 'accept' ? ok('unknown-accepted') : err({ kind: 'revocation-unknown' })
}

/**
 * The whole check of a card's certificate, including the holder's codice fiscale. It tells whose card this could be;
 * only a signature proves that the card is here (`verifyEvidence`). `now`: see `Moment`.
 */
export function verifyCardCertificate(
  der: Uint8Array,
  trust: Trust,
  at: Date,
  now = at,
): Result<CardCertificate, CertificateRefusal> {
  const chain = verifyChain(der, trust, { at, now })
  return chain.ok ? withHolder(chain.value) : chain
}

/** The holder as the issuer names them. A codice fiscale passes by its check letter, omocodia included. */
export function withHolder({
  card,
  certificate: { subject, key, notAfter },
  revocation,
}: TrustedCertificate): Result<CardCertificate, { kind: 'certificate-malformed' | 'codice-fiscale-invalid' }> {
  const holder = decode(subject, holderOf)
  if (!holder) return err({ kind: 'certificate-malformed' })
  const { codiceFiscale, surname, givenName, cardId, documentNumber } = holder
  if (codiceFiscale === null) return err({ kind: 'codice-fiscale-invalid' })
  return ok({
    card,
    codiceFiscale,
    surname,
    givenName,
    cardId: card === 'cns' ? cardId : null,
    documentNumber: card === 'cie' ? documentNumber : null,
    publicKey: key,
    notAfter: new Date(notAfter),
    revocation,
  })
}
