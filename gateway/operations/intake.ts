import { setImmediate as turn } from 'node:timers/promises'
import { fromKysely, type PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import type { CallerAt } from '../../contract/caller.ts'
import { noRoom, type Problem, refusalKind, type Submission, type SubmissionResult } from '../../contract/gateway.ts'
import { openRequest, type SealingKeys } from '../sealing/sealing.ts'
import type { Bounds } from '../settings/config.ts'
import { type Accepted, broughtBefore, type KnownRow, lockTotem, record, standingOf } from '../store/operations.ts'
import { sealedOutcomes } from '../store/outcomes.ts'
import { WORK } from '../store/queues.ts'
import type { Database } from '../store/schema.ts'
import type { Bell } from './bell.ts'
import { ageProblem } from './decide.ts'
import { type NoRoom, placesFor, VISIT_MS } from './room.ts'

type Item = Submission['items'][number]
type ItemResult = SubmissionResult['results'][number]

/** Items opened in one turn of the event loop, 0.2 ms each: fifty in a row would make a citizen wait. */
const TURN = 10
/**
 * KnownRow outcomes of up to so many bytes go into the answer; the rest comes by /v1/outcomes, whose pages are as large.
 */
const TOLD_BYTES = 512 * 1024

const refused = (operation: string, kind: Problem['kind'], anpr: string | null = null): ItemResult => ({
  operation,
  state: 'refused',
  problem: { kind, anpr },
})
const later = (operation: string, reason: string): ItemResult => ({ operation, state: 'later', reason })

type Refused = Extract<ItemResult, { state: 'refused' }>
const isOutdated = (one: Accepted | ItemResult): one is Refused =>
  'state' in one && one.state === 'refused' && one.problem.kind === 'request-outdated'

export type Intake = (caller: CallerAt<'totem'>, items: readonly Item[]) => Promise<ItemResult[]>

/**
 * Takes requests in: opens and checks them, and records each with its job in one transaction. So a request that is told
 * as pending is on the disk and will be worked on. An operation id takes effect once: the first request under it
 * counts, and whoever repeats it gets what is known of it. A bad item harms no other.
 */
export function createIntake({
  db,
  boss,
  bell,
  sealingKeys,
  bounds,
  now,
  log,
}: {
  db: Database
  boss: PgBoss
  bell: Bell
  sealingKeys: SealingKeys
  bounds: Bounds
  now: Clock
  log: Logger
}): Intake {
  /** Submissions of one totem are opened one after the other, so that none of them takes others' turns. */
  const turns = new Map<string, Promise<unknown>>()

  /** The item to be recorded, or the answer to it. */
  function check(caller: CallerAt<'totem'>, item: Item): Accepted | ItemResult {
    const { operation: id, sealed } = item
    const { id: totem } = caller
    const opened = openRequest(item, sealingKeys, caller)
    if (!opened.ok) {
      const { kind } = opened.error
      if (kind === 'request-unopened' || kind === 'request-later') {
        // A wrong key or an old gateway would refuse the backlog of every totem: an operator must look, nothing is decided.
        log.error({ kind, totem, operation: id })
        return later(id, kind)
      }
      log.warn({ kind, totem, operation: id })
      return refused(id, kind)
    }
    const kind = ageProblem(opened.value.request, now())
    if (kind === null) return { id, digest: opened.value.digest, sealed }
    log.error({ kind, totem, operation: id })
    return kind === 'request-expired' ? refused(id, kind) : later(id, kind)
  }

  /** How many of these new requests have room, and where they stand. */
  async function roomFor(on: Database, totem: string, submitted: { items: number; fresh: number }) {
    const standing = await standingOf(on, totem, now(), new Date(+now() - VISIT_MS))
    return placesFor(standing, submitted, bounds)
  }

  /** Records what has room, each with its job at its place. */
  function store(totem: string, items: readonly Accepted[], submitted: number) {
    return db.transaction().execute(async (transaction) => {
      await lockTotem(transaction, totem)
      const known = await broughtBefore(
        transaction,
        totem,
        items.map(({ id }) => id),
      )
      const fresh = items.filter(({ id }) => !known.has(id))
      const { places, reason } = await roomFor(transaction, totem, { items: submitted, fresh: fresh.length })
      const placeOf = new Map(fresh.slice(0, places.length).map(({ id }, index) => [id, places[index]]))
      const taken = items
        .filter(({ id }) => known.has(id) || placeOf.has(id))
        .map((item) => ({ ...item, express: placeOf.get(item.id)?.express ?? false }))
      const { rows, begun } = await record(transaction, totem, taken, now())
      const jobs = begun.map((operation) => ({
        data: { totem, operation },
        priority: placeOf.get(operation)?.priority ?? 0,
      }))
      if (jobs.length > 0) await boss.insert(WORK, jobs, { db: fromKysely(transaction) })
      return { rows, begun, reason }
    })
  }

  /** Records items, and answers what is known of each. An item is refused when another request has its id. */
  async function recorded(
    totem: string,
    items: readonly Accepted[],
    submitted: number,
  ): Promise<(item: Accepted) => ItemResult> {
    // The same id twice in a batch: the first item counts.
    const once = [...new Map(items.toReversed().map((item) => [item.id, item])).values()].toReversed()
    const { rows, begun, reason } = await store(totem, once, submitted)
    if (begun.length > 0) bell.ring(WORK)
    const tell = await tellOf(totem, [...rows.values()])
    return ({ id, digest }) => {
      const row = rows.get(id)
      if (!row) return later(id, reason)
      if (row.digest !== digest) {
        log.warn({ kind: 'operation-id-taken', totem, operation: id })
        return refused(id, 'request-malformed')
      }
      return tell(row)
    }
  }

  /** Answers what became of these operations, as far as their outcomes go into one answer. */
  async function tellOf(totem: string, rows: readonly KnownRow[]): Promise<(row: KnownRow) => ItemResult> {
    const issued = rows.filter(({ state }) => state === 'issued')
    const outcomes = await sealedOutcomes(
      db,
      totem,
      issued.map(({ id }) => id),
    )
    let told = 0
    return (row) => {
      const { id } = row
      if (row.state === 'refused') return refused(id, refusalKind.parse(row.refusal), row.refusal_anpr)
      if (row.state === 'pending') return { operation: id, state: 'pending' }
      const outcome = outcomes.get(id)
      // The outcome was fetched and erased since, so nobody waits for it any more.
      if (outcome === undefined) return refused(id, 'request-expired')
      told += outcome.length
      return told > TOLD_BYTES && told > outcome.length
        ? { operation: id, state: 'pending' }
        : { operation: id, state: 'issued', outcome }
    }
  }

  /**
   * A request of an earlier version that this totem has brought before. Its text is not read any more, and its operation
   * has taken effect all the same: a totem that heard a refusal would throw away what ANPR has issued.
   */
  async function toldBefore(totem: string, results: readonly (Accepted | ItemResult)[]) {
    const ids = results.filter(isOutdated).map(({ operation }) => operation)
    const rows = await broughtBefore(db, totem, ids)
    const tell = await tellOf(totem, [...rows.values()])
    return results.map((one) => {
      const row = isOutdated(one) ? rows.get(one.operation) : undefined
      return row ? tell(row) : one
    })
  }

  /**
   * The ids that are opened: those that are known, and as many others as have room. What is turned away costs the
   * gateway a look-up and nothing else.
   */
  async function worthOpening(
    totem: string,
    ids: readonly string[],
  ): Promise<{ has(id: string): boolean; reason: NoRoom }> {
    const known = await broughtBefore(db, totem, ids)
    const fresh = [...new Set(ids)].filter((id) => !known.has(id))
    const { places, reason } = await roomFor(db, totem, { items: ids.length, fresh: fresh.length })
    const open = new Set([...known.keys(), ...fresh.slice(0, places.length)])
    return { has: (id) => open.has(id), reason }
  }

  const notRecorded = (totem: string, items: number, failure: unknown) => {
    const { name, code } = failure as { name?: string; code?: unknown }
    log.error({ kind: 'operations-not-recorded', totem, items, name, code })
  }

  async function takeIn(caller: CallerAt<'totem'>, items: readonly Item[]): Promise<ItemResult[]> {
    const { id: totem } = caller
    const checked: (Accepted | ItemResult)[] = []
    try {
      const ids = items.map(({ operation }) => operation)
      const open = await worthOpening(totem, ids)
      let opened = 0
      for (const item of items) {
        if (!open.has(item.operation)) {
          checked.push(later(item.operation, open.reason))
          continue
        }
        if (opened++ % TURN === 0) await turn()
        checked.push(check(caller, item))
      }
    } catch (failure) {
      notRecorded(totem, items.length, failure)
      return items.map(({ operation }) => later(operation, 'not-recorded'))
    }
    const accepted = checked.filter((one) => 'digest' in one)
    if (accepted.length === 0 && !checked.some(isOutdated)) return checked as ItemResult[]
    try {
      const known = await toldBefore(totem, checked)
      if (accepted.length === 0) return known as ItemResult[]
      const resultOf = await recorded(totem, accepted, items.length)
      return known.map((one) => ('digest' in one ? resultOf(one) : one))
    } catch (failure) {
      notRecorded(totem, accepted.length, failure)
      return checked.map((one) => {
        if ('digest' in one) return later(one.id, 'not-recorded')
        return isOutdated(one) ? later(one.operation, 'not-recorded') : one
      })
    }
  }

  return (caller, items) => {
    const { id: totem } = caller
    const results = (turns.get(totem) ?? Promise.resolve()).then(async () => {
      const told = await takeIn(caller, items)
      const turnedAway = told.filter((one) => one.state === 'later' && noRoom.safeParse(one.reason).success)
      const [first] = turnedAway
      if (first?.state === 'later') log.warn({ kind: first.reason, totem, items: turnedAway.length })
      return told
    })
    const end = () => {
      if (turns.get(totem) === ended) turns.delete(totem)
    }
    const ended: Promise<void> = results.then(end, end)
    turns.set(totem, ended)
    return results
  }
}
