import { EventEmitter, once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TotemConfig } from '../../contract/config.ts'
import type { DeviceEvent, PrinterStatus } from '../../contract/device.ts'
import type { Language } from '../../contract/language.ts'
import { ok, type Result } from '../../contract/result.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { verifyTrustList } from '../../trust/list.ts'
import { type DeviceProcess, type Devices, superviseDevices } from '../devices/index.ts'
import { freeBytes } from '../disk.ts'
import { renderPdf } from '../documents/pdf.ts'
import { secondLanguage } from '../documents/second-language.ts'
import { readLog } from '../journal/log.ts'
import { loadTotemKeys } from '../keys/totem-keys.ts'
import { readQueue } from '../queue/queue.ts'
import type { StorageFailure } from '../queue/storage.ts'
import { createGatewayClient } from '../sync/client.ts'
import { type Readiness, readinessReport } from './report.ts'

/** Readers answer pcscd within a second of its start. */
const READER_MS = 5_000
/** The totem judges cards by its clock and dates its papers by it. A technician should look before 5 minutes. */
const CLOCK_MS = { attention: 30_000, failed: 300_000 }

type Check = Readiness['checks'][number]
type Outcome = Check['outcome']

const NAMES = {
  it: {
    program: 'Programma di dispositivo',
    reader: 'Lettore di tessere',
    cie: 'Chiave per la CIE',
    printer: 'Stampante',
    keys: 'Chiavi private',
    gateway: 'Gateway',
    clock: 'Orologio',
    trust: 'Elenco di fiducia',
    code: 'Codice di verifica',
    room: 'Spazio su disco',
    language: 'Seconda lingua',
  },
  en: {
    program: 'Device process',
    reader: 'Card reader',
    cie: 'Key for the CIE',
    printer: 'Printer',
    keys: 'Private keys',
    gateway: 'Gateway',
    clock: 'Clock',
    trust: 'Trust list',
    code: 'Verification code',
    room: 'Disk space',
    language: 'Second language',
  },
} as const satisfies Record<Language, unknown>

export interface Examined {
  readiness: Readiness
  printer: PrinterStatus
  /** Puts the report on paper; false: the printer has not acknowledged it. */
  print(): Promise<boolean>
  close(): void
}

/**
 * Tries everything that a visit needs, by the totem's configuration, and asks for no person's data. `spawn` starts the
 * device process that is tried; `close` ends it. Details are codes, as in the sync log. The error means that the queue
 * or the sync log does not open; then nothing else was tried.
 */
export async function examine(
  config: TotemConfig,
  language: Language,
  spawn: () => DeviceProcess,
): Promise<Result<Examined, StorageFailure>> {
  const recorded = records(config)
  if (!recorded.ok) return recorded
  const check = (name: keyof (typeof NAMES)['it'], outcome: Outcome, detail: string): Check => ({
    ...{ name: NAMES[language][name], outcome, detail },
  })
  const hardware = await startHardware(spawn)
  const { devices, cie, died } = hardware
  const asked = await devices.call('printer.status', {})
  const printer = asked.ok ? asked.value.status : 'absent'
  const [network, trust] = await Promise.all([networkChecks(config), trustOf(config)])
  const due = secondLanguage(config.office)
  const set = config.office.secondLanguage
  const free = existsSync(config.dataDir) ? freeBytes(config.dataDir) : 0
  const checks = [
    ...(died === null ? [] : [check('program', 'failed', `exit ${died}`)]),
    check('reader', hardware.readers ? 'ok' : 'failed', devices.card?.state ?? 'no-reader'),
    // Without the key the totem reads CNS alone, and says so.
    check('cie', cie === 'ready' ? 'ok' : cie === 'key-refused' ? 'failed' : 'attention', cie ?? 'unknown'),
    check('printer', OUTCOMES[printer] ?? 'failed', `${config.printer.profile}: ${printer}`),
    ...network.map(([name, outcome, detail]) => check(name, outcome, detail)),
    check('trust', trust.ok ? 'ok' : 'failed', trust.detail),
    check('code', config.verification ? 'ok' : 'attention', config.verification ? 'configured' : 'not-configured'),
    check('room', free > config.minFreeBytes ? 'ok' : 'failed', `${Math.floor(free / 1_048_576)} MB`),
    check(
      'language',
      set === due ? 'ok' : 'attention',
      set === due ? (set ?? '–') : `${set ?? '–'}, not ${due ?? '–'}`,
    ),
  ]
  const readiness: Readiness = {
    place: { totem: config.totem, office: `${config.office.name} (${config.office.province})` },
    at: new Date(),
    language,
    versions: [
      { name: packageJson.productName, version: packageJson.version },
      { name: 'Node', version: process.versions.node },
    ],
    checks,
    ...recorded.value,
    trustListSequence: trust.sequence,
  }
  return ok({
    readiness,
    printer,
    async print() {
      const sheet = { kind: 'pdf', pdf: await renderPdf(readinessReport(readiness)) } as const
      return (await devices.call('printer.print', { job: 'technician.readiness', sheet, fromPage: 1 })).ok
    },
    close: () => devices.stop(),
  })
}

