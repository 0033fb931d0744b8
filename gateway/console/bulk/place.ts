import { sql } from 'kysely'
import type { Looks } from '../../access/register.ts'
import type { BulkService, Listed } from '../../anpr/services.ts'
import { leavePlace, WAITS } from '../../lists/job.ts'
import type { ConsoleDatabase } from '../tables.ts'

/** A request's list at a bulk service. `job` null: it is being handed over, or its gateway died then. */
export interface Place {
  service: BulkService
  job: string | null
  began_at: Date | null
}

export async function placeOf(db: ConsoleDatabase, request: string): Promise<Place | null> {
  const { rows } = await sql<Place>`
    select service, job, began_at from anpr_bulk_job where owner = ${request}`.execute(db)
  return rows[0] ?? null
}

/**
 * Takes a list back from ANPR: the looks at its people end, and the place is another's. False: ANPR cannot be reached now, and
 * the list stays where it is.
 */
export async function takeBack(
  { db, looks }: { db: ConsoleDatabase; looks: Looks },
  request: string,
  { service, job }: Place,
  code: Listed,
): Promise<boolean> {
  if (job !== null) {
    const cancelled = await looks.cancelBulk(service, job)
    // Refused: there is nothing to cancel any more.
    if (!cancelled.ok && WAITS.includes(cancelled.error.kind)) return false
  }
  await looks.bulkAgain({ service, code }, job).ended(new Map())
  await leavePlace(db, request)
  return true
}
