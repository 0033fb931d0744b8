import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { jsonOf } from '../../../basics/json.ts'
import type { FoundEntry, LogFilter } from '../../../contract/console/log.ts'
import { journalEntry } from '../../../contract/journal.ts'
import type { ConsoleTransaction } from '../tables.ts'

/** Totems each of which is looked at by its own index; of more, the log is read by time and theirs is taken. */
const FEW = 40
/** A statement that has not found a page by then is given up, and the filter is named as too wide. */
const LIMIT_MS = 15_000

/** Where a page ended: microseconds of the database, which JavaScript's dates would round. */
const entry = journalEntry.shape
const place = z.tuple([z.string().regex(/^\d{1,17}$/), entry.totem, entry.chain, entry.seq, entry.hash])
type Place = z.infer<typeof place>
const cursorOf = (at: Place): string => Buffer.from(JSON.stringify(at)).toString('base64url')
function placeOf(cursor: string): Place | null {
  return place.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString())).data ?? null
}

export interface Found {
  entries: FoundEntry[]
  next: string | null
}

/**
 * A page of entries, newest first by the gateway's clock. Null: the cursor is none of ours. Every value that somebody typed
 * is a parameter; the severities are not, so that PostgreSQL sees that their own indexes serve.
 */
export async function searchLog(
  transaction: ConsoleTransaction,
  { event, severity, totem, office, region, from, until, operation }: LogFilter,
  before: string | undefined,
  limit: number,
): Promise<Found | null> {
  const after = before === undefined ? null : placeOf(before)
  if (before !== undefined && !after) return null
  const conditions: RawBuilder<unknown>[] = [
    ...(event ? [sql`event = ${event}`] : []),
    ...(severity === 'warn' ? [sql`severity <> 'info'`] : []),
    ...(severity === 'alarm' ? [sql`severity = 'alarm'`] : []),
    ...(operation ? [sql`operation = ${operation}`] : []),
    ...(from ? [sql`received_at >= ${from}::timestamptz`] : []),
    ...(until ? [sql`received_at < ${until}::timestamptz`] : []),
    ...(after ? [beyond(after)] : []),
  ]
  const totems = office || region ? await standingAt(transaction, { totem, office, region }) : totem ? [totem] : null
  await sql`set local statement_timeout = ${sql.lit(LIMIT_MS)}`.execute(transaction)
  const { rows } = await sql<Row>`
    select found.*, place.name as office, place.region,
      (extract(epoch from received_at) * 1000000)::bigint::text as micros
    from ${pageOf(conditions, totems, limit + 1)} as found left join totem_place place on place.totem = found.totem
    order by ${newest(sql.ref('found'))}`.execute(transaction)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    entries: page.map(entryOf),
    next: rows.length > limit && last ? cursorOf([last.micros, last.totem, last.chain, last.seq, last.hash]) : null,
  }
}

interface Row extends Omit<FoundEntry, 'at' | 'receivedAt'> {
  at: Date
  received_at: Date
  micros: string
}
const entryOf = ({ at, received_at, micros: _, ...entry }: Row): FoundEntry => ({
  ...entry,
  at: at.toISOString(),
  receivedAt: received_at.toISOString(),
})

const columns = sql`totem, chain, seq, hash, at, event, severity, fields, received_at`
const newest = (of: RawBuilder<unknown>) =>
  sql`${of}.received_at desc, ${of}.totem desc, ${of}.chain desc, ${of}.seq desc, ${of}.hash desc`

/** The first condition finds its place in an index; the second settles which of one instant. */
function beyond([micros, totem, chain, seq, hash]: Place): RawBuilder<unknown> {
  const at = sql`(timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond')`
  return sql`received_at <= ${at} and (received_at, totem, chain, seq, hash) < (${at}, ${totem}, ${chain}, ${seq}::integer, ${hash})`
}

function pageOf(conditions: readonly RawBuilder<unknown>[], totems: readonly string[] | null, limit: number) {
  const all = conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`true`
  const end = sql`order by ${newest(sql.ref('entry'))} limit ${limit}`
  if (totems === null) return sql`(select ${columns} from journal_entry entry where ${all} ${end})`
  if (totems.length > FEW)
    return sql`(select ${columns} from journal_entry entry where totem = any (${totems}::text[]) and ${all} ${end})`
  return sql`(
    select entry.* from unnest(${totems}::text[]) as own (name) cross join lateral (
      select ${columns} from journal_entry entry where totem = own.name and ${all} ${end}
    ) as entry ${end})`
}

/** The totems of an office or a region that are in sight. */
async function standingAt(
  transaction: ConsoleTransaction,
  { totem, office, region }: Pick<LogFilter, 'totem' | 'office' | 'region'>,
): Promise<string[]> {
  let query = transaction.selectFrom('totem_place').select('totem').orderBy('totem')
  if (totem) query = query.where('totem', '=', totem)
  if (office) query = query.where('office', '=', office)
  if (region) query = query.where('region', '=', region)
  return (await query.execute()).map((row) => row.totem)
}
