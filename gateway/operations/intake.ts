import { setImmediate as turn } from 'node:timers/promises'
import { fromKysely, type PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { decodeTime } from 'ulid'
import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import type { CallerAt } from '../../contract/caller.ts'
import { type Problem, refusalKind, type Submission, type SubmissionResult } from '../../contract/gateway.ts'
import { openRequest, type SealingKeys } from '../sealing/sealing.ts'
import { type Accepted, broughtBefore, type OperationRow, record } from '../store/operations.ts'
import { sealedOutcomes } from '../store/outcomes.ts'
import { WORK } from '../store/queues.ts'
import type { Database } from '../store/schema.ts'
import type { Bell } from './bell.ts'
import { ageProblem } from './decide.ts'

type Item = Submission['items'][number]
type ItemResult = SubmissionResult['results'][number]

/** The citizen of a request this young still stands at the totem, so the request goes before a backlog. */
const VISIT_MS = 5 * MINUTE_MS
/** Items opened in one turn of the event loop, 0.2 ms each: fifty in a row would make a citizen wait. */
const TURN = 10
/**
 * Known outcomes of up to so many bytes go into the answer; the rest comes by /v1/outcomes, whose pages are as large.
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
type Known = Pick<OperationRow, 'id' | 'state' | 'refusal' | 'refusal_anpr'>

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
  now,
  log,
}: {
  db: Database
  boss: PgBoss
  bell: Bell
  sealingKeys: SealingKeys
  now: Clock
  log: Logger
}): Intake {
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

  function store(totem: string, items: readonly Accepted[]) {
    return db.transaction().execute(async (transaction) => {
      const { rows, begun } = await record(transaction, totem, items, now())
      const jobs = begun.map((operation) => ({
        data: { operation },
        priority: +now() - decodeTime(operation) < VISIT_MS ? 1 : 0,
      }))
      if (jobs.length > 0) await boss.insert(WORK, jobs, { db: fromKysely(transaction) })
      return { rows, begun }
    })
  }

  /**
   * Records items, and answers what is known of each. An item is refused when its id belongs to another totem or
   * request.
   */
  async function recorded(totem: string, items: readonly Accepted[]): Promise<(item: Accepted) => ItemResult> {
    // The same id twice in a batch: the first item counts.
    const once = [...new Map(items.toReversed().map((item) => [item.id, item])).values()]
    const { rows, begun } = await store(totem, once)
    if (begun.length > 0) bell.ring(WORK)
    const tell = await tellOf([...rows.values()].filter(({ totem: of }) => of === totem))
    return ({ id, digest }) => {
      const row = rows.get(id)
      if (row?.totem !== totem || row.digest !== digest) {
        log.warn({ kind: 'operation-id-taken', totem, operation: id })
        return refused(id, 'request-malformed')
      }
      return tell(row)
    }
  }

  /** Answers what became of these operations, as far as their outcomes go into one answer. */
  async function tellOf(rows: readonly Known[]): Promise<(row: Known) => ItemResult> {
    const issued = rows.filter(({ state }) => state === 'issued')
    const outcomes = await sealedOutcomes(
      db,
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
    const tell = await tellOf([...rows.values()])
    return results.map((one) => {
      const row = isOutdated(one) ? rows.get(one.operation) : undefined
      return row ? tell(row) : one
    })
  }

  return async (caller, items) => {
    const { id: totem } = caller
    const checked: (Accepted | ItemResult)[] = []
    for (const [index, item] of items.entries()) {
      if (index % TURN === 0) await turn()
      checked.push(check(caller, item))
    }
    const accepted = checked.filter((one) => 'digest' in one)
    if (accepted.length === 0 && !checked.some(isOutdated)) return checked as ItemResult[]
    try {
      const known = await toldBefore(totem, checked)
      if (accepted.length === 0) return known as ItemResult[]
      const resultOf = await recorded(totem, accepted)
      return known.map((one) => ('digest' in one ? resultOf(one) : one))
    } catch (failure) {
      const { name, code } = failure as { name?: string; code?: unknown }
      log.error({ kind: 'operations-not-recorded', totem, items: accepted.length, name, code })
      return checked.map((one) => {
        if ('digest' in one) return later(one.id, 'not-recorded')
        return isOutdated(one) ? later(one.operation, 'not-recorded') : one
      })
    }
  }
}
