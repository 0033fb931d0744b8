import type { TotemConfig } from '../../contract/config.ts'
import type { StaffLanguage } from '../../contract/language.ts'
import { LINE_FAULTS, type LineFault } from '../../contract/line.ts'
import type { TrialOutcome } from '../../contract/readiness.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { opens } from '../keys/rotate.ts'
import { readIdentity, standingOf, type TlsIdentity } from '../keys/tls-identity.ts'
import { type FoundKey, inspectTotemKeys } from '../keys/totem-keys.ts'
import { servesWithoutLine } from '../sync/challenges.ts'
import { createGatewayClient } from '../sync/client.ts'
import { whyDown } from '../sync/line-fault.ts'
import { askOutcomeKey } from '../sync/outcome-key.ts'
import type { Trace } from './clock.ts'
import type { Check } from './rows.ts'

/** What passes by itself: a totem without a line still records requests. */
const PASSING: readonly LineFault[] = [
  ...(['name-not-found', 'no-network', 'connection-refused', 'timed-out', 'connection-cut'] as const),
  ...(['gateway-busy', 'gateway-unavailable', 'unknown'] as const),
]

/** A card signs a challenge of the gateway's, so that a totem must have been online once. */
const NEVER_ONLINE = {
  it: 'il totem non è mai stato collegato, o non lo è da settimane, e non serve alcuna tessera',
  en: 'the totem was never online, or not for weeks, and serves no card',
} as const satisfies Record<StaffLanguage, string>

export interface Network {
  checks: Check[]
  /** How far this clock is off the gateway's, as the answer came; null: not told. */
  clockOffMs: number | null
  /** Why TLS came to nothing. */
  tlsCode: string | null
  traces: Trace[]
}

/** Private keys, certificate and gateway. Without key or certificate the gateway cannot be asked. */
export async function tryNetwork(config: TotemConfig, language: StaffLanguage, now: Date): Promise<Network> {
  const found = await inspectTotemKeys(config)
  const tls = found.find(({ use }) => use === 'tls')?.content?.toString() ?? null
  const read = await readIdentity(config, tls)
  const checks = [keysRow(config, found), codeRow(config, found), ...identityRows(read, now, language)]
  if (!read.ok) return { checks, clockOffMs: null, tlsCode: null, traces: [] }
  const traces = [{ what: 'certificate', at: read.value.begins }]
  if (tls === null) return { checks, clockOffMs: null, tlsCode: null, traces }
  const asked = await ask(config, read.value, language, now)
  return { ...asked, checks: [...checks, asked.check, await outcomeKeyRow(config, found, language)], traces }
}

/** The first key that the totem cannot use, with its file. */
function keysRow({ keyProtection }: TotemConfig, found: readonly FoundKey[]): Check {
  const bad = found.find(({ failure }) => failure)
  if (!bad?.failure) return { key: 'keys', outcome: 'ok', detail: keyProtection.kind }
  const where = 'file' in bad.failure ? bad.failure.file : bad.file
  return { key: 'keys', outcome: 'failed', detail: `${bad.failure.kind} ${where}` }
}

/** By the key that was opened, and not by what the configuration wishes. */
function codeRow({ verification }: TotemConfig, found: readonly FoundKey[]): Check {
  if (!verification) return { key: 'code', outcome: 'attention', detail: 'not-configured' }
  const key = found.find(({ use }) => use === 'verification')
  if (key?.key) return { key: 'code', outcome: 'ok', detail: key.key.kid }
  return { key: 'code', outcome: 'failed', detail: `${key?.failure?.kind ?? 'key-missing'} ${verification.key}` }
}

function identityRows(read: Awaited<ReturnType<typeof readIdentity>>, now: Date, language: StaffLanguage): Check[] {
  if (!read.ok) {
    const { kind, file } = read.error
    const key = kind === 'authority-unreadable' ? 'authority' : 'certificate'
    return [{ key, outcome: 'failed', detail: `${kind} ${file}` }]
  }
  const { begins, ends, caEnds } = read.value
  return [
    { key: 'certificate', ...endRow(begins, ends, now, language) },
    { key: 'authority', ...endRow(new Date(0), caEnds, now, language) },
  ]
}

