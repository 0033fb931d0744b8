import { DAY_MS } from '../../basics/time.ts'
import type { Validity } from './issue.ts'

const days = (count: number) => new Date(Date.now() + count * DAY_MS)

export const AUTHORITY_VALIDITY: Validity = { notBefore: days(-3660), notAfter: days(3650) }
/** A CNS certificate is valid for up to six years, a CIE's for ten. */
export const GOOD: Validity = { notBefore: days(-300), notAfter: days(1890) }
export const EXPIRED: Validity = { notBefore: days(-2200), notAfter: days(-10) }
export const NOT_YET_VALID: Validity = { notBefore: days(10), notAfter: days(2200) }

/** QCP-n-qscd (ETSI EN 319 411-2): a qualified-signature certificate, which must never become a log-in. */
export const QUALIFIED_SIGNATURE_POLICY = '0.4.0.194112.1.2'

/** People whose cards exist in every wrong form too, with the person whose code is in `.other-cf`. */
export const VARIANTS_OF: ReadonlyMap<string, string> = new Map([
  ['anna-bianchi', 'giovanni-ricci'],
  ['mario-rossi', 'elena-ferrari'],
])
