import { type RawBuilder, sql } from 'kysely'
import type { JournalDatabase } from './tables.ts'

/** Months that are made before an entry of theirs can come: without its month an entry is not taken. */
const AHEAD = 3

/** Makes the months of today and of the next ones, by the database's clock, which also dates the entries. */
export const makeMonths = (db: Pick<JournalDatabase, 'getExecutor'>) =>
  sql`select make_journal_month(now() + make_interval(months => ahead)) from generate_series(0, ${sql.lit(AHEAD)}) ahead`.execute(
    db,
  )

/**
 * Drops the oldest month when all of it came before `from`. Of each chain it keeps the entry on which a later month's hangs,
 * or the next one will: so the rest can be verified, and goes on. Answers whether there was such a month.
 */
export async function dropOldestMonth(db: JournalDatabase, from: RawBuilder<unknown>): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'journal_entry'::regclass
      and relname < 'journal_entry_' || to_char((${from}) at time zone 'UTC', 'YYYY_MM')
    order by relname limit 1`.execute(db)
  const [oldest] = rows
  if (!oldest) return false
  const month = sql.table(oldest.name)
  // Behind whoever reads the log now; what does not come to pass in that time is tried again in an hour.
  await sql`set local lock_timeout = '10s'`.execute(db)
  await sql`
    insert into journal_base (totem, chain, seq, hash)
    select totem, chain, seq, hash from ${month} old
    where not exists (
        select from ${month} next where next.totem = old.totem and next.chain = old.chain and next.seq = old.seq + 1)
      -- Of a chain with two histories, the end of the other one too.
      or (exists (
          select from journal_trouble trouble
          where trouble.totem = old.totem and trouble.chain = old.chain and trouble.kind = 'fork')
        and exists (
          select from journal_entry next
          where next.totem = old.totem and next.chain = old.chain and next.seq = old.seq + 1
            and next.tableoid <> ${oldest.name}::regclass))
    on conflict do nothing`.execute(db)
  await sql`drop table ${month}`.execute(db)
  // The end of each chain stays for good. One before it goes when the entry that hung on it has gone too.
  await sql`
    delete from journal_base old
    where exists (
        select from journal_base later
        where later.totem = old.totem and later.chain = old.chain and later.seq > old.seq)
      and not exists (
        select from journal_entry next
        where next.totem = old.totem and next.chain = old.chain and next.seq = old.seq + 1)`.execute(db)
  return true
}
