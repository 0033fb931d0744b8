import { sql } from 'kysely'
import { ulid } from 'ulid'
import { DAY_MS } from '../../../basics/time.ts'
import type { Answer, Query } from '../../../contract/console/api.ts'
import { type FleetTotem, type TotemPage, totemStates } from '../../../contract/console/fleet.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { cursorOf, type FleetRow, fleetSeen, orderOf } from './query.ts'

const PAGE = 200
const NOTES = 50
const HOURS_MS = 30 * DAY_MS
const ENTRIES = 100

const totemOf = ({ office, name, comune, region, at, ...told }: FleetRow): FleetTotem => ({
  ...told,
  place: name === null ? null : { office, name, comune, region },
  at: at?.toISOString() ?? null,
})

const columns = sql`
  totem, office, name, comune, region, state, heard, ready, at, printer, reader, waiting, aside, version, out`

/** A page of totems, with the number of each state by the same filter. Null: the cursor is none of ours. */
export async function fleetOf(
  transaction: ConsoleTransaction,
  query: Query<'fleet'>,
  now: Date,
): Promise<Answer<'fleet'> | null> {
  const order = orderOf(query)
  if (!order) return null
  const state = query.state ? sql`state = ${query.state}` : sql`true`
  // One look at the fleet for both: `page` is all null where the filter finds nothing.
  const { rows: found } = await sql<FleetRow & { key: string; counts: Record<string, number> }>`
    with seen as materialized (select ${columns} from ${fleetSeen(query, now)}),
    counts as (
      select coalesce(jsonb_object_agg(state, count), '{}') as counts
      from (select state, count(*)::integer as count from seen group by state) as each
    )
    select counts, page.* from counts left join lateral (
      select *, ${order.key} as key from seen
      where ${state} and ${order.from} order by ${order.by} limit ${PAGE + 1}
    ) as page on true order by ${order.by}`.execute(transaction)
  const matching = found.filter(({ totem }) => totem !== null)
  const rows = matching.slice(0, PAGE)
  const last = rows.at(-1)
  return {
    totems: rows.map(({ key: _, counts: __, ...row }) => totemOf(row)),
    counts: {
      ...Object.fromEntries(totemStates.map((each) => [each, 0])),
      ...found[0]?.counts,
    },
    next: matching.length > PAGE && last ? cursorOf(last.key, last.totem) : null,
    at: now.toISOString(),
  }
}

/** One totem; null: there is none such in sight, which tells nobody whether there is one elsewhere. */
export async function totemPageOf(
  transaction: ConsoleTransaction,
  totem: string,
  now: Date,
): Promise<Answer<'totem'> | null> {
  const { rows } = await sql<
    FleetRow &
      Pick<TotemPage, 'address' | 'hours' | 'patron'> & { body: TotemPage['heartbeat']; withdrawn_at: Date | null }
  >`
    select ${columns}, address, hours, patron, body, withdrawn_at from ${fleetSeen({}, now)}
    where totem = ${totem}`.execute(transaction)
  const [found] = rows
  if (!found) return null
  const { address, hours, patron, body, withdrawn_at, ...row } = found
  const notes = await transaction
    .selectFrom('totem_note')
    .select(['id', 'at', 'name', 'text'])
    .where('totem', '=', totem)
    .orderBy('at', 'desc')
    .limit(NOTES)
    .execute()
  const sheet = await transaction
    .selectFrom('totem_readiness')
    .select(['received_at', 'body'])
    .where('totem', '=', totem)
    .executeTakeFirst()
  return {
    totem: totemOf(row),
    ...{ address, hours, patron, heartbeat: body },
    readiness: sheet ? { ...sheet.body, receivedAt: sheet.received_at.toISOString() } : null,
    withdrawnAt: withdrawn_at?.toISOString() ?? null,
    notes: notes.map(({ id, at, name, text }) => ({ note: id, at: at.toISOString(), by: name, text })),
  }
}

/** Whether this totem is in sight. */
export async function isSeen(transaction: ConsoleTransaction, totem: string, now: Date): Promise<boolean> {
  const { rows } = await sql`select from ${fleetSeen({}, now)} where totem = ${totem}`.execute(transaction)
  return rows.length > 0
}

/** One of these that is not in sight; null: all are. */
export async function firstUnseen(
  transaction: ConsoleTransaction,
  totems: readonly string[],
  now: Date,
): Promise<string | null> {
  const { rows } = await sql<{ totem: string }>`
    select asked.totem from unnest(${totems}::text[]) as asked (totem)
    where asked.totem not in (select totem from ${fleetSeen({}, now)}) limit 1`.execute(transaction)
  return rows[0]?.totem ?? null
}

/** The last 30 days, hour by hour. */
export async function hoursOf(
  transaction: ConsoleTransaction,
  totem: string,
  now: Date,
): Promise<Answer<'totemHours'>> {
  const { rows } = await sql<{ hour: Date; heard: number; ready: number }>`
    select hour, bit_count(heard::bit(64))::integer as heard, bit_count(ready::bit(64))::integer as ready
    from totem_hour where totem = ${totem} and hour > ${new Date(+now - HOURS_MS)}::timestamptz
    order by hour`.execute(transaction)
  return { hours: rows.map(({ hour, heard, ready }) => ({ at: hour.toISOString(), heard, ready })) }
}

/** The totem's sync log, newest first: the order of its chains and of their numbers, whatever its clock said. */
export async function logOf(
  transaction: ConsoleTransaction,
  totem: string,
  { severity, before }: Query<'totemLog'>,
): Promise<Answer<'totemLog'> | null> {
  const from = before === undefined ? null : /^([0-9A-Z]{26})\.(\d{1,9})\.([0-9a-f]{64})$/.exec(before)
  if (before !== undefined && !from) return null
  let query = transaction
    .selectFrom('journal_entry')
    .selectAll()
    .where('totem', '=', totem)
    .orderBy('chain', 'desc')
    .orderBy('seq', 'desc')
    .orderBy('hash', 'desc')
    .limit(ENTRIES + 1)
  if (severity) query = query.where('severity', 'in', severity === 'alarm' ? ['alarm'] : ['warn', 'alarm'])
  if (from)
    query = query.where(({ refTuple, tuple, eb }) =>
      eb(refTuple('chain', 'seq', 'hash'), '<', tuple(from[1] ?? '', Number(from[2]), from[3] ?? '')),
    )
  const found = await query.execute()
  const page = found.slice(0, ENTRIES)
  const last = page.at(-1)
  return {
    entries: page.map(({ hash: _, operation: __, at, received_at, severity: how, ...entry }) => ({
      ...entry,
      at: at.toISOString(),
      severity: how as 'info' | 'warn' | 'alarm',
      receivedAt: received_at.toISOString(),
    })),
    next: found.length > ENTRIES && last ? `${last.chain}.${last.seq}.${last.hash}` : null,
  }
}

export async function addNote(
  transaction: ConsoleTransaction,
  { totem, text, person, name }: { totem: string; text: string; person: string; name: string },
  now: Date,
): Promise<void> {
  await transaction
    .insertInto('totem_note')
    .values({ id: ulid(+now), totem, at: now, person, name, text })
    .execute()
}
