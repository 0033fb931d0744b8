import { type FleetRun, runFleet } from '../../commands/fleet/run.ts'
import { startPostgres } from '../support/gateway/postgres.ts'
import type { Figure } from './report.ts'

/** Post offices with a totem. */
const ALL = 6_933
/** Enough for a herd. `FLEET=full npm run bench -- fleet` measures all, a quarter of an hour on two cores. */
const SOME = 300
const PLAN = { seed: 1, outageMs: 8 * 3_600_000, requestsPerDay: 4 }
const GATEWAYS = 2
const LIMIT_MS = { some: 5 * 60_000, all: 40 * 60_000 }

/** An outage of eight hours: all totems come back at once, to two gateways on one PostgreSQL on this machine. */
export async function fleetFigures(): Promise<Figure[]> {
  const full = process.env.FLEET === 'full'
  const totems = full ? ALL : SOME
  const limitMs = full ? LIMIT_MS.all : LIMIT_MS.some
  // A smaller fleet on a database of its own shows how the cost of one totem grows with their number.
  const small = await outage(Math.ceil(totems / 4), limitMs)
  const run = await outage(totems, limitMs)
  const { issued, lost, duplicates, refused, unfinished, requests, drainS, perSecond, latencyMs, gateway } = run
  const what = `Fleet of ${totems} totems after 8 h without a line`
  const beside = (of: (run: FleetRun) => number) => [{ what: `with ${small.totems} totems`, value: of(small) }]
  const none = { at: 'most', value: 0 } as const
  return [
    { what: `${what}: requests lost, of ${requests}`, value: lost + refused, unit: '', goal: none, references: [] },
    { what: `${what}: issued twice or to nobody`, value: duplicates, unit: '', goal: none, references: [] },
    {
      what: `${what}: not drained in ${limitMs / 60_000} minutes`,
      value: unfinished,
      unit: '',
      goal: none,
      references: [],
    },
    { what: `${what}: drained in`, value: drainS, unit: 's', goal: null, references: beside((one) => one.drainS) },
    {
      what: `${what}: outcomes on totems' disks, everything on this machine`,
      value: perSecond,
      unit: '/s',
      goal: null,
      references: beside((one) => one.perSecond),
    },
    {
      what: `${what}: line back to outcome, p99`,
      value: latencyMs.p99 / 1_000,
      unit: 's',
      goal: null,
      references: beside((one) => one.latencyMs.p99 / 1_000),
    },
    {
      what: `${what}: gateways' processor time a request`,
      value: gateway.cpuMs / issued,
      unit: 'ms',
      goal: null,
      references: beside((one) => one.gateway.cpuMs / one.issued),
    },
    {
      what: `${what}: gateways' memory at its highest`,
      value: gateway.peakMb,
      unit: 'MB',
      goal: null,
      references: beside((one) => one.gateway.peakMb),
    },
  ]
}

async function outage(totems: number, limitMs: number): Promise<FleetRun> {
  const postgres = await startPostgres()
  try {
    return await runFleet({ totems, plan: PLAN, databaseUrl: postgres.url, gateways: GATEWAYS, limitMs })
  } finally {
    await postgres.stop()
  }
}
