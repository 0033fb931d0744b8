import { dirname } from 'node:path'
import { LONGEST_WAIT_MS } from '../../basics/backoff.ts'
import { DAY_MS } from '../../basics/time.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { freeBytes } from '../disk.ts'
import { isConstraint } from './database.ts'
import { healing } from './healing.ts'
import { type Ledger, ledgerOn } from './ledger.ts'
import { migrations } from './migrations.ts'
import {
  type AddFailure,
  type Depth,
  type Listed,
  type NewOperation,
  type Operation,
  type OperationIn,
  operationOf,
  type Row,
  type Settlement,
} from './operation.ts'
import type { Repaired, Salvage } from './repair.ts'
import { isCompactJwe, salvageQueue } from './salvage.ts'
import {
  openStorage,
  readStorage,
  type Storage,
  type StorageFailure,
  salvageStorage,
  storageFailure,
  truncateWal,
} from './storage.ts'

export type { AddFailure, Depth, Listed, NewOperation, Operation, OperationIn, Settlement } from './operation.ts'

/** Times without another word are in ms since the epoch. Every change is on the disk before its call returns. */
export type Queue = {
  /**
   * Records a request. Adding the same one again is fine. `operation-differs`: the id is taken by another request;
   * `operation-malformed`: the schema does not take it. On failure nothing is kept.
   */
  add(item: NewOperation): Result<void, AddFailure>
  /**
   * Queued and not before their time: those first that have waited longest since they fell due, so that one that fails
   * again and again stands behind all others. At least one, however large, then no more than `bytes` of payload.
   */
  due(now: number, limit: { items: number; bytes: number }): OperationIn<'queued'>[]
  /** When the next queued operation falls due; null when nothing is queued. */
  nextDue(): number | null
  /** The gateway has these on its disk. Those that are not queued are passed over. */
  submitted(operations: readonly string[], now: number): Result<void, StorageFailure>
  /** Submitted before that, oldest first, or at a time that has not come yet: the clock was put back since. */
  overdue(before: number, limit: number): OperationIn<'submitted'>[]
  /** The gateway may have lost them: submitted → queued, due at once, as if tried once. */
  requeue(operations: readonly string[]): Result<void, StorageFailure>
  /** One more attempt that settled nothing; not due again before `until`. `reason` is a code. */
  defer(items: readonly { operation: string; reason: string; until: number }[]): Result<void, StorageFailure>
  /** Sent no more until somebody has looked. False when it was not to be sent anyway. `reason` is a code. */
  setAside(operation: string, reason: string): Result<boolean, StorageFailure>
  /** Aside → queued, due at once. False when it was not aside. */
  retry(operation: string): Result<boolean, StorageFailure>
  /**
   * A page of outcomes and the gateway's cursor behind it (null: as it was), all in one commit. `at`: the gateway's clock.
   * For each: `settled`; `known`: it had been settled before, and the first settlement holds; `malformed`: the schema does
   * not take it (an outcome that is no JWE, a reason that is no code), it stays as it was; `unknown`: not of this totem.
   */
  settle(
    items: readonly { operation: string; settlement: Settlement }[],
    at: number,
    cursor: number | null,
  ): Result<('settled' | 'known' | 'malformed' | 'unknown')[], StorageFailure>
  /** Up to where the gateway's outcomes were taken in; 0 at first. */
  cursor(): number
  /** Issued and not collected, oldest first. */
  waiting(holder: string): OperationIn<'issued'>[]
  /** What the person has not been told yet that nothing came of, oldest first. */
  untold(holder: string): OperationIn<'refused' | 'expired' | 'aside'>[]
  told(operation: string): Result<boolean, StorageFailure>
  get(operation: string): Operation | null
  /** The paper is the citizen's: payload and outcome are erased. False when it was not waiting to be collected. */
  collected(operation: string): Result<boolean, StorageFailure>
  /**
   * Erases what was issued before `before` (by the gateway's clock) and what was tried in vain and had been requested
   * before it (by the totem's). A request that was never tried does not expire: how old it is the gateway has yet to say.
   * Answers what has expired, `EXPIRED_AT_ONCE` at most: ask again until there is none. Forgets too what was settled
   * `KEPT_SETTLED_MS` earlier.
   */
  expire(
    before: number,
  ): Result<{ operation: string; was: 'queued' | 'submitted' | 'aside' | 'issued' }[], StorageFailure>
  depth(): Depth
  /** In the order of recording, those after `after`. */
  list(page: { after?: number; limit: number; states?: readonly Operation['state'][] }): Listed[]
  /**
   * Reads the payloads of the next operations after `after` (0 at first), which is what a start leaves out. Answers up to
   * where, null behind the last one. Damage that it meets is repaired like any other.
   */
  checkNext(after: number): Result<number | null, StorageFailure>
  /** The whole file, page by page: for the command line, as it takes about a second for each 300 MB. */
  verify(): Result<{ operations: number; bytes: number }, StorageFailure>
  /** What became of the paper, in the same file. */
  ledger: Ledger
  close(): void
}

