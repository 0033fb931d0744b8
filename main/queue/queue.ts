import { err, ok, type Result } from '../../contract/result.ts'
import { type Ledger, ledgerOn } from './ledger.ts'
import { migrations } from './migrations.ts'
import { openStorage, type Storage, type StorageFailure, storageFailure, truncateWal } from './storage.ts'

/** What is fixed when a request is made. `holder`: `holderReference`; `sealed`: `sealRequest`. */
export type NewOperation = {
  operation: string
  kind: 'certificate'
  session: string
  holder: string
  sealed: string
  requestedAt: string
}

/** `reason` of a queued operation is why it was last put off; `nextAttempt` is in ms since the epoch. */
export type Operation = Omit<NewOperation, 'sealed'> & { seq: number; attempts: number } & (
    | { state: 'queued'; sealed: string; nextAttempt: number; reason: string | null }
    | { state: 'issued'; outcome: string; settledAt: string }
    | { state: 'refused'; reason: string; anpr: string | null; settledAt: string }
    | { state: 'collected' | 'expired'; settledAt: string }
  )
export type OperationIn<S extends Operation['state']> = Extract<Operation, { state: S }>

type Settlement = { state: 'issued'; outcome: string } | { state: 'refused'; reason: string; anpr: string | null }

type AddFailure = StorageFailure | { kind: 'operation-differs' | 'operation-malformed' }

export type Queue = {
  /**
   * Records a request: it is on the disk before this returns. Adding the same one again is fine. `operation-differs`:
   * the id is taken by another request; `operation-malformed`: the schema does not take it. On failure nothing is kept.
   */
  add(item: NewOperation): Result<void, AddFailure>
  /** Queued and not before their time, those that have waited longest since they fell due first. `now` in ms. */
  due(now: number, limit: number): OperationIn<'queued'>[]
  /** When the next queued operation falls due, in ms since the epoch; null when nothing is queued. */
  nextDue(): number | null
  /** One more attempt that settled nothing; not due again before `until` (ms). `reason` is a code. */
  defer(operation: string, reason: string, until: number): Result<void, StorageFailure>
  /**
   * The first settlement holds; false when there was nothing to settle. `at` (ms): when, by the gateway's clock.
   * `settlement-malformed`: the schema does not take it (an outcome that is no JWE, a reason that is no code); the
   * operation stays queued.
   */
  settle(
    operation: string,
    settlement: Settlement,
    at: number,
  ): Result<boolean, StorageFailure | { kind: 'settlement-malformed' }>
  /** Issued and not collected, oldest first. */
  waiting(holder: string): OperationIn<'issued'>[]
  get(operation: string): Operation | null
  /** The paper is the citizen's: payload and outcome are erased. False when it was not waiting to be collected. */
  collected(operation: string): Result<boolean, StorageFailure>
  /**
   * Erases what was issued before `issuedBefore` (by the gateway's clock) and what was tried in vain and had been
   * requested before `requestedBefore` (by the totem's), in ms. A request that was never tried does not expire: how old
   * it is the gateway has yet to say. Answers what has expired.
   */
  expire(before: {
    issuedBefore: number
    requestedBefore: number
  }): Result<{ operation: string; was: 'queued' | 'issued' }[], StorageFailure>
  depth(): { queued: number; waiting: number; oldestQueuedAt: string | null }
  /** What became of the paper, in the same file. */
  ledger: Ledger
  close(): void
}

/**
 * A back-off is never longer than this (main/sync/backoff.ts); a `next_attempt` further ahead can only come from a
 * clock that has been set back since, and is due.
 */
export const LONGEST_WAIT_MS = 5 * 60_000

/**
 * Opens the outbox and inbox. `now` is `Date.now` or a test's clock. `maxPages` (of 4 KiB) bounds the file. A single
 * writer is assumed: the totem's main process.
 */
export function openQueue({
  path,
  now,
  maxPages,
}: {
  path: string
  now: () => number
  maxPages?: number
}): Result<Queue, StorageFailure> {
  // FULL: "your request is recorded" is said to a citizen after the commit, so it must survive the power going.
  const opened = openStorage({ path, synchronous: 'FULL', migrations, maxPages })
  return opened.ok ? ok(queueOn(opened.value, now)) : opened
}

