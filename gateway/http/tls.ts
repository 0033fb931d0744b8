import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { stampOf } from '../../basics/files.ts'
import { type Clock, DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import { requiredSecret, secretIn } from '../settings/secret.ts'
import { CONFIG, textOf, Unusable } from '../settings/unusable.ts'

/** New files count after this time at the latest. */
const LOOK_EVERY_MS = MINUTE_MS
/** An operator needs some weeks for a new certificate; the log says once a day that this one ends. */
const WARN_DAYS = 30

export type TlsFiles = { key: string; certificate: string; clientCa?: string | undefined }

/** What a door shows its callers, and by whom it lets them prove themselves, as PEM. */
interface Shown {
  key: string
  cert: string
  ca?: string
}

/** What a door has beside its certificate: a new context begins without it. */
export type Kept = Pick<SecureContextOptions, 'minVersion' | 'secureOptions' | 'sessionTimeout'>

/** The certificates of one door, which change without a restart. */
export interface DoorTls {
  /** For the options of the door's server. */
  readonly shown: Shown
  /** The door shows new files too, from their connection on; `options` as its server was made with. */
  keepUp(server: FastifyInstance, options: Kept): void
  /** When the first certificate of each file ends, by setting. */
  ends(): Map<string, Date>
  /** Takes up what has changed; runs by itself every minute. */
  look(): Promise<void>
  stop(): void
}

type Reason = 'unreadable' | 'key-open-to-others' | 'malformed' | 'not-a-pair' | 'not-valid-now'

/**
 * Opens the files that `setting` names; throws `Unusable`. A file that changes counts within a minute. Key and
 * certificate that do not fit each other yet, or that cannot be used, are told, and those before are shown on.
 */
export async function openTls(
  setting: string,
  files: TlsFiles,
  { now, log }: { now: Clock; log: Logger },
): Promise<DoorTls> {
  const names = Object.values(files).filter((name) => name !== undefined)
  const stampsOf = async () => JSON.stringify(await Promise.all(names.map(stampOf)))
  let seen = await stampsOf()
  let shown = await required(setting, files)
  let warned = Number.NEGATIVE_INFINITY
  const doors: ((next: Shown) => void)[] = []

  const ends = () =>
    new Map([
      [setting, endOf(shown.cert)],
      ...(shown.ca === undefined ? [] : [[`${setting}.clientCa`, endOf(shown.ca)] as const]),
    ])

  function tellEnds(): void {
    if (+now() - warned < DAY_MS) return
    for (const [certificate, end] of ends()) {
      const days = daysTo(end, now())
      if (days >= WARN_DAYS) continue
      warned = +now()
      log[days > 0 ? 'warn' : 'error']({ kind: 'certificate-ends', certificate, days: Math.floor(days) })
    }
  }

  async function look(): Promise<void> {
    tellEnds()
    const stamps = await stampsOf()
    if (stamps === seen) return
    seen = stamps
    const next = await read(files)
    const reason = typeof next === 'string' ? next : whyNot(next, shown, now())
    if (typeof next === 'string' || reason !== null) {
      log.error({ kind: 'tls-not-taken', certificate: setting, reason })
      // A certificate of tomorrow becomes good by itself.
      if (reason === 'not-valid-now') seen = ''
      return
    }
    shown = next
    warned = Number.NEGATIVE_INFINITY
    for (const door of doors) door(next)
    log.info({ kind: 'tls-taken', certificate: setting, ends: endOf(next.cert).toISOString() })
    tellEnds()
  }

  tellEnds()
  const timer = setInterval(() => {
    look().catch(({ name, code }: NodeJS.ErrnoException) => log.error({ kind: 'tls-look-failed', name, code }))
  }, LOOK_EVERY_MS)
  return {
    get shown() {
      return shown
    },
    keepUp(server, options) {
      // A new context has new session tickets too: nobody comes in by what an earlier issuer vouched for.
      doors.push((next) => (server.server as unknown as Server).setSecureContext({ ...next, ...options }))
    },
    ends,
    look,
    stop: () => clearInterval(timer),
  }
}

export const daysTo = (end: Date, at: Date): number => (+end - +at) / DAY_MS

async function required(setting: string, files: TlsFiles): Promise<Shown> {
  const key = await requiredSecret(`${setting}.key`, files.key)
  const cert = await textOf(`${setting}.certificate`, files.certificate)
  const ca = files.clientCa === undefined ? undefined : await textOf(`${setting}.clientCa`, files.clientCa)
  if (!isPair(key, cert)) {
    const sentence = `${files.key} and ${files.certificate} are no private key and its certificate, in PEM: put both there`
    throw new Unusable(CONFIG, `${setting}: ${sentence}`)
  }
  if (ca === undefined) return { key, cert }
  if (certificatesIn(ca).length > 0) return { key, cert, ca }
  throw new Unusable(
    CONFIG,
    `${setting}.clientCa: ${files.clientCa} holds no certificate in PEM: put the issuer’s there`,
  )
}

async function read(files: TlsFiles): Promise<Shown | Reason> {
  try {
    const key = await secretIn(files.key)
    if (!key.ok) return key.error.kind
    const cert = await readFile(files.certificate, 'utf8')
    return { key: key.value, cert, ...(files.clientCa && { ca: await readFile(files.clientCa, 'utf8') }) }
  } catch {
    return 'unreadable'
  }
}

/** Why these are not shown in place of those before; null: they are. */
function whyNot(next: Shown, before: Shown, at: Date): Reason | null {
  const [leaf] = certificatesIn(next.cert)
  if (!leaf || (next.ca !== undefined && certificatesIn(next.ca).length === 0)) return 'malformed'
  if (!isPair(next.key, next.cert)) return 'not-a-pair'
  return isGood(leaf, at) || !isGood(certificatesIn(before.cert)[0], at) ? null : 'not-valid-now'
}

const isGood = (certificate: X509Certificate | undefined, at: Date): boolean =>
  certificate !== undefined && certificate.validFromDate <= at && at < certificate.validToDate

function isPair(key: string, cert: string): boolean {
  try {
    createSecureContext({ key, cert })
    return true
  } catch {
    return false
  }
}

/** None where one of them cannot be read. */
function certificatesIn(pem: string): X509Certificate[] {
  try {
    return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
      (each) => new X509Certificate(each),
    )
  } catch {
    return []
  }
}

/** When the first of a file's certificates ends: of a chain, nothing holds without one of its links. */
const endOf = (pem: string): Date => new Date(Math.min(...certificatesIn(pem).map(({ validToDate }) => +validToDate)))