/** Some 200 payloads of 6 KB are erased in a few ms, and the next call takes the next 200. */
export const EXPIRED_AT_ONCE = 200

/**
 * A year and a month: whoever balances last year's requests against the gateway's at the start of the next still finds them
 * here. What is kept holds no payload. The gateway keeps the register of who asked for what, 36 months.
 */
const KEPT_SETTLED_MS = 400 * DAY_MS

/** Of 4 KiB: 50,000 requests of 6 KB are 320 MB, and there is room for outcomes that nobody has fetched yet. */
const MOST_PAGES = 120_000
/** What is beyond this part of it is for outcomes and for what erases: a request is refused before. */
const FOR_REQUESTS = 0.9
/** A settled request's payload is in no file any more after this. At once would be a checkpoint for each page of outcomes. */
const ERASED_WITHIN_MS = 2_000
const FORGOTTEN_AT_ONCE = 1_000
/** A few ms of reading: some eighty requests, or four certificates. A row without a payload costs something too. */
const CHECKED_BYTES = 512 * 1024
const ROW_BYTES = 512
// FULL: "your request is recorded" is said to a citizen after the commit, so it must survive the power going.
const STORAGE = {
  synchronous: 'FULL',
  migrations,
  checked: ['operation', 'sheet', 'inbox'],
  salvage: salvageQueue,
} as const

/** Beside `storageFailure`: `queue-full` and `disk-low`, of a request that is refused long before the disk is full. */
export type QueueOptions = {
  path: string
  /** `Date.now` or a test's clock. */
  now: () => number
  /** Of 4 KiB: bounds the file. */
  maxPages?: number
  /** Left free on the disk: a request that would take from it is refused. */
  minFreeBytes?: number
  /** A damaged file was set aside, and this is what has come of it. */
  onRepaired?: (repaired: Repaired) => void
}

/**
 * Opens the outbox and inbox for its one writer, the totem's main process. A file that is damaged, now or later, is repaired
 * from what can be read of it.
 */
export const openQueue = ({
  path,
  now,
  maxPages = MOST_PAGES,
  minFreeBytes = 0,
  onRepaired = () => {},
}: QueueOptions): Result<Queue, StorageFailure> =>
  healing((damage) => {
    const opened = openStorage({ ...STORAGE, path, maxPages, onRepaired }, damage)
    if (!opened.ok) return opened
    const room = () => freeBytes(dirname(path)) - minFreeBytes
    return ok(queueOn(opened.value, { now, maxPages, room }))
  })

/**
 * Brings what can be read of a file that was set aside back into the queue; the totem is stopped. For the command line. What
 * came for those requests meanwhile nobody here knew: the gateway is asked again for all that it has.
 */
export const salvageFile = (path: string, damaged: string): Result<Repaired, StorageFailure> => {
  const salvage: Salvage = (rows, into) => {
    const { salvaged } = salvageQueue(rows, into)
    into.exec('UPDATE inbox SET cursor = 0')
    // What both know of is numbered twice: gaps say nothing.
    return { salvaged, lost: null }
  }
  return salvageStorage({ ...STORAGE, salvage, path, maxPages: MOST_PAGES }, damaged)
}

/** What can be asked beside the totem that writes: for the command line. */
export type QueueReader = Pick<Queue, 'get' | 'list' | 'depth' | 'cursor' | 'verify' | 'close'>

export function readQueue(path: string): Result<QueueReader, StorageFailure> {
  const opened = readStorage(path, migrations)
  return opened.ok ? ok(queueOn(opened.value, { now: Date.now, maxPages: 0, room: () => 0 })) : opened
}

const WITH_PAYLOAD = `SELECT operation.*, sealed.jwe AS sealed, outcome.jwe AS outcome
  FROM operation LEFT JOIN sealed USING (seq) LEFT JOIN outcome USING (seq)`

