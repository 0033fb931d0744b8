import { X509Certificate } from 'node:crypto'
import { HOUR_MS } from '../../basics/time.ts'
import type { TotemConfig } from '../../contract/config.ts'
import type { StaffLanguage } from '../../contract/language.ts'
import type { ListDates } from '../../contract/signed-list.ts'
import type { TrustList } from '../../contract/trust.ts'
import { issuerStandings } from '../../trust/freshness.ts'
import { listStanding } from '../../trust/list-end.ts'
import type { Trust } from '../../trust/trust.ts'
import { lookAtGatewayKeys } from '../lists/gateway-keys.ts'
import { lookAtTrust } from '../lists/trust-store.ts'
import type { Trace } from './clock.ts'
import type { Check } from './rows.ts'

/** An issuer of cards as a log-in finds it; `ageHours` of its oldest CRL that counts. */
export interface Issuer {
  issuer: string
  status: 'good' | 'unknown' | 'ended'
  ageHours: number | null
}

export interface Trusting {
  checks: Check[]
  sequence: number
  issuers: Issuer[]
  traces: Trace[]
}

/** Not set where the command line runs from the sources. */
const FOR_TESTS = typeof __TEST_TRUST__ !== 'undefined' && __TEST_TRUST__

/** Trust list, CRLs and the gateway's keys, by the functions that a log-in uses. */
export async function tryTrust(config: TotemConfig, language: StaffLanguage, now: Date): Promise<Trusting> {
  const { checks, traces } = await gatewayKeys(config, language, now)
  // A bench's totem, or a build for one, is the only one that takes its issuers (invariant 9).
  const looked = await lookAtTrust(config, FOR_TESTS || config.bench !== null, now)
  if (!looked.ok) {
    checks.push({ key: 'trust', outcome: 'failed', detail: looked.error.kind })
    return { checks, traces, sequence: 0, issuers: [] }
  }
  const { trust, list, future } = looked.value
  const { authorities, sequence } = list
  const trusted = { key: 'trust', ...endOf(list, `${authorities.length} CA`, language, now) } as const
  checks.push(trusted, revocationRow(trust, language, now))
  traces.push({ what: 'trust-list', at: new Date(list.issued) }, { what: 'trust', at: future })
  return { checks, traces, sequence, issuers: issuersOf(trust, list, now) }
}

async function gatewayKeys(
  config: TotemConfig,
  language: StaffLanguage,
  now: Date,
): Promise<{ checks: Check[]; traces: Trace[] }> {
  const keys = await lookAtGatewayKeys(config)
  if (!keys.ok) return { checks: [{ key: 'gateway-keys', outcome: 'failed', detail: keys.error.kind }], traces: [] }
  const { sequence, issued } = keys.value
  return {
    checks: [{ key: 'gateway-keys', ...endOf(keys.value, `${sequence}`, language, now) }],
    traces: [{ what: 'gateway-keys', at: new Date(issued) }],
  }
}

const OF_STANDING = { good: 'ok', ending: 'attention', ended: 'failed', lapsed: 'failed' } as const
const ENDS: Record<StaffLanguage, Record<keyof typeof OF_STANDING, string>> = {
  it: { good: 'scade il', ending: 'scade il', ended: 'scaduto il', lapsed: 'fuori servizio, scaduto il' },
  en: { good: 'ends', ending: 'ends', ended: 'ended', lapsed: 'out of service, ended' },
}

/** Red after the end, although the totem serves on for a while: no technician leaves a totem so. */
function endOf(dates: ListDates, what: string, language: StaffLanguage, now: Date): Pick<Check, 'outcome' | 'detail'> {
  const standing = listStanding(dates, now)
  const day = dates.nextUpdate.slice(0, 10)
  return { outcome: OF_STANDING[standing], detail: `${what}, ${ENDS[language][standing]} ${day}` }
}

const WORDS: Record<StaffLanguage, (fresh: number, all: number, oldest: number | null) => string> = {
  it: (fresh, all, oldest) =>
    `${fresh} enti su ${all} con CRL recente${oldest === null ? '' : `, la più vecchia di ${oldest} h`}`,
  en: (fresh, all, oldest) => `${fresh} of ${all} issuers fresh${oldest === null ? '' : `, oldest ${oldest} h`}`,
}

/** Red where the policy would turn a good card away. An issuer that has ended has no good card any more. */
function revocationRow(trust: Trust, language: StaffLanguage, now: Date): Check {
  const standings = issuerStandings(trust, now)
  const alive = standings.filter(({ status }) => status !== 'ended')
  const fresh = alive.filter(({ status }) => status === 'good').length
  const ages = alive.flatMap(({ newest }) => (newest === null ? [] : [newest]))
  const oldest = ages.length > 0 ? Math.floor((+now - Math.min(...ages)) / HOUR_MS) : null
  const refuses = trust.policy.whenUnknown === 'refuse' || alive.length === 0
  const outcome = fresh === alive.length && alive.length > 0 ? 'ok' : refuses ? 'failed' : 'attention'
  return { key: 'revocation', outcome, detail: WORDS[language](fresh, alive.length, oldest) }
}

/** `loadTrust` keeps the list's order. */
const issuersOf = (trust: Trust, list: TrustList, now: Date): Issuer[] =>
  issuerStandings(trust, now).map(({ issuer, status, newest }) => ({
    issuer: nameOf(list.authorities[trust.authorities.indexOf(issuer)]?.certificate ?? ''),
    status,
    ageHours: newest === null ? null : Math.floor((+now - newest) / HOUR_MS),
  }))

const nameOf = (base64: string): string => {
  const { CN, OU, O } = new X509Certificate(Buffer.from(base64, 'base64')).toLegacyObject().subject
  return [CN ?? OU ?? O ?? '–'].flat().join(' ')
}
