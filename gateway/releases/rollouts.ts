import { type Selectable, sql, type Updateable } from 'kysely'
import type { Logger } from 'pino'
import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import { type Baseline, fetchFrom, judge, LAST_RING, type Named, type RingFacts, ringOf } from './rings.ts'
import type { ReleaseDatabase, ReleaseTables } from './tables.ts'

/** A totem calls once a minute; a rural line may be down for a while. */
const SILENT_MS = 30 * MINUTE_MS

/** SECURITY: a totem counts its own papers and faults. More than these of one totem move no release. */
const MOST_VISITS_OF_ONE = 200
const MOST_FAULTS_BESIDE_VISITS = 5
const MOST_TOLD = 1_000_000

type Rollout = Selectable<ReleaseTables['release_rollout']>
type Stood = Selectable<ReleaseTables['release_totem']> & { received_at: Date }

export interface RolloutOverview {
  number: number
  ring: number
  urgent: boolean
  beganAt: string
  stopped: { at: string; why: string } | null
  facts: RingFacts
}

/** How the releases go through the fleet: ring after ring, each by what the ring before has shown. */
export interface Rollouts {
  /** Notes how a totem stands, by its heartbeat. */
  heard(totem: string, heartbeat: Pick<Heartbeat, 'release' | 'sheets' | 'faults'>): Promise<void>
  /** What a totem is to run, and not before when (ms); null: what it has. */
  assigned(totem: string): Promise<{ number: number; from: number; urgent: boolean } | null>
  /** Judges the newest release, and lets it go on or stops it. Any gateway may, and several at once. */
  tend(): Promise<void>
  /** Begins with the first ring; false when it has begun already. */
  begin(number: number, urgent: boolean): Promise<boolean>
  /** False when there is nothing to stop, or to lift. */
  stop(number: number): Promise<boolean>
  lift(number: number): Promise<boolean>
  /** A held totem keeps what it has, whatever its ring gets. */
  hold(totem: string, held: boolean, on?: ReleaseDatabase): Promise<void>
  overview(): Promise<RolloutOverview[]>
}

