import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TotemConfig } from '../../contract/config.ts'
import type { PrinterStatus, PrintFailure } from '../../contract/device.ts'
import type { StaffLanguage } from '../../contract/language.ts'
import { type ReadinessSheet, TRIALS, type Verdict, verdictOf } from '../../contract/readiness.ts'
import { ok, type Result } from '../../contract/result.ts'
import packageJson from '../../package.json' with { type: 'json' }
import type { DeviceGone } from '../devices/index.ts'
import { freeBytes } from '../disk.ts'
import { renderPdf } from '../documents/pdf.ts'
import { placeOf } from '../documents/place.ts'
import { secondLanguage } from '../documents/second-language.ts'
import { readLog } from '../journal/log.ts'
import { readQueue } from '../queue/queue.ts'
import type { StorageFailure } from '../queue/storage.ts'
import { type Trace, tryClock } from './clock.ts'
import type { TriedHardware } from './hardware.ts'
import { tryNetwork } from './network.ts'
import { type Readiness, readinessReport } from './report.ts'
import { type Check, complete } from './rows.ts'
import { keepSheet } from './sheet.ts'
import { type Issuer, tryTrust } from './trust.ts'

export interface Examined {
  readiness: Readiness & { checks: readonly (Check & { name: string })[] }
  verdict: Verdict
  /** Issuers of cards, as a log-in finds them. */
  issuers: readonly Issuer[]
  printer: PrinterStatus
  /** Puts the report on paper; the error says why the printer has not acknowledged it. */
  print(): Promise<Result<unknown, PrintFailure | DeviceGone>>
  close(): void
}

/**
 * Tries everything that a visit needs, by the totem's configuration, and asks for no person's data. `tried` tries readers
 * and printer, by a device process of its own or the one that runs; `close` ends what it began. Each trial has its row, whatever the others find.
 * Operators get what was found, for whom `asked` says who wanted to know.
 */
export async function examine(
  config: TotemConfig,
  language: StaffLanguage,
  tried: () => Promise<TriedHardware>,
  asked: Pick<ReadinessSheet, 'by' | 'grant'>,
  now = new Date(),
): Promise<Examined> {
  const { queue, lastSync, checks: recorded } = records(config)
  const hardware = await tried()
  const [network, trust] = await Promise.all([tryNetwork(config, language, now), tryTrust(config, language, now)])
  const traces: Trace[] = [...network.traces, ...trust.traces, { what: 'log', at: lastSync }]
  const checks = complete([
    ...hardware.checks,
    ...network.checks,
    ...trust.checks,
    ...recorded,
    { key: 'clock', ...tryClock(network.clockOffMs, network.tlsCode, traces, new Date()) },
    roomRow(config),
    languageRow(config),
  ])
  await keepSheet(config.dataDir, {
    ...{ at: now.toISOString(), ...asked, version: packageJson.version },
    checks: checks.map((check) => ({ ...check, detail: onOneLine(check.detail) })),
  })
  const readiness = {
    place: placeOf(config),
    at: now,
    language,
    versions: [
      { name: packageJson.productName, version: packageJson.version },
      { name: 'Node', version: process.versions.node },
    ],
    checks: checks.map((check) => ({ ...check, name: TRIALS[check.key][language] })),
    queue,
    lastSync,
    trustListSequence: trust.sequence,
  }
  const { devices, printer } = hardware
  return {
    readiness,
    verdict: verdictOf(checks),
    issuers: trust.issuers,
    printer,
    async print() {
      const sheet = { kind: 'pdf', pdf: await renderPdf(readinessReport(readiness)) } as const
      return devices.call('printer.print', { job: 'technician.readiness', sheet, fromPage: 1 })
    },
    close: hardware.close,
  }
}

/** As operators' lists take it. */
const onOneLine = (text: string): string =>
  text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 300) || '–'

function roomRow({ dataDir, minFreeBytes }: TotemConfig): Check {
  const free = existsSync(dataDir) ? freeBytes(dataDir) : 0
  return { key: 'room', outcome: free > minFreeBytes ? 'ok' : 'failed', detail: `${Math.floor(free / 1_048_576)} MB` }
}

function languageRow({ office }: TotemConfig): Check {
  const [set, due] = [office.secondLanguage, secondLanguage(office)]
  if (set === due) return { key: 'language', outcome: 'ok', detail: set ?? '–' }
  return { key: 'language', outcome: 'attention', detail: `${set ?? '–'}, not ${due ?? '–'}` }
}

/**
 * How many requests wait, and up to when the gateway has the sync log. A totem that has never run has neither file.
 */
export function records({ dataDir }: TotemConfig): Pick<Readiness, 'queue' | 'lastSync'> & { checks: Check[] } {
  const queue = opened(join(dataDir, 'queue.db'), readQueue, (reader) => {
    const { queued, submitted, oldestQueuedAt } = reader.depth()
    return { waiting: queued + submitted, oldest: oldestQueuedAt === null ? null : new Date(oldestQueuedAt) }
  })
  const log = opened(join(dataDir, 'journal.db'), readLog, (reader) => {
    const chain = reader.chains().at(-1)
    const [last] = chain && chain.upTo > 0 ? reader.page(chain, chain.upTo - 1, 1) : []
    return last ? new Date(last.at) : null
  })
  return {
    queue: queue.ok && queue.value ? queue.value : { waiting: 0, oldest: null },
    lastSync: log.ok ? log.value : null,
    checks: [
      { key: 'queue', ...fileRow(queue) },
      { key: 'log', ...fileRow(log) },
    ],
  }
}

/** Null: there is no such file. */
function opened<R extends { close(): void }, T>(
  file: string,
  open: (file: string) => Result<R, StorageFailure>,
  look: (reader: R) => T,
): Result<T | null, StorageFailure> {
  if (!existsSync(file)) return ok(null)
  const reader = open(file)
  if (!reader.ok) return reader
  try {
    return ok(look(reader.value))
  } finally {
    reader.value.close()
  }
}

const fileRow = (file: Result<unknown, StorageFailure>): Pick<Check, 'outcome' | 'detail'> =>
  file.ok ? { outcome: 'ok', detail: '–' } : { outcome: 'failed', detail: `${file.error.kind}: ${file.error.reason}` }