function queueOn(
  db: Storage,
  { now, maxPages, room }: { now: () => number; maxPages: number; room: () => number },
): Queue {
  const insertSealed = db.prepare('INSERT INTO sealed (seq, jwe) SELECT coalesce(max(seq), 0) + 1, ? FROM operation')
  const insert = db.prepare(
    `INSERT INTO operation (seq, operation, kind, session, holder, requested_at)
     SELECT coalesce(max(seq), 0) + 1, @operation, @kind, @session, @holder, @requestedAt FROM operation`,
  )
  const select = db.prepare(`${WITH_PAYLOAD} WHERE operation = ?`)
  const due = (range: string) =>
    db.prepare(
      `SELECT operation.*, sealed.jwe AS sealed FROM operation JOIN sealed USING (seq)
       WHERE state = 'queued' AND ${range} ORDER BY next_attempt, seq LIMIT @limit`,
    )
  const selectDue = due('next_attempt <= @now')
  const selectTooFar = due('next_attempt > @latest')
  const selectNextDue = db.prepare(`SELECT min(next_attempt) AS at FROM operation WHERE state = 'queued'`)
  const submit = db.prepare(
    `UPDATE operation SET state = 'submitted', submitted_at = @now, attempts = attempts + 1, reason = NULL
     WHERE operation = @operation AND state = 'queued'`,
  )
  const selectOverdue = db.prepare(
    `SELECT operation.*, sealed.jwe AS sealed FROM operation JOIN sealed USING (seq)
     WHERE state = 'submitted' AND (submitted_at < @before OR submitted_at > @now) ORDER BY submitted_at, seq LIMIT @limit`,
  )
  // The gateway took it: what failed before that says nothing of it any more.
  const unsubmit = db.prepare(
    `UPDATE operation SET state = 'queued', submitted_at = NULL, next_attempt = 0, reason = 'outcome-overdue', attempts = 1
     WHERE operation = ? AND state = 'submitted'`,
  )
  const putOff = db.prepare(
    `UPDATE operation SET attempts = attempts + 1, reason = @reason, next_attempt = @until
     WHERE operation = @operation AND state = 'queued'`,
  )
  const putAside = db.prepare(
    `UPDATE operation SET state = 'aside', submitted_at = NULL, reason = @reason
     WHERE operation = @operation AND state IN ('queued', 'submitted')`,
  )
  const redrive = db.prepare(
    `UPDATE operation SET state = 'queued', reason = NULL, next_attempt = 0, told = 0
     WHERE operation = ? AND state = 'aside'`,
  )
  const selectState = db.prepare('SELECT seq, state FROM operation WHERE operation = ?')
  // The schema does the rest.
  const issue = db.prepare('INSERT INTO outcome (seq, jwe, settled_at) VALUES (@seq, @outcome, @at)')
  const refuse = db.prepare(
    `UPDATE operation SET state = 'refused', submitted_at = NULL, reason = @reason, anpr = @anpr, told = 0,
       settled_at = @at
     WHERE seq = @seq`,
  )
  const selectCursor = db.prepare('SELECT cursor FROM inbox')
  const updateCursor = db.prepare('UPDATE inbox SET cursor = ?')
  const selectWaiting = db.prepare(`${WITH_PAYLOAD} WHERE state = 'issued' AND holder = ? ORDER BY seq`)
  const selectUntold = db.prepare(
    `${WITH_PAYLOAD} WHERE told = 0 AND state IN ('refused', 'expired', 'aside') AND holder = ? ORDER BY seq`,
  )
  const tell = db.prepare(
    `UPDATE operation SET told = 1
     WHERE operation = ? AND told = 0 AND state IN ('refused', 'expired', 'aside')`,
  )
  const collect = db.prepare(
    `UPDATE operation SET state = 'collected', settled_at = max(settled_at, @at)
     WHERE operation = @operation AND state = 'issued'`,
  )
  const selectStale = db.prepare(
    `SELECT operation, state AS was FROM operation
     WHERE (state = 'issued' AND settled_at < @before)
        OR (state IN ('queued', 'submitted', 'aside') AND attempts > 0 AND requested_at < @before)
     ORDER BY seq LIMIT ${EXPIRED_AT_ONCE}`,
  )
  const expireOne = db.prepare(
    `UPDATE operation SET state = 'expired', submitted_at = NULL, reason = NULL, told = 0, settled_at = @at
     WHERE operation = @operation`,
  )
  // Only what nothing that is kept stands before, some at a time; the newest row carries the number on.
  const forget = db.prepare(
    `DELETE FROM operation
     WHERE seq < coalesce(
         (SELECT seq FROM operation WHERE settled_at IS NULL OR state = 'issued' OR settled_at >= @settledBefore
          ORDER BY seq LIMIT 1),
         (SELECT max(seq) FROM operation))
       AND seq < (SELECT min(seq) FROM operation) + ${FORGOTTEN_AT_ONCE}`,
  )
  const selectDepth = db.prepare(
    `SELECT (SELECT count(*) FROM operation WHERE state = 'queued') AS queued,
            (SELECT count(*) FROM operation WHERE state = 'submitted') AS submitted,
            (SELECT count(*) FROM operation WHERE state = 'issued') AS waiting,
            (SELECT count(*) FROM operation WHERE state = 'aside') AS aside,
            (SELECT requested_at FROM operation WHERE state IN ('queued', 'submitted') ORDER BY seq LIMIT 1)
              AS oldestQueuedAt`,
  )
  const selectList = db.prepare(
    `SELECT seq, operation, kind, session, requested_at AS requestedAt, state, attempts, reason, anpr,
       settled_at AS settledAt, told
     FROM operation WHERE seq > @after AND (@states IS NULL OR instr(@states, ',' || state || ',') > 0)
     ORDER BY seq LIMIT @limit`,
  )
  const selectPayloads = db.prepare(
    `SELECT seq, state, sealed.jwe AS sealed, outcome.jwe AS outcome
     FROM operation LEFT JOIN sealed USING (seq) LEFT JOIN outcome USING (seq)
     WHERE seq > ? ORDER BY seq`,
  )
  const selectCount = db.prepare('SELECT count(*) AS operations FROM operation')
  const iso = (ms: number) => new Date(ms).toISOString()
  const whole = <T>(work: () => T) => written(() => db.transaction(work).immediate())

  const get = (operation: string) => {
    const row = select.get(operation)
    return row ? operationOf(row as Row) : null
  }
  const all = <S extends Operation['state']>(rows: unknown[]) =>
    rows.map((row) => operationOf(row as Row)) as OperationIn<S>[]

  const selectPages = db.prepare(
    `SELECT page_count - freelist_count AS used FROM pragma_page_count, pragma_freelist_count`,
  )
  function noRoom(bytes: number): string | null {
    const { used } = selectPages.get() as { used: number }
    if (used > maxPages * FOR_REQUESTS) return 'queue-full'
    return room() < bytes ? 'disk-low' : null
  }

  let erasure: NodeJS.Timeout | undefined
  /** What was erased goes out of the log too: now, or soon when somebody reads just then. */
  function eraseLog(): void {
    clearTimeout(erasure)
    erasure = undefined
    if (!truncateWal(db)) eraseLogSoon()
  }
  function eraseLogSoon(): void {
    erasure = setTimeout(eraseLog, ERASED_WITHIN_MS).unref()
  }

  function settleOne(operation: string, settlement: Settlement, at: number) {
    const known = selectState.get(operation) as { seq: number; state: Operation['state'] } | undefined
    if (!known) return 'unknown'
    if (!['queued', 'submitted', 'aside'].includes(known.state)) return 'known'
    if (settlement.state === 'issued' && !isCompactJwe(settlement.outcome)) return 'malformed'
    try {
      // A statement that the schema refuses leaves no trace of itself, and the transaction goes on.
      if (settlement.state === 'issued') issue.run({ seq: known.seq, outcome: settlement.outcome, at: iso(at) })
      else refuse.run({ seq: known.seq, reason: settlement.reason, anpr: settlement.anpr, at: iso(at) })
      return 'settled'
    } catch (error) {
      if (isConstraint(error)) return 'malformed'
      throw error
    }
  }

  return {
    get,

    add(item) {
      const requested = Date.parse(item.requestedAt)
      if (Number.isNaN(requested)) return err({ kind: 'operation-malformed' })
      const { sealed, ...rest } = item
      if (!isCompactJwe(sealed)) return err({ kind: 'operation-malformed' })
      try {
        const full = noRoom(sealed.length)
        if (full) return err({ kind: 'storage-full', reason: full })
        db.transaction(() => {
          insertSealed.run(sealed)
          insert.run({ ...rest, requestedAt: new Date(requested).toISOString() })
        }).immediate()
        return ok(undefined)
      } catch (error) {
        if (!isConstraint(error)) return err(storageFailure(error))
        const known = get(item.operation)
        if (!known) return err({ kind: 'operation-malformed' })
        return sameRequest(known, item) ? ok(undefined) : err({ kind: 'operation-differs' })
      }
    },

    due(time, limit) {
      const found: OperationIn<'queued'>[] = []
      let bytes = 0
      const take = (rows: unknown[]) => {
        for (const operation of all<'queued'>(rows)) {
          bytes += operation.sealed.length
          if (found.length > 0 && bytes > limit.bytes) return
          found.push(operation)
        }
      }
      take(selectDue.all({ now: time, limit: limit.items }))
      take(selectTooFar.all({ latest: time + LONGEST_WAIT_MS, limit: limit.items - found.length }))
      return found
    },

    nextDue: () => (selectNextDue.get() as { at: number | null }).at,

    submitted: (operations, time) =>
      whole(() => {
        for (const operation of operations) submit.run({ operation, now: time })
      }),

    overdue: (before, limit) => all<'submitted'>(selectOverdue.all({ before, limit, now: now() })),

    requeue: (operations) =>
      whole(() => {
        for (const operation of operations) unsubmit.run(operation)
      }),

    defer: (items) =>
      whole(() => {
        for (const { operation, reason, until } of items)
          putOff.run({ operation, reason, until: Math.max(0, Math.round(until)) })
      }),

    setAside: (operation, reason) => written(() => putAside.run({ operation, reason }).changes > 0),

    retry: (operation) => written(() => redrive.run(operation).changes > 0),

    settle: (items, at, cursor) =>
      whole(() => {
        const told = items.map(({ operation, settlement }) => settleOne(operation, settlement, at))
        if (cursor !== null) updateCursor.run(cursor)
        if (!erasure && told.includes('settled')) eraseLogSoon()
        return told
      }),

    cursor: () => (selectCursor.get() as { cursor: number }).cursor,

    waiting: (holder) => all<'issued'>(selectWaiting.all(holder)),

    untold: (holder) => all<'refused' | 'expired' | 'aside'>(selectUntold.all(holder)),

    told: (operation) => written(() => tell.run(operation).changes > 0),

    collected: (operation) =>
      written(() => {
        const done = collect.run({ operation, at: iso(now()) }).changes > 0
        if (done) eraseLog()
        return done
      }),

    expire: (before) =>
      written(() => {
        const expired = db
          .transaction(() => {
            const stale = selectStale.all({ before: iso(before) }) as {
              operation: string
              was: 'queued' | 'submitted' | 'aside' | 'issued'
            }[]
            // Not before what it is judged by, though the totem's clock may say 1970: or it were forgotten at once.
            for (const { operation } of stale) expireOne.run({ operation, at: iso(Math.max(now(), before)) })
            forget.run({ settledBefore: iso(before - KEPT_SETTLED_MS) })
            return stale
          })
          .immediate()
        if (expired.length > 0) eraseLog()
        return expired
      }),

    depth: () => selectDepth.get() as Depth,

    list: ({ after = 0, limit, states }) =>
      selectList
        .all({ after, limit, states: states ? `,${states.join(',')},` : null })
        .map((row) => row as Omit<Listed, 'told'> & { told: 0 | 1 })
        .map((row) => ({ ...row, told: row.told === 1 })),

    checkNext(after) {
      let bytes = 0
      for (const row of selectPayloads.iterate(after) as IterableIterator<PayloadRow>) {
        const { seq, state, sealed, outcome } = row
        const isOpen = ['queued', 'submitted', 'aside'].includes(state)
        if (isCompactJwe(sealed) !== isOpen || isCompactJwe(outcome) !== (state === 'issued'))
          return err({ kind: 'storage-corrupt', reason: 'payload' })
        bytes += ROW_BYTES + (sealed ?? outcome ?? '').length
        if (bytes > CHECKED_BYTES) return ok(seq)
      }
      return ok(null)
    },

    verify() {
      try {
        if (db.pragma('integrity_check(1)', { simple: true }) !== 'ok')
          return err({ kind: 'storage-corrupt', reason: 'integrity-check' })
        const pages = db.pragma('page_count', { simple: true }) as number
        const { operations } = selectCount.get() as { operations: number }
        return ok({ operations, bytes: pages * (db.pragma('page_size', { simple: true }) as number) })
      } catch (error) {
        return err(storageFailure(error))
      }
    },

    ledger: ledgerOn(db, now),

    close() {
      clearTimeout(erasure)
      db.close()
    },
  }
}

function written<T>(work: () => T): Result<T, StorageFailure> {
  try {
    return ok(work())
  } catch (error) {
    return err(storageFailure(error))
  }
}

/** Once settled the payload is erased and can't be compared; the rest still is. */
function sameRequest(known: Operation, item: NewOperation): boolean {
  return (
    known.kind === item.kind &&
    known.session === item.session &&
    known.holder === item.holder &&
    Date.parse(known.requestedAt) === Date.parse(item.requestedAt) &&
    (!('sealed' in known) || known.sealed === item.sealed)
  )
}

type PayloadRow = { seq: number; state: Operation['state']; sealed: string | null; outcome: string | null }
