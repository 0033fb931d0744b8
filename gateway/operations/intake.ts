import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { fromKysely, type PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import type { CallerAt } from '../../contract/caller.ts'
import { noRoom, type Problem, refusalKind, type Submission, type SubmissionResult } from '../../contract/gateway.ts'
import { heardEarly, noteEarly } from '../login/early.ts'
import type { Hearing } from '../login/hearing.ts'
import type { LoginJudge } from '../login/judge.ts'
import { spend, type Use, usedBy } from '../login/spending.ts'
import { openRequest, type SealingKeys } from '../sealing/sealing.ts'
import type { Bounds } from '../settings/config.ts'
import { type Accepted, broughtBefore, type KnownRow, lockTotem, record, standingOf } from '../store/operations.ts'
import { sealedOutcomes } from '../store/outcomes.ts'
import { WORK } from '../store/queues.ts'
import type { Database } from '../store/schema.ts'
import type { Bell } from './bell.ts'
import type { Citizens } from './citizens.ts'
import type { Full } from './full.ts'
import { type NoRoom, placesFor, VISIT_MS } from './room.ts'

type Item = Submission['items'][number]
type ItemResult = SubmissionResult['results'][number]

/** Items opened and judged in one turn of the event loop, 0.6 ms each: fifty in a row would make a citizen wait. */
const TURN = 4
/**
 * While citizens come one item is opened at a time, with a pause behind it: one totem's backlog takes a tenth of the
 * event loop then. What a citizen asks for goes through the loop some thirty times, and each time may find a turn before
 * it: so turns are short. After an outage hundreds of totems bring a few items each, beside one another, which these
 * pauses hold up for milliseconds; they are long for one that brings hundreds.
 */
const PAUSE_MS = 8
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

/**
 * An item that may be recorded, with what it takes from its log-in. `use` null: this very request was found good before,
 * so its log-in is not judged again, and it is never recorded as a new one.
 */
type Good = Accepted & { use: Use | null }
/** `digest`: null where the text was not read. */
interface TurnedAway {
  turnedAway: ItemResult
  digest: string | null
}
type Checked = Good | TurnedAway
/** Something is known, perhaps, of an operation whose request would be refused today. */
const isAskedAgain = ({ turnedAway, digest }: TurnedAway): boolean =>
  digest !== null || (turnedAway.state === 'refused' && turnedAway.problem.kind === 'request-outdated')
/**
 * A wrong key or an old gateway would refuse the backlog of every totem: an operator must look, and nothing is decided.
 */
const OF_AN_OPERATOR = new Set<string>(['request-unopened', 'request-later', 'challenge-unknown'])

/** It may come again and be good. A challenge that nobody gave never is. */
const isPutOff = (result: ItemResult | undefined): boolean =>
  result?.state === 'later' && result.reason !== 'challenge-unknown'

export type Intake = (caller: CallerAt<'totem'>, items: readonly Item[]) => Promise<ItemResult[]>

/**
 * Takes requests in: opens them, judges who logged in, and records each with its job in one transaction. So a request
 * that is told as pending is on the disk and will be worked on, and one that is turned away leaves nothing: no row, no
 * job, no line in the access log. An operation id takes effect once: the first request under it counts, and whoever
 * repeats it gets what is known of it. A bad item harms no other.
 */
export function createIntake({
  db,
  boss,
  bell,
  sealingKeys,
  logins,
  hearing,
  reference,
  bounds,
  full,
  citizens,
  now,
  log,
}: {
  db: Database
  boss: PgBoss
  bell: Bell
  sealingKeys: SealingKeys
  logins: Pick<LoginJudge, 'atDoor'>
  hearing: Hearing
  reference(text: string): string
  bounds: Bounds
  full: Full
  citizens: Citizens
  now: Clock
  log: Logger
}): Intake {
  /** Submissions of one totem are opened one after the other, so that none of them takes others' turns. */
  const turns = new Map<string, Promise<unknown>>()

  /** The item to be recorded, or the answer to it. */
  async function check(caller: CallerAt<'totem'>, item: Item, known: KnownRow | undefined): Promise<Checked> {
    const { operation: id, sealed } = item
    const turnedAway = (kind: Problem['kind'] | 'request-unopened' | 'request-later', digest: string | null) => {
      const isLater = OF_AN_OPERATOR.has(kind)
      log[isLater || kind === 'request-expired' ? 'error' : 'warn']({ kind, totem: caller.id, operation: id })
      return { turnedAway: isLater ? later(id, kind) : refused(id, kind as Problem['kind']), digest }
    }
    const opened = openRequest(item, sealingKeys, caller)
    if (!opened.ok) return turnedAway(opened.error.kind, null)
    const { request, digest } = opened.value
    if (known?.digest === digest) return { id, digest, sealed, use: null, requester: null, types: null }
    const { evidence } = request
    let login = await logins.atDoor(caller, evidence)
    if (!login.ok && login.error.kind === 'evidence-late') {
      const heardFirst = await heardEarly(db, caller.id, item)
      if (heardFirst !== null) login = await logins.atDoor(caller, evidence, heardFirst)
    }
    if (!login.ok) return turnedAway(login.error.kind, digest)
    if (evidence.by !== 'card') throw new Error('another proof than a card got past the judge')
    const use = usedBy(request, { certificate: evidence.certificate, isLate: login.value.isLate }, reference)
    const about = { requester: reference(login.value.codiceFiscale), types: request.types.join(' ') }
    return { id, digest, sealed, use, ...about }
  }

  const standingNow = (on: Database, totem: string) => standingOf(on, totem, now(), new Date(+now() - VISIT_MS))

  /** Records what has room, each with its job at its place. */
  function store(totem: string, items: readonly Good[], submitted: number) {
    return db.transaction().execute(async (transaction) => {
      await lockTotem(transaction, totem)
      const known = await broughtBefore(
        transaction,
        totem,
        items.map(({ id }) => id),
      )
      // SECURITY: a log-in that was not judged now brings nothing in, should its operation have gone meanwhile.
      const fresh = items.flatMap(({ id, use }) => (known.has(id) || use === null ? [] : [{ id, use }]))
      const standing = await standingNow(transaction, totem)
      const { places, reason } = placesFor(standing, { items: submitted, fresh: fresh.length }, bounds)
      const placeOf = new Map(fresh.slice(0, places.length).map(({ id }, index) => [id, places[index]]))
      const uses = fresh.slice(0, places.length).map(({ use }) => use)
      const spent = await spend(transaction, totem, uses, now())
      const taken = items
        .filter(({ id }) => known.has(id) || (placeOf.has(id) && !spent.has(id)))
        .map((item) => ({ ...item, express: placeOf.get(item.id)?.express ?? false }))
      const { rows, begun } = await record(transaction, totem, taken, now())
      const jobs = begun.map((operation) => ({
        data: { totem, operation },
        priority: placeOf.get(operation)?.priority ?? 0,
      }))
      if (jobs.length > 0) await boss.insert(WORK, jobs, { db: fromKysely(transaction) })
      const isCitizens = begun.some((operation) => placeOf.get(operation)?.express)
      return { rows, begun, isCitizens, spent, reason }
    })
  }

  /** Records items, and answers what is known of each. An item is refused when another request has its id. */
  async function recorded(
    totem: string,
    items: readonly Good[],
    submitted: number,
  ): Promise<(item: Good) => ItemResult> {
    // The same id twice in a batch: the first item counts.
    const once = [...new Map(items.toReversed().map((item) => [item.id, item])).values()].toReversed()
    const { rows, begun, isCitizens, spent, reason } = await store(totem, once, submitted)
    if (isCitizens) citizens.ring()
    if (begun.length > 0) bell.ring(WORK)
    const tell = await tellOf(totem, [...rows.values()])
    return ({ id, digest }) => {
      if (spent.has(id)) {
        log.warn({ kind: 'evidence-spent', totem, operation: id })
        return refused(id, 'evidence-spent')
      }
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
   * Requests that would be refused today and that this totem has brought before. Their operations have taken effect all
   * the same: a totem that heard a refusal would throw away what ANPR has issued. The text of an earlier version is not
   * read any more; of any other text the digest must be the same.
   */
  async function toldBefore(totem: string, refusals: readonly TurnedAway[]) {
    const digests = new Map(refusals.map(({ turnedAway: { operation }, digest }) => [operation, digest]))
    const rows = await broughtBefore(db, totem, [...digests.keys()])
    const same = [...rows.values()].filter(({ id, digest }) => (digests.get(id) ?? digest) === digest)
    const tell = await tellOf(totem, same)
    return new Map(same.map((row) => [row.id, tell(row)]))
  }

  /**
   * The ids that are opened: those that are known, and as many others as have room. What is turned away costs the
   * gateway a look-up and nothing else.
   */
  async function worthOpening(
    totem: string,
    ids: readonly string[],
  ): Promise<{ has(id: string): boolean; known: ReadonlyMap<string, KnownRow>; reason: NoRoom }> {
    const [known, standing] = await Promise.all([broughtBefore(db, totem, ids), standingNow(db, totem)])
    const fresh = [...new Set(ids)].filter((id) => !known.has(id))
    const { places, reason } = placesFor(standing, { items: ids.length, fresh: fresh.length }, bounds)
    const open = new Set([...known.keys(), ...fresh.slice(0, places.length)])
    return { has: (id) => open.has(id), known, reason }
  }

  const notRecorded = (totem: string, items: number, failure: unknown) => {
    const { name, code } = failure as { name?: string; code?: unknown }
    log.error({ kind: 'operations-not-recorded', totem, items, name, code })
  }

  async function takeIn(caller: CallerAt<'totem'>, items: readonly Item[]): Promise<ItemResult[]> {
    const { id: totem } = caller
    const checked: Checked[] = []
    try {
      const open = await worthOpening(
        totem,
        items.map(({ operation }) => operation),
      )
      let opened = 0
      for (const item of items) {
        if (!open.has(item.operation)) {
          checked.push({ turnedAway: later(item.operation, open.reason), digest: null })
          continue
        }
        if (opened > 0 && citizens.come()) await delay(PAUSE_MS)
        else if (opened % TURN === 0) await turn()
        opened++
        checked.push(await check(caller, item, open.known.get(item.operation)))
      }
      const good = checked.filter((one) => 'use' in one)
      const resultOf = good.length > 0 ? await recorded(totem, good, items.length) : null
      const refusals = checked.filter((one): one is TurnedAway => !('use' in one))
      const known = await toldBefore(totem, refusals.filter(isAskedAgain))
      const results = checked.map((one) => {
        if (!('use' in one)) return known.get(one.turnedAway.operation) ?? one.turnedAway
        return resultOf?.(one) ?? later(one.id, 'not-recorded')
      })
      const early = items.filter((_, index) => isPutOff(results[index]))
      if (early.length > 0) await noteEarly(db, totem, early, { heard: await hearing.minutesOf(totem), at: now() })
      return results
    } catch (failure) {
      notRecorded(totem, items.length, failure)
      return items.map(({ operation }, index) => {
        const one = checked[index]
        return one && !('use' in one) && !isAskedAgain(one) ? one.turnedAway : later(operation, 'not-recorded')
      })
    }
  }

  return (caller, items) => {
    const { id: totem } = caller
    const results = (turns.get(totem) ?? Promise.resolve()).then(async () => {
      const told = await takeIn(caller, items)
      const turnedAway = told.filter((one) => one.state === 'later' && noRoom.safeParse(one.reason).success)
      const [first] = turnedAway
      if (first?.state === 'later') {
        full.note(totem)
        log.warn({ kind: first.reason, totem, items: turnedAway.length })
      }
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
