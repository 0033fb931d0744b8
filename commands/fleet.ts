import pg from 'pg'
import { options, usage } from './command.ts'
import { type FleetRun, runFleet } from './fleet/run.ts'

const HELP = `totem simulator fleet [--totems N] [--outage 8h] [--requests-per-day N] [--gateways N]
                      [--postgres URL|embedded] [--limit 60m] [--once] [--seed N] [--json]

Simulated totems (queue, journal, client and drain of the real one, each with its own files, keys and certificate) lose
their line, record what citizens ask, and find the line again within half a minute, each at its own time. The gateway is
real; ANPR is simulated and draws each kind of certificate once. Runs an eighth, a quarter, half and all of the totems,
and reports the cost of each. All offices take a quarter of an hour of two cores with PostgreSQL and two gateways.
  --totems N            default 6933, one for each office
  --outage 8h           how long, within the opening hours
  --requests-per-day N  of one totem, default 4: twice what all Italy asked online in October 2022
  --postgres URL        where a database for each run may be made; embedded: the gateway's own
                        (default), which takes one gateway
  --gateways N          processes on that database, default 1
  --limit 60m           for all runs together; requests unfinished by then are counted, and stay on the totems
  --once                one run, with all totems
Ends with 0 when no request was lost or carried out twice and all were finished in time.`

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 }
const SHARES = [8, 4, 2, 1]

/** `totem simulator fleet`: resolves to the exit code. */
export async function fleet(args: string[]): Promise<number> {
  const given = options(HELP, args, {
    totems: { type: 'string', default: '6933' },
    outage: { type: 'string', default: '8h' },
    'requests-per-day': { type: 'string', default: '4' },
    gateways: { type: 'string', default: '1' },
    postgres: { type: 'string', default: 'embedded' },
    limit: { type: 'string', default: '60m' },
    seed: { type: 'string', default: '1' },
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  })
  const totems = countOf('--totems', given.totems, 9_999)
  const gateways = countOf('--gateways', given.gateways, 16)
  const databaseUrl = given.postgres === 'embedded' ? null : given.postgres
  if (databaseUrl === null && gateways > 1) usage(HELP, 'the embedded database takes one gateway')
  const plan = {
    seed: countOf('--seed', given.seed, Number.MAX_SAFE_INTEGER),
    outageMs: durationOf('--outage', given.outage),
    requestsPerDay: countOf('--requests-per-day', given['requests-per-day'], 1_000),
  }
  const until = performance.now() + durationOf('--limit', given.limit)
  const sizes = given.once ? [totems] : [...new Set(SHARES.map((share) => Math.ceil(totems / share)))]
  const runs: FleetRun[] = []
  for (const size of sizes) {
    const limitMs = until - performance.now()
    if (limitMs <= 0) break
    const say = (what: string) => console.error(`${size} totems: ${what}`)
    const run = (url: string | null) => runFleet({ totems: size, plan, databaseUrl: url, gateways, limitMs, say })
    runs.push(databaseUrl === null ? await run(null) : await onNewDatabase(databaseUrl, run))
  }
  const { length } = runs
  const whole = length === sizes.length && runs.every(({ limited }) => !limited)
  const sound = runs.every(({ lost, duplicates, refused }) => lost + duplicates + refused === 0)
  if (given.json) console.log(JSON.stringify({ whole, sound, runs }, null, 2))
  else console.log(`${tableOf(runs)}\n${whole ? '' : 'The time was over before the end.\n'}`)
  return whole && sound ? 0 : 1
}

/** Runs on a database of its own, so that nothing of an earlier run is in the way. */
async function onNewDatabase<T>(url: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `fleet_${Date.now()}`
  const server = new pg.Client(url)
  await server.connect()
  try {
    await server.query(`create database ${name}`)
    // postgresql://user@host/DATABASE?…; a socket's folder leaves the host empty, which URL refuses.
    return await work(url.replace(/^([^?]*\/)[^/?]*/, `$1${name}`))
  } finally {
    await server.query(`drop database if exists ${name} with (force)`)
    await server.end()
  }
}

function countOf(option: string, text: string, most: number): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > most) usage(HELP, `${option} is a number from 1 to ${most}`)
  return count
}

function durationOf(option: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([smh])$/.exec(text) ?? usage(HELP, `${option} is e.g. 8h, 10m or 90s`)
  return Number(digits) * (UNITS[unit] ?? 0)
}

const ROWS: [what: string, of: (run: FleetRun) => string][] = [
  ['totems', ({ totems }) => String(totems)],
  ['requests recorded in the outage', ({ requests }) => String(requests)],
  ['issued', ({ issued }) => String(issued)],
  ['refused', ({ refused }) => String(refused)],
  ['lost', ({ lost }) => String(lost)],
  ['duplicates', ({ duplicates }) => String(duplicates)],
  ['unfinished when the time was over', ({ unfinished }) => String(unfinished)],
  ['asked again at ANPR, without effect', ({ repeats }) => String(repeats)],
  ['drained in, s', ({ drainS }) => drainS.toFixed(1)],
  ['outcomes a second', ({ perSecond }) => perSecond.toFixed(0)],
  ['line back to outcome, p50 / p95 / p99, s', ({ latencyMs }) => secondsOf(latencyMs)],
  ['answers 429', ({ tooManyRequests }) => String(tooManyRequests)],
  ['gateway: peak memory, MB', ({ gateway }) => String(gateway.peakMb)],
  ['gateway: processor time a request, ms', ({ gateway, issued }) => each(gateway.cpuMs, issued)],
  ['gateway: processor time a totem, ms', ({ gateway, totems }) => each(gateway.cpuMs, totems)],
  ['totem: processor time a request, ms', ({ totemsCpuMs, requests }) => each(totemsCpuMs, requests)],
]

const secondsOf = ({ p50, p95, p99 }: FleetRun['latencyMs']) =>
  [p50, p95, p99].map((ms) => (ms / 1_000).toFixed(1)).join(' / ')
const each = (sum: number, count: number) => (count > 0 ? (sum / count).toFixed(1) : '–')

function tableOf(runs: readonly FleetRun[]): string {
  return ROWS.map(([what, of]) => [what.padEnd(42), ...runs.map((run) => of(run).padStart(24))].join('')).join('\n')
}