function queueOn(db: Storage, now: () => number): Queue {
  const insert = db.prepare(
    `INSERT INTO operation (operation, kind, session, holder, sealed, requested_at)
     VALUES (@operation, @kind, @session, @holder, @sealed, @requestedAt)`,
  )
  const select = db.prepare('SELECT * FROM operation WHERE operation = ?')
  const selectDue = db.prepare(
    `SELECT * FROM operation WHERE state = 'queued' AND (next_attempt <= @now OR next_attempt > @latest)
     ORDER BY next_attempt, seq LIMIT @limit`,
  )
  const selectNextDue = db.prepare(`SELECT min(next_attempt) AS at FROM operation WHERE state = 'queued'`)
  const selectWaiting = db.prepare(`SELECT * FROM operation WHERE state = 'issued' AND holder = ? ORDER BY seq`)
  const selectDepth = db.prepare(
    `SELECT (SELECT count(*) FROM operation WHERE state = 'queued') AS queued,
            (SELECT count(*) FROM operation WHERE state = 'issued') AS waiting,
            (SELECT requested_at FROM operation WHERE state = 'queued' ORDER BY seq LIMIT 1) AS oldestQueuedAt`,
  )
  const putOff = db.prepare(
    `UPDATE operation SET attempts = attempts + 1, reason = @reason, next_attempt = @until
     WHERE operation = @operation AND state = 'queued'`,
  )
  // The request itself is no more use once there is an answer.
  const issue = db.prepare(
    `UPDATE operation SET state = 'issued', outcome = @outcome, sealed = NULL, reason = NULL, settled_at = @at
     WHERE operation = @operation AND state = 'queued'`,
  )
  const refuse = db.prepare(
    `UPDATE operation SET state = 'refused', reason = @reason, anpr = @anpr, sealed = NULL, settled_at = @at
     WHERE operation = @operation AND state = 'queued'`,
  )
  const collect = db.prepare(
    `UPDATE operation SET state = 'collected', outcome = NULL, settled_at = @at
     WHERE operation = @operation AND state = 'issued'`,
  )
  const selectStale = db.prepare(
    `SELECT operation, state AS was FROM operation
     WHERE (state = 'issued' AND settled_at < @issuedBefore)
        OR (state = 'queued' AND attempts > 0 AND requested_at < @requestedBefore)
     ORDER BY seq`,
  )
  const expireOne = db.prepare(
    `UPDATE operation SET state = 'expired', sealed = NULL, outcome = NULL, reason = NULL, settled_at = @at
     WHERE operation = @operation`,
  )
  const iso = (ms: number) => new Date(ms).toISOString()

  const get = (operation: string) => {
    const row = select.get(operation)
    return row ? operationOf(row as Row) : null
  }

  return {
    get,

    add(item) {
      const requested = Date.parse(item.requestedAt)
      if (Number.isNaN(requested)) return err({ kind: 'operation-malformed' })
      try {
        insert.run({ ...item, requestedAt: new Date(requested).toISOString() })
        return ok(undefined)
      } catch (error) {
        if (!isConstraint(error)) return err(storageFailure(error))
        const known = get(item.operation)
        if (!known) return err({ kind: 'operation-malformed' })
        return sameRequest(known, item) ? ok(undefined) : err({ kind: 'operation-differs' })
      }
    },

    due: (time, limit) =>
      selectDue
        .all({ now: time, latest: time + LONGEST_WAIT_MS, limit })
        .map((row) => operationOf(row as Row))
        .filter((operation) => operation.state === 'queued'),

    nextDue: () => (selectNextDue.get() as { at: number | null }).at,

    defer: (operation, reason, until) =>
      written(() => void putOff.run({ operation, reason, until: Math.max(0, Math.round(until)) })),

    settle(operation, settlement, at) {
      try {
        const { changes } =
          settlement.state === 'issued'
            ? issue.run({ operation, outcome: settlement.outcome, at: iso(at) })
            : refuse.run({ operation, reason: settlement.reason, anpr: settlement.anpr, at: iso(at) })
        return ok(changes > 0)
      } catch (error) {
        return err(isConstraint(error) ? { kind: 'settlement-malformed' } : storageFailure(error))
      }
    },

    waiting: (holder) =>
      selectWaiting
        .all(holder)
        .map((row) => operationOf(row as Row))
        .filter((operation) => operation.state === 'issued'),

    collected: (operation) =>
      written(() => {
        const done = collect.run({ operation, at: iso(now()) }).changes > 0
        if (done) truncateWal(db)
        return done
      }),

    expire: ({ issuedBefore, requestedBefore }) =>
      written(() => {
        const expired = db
          .transaction(() => {
            const stale = selectStale.all({
              issuedBefore: iso(issuedBefore),
              requestedBefore: iso(requestedBefore),
            }) as {
              operation: string
              was: 'queued' | 'issued'
            }[]
            for (const { operation } of stale) expireOne.run({ operation, at: iso(now()) })
            return stale
          })
          .immediate()
        if (expired.length > 0) truncateWal(db)
        return expired
      }),

    depth: () => selectDepth.get() as ReturnType<Queue['depth']>,

    ledger: ledgerOn(db, now),

    close: () => void db.close(),
  }
}

function written<T>(work: () => T): Result<T, StorageFailure> {
  try {
    return ok(work())
  } catch (error) {
    return err(storageFailure(error))
  }
}

const isConstraint = (error: unknown) =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT')

/** Once settled the payload is erased and can't be compared; the rest still is. */
function sameRequest(known: Operation, item: NewOperation): boolean {
  return (
    known.kind === item.kind &&
    known.session === item.session &&
    known.holder === item.holder &&
    Date.parse(known.requestedAt) === Date.parse(item.requestedAt) &&
    (known.state !== 'queued' || known.sealed === item.sealed)
  )
}

/** A row as the schema's CHECKs leave it: which columns are null follows from `state`. */
type Row = {
  seq: number
  operation: string
  kind: 'certificate'
  session: string
  holder: string
  requested_at: string
  attempts: number
} & (
  | { state: 'queued'; sealed: string; next_attempt: number; reason: string | null }
  | { state: 'issued'; outcome: string; settled_at: string }
  | { state: 'refused'; reason: string; anpr: string | null; settled_at: string }
  | { state: 'collected' | 'expired'; settled_at: string }
)

function operationOf(row: Row): Operation {
  const { seq, operation, kind, session, holder, requested_at: requestedAt, attempts } = row
  const recorded = { seq, operation, kind, session, holder, requestedAt, attempts }
  switch (row.state) {
    case 'queued':
      return { ...recorded, state: row.state, sealed: row.sealed, nextAttempt: row.next_attempt, reason: row.reason }
    case 'issued':
      return { ...recorded, state: row.state, outcome: row.outcome, settledAt: row.settled_at }
    case 'refused':
      return { ...recorded, state: row.state, reason: row.reason, anpr: row.anpr, settledAt: row.settled_at }
    case 'collected':
    case 'expired':
      return { ...recorded, state: row.state, settledAt: row.settled_at }
  }
}
