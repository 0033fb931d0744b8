import { DAY_MS } from '../../basics/time.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type Storage, type StorageFailure, storageFailure, written } from './database.ts'
import type { Operation } from './operation.ts'
import { isCompactJwe } from './salvage.ts'
import { truncateWal } from './storage.ts'

/** Keeps the queue's file small, whole and free of what nobody needs any more. */
export interface Upkeep {
  /**
   * Erases outcomes issued before `before` by the gateway's clock, and requests tried in vain that were made before it
   * by the totem's. A request that was never tried does not expire: only the gateway can tell how old it is. Answers
   * what has expired, `EXPIRED_AT_ONCE` at most: ask again until there is none. Also forgets rows settled
   * `KEPT_SETTLED_MS` earlier.
   */
  expire(
    before: number,
  ): Result<{ operation: string; was: 'queued' | 'submitted' | 'aside' | 'issued' }[], StorageFailure>
  /**
   * Reads the payloads of the next operations after `after` (0 at first), which a start leaves out. Answers the number
   * reached, null behind the last one. Damage that it meets is repaired like any other.
   */
  checkNext(after: number): Result<number | null, StorageFailure>
  /** Checks the whole file, page by page: for the command line, as it takes about a second for each 300 MB. */
  verify(): Result<{ operations: number; bytes: number }, StorageFailure>
}

/** Some 200 payloads of 6 KB are erased in a few ms, and the next call takes the next 200. */
export const EXPIRED_AT_ONCE = 200
/**
 * A year and a month: an operator who balances last year's requests against the gateway's at the start of the next year
 * still finds them here. The rows hold no payload. The gateway keeps the register of who asked for what, 36 months.
 */
const KEPT_SETTLED_MS = 400 * DAY_MS
const FORGOTTEN_AT_ONCE = 1_000
/** A few ms of reading: some eighty requests, or four certificates. A row without a payload costs something too. */
const CHECKED_BYTES = 512 * 1024
const ROW_BYTES = 512

export function upkeepOn(db: Storage, { now, erasure }: { now: () => number; erasure: LogErasure }): Upkeep {
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
  // Only rows before the first that is kept, some at a time; the newest row carries the number on.
  const forget = db.prepare(
    `DELETE FROM operation
     WHERE seq < coalesce(
         (SELECT seq FROM operation WHERE settled_at IS NULL OR state = 'issued' OR settled_at >= @settledBefore
          ORDER BY seq LIMIT 1),
         (SELECT max(seq) FROM operation))
       AND seq < (SELECT min(seq) FROM operation) + ${FORGOTTEN_AT_ONCE}`,
  )
  const selectPayloads = db.prepare(
    `SELECT seq, state, sealed.jwe AS sealed, outcome.jwe AS outcome
     FROM operation LEFT JOIN sealed USING (seq) LEFT JOIN outcome USING (seq)
     WHERE seq > ? ORDER BY seq`,
  )
  const selectCount = db.prepare('SELECT count(*) AS operations FROM operation')
  const iso = (ms: number) => new Date(ms).toISOString()

  return {
    expire: (before) =>
      written(() => {
        const expired = db
          .transaction(() => {
            const stale = selectStale.all({ before: iso(before) }) as {
              operation: string
              was: 'queued' | 'submitted' | 'aside' | 'issued'
            }[]
            // Never settled before the time that it is judged by, though the totem's clock may say 1970: it would be
            // forgotten at once.
            for (const { operation } of stale) expireOne.run({ operation, at: iso(Math.max(now(), before)) })
            forget.run({ settledBefore: iso(before - KEPT_SETTLED_MS) })
            return stale
          })
          .immediate()
        if (expired.length > 0) erasure.now()
        return expired
      }),

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
  }
}

type PayloadRow = { seq: number; state: Operation['state']; sealed: string | null; outcome: string | null }

/** A request is refused beyond this part of the file: the rest is for outcomes and for what erases. */
const FOR_REQUESTS = 0.9

/** Says why a request of so many bytes has no place, by a code, or null. `room`: bytes that the disk may still give. */
export function roomCheck(db: Storage, { maxPages, room }: { maxPages: number; room: () => number }) {
  const selectPages = db.prepare(
    `SELECT page_count - freelist_count AS used FROM pragma_page_count, pragma_freelist_count`,
  )
  return (bytes: number): 'queue-full' | 'disk-low' | null => {
    const { used } = selectPages.get() as { used: number }
    if (used > maxPages * FOR_REQUESTS) return 'queue-full'
    return room() < bytes ? 'disk-low' : null
  }
}

/** Takes out of SQLite's log too what was erased from the file. */
export interface LogErasure {
  /** At once, or soon when another program reads just then. */
  now(): void
  /** Within two seconds: at once would be a checkpoint for each page of outcomes. */
  soon(): void
  stop(): void
}

const ERASED_WITHIN_MS = 2_000

export function logErasure(db: Storage): LogErasure {
  let timer: NodeJS.Timeout | undefined
  function erase(): void {
    clearTimeout(timer)
    timer = undefined
    if (!truncateWal(db)) eraseSoon()
  }
  function eraseSoon(): void {
    timer ??= setTimeout(erase, ERASED_WITHIN_MS).unref()
  }
  return { now: erase, soon: eraseSoon, stop: () => clearTimeout(timer) }
}
