import { fleetDatabase, openFleet } from '../support/releases/fleet.ts'
import type { Figure } from './report.ts'

/** Post offices with a totem. */
const ALL = 6_933
const SOME = 700
const MB = 1_000_000
/** One fault in ten papers, where one in a hundred is usual: a release that starts well and works badly. */
const BAD = { faults: 0.1 }

/** A whole system, as `npm run guest` makes it. */
const SYSTEM = { bytes: 560 * MB }

/**
 * A good program through the whole fleet, a good system, and a bad release that must stop by itself. `FLEET=full npm run bench -- rollout`
 * takes all totems.
 */
export async function rolloutFigures(): Promise<Figure[]> {
  const totems = process.env.FLEET === 'full' ? ALL : SOME
  const database = await fleetDatabase()
  try {
    const fleet = await openFleet(database, { totems })
    await fleet.begins(1)
    const days = await fleet.until(() => fleet.runs(1) === totems, 60)
    const { fetchedBytes, restarts, tendMs } = fleet.cost
    const missed = totems - fleet.runs(1)
    await fleet.begins(2, SYSTEM)
    const systemDays = await fleet.until(() => fleet.runs(2) === totems, 60)
    const systemBytes = fleet.cost.fetchedBytes - fetchedBytes
    await fleet.begins(3, BAD)
    const stopped = async () => (await fleet.rollouts.overview())[0]?.stopped !== null
    const badDays = await fleet.until(stopped, 60)
    const [bad] = await fleet.rollouts.overview()
    const figure = (what: string, value: number, unit: string, most: number | null): Figure => ({
      ...{ what: `Release over ${totems} totems: ${what}`, value, unit, references: [] },
      goal: most === null ? null : { at: 'most', value: most },
    })
    return [
      figure('totems that a good one has not reached', missed, '', 0),
      figure('days until it has reached all', days, 'd', null),
      figure('fetched, all together', fetchedBytes / MB / 1_000, 'GB', null),
      figure('days until a whole system has reached all', systemDays, 'd', null),
      figure('fetched for it, all together', systemBytes / MB / 1_000, 'GB', null),
      figure('restarts', restarts, '', null),
      figure('longest judgement of a ring at the gateway', tendMs, 'ms', null),
      figure('ring in which a bad one stops by itself', (await stopped()) ? (bad?.ring ?? 9) : 9, '', 2),
      figure('totems that the bad one has reached', fleet.reached(3), '', Math.ceil(totems * 0.015) + 13),
      figure('days until it stops', badDays, 'd', null),
    ]
  } finally {
    await database.destroy()
  }
}
