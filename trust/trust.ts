import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../contract/result.ts'
import type { AuthorityRole, RevocationPolicy, TrustList } from '../contract/trust.ts'
import { type Certificate, certificate, hasStrongKey, KEY_USAGE } from './certificate.ts'
import { type Crl, type CrlEnvelope, crl, crlEnvelope } from './crl.ts'
import { decode, sameBytes } from './der.ts'
import { isSignedBy } from './signature.ts'

/** An authority that may vouch for a card. Its key counts: a name proves nothing. */
export interface Authority {
  role: AuthorityRole
  anchor: boolean
  certificate: Certificate
  keyId: string
  /**
   * Authorities of the same role whose key signed this certificate; none for an anchor, which is trusted for itself.
   */
  issuers: readonly Authority[]
}

/** What a totem or the gateway trusts. */
export interface Trust {
  authorities: readonly Authority[]
  /** CRLs by the `keyId` of the authority that signed them. */
  crls: ReadonlyMap<string, readonly Crl[]>
  policy: RevocationPolicy
  /** Unusable CRLs, for the log: their issuers count as without a CRL. */
  refusedCrls: readonly CrlRefusal[]
}

/** `sha256` of the DER, hex. */
export interface CrlRefusal {
  kind: 'crl-malformed' | 'crl-unsigned'
  sha256: string
}

/** `index` of the authority that cannot be one. */
export type TrustRefusal = { kind: 'authorities-malformed'; index: number }

/**
 * Makes a trust list (`verifyTrustList`) and DER CRLs ready for use. One unusable authority refuses the whole list: a
 * half-read list would only show when a citizen's good card is turned away. An unusable CRL is left out and reported.
 */
export function loadTrust(
  list: TrustList,
  crls: readonly Uint8Array[],
  policy: RevocationPolicy,
): Result<Trust, TrustRefusal> {
  const members: { -readonly [K in keyof Authority]: Authority[K] }[] = []
  for (const [index, { role, anchor, certificate: base64 }] of list.authorities.entries()) {
    const read = decode(Buffer.from(base64, 'base64'), certificate)
    if (!read || !mayIssue(read, anchor)) return err({ kind: 'authorities-malformed', index })
    members.push({ role, anchor, certificate: read, keyId: keyIdOf(read), issuers: [] })
  }
  for (const member of members) {
    if (!member.anchor) member.issuers = issuersOf(member.certificate, inRole(members, member.role))
  }
  return ok({ authorities: members, policy, ...loadCrls(crls, members) })
}

function mayIssue({ ca, keyUsage, key, demandsMore }: Certificate, anchor: boolean): boolean {
  return (
    ca &&
    // An old self-signed root may lack it; RFC 5280 §4.2.1.3 demands it of every other CA.
    (keyUsage === null ? anchor : (keyUsage & KEY_USAGE.keyCertSign) !== 0) &&
    !demandsMore &&
    hasStrongKey(key)
  )
}

export const inRole = (authorities: readonly Authority[], ...roles: AuthorityRole[]): readonly Authority[] =>
  authorities.filter(({ role }) => roles.includes(role))

const keyIdOf = ({ spki }: Certificate) => createHash('sha256').update(spki).digest('base64')

/**
 * Authorities whose key signed this certificate. Those with the issuer's name are tried first, because one of them
 * mostly did.
 */
export function issuersOf(subject: Certificate, candidates: readonly Authority[]): readonly Authority[] {
  const signers = (byName: boolean) =>
    candidates.filter(
      ({ certificate: candidate }) =>
        sameBytes(candidate.subject, subject.issuer) === byName &&
        candidate !== subject &&
        isSignedBy(subject, candidate.key),
    )
  const named = signers(true)
  return named.length > 0 ? named : signers(false)
}

/** Sorts CRLs by the authority whose key signed them. */
export function loadCrls(ders: readonly Uint8Array[], authorities: readonly Authority[]) {
  const crls = new Map<string, Crl[]>()
  const refusedCrls: CrlRefusal[] = []
  for (const der of ders) {
    const envelope = decode(der, crlEnvelope)
    // A key counts once, even if it is listed for two roles.
    const keyId = envelope && signerOf(envelope, authorities)
    // SECURITY: anybody on the way can bring a CRL, by plain HTTP. Its entries are read only after its issuer's
    // signature holds.
    const read = keyId ? decode(der, crl) : null
    if (keyId && read) crls.set(keyId, [...(crls.get(keyId) ?? []), read])
    else {
      refusedCrls.push({
        kind: envelope && !keyId ? 'crl-unsigned' : 'crl-malformed',
        sha256: createHash('sha256').update(der).digest('hex'),
      })
    }
  }
  return { crls, refusedCrls }
}

function signerOf(list: CrlEnvelope, authorities: readonly Authority[]): string | undefined {
  return authorities.find(
    ({ certificate: { subject, keyUsage, key } }) =>
      // By name first: a region's CRL has megabytes, and each signature tried would hash them again.
      sameBytes(subject, list.issuer) &&
      (keyUsage === null || (keyUsage & KEY_USAGE.cRLSign) !== 0) &&
      isSignedBy(list, key),
  )?.keyId
}