const OF_STANDING = { good: 'ok', ending: 'attention', expired: 'failed', 'not-yet-valid': 'failed' } as const
const STANDING: Record<StaffLanguage, Record<keyof typeof OF_STANDING, string>> = {
  it: { good: 'scade il', ending: 'scade il', expired: 'scaduto il', 'not-yet-valid': 'non valido prima del' },
  en: { good: 'ends', ending: 'ends', expired: 'expired', 'not-yet-valid': 'not valid before' },
}

function endRow(
  begins: Date,
  ends: Date,
  now: Date,
  language: StaffLanguage,
): { outcome: TrialOutcome; detail: string } {
  const standing = standingOf(begins, ends, now)
  const day = (standing === 'not-yet-valid' ? begins : ends).toISOString().slice(0, 10)
  return { outcome: OF_STANDING[standing], detail: `${STANDING[language][standing]} ${day}` }
}

const OUTCOME_KEY = {
  it: {
    newest: 'il gateway ha la più recente',
    older: 'il gateway usa ancora una chiave precedente: consegnargli la più recente',
    other: 'il gateway usa una chiave che questo totem non ha: nessun esito si apre',
    'not-asked': 'il gateway non lo ha detto',
  },
  en: {
    newest: 'the gateway has the newest',
    older: 'the gateway still seals to an older key: give it the newest',
    other: 'the gateway seals to a key that this totem does not have: no outcome opens',
    'not-asked': 'the gateway did not say',
  },
} as const satisfies Record<StaffLanguage, Record<string, string>>

/** Whether this totem opens what the gateway seals to it. */
async function outcomeKeyRow(config: TotemConfig, found: readonly FoundKey[], language: StaffLanguage): Promise<Check> {
  const own = found.flatMap(({ use, key }) => (use === 'outcome' && key ? [key] : []))
  const newest = Math.max(...own.map(({ iat = 0 }) => iat))
  const held = await askOutcomeKey(config)
  const row = (outcome: TrialOutcome, how: keyof (typeof OUTCOME_KEY)['it'], what: string): Check => ({
    ...{ key: 'outcome-key', outcome },
    detail: `${what && `${what}: `}${OUTCOME_KEY[language][how]}`,
  })
  if (!held.ok) return row('attention', 'not-asked', held.error.reason)
  const { kid } = held.value
  const key = own.find(({ kid, x, y }) => opens({ kid, x: String(x), y: String(y) }, held.value))
  if (!key) return row('failed', 'other', kid)
  return (key.iat ?? 0) === newest ? row('ok', 'newest', '') : row('attention', 'older', kid)
}

async function ask(
  { gateway, dataDir }: TotemConfig,
  { certificate, key, ca }: TlsIdentity,
  language: StaffLanguage,
  now: Date,
): Promise<Pick<Network, 'clockOffMs' | 'tlsCode'> & { check: Check }> {
  const client = createGatewayClient({
    ...{ url: gateway.url, certificate, key, ca, version: packageJson.version },
    onMalformed: () => undefined,
  })
  const asked = await client.status()
  client.close()
  if (asked.ok) {
    const check = { key: 'gateway', outcome: 'ok', detail: asked.value.version } as const
    return { check, clockOffMs: Date.now() - Date.parse(asked.value.at), tlsCode: null }
  }
  const { reason, detail } = whyDown(asked.error)
  const why = `line-down ${detail}: ${LINE_FAULTS[reason][language]}`
  const serves = servesWithoutLine(dataDir, now)
  const outcome = PASSING.includes(reason) && serves ? 'attention' : 'failed'
  return {
    check: { key: 'gateway', outcome, detail: serves ? why : `${why}; never-online: ${NEVER_ONLINE[language]}` },
    clockOffMs: null,
    tlsCode: detail,
  }
}
