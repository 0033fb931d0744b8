import type { Insertable } from 'kysely'
import type { Database, Tables } from '../store/schema.ts'

/** Adds a line to the access log of what is no operation; theirs are added as they are settled (operations.ts). */
export async function noteAccess(db: Database, entry: Insertable<Tables['access_log']>): Promise<void> {
  await db.insertInto('access_log').values(entry).execute()
}