export function createRollouts({
  db,
  named,
  now,
  log,
}: {
  db: ReleaseDatabase
  named: Named
  now: Clock
  log: Logger
}): Rollouts {
  const newest = () =>
    db.selectFrom('release_rollout').selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst()

  const standings = (): Promise<Stood[]> =>
    db
      .selectFrom('release_totem')
      .innerJoin(sql<{ totem: string; received_at: Date }>`heartbeat`.as('heartbeat'), (join) =>
        join.onRef('heartbeat.totem', '=', 'release_totem.totem'),
      )
      .selectAll('release_totem')
      .select('heartbeat.received_at')
      .execute()

  const isSilent = ({ received_at: heard }: Stood) => +now() - +heard > SILENT_MS

  function factsOf(rollout: Rollout, all: readonly Stood[]): { facts: RingFacts; baseline: Baseline } {
    const { number, ring } = rollout
    const facts: RingFacts = { heard: 0, confirmed: 0, rolledBack: 0, silent: 0, visits: 0, faults: 0 }
    const rest = { totems: 0, silent: 0, visits: 0, faults: 0 }
    for (const totem of all) {
      const { visits, faults } = believed(totem)
      // SECURITY: what a totem says of a release that it was not given counts for nothing.
      const given = ringOf(totem.totem, number, named) <= ring
      const rolledBack = given && totem.next === number && totem.next_state === 'rolled-back'
      const has = totem.next === number && (totem.next_state === 'fetched' || totem.next_state === 'installed')
      const took = given && (totem.running === number || has)
      if (given && !isSilent(totem)) facts.heard++
      if (rolledBack) facts.rolledBack++
      else if (took && isSilent(totem)) facts.silent++
      else if (took && totem.running === number && totem.confirmed) {
        facts.confirmed++
        facts.visits += visits
        facts.faults += faults
      }
      if (took || rolledBack) continue
      rest.totems++
      if (isSilent(totem)) rest.silent++
      rest.visits += visits
      rest.faults += faults
    }
    facts.rolledBack = Math.max(0, facts.rolledBack - rollout.excused_rolled_back)
    facts.silent = Math.max(0, facts.silent - rollout.excused_silent)
    facts.faults = Math.max(0, Math.round(facts.faults) - rollout.excused_faults)
    facts.visits = Math.round(facts.visits)
    // The rest becomes few, and few show nothing: it counts where it is worse than the fleet was.
    return {
      facts,
      baseline: {
        silentShare: Math.max(rollout.silent_before, share(rest.silent, rest.totems)),
        faultsPerVisit: Math.max(rollout.faults_before, share(rest.faults, rest.visits)),
      },
    }
  }

  /** Only from the state that was judged: of two gateways one has its way. */
  const change = async (
    { number, ring }: Rollout,
    to: Updateable<ReleaseTables['release_rollout']>,
  ): Promise<boolean> => {
    const { numUpdatedRows } = await db
      .updateTable('release_rollout')
      .set(to)
      .where('number', '=', number)
      .where('ring', '=', ring)
      .where('stopped_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  return {
    async heard(totem, { release, ...told }) {
      if (!release) return
      const [sheets, faults] = [Math.min(told.sheets, MOST_TOLD), Math.min(told.faults, MOST_TOLD)]
      const { running, confirmed, next } = release
      await sql`
        insert into release_totem
          (totem, running, confirmed, next, next_state, next_reason, sheets_told, faults_told)
        values (${totem}, ${running}::integer, ${confirmed}::boolean, ${next?.number ?? null}::integer,
          ${next?.state ?? null}::text, ${next?.reason ?? null}::text, ${sheets}::integer, ${faults}::integer)
        on conflict (totem) do update set
          running = excluded.running, confirmed = excluded.confirmed, next = excluded.next,
          next_state = excluded.next_state, next_reason = excluded.next_reason,
          sheets_told = excluded.sheets_told, faults_told = excluded.faults_told,
          visits = ${grown('visits', 'sheets_told')}, faults = ${grown('faults', 'faults_told')}
        where (release_totem.running, release_totem.confirmed, release_totem.next, release_totem.next_state,
            release_totem.next_reason, release_totem.sheets_told, release_totem.faults_told)
          is distinct from (excluded.running, excluded.confirmed, excluded.next, excluded.next_state,
            excluded.next_reason, excluded.sheets_told, excluded.faults_told)`.execute(db)
    },

    async assigned(totem) {
      const rollout = await newest()
      if (!rollout || rollout.stopped_at) return null
      const ring = ringOf(totem, rollout.number, named)
      if (ring > rollout.ring) return null
      const held = await db.selectFrom('release_hold').select('totem').where('totem', '=', totem).executeTakeFirst()
      if (held) return null
      const { number, urgent, ring_at: began } = rollout
      // Whoever was in an earlier ring has had time.
      const from = ring === rollout.ring ? fetchFrom(totem, number, ring, +began, urgent) : +began
      return { number, from, urgent }
    },

    async tend() {
      const rollout = await newest()
      if (!rollout || rollout.stopped_at) return
      const { number, ring, urgent } = rollout
      const { facts, baseline } = factsOf(rollout, await standings())
      const verdict = judge(facts, baseline, { ring, urgent, restedMs: +now() - +rollout.ring_at })
      if (verdict === 'wait') return
      if (verdict === 'next') {
        if (await change(rollout, { ring: Math.min(ring + 1, LAST_RING), ring_at: now() }))
          log.info({ kind: 'release-goes-on', release: number, ring: ring + 1, ...facts })
      } else if (await change(rollout, { stopped_at: now(), stopped_why: verdict.stop }))
        log.error({ kind: 'release-stopped', release: number, ring, reason: verdict.stop, ...facts })
    },

    async begin(number, urgent) {
      const at = now()
      const all = await standings()
      const sum = (of: (totem: Stood) => number) => all.reduce((so, totem) => so + of(totem), 0)
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('release_rollout')
        .values({
          ...{ number, urgent, ring: 0, began_at: at, ring_at: at, stopped_at: null, stopped_why: null },
          silent_before: share(
            sum((totem) => (isSilent(totem) ? 1 : 0)),
            all.length,
          ),
          faults_before: share(
            sum((totem) => believed(totem).faults),
            sum((totem) => believed(totem).visits),
          ),
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return (numInsertedOrUpdatedRows ?? 0n) > 0n
    },

    async stop(number) {
      const rollout = await newest()
      return rollout?.number === number && change(rollout, { stopped_at: now(), stopped_why: 'operator' })
    },

    async lift(number) {
      const rollout = await newest()
      if (rollout?.number !== number || !rollout.stopped_at) return false
      const unexcused = { ...rollout, excused_rolled_back: 0, excused_silent: 0, excused_faults: 0 }
      const { facts } = factsOf(unexcused, await standings())
      const { numUpdatedRows } = await db
        .updateTable('release_rollout')
        .set({
          ...{ stopped_at: null, stopped_why: null, ring_at: now() },
          ...{ excused_rolled_back: facts.rolledBack, excused_silent: facts.silent, excused_faults: facts.faults },
        })
        .where('number', '=', number)
        .where('stopped_at', '=', rollout.stopped_at)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async hold(totem, held, on = db) {
      if (held)
        await on
          .insertInto('release_hold')
          .values({ totem, held_at: now() })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      else await on.deleteFrom('release_hold').where('totem', '=', totem).execute()
    },

    async overview() {
      const [rollouts, all] = [
        await db.selectFrom('release_rollout').selectAll().orderBy('number', 'desc').limit(50).execute(),
        await standings(),
      ]
      return rollouts.map((rollout) => ({
        ...{ number: rollout.number, ring: rollout.ring, urgent: rollout.urgent },
        beganAt: rollout.began_at.toISOString(),
        stopped: rollout.stopped_at && { at: rollout.stopped_at.toISOString(), why: rollout.stopped_why ?? 'operator' },
        facts: factsOf(rollout, all).facts,
      }))
    },
  }
}

/** What one totem's counts weigh: in their own proportion up to so many papers, and no fault without one beyond a few. */
function believed({ visits, faults }: Pick<Stood, 'visits' | 'faults'>): { visits: number; faults: number } {
  const weight = Math.min(1, MOST_VISITS_OF_ONE / Math.max(visits, 1))
  return { visits: visits * weight, faults: Math.min(faults, visits + MOST_FAULTS_BESIDE_VISITS) * weight }
}

const share = (some: number, all: number) => (all > 0 ? some / all : 0)

/** A count since the release was confirmed; what a totem tells begins at 0 with each start of its main. */
const grown = (kept: 'visits' | 'faults', told: 'sheets_told' | 'faults_told') => sql`least(1000000000, case
  when not excluded.confirmed or not release_totem.confirmed or release_totem.running <> excluded.running then 0
  when ${sql.ref(`excluded.${told}`)} < ${sql.ref(`release_totem.${told}`)}
    then ${sql.ref(`release_totem.${kept}`)} + ${sql.ref(`excluded.${told}`)}
  else ${sql.ref(`release_totem.${kept}`)} + ${sql.ref(`excluded.${told}`)} - ${sql.ref(`release_totem.${told}`)} end)`
