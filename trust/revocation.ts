import { HOUR_MS } from '../basics/time.ts'
import type { Certificate } from './certificate.ts'
import type { Crl } from './crl.ts'
import { sameBytes } from './der.ts'
import type { Authority, Trust } from './trust.ts'

export type RevocationStatus = 'good' | 'revoked' | 'unknown'

/**
 * The time for which a certificate is judged, and today's. A request made 20 days ago on a totem without a line is
 * judged as of then, with the CRLs of today.
 */
export interface Moment {
  at: Date
  now: Date
}

/** The most by which this clock may be behind the issuer's. */
export const CLOCK_SKEW_MS = 600_000

/**
 * Judges by the newest usable CRL of this issuer that covers this certificate. A usable CRL is not from the future and
 * was not past its nextUpdate at `at`. For a card it is also at most `maxAgeHours` old; a root writes one only twice a
 * year. A certificate that was revoked after `at` was good.
 */
export function revocationOf(
  subject: Certificate,
  issuer: Authority,
  trust: Trust,
  { at, now }: Moment,
): RevocationStatus {
  const maxAge = trust.policy.maxAgeHours * HOUR_MS
  const known = (trust.crls.get(issuer.keyId) ?? []).filter((crl) => speaksOf(crl, subject))
  const fromThePast = known.filter(({ thisUpdate }) => thisUpdate <= +now + CLOCK_SKEW_MS)
  const newest = fromThePast.reduce<Crl | null>(
    (best, crl) => (best && best.thisUpdate >= crl.thisUpdate ? best : crl),
    null,
  )
  if (!newest) return 'unknown'
  const revokedAt = newest.revokedAt(subject.serial)
  // A revocation holds, however old its list is.
  if (revokedAt !== null && revokedAt <= +at + CLOCK_SKEW_MS) return 'revoked'
  const isFresh = subject.ca || +at - newest.thisUpdate <= maxAge
  return isFresh && +at <= newest.nextUpdate ? 'good' : 'unknown'
}

/** RFC 5280 §6.3.3 (b): the certificate is within the CRL's scope. */
function speaksOf({ scope: { names, only } }: Crl, subject: Certificate): boolean {
  return (
    (only === null || (only === 'cas') === subject.ca) &&
    (names === null || names.some((name) => subject.crlNames.some((other) => sameBytes(name, other))))
  )
}
