import { sql } from 'kysely'
import { type Clock, DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { BulkLook, BulkWish } from '../access/bulk.ts'
import type { Looks } from '../access/register.ts'
import type { AnprFailure } from '../anpr/answers.ts'
import { type BulkRow, keysOf } from '../anpr/bulk.ts'
import type { BulkService } from '../anpr/services.ts'
import type { Database } from '../store/schema.ts'

/** Between two looks at a job. */
export const POLL_MS = MINUTE_MS
/** A job that has not ended by then is stuck, and shuts out every other one of ours (italia/anpr issue 5187). */
export const PATIENCE_MS = DAY_MS
/** The job of a process that has not looked at it for so long is nobody's any more; a request finds its own again. */
const LEFT_MS = 10 * MINUTE_MS

/** Why no file came: another list is under way, the job was cancelled by us or ended by ANPR, or ANPR failed. */
export type NoFile = { kind: 'another-list' | 'stuck' | 'ended' | 'stopped' } | AnprFailure

export interface Parts {
  db: Database
  looks: Looks
  now: Clock
  /** Rejects when the process is to end. */
  pause(ms: number): Promise<unknown>
}

/**
 * Asks a bulk service about a list, waits for its file, and tells the rows by the keys that were asked for. A row that ANPR
 * has left out is not there. Whatever happens, no job of ours stays open.
 */
export async function throughBulk(parts: Parts, wish: BulkWish): Promise<Result<Map<string, BulkRow>, NoFile>> {
  const { db, looks, now } = parts
  const claimed = await claimPlace(parts, wish.service, null)
  if (claimed !== null) return err(claimed)
  try {
    const look = await looks.inBulk(wish)
    const outcomes = new Map<string, string>()
    const told = look.job.ok ? await fileOf(parts, look, look.job.value) : look.job
    if (told.ok) for (const [key, row] of told.value) outcomes.set(key, row.errore || 'shown')
    await look.ended(outcomes)
    return told
  } finally {
    await leavePlace(db, null)
  }

  async function fileOf({ pause }: Parts, look: BulkLook, job: string): Promise<Result<Map<string, BulkRow>, NoFile>> {
    await sql`update anpr_bulk_job set job = ${job} where owner is null`.execute(db)
    const began = +now()
    let ended: NoFile | null = null
    while (ended === null) {
      const isStopped = await pause(POLL_MS).then(
        () => false,
        () => true,
      )
      await sql`update anpr_bulk_job set touched_at = ${now()} where owner is null`.execute(db)
      const state = isStopped ? null : await look.state(job)
      if (state?.ok && state.value.kind === 'file') return ok(byKey(wish.keys, state.value.rows))
      if (state === null) ended = { kind: 'stopped' }
      else if (state.ok && state.value.kind === 'ended') ended = { kind: 'ended' }
      else if (!state.ok && !WAITS.includes(state.error.kind)) ended = state.error
      else if (+now() - began > PATIENCE_MS) ended = { kind: 'stuck' }
    }
    if (ended.kind !== 'ended') await look.cancel(job)
    return err(ended)
  }
}

/** After these the next look may bring an answer. */
export const WAITS: readonly AnprFailure['kind'][] = ['anpr-unavailable', 'anpr-busy', 'anpr-closed']

/**
 * Makes the one place ours; what a process that died has left open at ANPR is cancelled. `owner`: the request that has it, and
 * finds it again when its process has died; null: this process.
 */
export async function claimPlace(
  { db, looks, now }: Pick<Parts, 'db' | 'looks' | 'now'>,
  service: BulkService,
  owner: string | null,
): Promise<NoFile | null> {
  const left = new Date(+now() - LEFT_MS)
  const { rows } = await sql<{ service: BulkService; job: string | null }>`
    select service, job from anpr_bulk_job where touched_at < ${left} and owner is null`.execute(db)
  const [open] = rows
  if (open?.job) {
    const cancelled = await looks.cancelBulk(open.service, open.job)
    if (!cancelled.ok) return cancelled.error
  }
  const { rows: ours } = await sql`
    insert into anpr_bulk_job (service, touched_at, owner) values (${service}, ${now()}, ${owner})
    on conflict (single) do update set service = ${service}, job = null, touched_at = ${now()}, owner = ${owner}
      where anpr_bulk_job.touched_at < ${left} and anpr_bulk_job.owner is null
    returning service`.execute(db)
  return ours.length > 0 ? null : { kind: 'another-list' }
}

export async function leavePlace(db: Database, owner: string | null): Promise<void> {
  await sql`delete from anpr_bulk_job where owner is not distinct from ${owner}`.execute(db)
}

/** SECURITY: a row about somebody who was not asked for is nobody's; of two about one person the first counts. */
export function byKey(keys: readonly string[], rows: readonly BulkRow[]): Map<string, BulkRow> {
  const asked = new Set(keys)
  const told = new Map<string, BulkRow>()
  for (const row of rows) for (const key of keysOf(row)) if (asked.has(key) && !told.has(key)) told.set(key, row)
  return told
}
