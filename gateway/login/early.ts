import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '../store/schema.ts'
import { withLogins } from './tables.ts'

/** More than a totem asks in a month, and few bytes for a totem that sends garbage. */
const MOST_OF_ONE = 2_000

interface Item {
  operation: string
  sealed: string
}

/**
 * Remembers that requests came in time which the gateway could not take in for a reason of its own: no room, a key or a
 * version that it lacks. Their log-ins count as of then when the same bytes come again.
 */
export async function noteEarly(
  db: Database,
  totem: string,
  items: readonly Item[],
  { heard, at }: { heard: number; at: Date },
): Promise<void> {
  const ids = items.map(({ operation }) => operation)
  const digests = items.map(({ sealed }) => digestOf(sealed))
  await sql`
    insert into brought_early (totem, operation, sealed, heard, at)
    select ${totem}, operation, sealed, ${heard}::integer, ${at}::timestamptz
    from unnest(${ids}::text[], ${digests}::text[]) as item (operation, sealed)
    where (select count(*) from brought_early where totem = ${totem}) < ${MOST_OF_ONE}
    on conflict do nothing`.execute(db)
}

/** In how many minutes the gateway had heard the totem when this request came first; null: it comes now. */
export async function heardEarly(db: Database, totem: string, { operation, sealed }: Item): Promise<number | null> {
  const row = await withLogins(db)
    .selectFrom('brought_early')
    .select('heard')
    .where('totem', '=', totem)
    .where('operation', '=', operation)
    .where('sealed', '=', digestOf(sealed))
    .executeTakeFirst()
  return row?.heard ?? null
}

const digestOf = (sealed: string) => createHash('sha256').update(sealed).digest('base64url')
