import { type KeyObject, X509Certificate } from 'node:crypto'
import { isCodiceFiscale } from '../contract/identity.ts'
import { err, ok, type Result } from '../contract/result.ts'
import type { Authorities } from './authorities.ts'
import { type CertificateFields, certificateFields } from './certificate-fields.ts'
import { CLIENT_AUTH, IDENTIFYING_POLICIES } from './policies.ts'

/** Names are those of contract/gateway.ts `refusalKind`. */
export type CertificateRefusal = {
  kind:
    | 'certificate-malformed'
    | 'certificate-untrusted'
    | 'certificate-expired'
    | 'certificate-not-yet-valid'
    | 'certificate-wrong-policy'
    | 'codice-fiscale-invalid'
}

export interface CardCertificate {
  codiceFiscale: string
  /** EF.ID_Carta as the issuer wrote it into the subject; null on cards that do not carry it there. */
  cardId: string | null
  publicKey: KeyObject
  notAfter: Date
}

/** A certificate that passed every check but that of the holder's code, which comes after the signature. */
export interface TrustedCertificate {
  publicKey: KeyObject
  notAfter: Date
  commonName: string | null
}

// RFC 5280 §4.2.1.3: bit 0 and bit 1 of the first byte.
const DIGITAL_SIGNATURE = 0x80
const NON_REPUDIATION = 0x40
/** A CNS certificate is under 2 KB; a card has at most 32 KB of memory. */
const MAX_CERTIFICATE_BYTES = 32_768

/**
 * Is this the authentication certificate of a card that a listed issuer made, good at `at`? Checks in the order of
 * cards.md §9 up to the extended key usage. `der` must be one DER certificate without trailing bytes.
 *
 * Revocation is not checked here: the issuers' CRLs and OCSP responders are reached neither by the totem nor by this
 * gateway yet, so `certificate-revoked` is never answered.
 */
export function verifyChain(
  der: Uint8Array,
  authorities: Authorities,
  at: Date,
): Result<TrustedCertificate, CertificateRefusal> {
  const parsed = parse(der)
  if (!parsed) return err({ kind: 'certificate-malformed' })
  const { x509, fields } = parsed

  // By key, not by name: two issuers may carry the same DN, and a name costs nothing to copy.
  const issuer = authorities.some(
    ({ key, notBefore, notAfter }) => notBefore <= at && at <= notAfter && isSignedBy(x509, key),
  )
  if (!issuer) return err({ kind: 'certificate-untrusted' })

  const notAfter = new Date(x509.validTo)
  if (at < new Date(x509.validFrom)) return err({ kind: 'certificate-not-yet-valid' })
  if (at > notAfter) return err({ kind: 'certificate-expired' })
  if (!isForAuthentication(fields, x509.publicKey)) return err({ kind: 'certificate-wrong-policy' })

  // Two common names would let two readers see two people.
  const [commonName = null, ...others] = fields.commonNames
  return ok({ publicKey: x509.publicKey, notAfter, commonName: others.length === 0 ? commonName : null })
}

/**
 * The whole check of a card's certificate, holder's codice fiscale included. It says whose card this could be; that the
 * card is here is said only by a signature (`verifyEvidence`).
 */
export function verifyCardCertificate(
  der: Uint8Array,
  authorities: Authorities,
  at: Date,
): Result<CardCertificate, CertificateRefusal> {
  const chain = verifyChain(der, authorities, at)
  return chain.ok ? withHolder(chain.value) : chain
}

/** Common name of a CNS: `<codice fiscale>/<card id>.<hash of EF.Dati_personali>`; the prefix is that of ETSI EN 319 412-1. */
const HOLDER = /^(?:TINIT-)?([A-Z0-9]{16})(?:\/([^./]{1,16})\.|$|[^A-Z0-9])/

/** The holder as the issuer names them. A codice fiscale is accepted by its check letter, omocodia included. */
export function withHolder(trusted: TrustedCertificate): Result<CardCertificate, { kind: 'codice-fiscale-invalid' }> {
  const [, codiceFiscale = '', cardId = null] = HOLDER.exec(trusted.commonName ?? '') ?? []
  if (!isCodiceFiscale(codiceFiscale)) return err({ kind: 'codice-fiscale-invalid' })
  return ok({ codiceFiscale, cardId, publicKey: trusted.publicKey, notAfter: trusted.notAfter })
}

function parse(der: Uint8Array): { x509: X509Certificate; fields: CertificateFields } | null {
  if (der.length === 0 || der.length > MAX_CERTIFICATE_BYTES) return null
  try {
    const x509 = new X509Certificate(der)
    // OpenSSL stops at the end of the certificate and would let anything follow it.
    if (x509.raw.length !== der.length) return null
    // Touch the key: a subjectPublicKeyInfo that cannot be read throws only when it is asked for.
    x509.publicKey.asymmetricKeyType
    return { x509, fields: certificateFields(der) }
  } catch {
    return null
  }
}

function isSignedBy(x509: X509Certificate, key: KeyObject): boolean {
  try {
    return x509.verify(key)
  } catch {
    // A key of another algorithm than the signature's.
    return false
  }
}

function isForAuthentication({ policies, keyUsage, extendedKeyUsages }: CertificateFields, key: KeyObject): boolean {
  return (
    // Both cards sign with RSA (cards.md §4).
    key.asymmetricKeyType === 'rsa' &&
    policies.some((policy) => IDENTIFYING_POLICIES.includes(policy)) &&
    (keyUsage & DIGITAL_SIGNATURE) !== 0 &&
    // A certificate for qualified signatures must never become a log-in.
    (keyUsage & NON_REPUDIATION) === 0 &&
    extendedKeyUsages.includes(CLIENT_AUTH)
  )
}
