import type { Result } from '../../contract/result.ts'
import { inOneCommit, isConstraint, type Storage, type StorageFailure, written } from './database.ts'
import { type Operation, type OperationIn, operationsIn, type Settlement, WITH_PAYLOAD } from './operation.ts'
import { WITHDRAWN } from './outbox.ts'
import { isCompactJwe } from './salvage.ts'
import type { LogErasure } from './upkeep.ts'

/** The half of the queue that comes from the gateway: outcomes, until the paper is the citizen's. */
export interface Inbox {
  /**
   * Writes a page of outcomes and the gateway's cursor behind it (null: as it was), all in one commit. `at`: the
   * gateway's clock. For each outcome: `settled`; `known`: it had been settled before, and the first settlement holds;
   * `malformed`: the schema does not take it (an outcome that is no JWE, a reason that is no code), and it stays as it
   * was; `unknown`: not of this totem.
   */
  settle(
    items: readonly { operation: string; settlement: Settlement }[],
    at: number,
    cursor: number | null,
  ): Result<('settled' | 'known' | 'malformed' | 'unknown')[], StorageFailure>
  /** The gateway's cursor up to which outcomes were taken in; 0 at first. */
  cursor(): number
  /** Outcomes that are issued and not collected, oldest first. */
  waiting(holder: string): OperationIn<'issued'>[]
  /** How many requests of this person have no answer yet. */
  pending(holder: string): number
  /** This person's requests since then (ISO 8601), the newest first; those that are open or wait whatever their age. */
  requestsOf(holder: string, since: string): Recorded[]
  /** Requests that came to nothing, and the person does not know it yet; oldest first. */
  untold(holder: string): OperationIn<'refused' | 'expired' | 'aside'>[]
  /** The person has been told. False when there was nothing to tell. */
  told(operation: string): Result<boolean, StorageFailure>
  /** The person has the paper: payload and outcome are erased. False when it was not waiting to be collected. */
  collected(operation: string): Result<boolean, StorageFailure>
}

/** A request as its person may see it. `untouched`: it never left the totem, so it can be withdrawn. `reason` is a code. */
export type Recorded = Pick<Operation, 'operation' | 'requestedAt' | 'state'> & {
  untouched: boolean
  reason: string | null
}

export function inboxOn(db: Storage, { now, erasure }: { now: () => number; erasure: LogErasure }): Inbox {
  const selectState = db.prepare('SELECT seq, state FROM operation WHERE operation = ?')
  // The schema's triggers set the state and erase the request.
  const issue = db.prepare('INSERT INTO outcome (seq, jwe, settled_at) VALUES (@seq, @outcome, @at)')
  const refuse = db.prepare(
    `UPDATE operation SET state = 'refused', submitted_at = NULL, reason = @reason, anpr = @anpr, told = (@reason = '${WITHDRAWN}'),
       settled_at = @at
     WHERE seq = @seq`,
  )
  const selectCursor = db.prepare('SELECT cursor FROM inbox')
  const updateCursor = db.prepare('UPDATE inbox SET cursor = ?')
  const selectWaiting = db.prepare(`${WITH_PAYLOAD} WHERE state = 'issued' AND holder = ? ORDER BY seq`)
  const selectUntold = db.prepare(
    `${WITH_PAYLOAD} WHERE told = 0 AND state IN ('refused', 'expired', 'aside') AND holder = ? ORDER BY seq`,
  )
  const countPending = db.prepare(
    `SELECT count(*) AS pending FROM operation WHERE state IN ('queued', 'submitted') AND holder = ?`,
  )
  const selectRequests = db.prepare(
    `SELECT operation, requested_at AS requestedAt, state, reason,
       state = 'queued' AND attempts = 0 AND reason IS NULL AS untouched
     FROM operation
     WHERE holder = @holder AND (requested_at > @since OR settled_at IS NULL OR state = 'issued')
     ORDER BY seq DESC`,
  )
  const markTold = db.prepare(
    `UPDATE operation SET told = 1
     WHERE operation = ? AND told = 0 AND state IN ('refused', 'expired', 'aside')`,
  )
  const collect = db.prepare(
    `UPDATE operation SET state = 'collected', settled_at = max(settled_at, @at)
     WHERE operation = @operation AND state = 'issued'`,
  )
  const iso = (ms: number) => new Date(ms).toISOString()

  function settleOne(operation: string, settlement: Settlement, at: number) {
    const recorded = selectState.get(operation) as { seq: number; state: Operation['state'] } | undefined
    if (!recorded) return 'unknown'
    const { seq, state } = recorded
    if (!['queued', 'submitted', 'aside'].includes(state)) return 'known'
    if (settlement.state === 'issued' && !isCompactJwe(settlement.outcome)) return 'malformed'
    try {
      // A statement that the schema refuses leaves no trace of itself, and the transaction goes on.
      if (settlement.state === 'issued') issue.run({ seq, outcome: settlement.outcome, at: iso(at) })
      else refuse.run({ seq, reason: settlement.reason, anpr: settlement.anpr, at: iso(at) })
      return 'settled'
    } catch (error) {
      if (isConstraint(error)) return 'malformed'
      throw error
    }
  }

  return {
    settle: (items, at, cursor) =>
      inOneCommit(db, () => {
        const became = items.map(({ operation, settlement }) => settleOne(operation, settlement, at))
        if (cursor !== null) updateCursor.run(cursor)
        if (became.includes('settled')) erasure.soon()
        return became
      }),

    cursor: () => (selectCursor.get() as { cursor: number }).cursor,

    waiting: (holder) => operationsIn<'issued'>(selectWaiting.all(holder)),

    pending: (holder) => (countPending.get(holder) as { pending: number }).pending,

    requestsOf: (holder, since) =>
      (selectRequests.all({ holder, since }) as (Omit<Recorded, 'untouched'> & { untouched: 0 | 1 })[]).map((row) => ({
        ...row,
        untouched: row.untouched === 1,
      })),

    untold: (holder) => operationsIn<'refused' | 'expired' | 'aside'>(selectUntold.all(holder)),

    told: (operation) => written(() => markTold.run(operation).changes > 0),

    collected: (operation) =>
      written(() => {
        const done = collect.run({ operation, at: iso(now()) }).changes > 0
        if (done) erasure.now()
        return done
      }),
  }
}
