import { sql } from 'kysely'
import { type OutcomePage, refusalKind } from '../../contract/gateway.ts'
import type { Database } from './schema.ts'

/** As many as the contract allows in a page. */
const MOST = 100
/**
 * A page that is cut on its way is asked for again as a whole: at 64 kbit/s this takes a minute. A page always holds at
 * least one outcome, however large.
 */
const PAGE_BYTES = 512 * 1024

interface Row {
  last: number
  /** Null where there is nothing after `after`. */
  id: string | null
  refusal: string | null
  refusal_anpr: string | null
  number: number
  sealed: string | null
  /** How many there are, up to one more than a page holds; null where there is none. */
  found: number | null
}

/** The page after number `after`. `has`: the totem has proved that everything up to `after` is on its disk. */
export async function outcomesAfter(
  db: Database,
  totem: string,
  { after, has }: { after: number; has: boolean },
  at: Date,
): Promise<OutcomePage> {
  // A cursor that this gateway never gave says nothing about what arrived. The page is cut off before its outcomes are
  // sought: joined first, PostgreSQL would read all outcomes of a totem with a backlog for each page. Each outcome is
  // sought by its key: for a page PostgreSQL would rather read the whole table while that is small.
  const { rows } = await sql<Row>`
    with counter as (
      select coalesce(max(last), 0)::integer as last from outcome_counter where totem = ${totem}
    ), listed as (
      select id, refusal, refusal_anpr, number from operation
      where totem = ${totem}
        and number > (select case when ${after}::bigint > last then 0 else ${after}::bigint end from counter)
      order by number limit ${MOST + 1}
    ), found as (
      select listed.*, sealed, coalesce(octet_length(sealed), 0) as bytes
      from listed left join lateral (
        select sealed from operation_outcome kept where kept.totem = ${totem} and kept.operation = id limit 1
      ) one on true
    ), page as (
      select found.*, sum(bytes) over (order by number) as total, row_number() over (order by number) as place,
        (count(*) over ())::integer as found
      from found
    )
    select last, id, refusal, refusal_anpr, number, sealed, found
    from counter left join page on place = 1 or (place <= ${MOST} and total <= ${PAGE_BYTES})
    order by number`.execute(db)
  const [{ last, found } = { last: 0, found: 0 }] = rows
  if (has && after > 0 && after <= last) await delivered(db, totem, after, at)
  const page = rows.flatMap(({ id, ...row }) => (id === null ? [] : [{ operation: id, ...row }]))
  return {
    cursor: page.at(-1)?.number ?? last,
    more: page.length < (found ?? 0),
    outcomes: page.flatMap(({ operation, sealed, refusal, refusal_anpr: anpr }): OutcomePage['outcomes'] => {
      if (sealed !== null) return [{ operation, state: 'issued', outcome: sealed }]
      if (refusal === null) return []
      return [{ operation, state: 'refused', problem: { kind: refusalKind.parse(refusal), anpr } }]
    }),
  }
}

/** The outcomes of a totem that are still kept, sealed to it, by operation. */
export async function sealedOutcomes(
  db: Database,
  totem: string,
  operations: readonly string[],
): Promise<Map<string, string>> {
  if (operations.length === 0) return new Map()
  const rows = await db
    .selectFrom('operation_outcome')
    .select(['operation', 'sealed'])
    .where('totem', '=', totem)
    .where('operation', 'in', operations)
    .execute()
  return new Map(rows.map(({ operation, sealed }) => [operation, sealed]))
}

async function delivered(db: Database, totem: string, upTo: number, at: Date): Promise<void> {
  await db
    .updateTable('operation')
    .set({ delivered_at: at })
    .where('totem', '=', totem)
    .where('number', '<=', upTo)
    .where('delivered_at', 'is', null)
    .execute()
}
