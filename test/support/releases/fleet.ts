import { type Kysely, sql } from 'kysely'
import { pino } from 'pino'
import { DAY_MS, HOUR_MS } from '../../../basics/time.ts'
import { createRollouts, type Rollouts } from '../../../gateway/releases/rollouts.ts'
import { withReleases } from '../../../gateway/releases/tables.ts'
import type { Tables } from '../../../gateway/store/schema.ts'
import { fleetTotem } from '../../../simulator/fleet/plan.ts'
import { randomFrom } from '../../../simulator/population/random.ts'
import { migratedTables } from '../gateway/database.ts'

/** A day has four steps: two while the office is open, two in the night, when a totem restarts with what it fetched. */
const STEP_MS = 6 * HOUR_MS
const PAPERS_A_STEP = 3

interface SimulatedTotem {
  id: string
  running: number
  confirmed: boolean
  next: { number: number; state: 'fetched' | 'rolled-back'; reason: null } | null
  sheets: number
  faults: number
  /** Out of order for good. */
  dead: boolean
  /** Releases that it has thrown out. */
  refused: Set<number>
}

/** How a release behaves on a totem that has restarted with it. */
export interface Behaviour {
  /** Shares of totems: that do not become healthy and go back, and that are never heard of again. */
  rollsBack?: number
  dies?: number
  /** Faults a paper. */
  faults?: number
  /** Length of its file; default that of a program. */
  bytes?: number
}

/** A database for fleets, one after the other. */
export async function fleetDatabase() {
  const database = await migratedTables()
  return database
}

/**
 * A fleet of simulated totems beside the gateway's own rings on a database, a quarter of a day at a time, as fast as the
 * machine can. Each totem asks what it is to run, fetches by day, restarts at night and prints some papers a day.
 */
export async function openFleet(
  database: Kysely<Tables>,
  { totems, seed = 1, bytes = 85_000_000 }: { totems: number; seed?: number; bytes?: number },
) {
  await sql`truncate heartbeat, release_rollout, release_totem, release_hold`.execute(database)
  const clock = { now: Date.parse('2026-12-01T00:00:00.000Z') }
  const random = randomFrom(seed)
  const logged: Record<string, unknown>[] = []
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) })
  const fleet: SimulatedTotem[] = Array.from({ length: totems }, (_, index) => ({
    ...{ id: fleetTotem(index + 1), running: 0, confirmed: true, next: null, sheets: 0, faults: 0, dead: false },
    refused: new Set(),
  }))
  const ids = fleet.map(({ id }) => id)
  const rollouts: Rollouts = createRollouts({
    db: withReleases(database),
    named: { laboratory: new Set(ids.slice(0, 3)), agreed: new Set(ids.slice(3, 13)) },
    now: () => new Date(clock.now),
    log,
  })
  const behaviours = new Map<number, Behaviour>()
  let newest = 0
  const cost = { fetchedBytes: 0, restarts: 0, calls: 0, tendMs: 0 }

  /** What heartbeats leave in the database. One that says nothing new leaves the time. */
  async function beat(changed: readonly SimulatedTotem[]): Promise<void> {
    const alive = fleet.flatMap(({ id, dead }) => (dead ? [] : [id]))
    await sql`insert into heartbeat (totem, received_at, body)
      select totem, ${new Date(clock.now)}::timestamptz, '{}' from unnest(${alive}::text[]) as alive(totem)
      on conflict (totem) do update set received_at = excluded.received_at`.execute(database)
    for (const { id, running, confirmed, next, sheets, faults } of changed) {
      await rollouts.heard(id, { release: { running, confirmed, next }, sheets, faults })
      cost.calls++
    }
  }

  function restart(totem: SimulatedTotem, number: number): void {
    const { rollsBack = 0, dies = 0 } = behaviours.get(number) ?? {}
    cost.restarts++
    if (random() < dies) totem.dead = true
    else if (random() < rollsBack) {
      cost.restarts++
      totem.refused.add(number)
      totem.next = { number, state: 'rolled-back', reason: null }
    } else Object.assign(totem, { running: number, confirmed: true, next: null, sheets: 0, faults: 0 })
  }

  async function step(): Promise<void> {
    const open = [1, 2].includes(Math.floor((clock.now % DAY_MS) / STEP_MS))
    const changed = new Set<SimulatedTotem>()
    for (const totem of fleet) {
      if (totem.dead) continue
      if (open) {
        totem.sheets += PAPERS_A_STEP
        for (let paper = 0; paper < PAPERS_A_STEP; paper++)
          if (random() < (behaviours.get(totem.running)?.faults ?? 0.01)) totem.faults++
        changed.add(totem)
      }
      if (totem.running === newest || totem.refused.has(newest)) continue
      const assigned = await rollouts.assigned(totem.id)
      cost.calls++
      const wanted = assigned && assigned.from <= clock.now ? assigned.number : null
      if (wanted !== null && totem.next?.number !== wanted) {
        cost.fetchedBytes += behaviours.get(wanted)?.bytes ?? bytes
        totem.next = { number: wanted, state: 'fetched', reason: null }
      } else if (wanted === null && totem.next?.state === 'fetched') totem.next = null
      else if (!open && totem.next?.state === 'fetched') restart(totem, totem.next.number)
      else continue
      changed.add(totem)
    }
    clock.now += STEP_MS
    await beat([...changed])
    const began = performance.now()
    await rollouts.tend()
    cost.tendMs = Math.max(cost.tendMs, performance.now() - began)
  }

  await beat(fleet)
  return {
    rollouts,
    clock,
    fleet,
    logged,
    cost,
    async begins(number: number, behaviour: Behaviour = {}, urgent = false) {
      // Some days of work before, by which the release is judged.
      for (let steps = 0; steps < 8; steps++) await step()
      behaviours.set(number, behaviour)
      newest = number
      return rollouts.begin(number, urgent)
    },
    behaves: (number: number, behaviour: Behaviour) => void behaviours.set(number, behaviour),
    step,
    /** Totems that run this release, threw it out, or died of it. */
    reached: (number: number) =>
      fleet.filter(
        ({ running, refused, next, dead }) =>
          running === number || refused.has(number) || (dead && next?.number === number),
      ).length,
    runs: (number: number) => fleet.filter(({ running }) => running === number).length,
    /** Days until `done`, at most so many. */
    async until(done: () => boolean | Promise<boolean>, mostDays: number): Promise<number> {
      const began = clock.now
      while (clock.now - began < mostDays * DAY_MS && !(await done())) await step()
      return (clock.now - began) / DAY_MS
    },
  }
}
