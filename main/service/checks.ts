import { existsSync, statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { TotemConfig } from '../../contract/config.ts'
import type { PrinterStatus } from '../../contract/device.ts'
import { HEAD_SIZES } from '../../contract/head.ts'
import { type LastOutage, LINE_FAULTS } from '../../contract/line.ts'
import { TRIALS, type Trial, type TrialOutcome } from '../../contract/readiness.ts'
import type { ReleaseStanding } from '../../contract/release.ts'
import packageJson from '../../package.json' with { type: 'json' }
import type { Devices } from '../devices/index.ts'
import { freeBytes } from '../disk.ts'
import { tryClock } from '../readiness/clock.ts'
import { records } from '../readiness/examine.ts'
import { lookAtHardware } from '../readiness/hardware.ts'
import { tryNetwork } from '../readiness/network.ts'
import type { Check } from '../readiness/rows.ts'
import { tryTrust } from '../readiness/trust.ts'
import { systemVoice } from '../speech/voice.ts'
import { CHECK_NAMES, type CheckKey, dayAndTime, PRINTER_SAYS, CHECK_WORDS as words } from './words.ts'

/** One line of what a check found. */
export interface Row {
  name: string
  outcome: TrialOutcome
  detail: string
}

/** What the checks look at: of the totem that runs, or of one that the command line has started for it. */
export interface Ground {
  config: TotemConfig
  devices: Pick<Devices, 'call' | 'card' | 'printer' | 'available'>
  cie: 'ready' | 'not-configured' | 'key-refused' | null
  /** What only a running totem knows; null: it does not run. */
  running: { lastOutage: LastOutage | null; release: ReleaseStanding | null; unsent: number } | null
  now(): Date
}

/** What a technician can have tried, in the order of the menu. No check shows anything of a citizen. */
export const CHECKS = {
  network: async ({ config, now }) => {
    const { checks } = await tryNetwork(config, 'it', now())
    return [...addresses(), ...rows(checks, 'gateway', 'certificate', 'authority')]
  },
  clock: async ({ config, now }) => {
    const at = now()
    const [{ clockOffMs, tlsCode, traces }, trust] = await Promise.all([
      tryNetwork(config, 'it', at),
      tryTrust(config, 'it', at),
    ])
    const { lastSync } = records(config)
    const clock = tryClock(clockOffMs, tlsCode, [...traces, ...trust.traces, { what: 'log', at: lastSync }], now())
    return [
      { name: words.here, outcome: clock.outcome, detail: dayAndTime(at) },
      { name: words.clockOff, ...clock },
    ]
  },
  reader: async (ground) => {
    const { checks } = await lookAtHardware(ground.config, ground.devices, ground.cie)
    return [...rows(checks, 'card-service', 'reader', 'cie'), await cardRow(ground)]
  },
  printer: async ({ config: { printer }, devices }) => {
    const asked = await devices.call('printer.status', {})
    const status = asked.ok ? asked.value.status : devices.printer
    const state: Row = { name: words.printer, outcome: outcomeOf(status), detail: PRINTER_SAYS[status] }
    if (printer.profile === 'a4-office')
      return [state, { name: words.profile, outcome: 'ok', detail: `${printer.profile}, ${printer.uri}` }]
    const { headDots, dotsPerMm, cutterDots } = HEAD_SIZES[printer.profile]
    return [
      state,
      { name: words.profile, outcome: 'ok', detail: `${printer.profile}, ${headDots / dotsPerMm} mm` },
      { name: words.blade, outcome: 'ok', detail: `${cutterDots / dotsPerMm} mm` },
    ]
  },
  audio: ({ config }) => sound(config),
  disk: async ({ config: { dataDir, minFreeBytes } }) => {
    const free = existsSync(dataDir) ? freeBytes(dataDir) : 0
    const size = (file: string) => statSync(join(dataDir, file), { throwIfNoEntry: false })?.size ?? 0
    return [
      { name: words.free, outcome: free > minFreeBytes ? 'ok' : 'failed', detail: megabytes(free) },
      { name: words.needed, outcome: 'ok', detail: megabytes(minFreeBytes) },
      { name: words.queueFile, outcome: 'ok', detail: megabytes(size('queue.db')) },
      { name: words.logFile, outcome: 'ok', detail: megabytes(size('journal.db')) },
    ]
  },
  line: async ({ config, now, running }) => {
    const { queue, lastSync, checks: recorded } = records(config)
    const { checks } = await tryNetwork(config, 'it', now())
    const oldest = queue.oldest ? `, ${words.oldest(dayAndTime(queue.oldest))}` : ''
    return [
      ...rows(checks, 'gateway', 'outcome-key'),
      // How many, and never whose.
      { name: words.waiting, outcome: 'ok', detail: `${queue.waiting}${oldest}` },
      ...rows(recorded, 'queue', 'log'),
      {
        name: words.lastSync,
        outcome: lastSync ? 'ok' : 'attention',
        detail: lastSync ? dayAndTime(lastSync) : words.never,
      },
      ...(running ? [{ name: words.unsent, outcome: 'ok' as const, detail: String(running.unsent) }] : []),
      ...(running?.lastOutage ? [outageRow(running.lastOutage)] : []),
    ]
  },
  trust: async ({ config, now }) => {
    const { checks, issuers } = await tryTrust(config, 'it', now())
    const row = ({ issuer, status, ageHours }: (typeof issuers)[number]): Row => ({
      name: issuer,
      outcome: status === 'good' ? 'ok' : status === 'unknown' ? 'attention' : 'failed',
      detail: ageHours === null ? words.noCrl : words.crlAge(Math.round(ageHours)),
    })
    return [...rows(checks, 'gateway-keys', 'trust', 'revocation'), ...issuers.map(row)]
  },
  versions: async ({ running }) => [
    { name: packageJson.productName, outcome: 'ok', detail: packageJson.version },
    { name: 'Electron', outcome: 'ok', detail: process.versions.electron ?? '–' },
    { name: 'Node', outcome: 'ok', detail: process.versions.node },
    releaseRow(running?.release ?? null),
  ],
} as const satisfies Record<CheckKey, (ground: Ground) => Promise<Row[]>>
export const checkKeys = Object.keys(CHECK_NAMES) as CheckKey[]

/** The worst of what was found: what was not tried may be broken. */
export function worstOf(found: readonly Pick<Row, 'outcome'>[]): TrialOutcome {
  const order: TrialOutcome[] = ['failed', 'not-tried', 'attention', 'ok']
  return order.find((outcome) => found.some((row) => row.outcome === outcome)) ?? 'not-tried'
}

const rows = (checks: readonly Check[], ...keys: Trial[]): Row[] =>
  keys
    .flatMap((key) => checks.filter((check) => check.key === key))
    .map((check) => ({
      ...{ name: TRIALS[check.key].it, outcome: check.outcome, detail: check.detail },
    }))

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toLocaleString('it-IT', { maximumFractionDigits: 1 })} MB`

export function addresses(): Row[] {
  const found = Object.entries(networkInterfaces()).flatMap(([name, all = []]) =>
    all
      .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
      .map(({ address }) => ({
        ...{ name: words.network(name), outcome: 'ok' as const, detail: address },
      })),
  )
  return found.length > 0 ? found : [{ name: words.network(''), outcome: 'failed', detail: words.noAddress }]
}

/** Reads what a card says without its PIN, and tells its kind alone: a technician's own card is a person's too. */
async function cardRow({ devices }: Ground): Promise<Row> {
  const state = devices.card?.state
  if (state !== 'present') return { name: words.card, outcome: 'not-tried', detail: words.noCard }
  const read = await devices.call('card.read', {})
  return read.ok
    ? { name: words.card, outcome: 'ok', detail: words.cardRead(read.value.card.toUpperCase(), read.value.apdus) }
    : { name: words.card, outcome: 'failed', detail: read.error.kind }
}

export const outcomeOf = (status: PrinterStatus): TrialOutcome =>
  status === 'ready' ? 'ok' : status === 'paperLow' ? 'attention' : 'failed'

/** A sentence at each volume that a citizen can choose, softest first. */
const VOLUMES = [1, 3, 5, 7] as const

async function sound({ sound: set, bench }: TotemConfig): Promise<Row[]> {
  if (!set) return [{ name: words.sound, outcome: 'attention', detail: words.noVoice }]
  const alsa = bench?.deviceEnv.ALSA_CONFIG_PATH
  const voice = systemVoice({ output: set.output, env: alsa === undefined ? {} : { ALSA_CONFIG_PATH: alsa } })
  const heard: Row[] = []
  for (const volume of VOLUMES) {
    const fault = await voice([{ lang: 'it', text: words.sentence(volume) }], { rate: 3, volume }).over
    const name = words.volume(volume)
    heard.push({ name, outcome: fault === null ? 'ok' : 'failed', detail: fault ?? words.listen })
    if (fault !== null) break
  }
  return heard
}

const outageRow = ({ from, seconds, reason }: LastOutage): Row => ({
  name: words.lastOutage,
  outcome: 'attention',
  detail: `${dayAndTime(new Date(from))}, ${Math.ceil(seconds / 60)} min: ${LINE_FAULTS[reason].it}`,
})

function releaseRow(release: ReleaseStanding | null): Row {
  const name = words.release
  if (!release) return { name, outcome: 'ok', detail: words.noRelease }
  const { running, confirmed, next } = release
  const now = words.running(running, confirmed)
  if (!next) return { name, outcome: 'ok', detail: now }
  const outcome = next.state === 'fetching' || next.state === 'fetched' ? 'ok' : 'attention'
  return { name, outcome, detail: `${now}; ${words.next(next.number, next.state, next.reason)}` }
}
