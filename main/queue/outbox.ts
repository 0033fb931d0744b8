import { LONGEST_WAIT_MS } from '../../basics/backoff.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { inOneCommit, isConstraint, type Storage, type StorageFailure, storageFailure, written } from './database.ts'
import { type AddFailure, type NewOperation, type Operation, type OperationIn, operationsIn } from './operation.ts'
import { isCompactJwe } from './salvage.ts'
import type { LogErasure } from './upkeep.ts'

/** The reason of a request that its person has withdrawn. */
export const WITHDRAWN = 'withdrawn'

/** The half of the queue that goes to the gateway: requests, until the gateway has them on its disk. */
export interface Outbox {
  /**
   * Records a request. Adding the same one again is fine. `operation-differs`: the id is taken by another request;
   * `operation-malformed`: the schema does not take it. On failure nothing is kept.
   */
  add(item: NewOperation): Result<void, AddFailure>
  /**
   * Queued operations that are due, those first that have waited longest since they fell due: one that fails again and
   * again stands behind all others. At least one, however large, then no more than `bytes` of payload.
   */
  due(now: number, limit: { items: number; bytes: number }): OperationIn<'queued'>[]
  /** When the next queued operation falls due; null when nothing is queued. */
  nextDue(): number | null
  /** These are about to leave the totem: from here on nobody can say that the gateway does not have them. */
  sending(operations: readonly string[]): Result<void, StorageFailure>
  /** The gateway has these on its disk. Operations that are not queued are passed over. */
  submitted(operations: readonly string[], now: number): Result<void, StorageFailure>
  /**
   * Operations submitted before that time, oldest first, or at a time in the future, which means that the clock was put
   * back.
   */
  overdue(before: number, limit: number): OperationIn<'submitted'>[]
  /** Puts operations that the gateway may have lost from submitted back to queued: due at once, as if tried once. */
  requeue(operations: readonly string[]): Result<void, StorageFailure>
  /**
   * Counts one more attempt that settled nothing; the operation is not due again before `until`. `reason` is a code.
   */
  defer(items: readonly { operation: string; reason: string; until: number }[]): Result<void, StorageFailure>
  /**
   * Its person withdraws a request that was never sent: nobody but this totem knows of it, and its payload is erased.
   * False when it was sent or settled.
   */
  withdraw(operation: string): Result<boolean, StorageFailure>
  /**
   * Stops sending an operation until an operator has looked. False when it was not to be sent anyway. `reason` is a
   * code.
   */
  setAside(operation: string, reason: string): Result<boolean, StorageFailure>
  /** Queues an operation that was aside again, due at once. False when it was not aside. */
  retry(operation: string): Result<boolean, StorageFailure>
}

/**
 * `noRoom` says why a request of so many bytes has no place, or null. `get` answers the operation as it is recorded.
 */
export function outboxOn(
  db: Storage,
  {
    now,
    noRoom,
    get,
    erasure,
  }: {
    now: () => number
    noRoom: (bytes: number) => string | null
    get: (operation: string) => Operation | null
    erasure: LogErasure
  },
): Outbox {
  const insertSealed = db.prepare('INSERT INTO sealed (seq, jwe) SELECT coalesce(max(seq), 0) + 1, ? FROM operation')
  const insert = db.prepare(
    `INSERT INTO operation (seq, operation, kind, session, holder, requested_at)
     SELECT coalesce(max(seq), 0) + 1, @operation, @kind, @session, @holder, @requestedAt FROM operation`,
  )
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
  const markSending = db.prepare(
    `UPDATE operation SET reason = 'sending' WHERE operation = ? AND state = 'queued' AND reason IS NULL`,
  )
  const selectOverdue = db.prepare(
    `SELECT operation.*, sealed.jwe AS sealed FROM operation JOIN sealed USING (seq)
     WHERE state = 'submitted' AND (submitted_at < @before OR submitted_at > @now) ORDER BY submitted_at, seq LIMIT @limit`,
  )
  // The gateway took it, so an earlier failure says nothing about it any more.
  const unsubmit = db.prepare(
    `UPDATE operation SET state = 'queued', submitted_at = NULL, next_attempt = 0, reason = 'outcome-overdue', attempts = 1
     WHERE operation = ? AND state = 'submitted'`,
  )
  const putOff = db.prepare(
    `UPDATE operation SET attempts = attempts + 1, reason = @reason, next_attempt = @until
     WHERE operation = @operation AND state = 'queued'`,
  )
  const withdrawOne = db.prepare(
    `UPDATE operation SET state = 'refused', reason = '${WITHDRAWN}', told = 1, settled_at = @at
     WHERE operation = @operation AND state = 'queued' AND attempts = 0 AND reason IS NULL`,
  )
  const putAside = db.prepare(
    `UPDATE operation SET state = 'aside', submitted_at = NULL, reason = @reason
     WHERE operation = @operation AND state IN ('queued', 'submitted')`,
  )
  const redrive = db.prepare(
    `UPDATE operation SET state = 'queued', reason = NULL, next_attempt = 0, told = 0
     WHERE operation = ? AND state = 'aside'`,
  )

  return {
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
        const recorded = get(item.operation)
        if (!recorded) return err({ kind: 'operation-malformed' })
        return isSameRequest(recorded, item) ? ok(undefined) : err({ kind: 'operation-differs' })
      }
    },

    due(time, limit) {
      const found: OperationIn<'queued'>[] = []
      let bytes = 0
      const take = (rows: unknown[]) => {
        for (const operation of operationsIn<'queued'>(rows)) {
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

    sending: (operations) =>
      inOneCommit(db, () => {
        for (const operation of operations) markSending.run(operation)
      }),

    submitted: (operations, time) =>
      inOneCommit(db, () => {
        for (const operation of operations) submit.run({ operation, now: time })
      }),

    overdue: (before, limit) => operationsIn<'submitted'>(selectOverdue.all({ before, limit, now: now() })),

    requeue: (operations) =>
      inOneCommit(db, () => {
        for (const operation of operations) unsubmit.run(operation)
      }),

    defer: (items) =>
      inOneCommit(db, () => {
        for (const { operation, reason, until } of items)
          putOff.run({ operation, reason, until: Math.max(0, Math.round(until)) })
      }),

    withdraw: (operation) =>
      written(() => {
        const done = withdrawOne.run({ operation, at: new Date(now()).toISOString() }).changes > 0
        if (done) erasure.now()
        return done
      }),

    setAside: (operation, reason) => written(() => putAside.run({ operation, reason }).changes > 0),

    retry: (operation) => written(() => redrive.run(operation).changes > 0),
  }
}

/** The payload of a settled request is erased and cannot be compared; everything else is. */
function isSameRequest(recorded: Operation, item: NewOperation): boolean {
  return (
    recorded.kind === item.kind &&
    recorded.session === item.session &&
    recorded.holder === item.holder &&
    Date.parse(recorded.requestedAt) === Date.parse(item.requestedAt) &&
    (!('sealed' in recorded) || recorded.sealed === item.sealed)
  )
}
