import { chainStatus } from './chain.ts'
import { CARD_KINDS } from './policies.ts'
import type { Moment } from './revocation.ts'
import { type Authority, inRole, type Trust } from './trust.ts'

/**
 * What a log-in finds about the issuer of a card. `good`: a usable CRL covers each of its cards. `unknown`: for some or
 * all of them it has none, and the policy decides. `ended`: no chain leads from it to an anchor at this time, so its
 * cards are not recognised. `newest`: thisUpdate of the oldest CRL that counts, in ms; null without one.
 */
export interface IssuerStanding {
  issuer: Authority
  status: 'good' | 'unknown' | 'ended'
  newest: number | null
}

/** Every listed issuer of cards, by the very check of a log-in (`chainStatus`), on a card that no issuer has revoked. */
export function issuerStandings(trust: Trust, now: Date): IssuerStanding[] {
  const moment: Moment = { at: now, now }
  const listed = inRole(trust.authorities, ...CARD_KINDS)
  // An authority above another one issues to authorities.
  const above = new Set(listed.flatMap(({ issuers }) => issuers.map(({ keyId }) => keyId)))
  return listed.filter(({ keyId }) => !above.has(keyId)).map((issuer) => standing(issuer, trust, moment))
}

function standing(issuer: Authority, trust: Trust, moment: Moment): IssuerStanding {
  const crls = (trust.crls.get(issuer.keyId) ?? []).filter(({ scope }) => scope.only !== 'cas')
  // Large issuers split their CRLs: a card of each part is tried, and one of none when there is no CRL at all.
  const parts = crls.length > 0 ? crls.map(({ scope }) => scope.names ?? []) : [[]]
  const statuses = parts.map((crlNames) => {
    const card = { ...issuer.certificate, ca: false, serial: NO_SERIAL, crlNames }
    return chainStatus(card, [issuer], trust, moment)
  })
  const status = statuses.includes(null) ? 'ended' : statuses.every((one) => one === 'good') ? 'good' : 'unknown'
  const newest = crls.length > 0 ? Math.min(...crls.map(({ thisUpdate }) => thisUpdate)) : null
  return { issuer, status, newest }
}

/** RFC 5280 §4.1.2.2: no certificate has it, so no CRL lists it. */
const NO_SERIAL = Uint8Array.of(0)