const OUTCOMES: Partial<Record<PrinterStatus, Outcome>> = { ready: 'ok', paperLow: 'attention' }

interface Hardware {
  devices: Devices
  cie: Extract<DeviceEvent, { event: 'ready' }>['cie'] | null
  readers: boolean
  /** Exit code of a device process that ended during the trial. */
  died: number | null
}

/** Waits until the device process has reported readers and printer, or has died. */
async function startHardware(spawn: () => DeviceProcess): Promise<Hardware> {
  const news = new EventEmitter()
  const told: Pick<Hardware, 'cie' | 'died'> & { printer: boolean } = { cie: null, died: null, printer: false }
  const devices = superviseDevices({ spawn })
  devices.start({
    onEvent(event) {
      if (event.event === 'ready') told.cie = event.cie
      if (event.event === 'printer') told.printer = true
      news.emit('news')
    },
    onStarted: () => undefined,
    onDied({ code }) {
      told.died = code
      news.emit('news')
    },
  })
  const readers = () => devices.card !== null && devices.card.state !== 'no-reader'
  const patience = AbortSignal.timeout(READER_MS)
  while (told.died === null && !(readers() && told.printer) && !patience.aborted)
    await once(news, 'news', { signal: patience }).catch(() => undefined)
  return { devices, cie: told.cie, died: told.died, readers: readers() }
}

/** Keys, gateway and clock: without the keys the gateway cannot be asked. */
async function networkChecks(config: TotemConfig): Promise<['keys' | 'gateway' | 'clock', Outcome, string][]> {
  const keys = await loadTotemKeys(config)
  if (!keys.ok) return [['keys', 'failed', keys.error.kind]]
  const known = ['keys', 'ok', config.keyProtection.kind] as ['keys', Outcome, string]
  const { url, ca, certificate } = config.gateway
  const client = createGatewayClient({
    ...{ url, key: keys.value.tls, version: packageJson.version },
    ca: contentOf(ca),
    certificate: contentOf(certificate),
    onMalformed: () => undefined,
  })
  const asked = await client.status()
  client.close()
  if (!asked.ok) {
    const { error } = asked
    const detail = error.kind === 'line-down' ? `line-down ${error.reason}` : error.kind
    // A totem without a line still records requests.
    return [known, ['gateway', error.kind === 'line-down' ? 'attention' : 'failed', detail]]
  }
  const off = Math.abs(Date.parse(asked.value.at) - Date.now())
  const outcome = off > CLOCK_MS.failed ? 'failed' : off > CLOCK_MS.attention ? 'attention' : 'ok'
  return [known, ['gateway', 'ok', asked.value.version], ['clock', outcome, `± ${Math.round(off / 1000)} s`]]
}

/** The newest list that opens: the totem takes it at its next start. */
async function trustOf({ trust, dataDir }: TotemConfig): Promise<{ ok: boolean; detail: string; sequence: number }> {
  const opened = await Promise.all(
    [trust.list, join(dataDir, 'trust', 'trust-list.jws')]
      .filter((file) => existsSync(file))
      .map(async (file) => verifyTrustList(contentOf(file).trim(), JSON.parse(contentOf(trust.listKey)))),
  )
  const lists = opened.flatMap((list) => (list.ok ? [list.value] : []))
  const newest = lists.toSorted((one, other) => other.sequence - one.sequence)[0]
  const refused = opened.find((list) => !list.ok)
  if (newest) return { ok: true, detail: `${newest.authorities.length} CA`, sequence: newest.sequence }
  return { ok: false, detail: refused && !refused.ok ? refused.error.kind : 'list-unreadable', sequence: 0 }
}

/**
 * How many requests wait, and up to when the gateway has the sync log. A totem that has never run has neither file.
 */
function records({ dataDir }: TotemConfig): Result<Pick<Readiness, 'queue' | 'lastSync'>, StorageFailure> {
  const [queueFile, logFile] = [join(dataDir, 'queue.db'), join(dataDir, 'journal.db')]
  let queue: Readiness['queue'] = { waiting: 0, oldest: null }
  if (existsSync(queueFile)) {
    const reader = readQueue(queueFile)
    if (!reader.ok) return reader
    const { queued, submitted, oldestQueuedAt } = reader.value.depth()
    reader.value.close()
    queue = { waiting: queued + submitted, oldest: oldestQueuedAt === null ? null : new Date(oldestQueuedAt) }
  }
  if (!existsSync(logFile)) return ok({ queue, lastSync: null })
  const log = readLog(logFile)
  if (!log.ok) return log
  const chain = log.value.chains().at(-1)
  const [last] = chain && chain.upTo > 0 ? log.value.page(chain, chain.upTo - 1, 1) : []
  log.value.close()
  return ok({ queue, lastSync: last ? new Date(last.at) : null })
}

/** A file that cannot be read counts as empty, and the part that needs it refuses it. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
