import { sql, type Transaction } from 'kysely'
import type { Logger } from 'pino'
import { type Recurring, recurring } from '../../basics/recurring.ts'
import { type Clock, HOUR_MS, italianDay } from '../../basics/time.ts'
import type { Comuni } from '../polis/comuni.ts'
import type { Database, Tables } from '../store/schema.ts'
import { counted, dayAfter } from './count.ts'

const EVERY_MS = HOUR_MS
/** A day is counted anew for so long, because totems come late; then it stays as it is. */
export const OPEN_DAYS = 7
/** What comes later is noted for so long: a totem keeps its requests for 30 days. */
const NOTED_DAYS = 45
/** Days of one query, where many have not been counted yet. */
const CHUNK_DAYS = 31

const COLUMNS = sql`giorno, comune, ufficio, canale, prodotto, esito, bollo, regione, n`

/**
 * Keeps `stat_giorno`: the last days anew every hour, older ones once and for all. What a frozen day would be more or less
 * by, had one waited longer, stands in `stat_tardi`; the day itself does not change, so that what was published holds.
 */
export function keepStatistics({
  db,
  comuni,
  now,
  log,
}: {
  db: Database
  comuni: Comuni
  now: Clock
  log: Logger
}): Recurring {
  const lookOnce = () =>
    db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ mine: boolean }>`
        select pg_try_advisory_xact_lock(hashtext('totem-statistics')) as mine`.execute(transaction)
      // If not, another gateway is doing it now.
      if (!rows[0]?.mine) return
      await putOffices(transaction, comuni)
      const today = italianDay(now())
      const first = await firstOpen(transaction, today)
      for (let day = first; day <= today; day = dayAfter(day, CHUNK_DAYS)) {
        await recount(transaction, day, dayAfter(day, CHUNK_DAYS - 1))
      }
      await sql`
        insert into stat_fermo (giorno, at)
        select day::date, ${now()}::timestamptz
        from generate_series(${first}::date, ${today}::date - ${OPEN_DAYS + 1}::integer, interval '1 day') as day
        on conflict do nothing`.execute(transaction)
      await noteLate(transaction, today)
      await sql`update stat_conto set counted_at = ${now()}::timestamptz`.execute(transaction)
    })
  return recurring(lookOnce, EVERY_MS, ({ code }) => log.error({ kind: 'statistics-not-counted', code }))
}

/** An office stays known after its last totem has gone. */
async function putOffices(transaction: Transaction<Tables>, comuni: Comuni): Promise<void> {
  const { rows } = await sql<{ office: string; name: string; region: string | null; comune: string | null }>`
    select distinct on (office) office, name, region, comune from totem_place
    where office is not null order by office, totem`.execute(transaction)
  const offices = rows.map(({ office, name, region, comune }) => ({
    ...{ ufficio: office, name, regione: region },
    comune: comune === null ? null : (comuni.named(comune, region)?.istat ?? null),
  }))
  await sql`
    insert into stat_ufficio (ufficio, kind, name, regione, comune)
    select ufficio, 'polis', name, regione, comune
    from jsonb_to_recordset(${JSON.stringify(offices)}::jsonb) as given (ufficio text, name text, regione text, comune text)
    on conflict (ufficio) do update set name = excluded.name, regione = excluded.regione, comune = excluded.comune
    where (stat_ufficio.name, stat_ufficio.regione, stat_ufficio.comune)
      is distinct from (excluded.name, excluded.regione, excluded.comune)`.execute(transaction)
}

/** The first day that is not frozen: at the very first time, the first of which anything is known. */
async function firstOpen(transaction: Transaction<Tables>, today: string): Promise<string> {
  const { rows } = await sql<{ first: string | null }>`
    select coalesce((select max(giorno) + 1 from stat_fermo), least(
      (select min(received_at at time zone 'Europe/Rome')::date from operation),
      (select min(at at time zone 'Europe/Rome')::date from access_log where channel = 'console'),
      (select min(at at time zone 'Europe/Rome')::date from counter_paper),
      (select min(received_at at time zone 'Europe/Rome')::date from journal_entry where event = 'print.rendered')
    ))::text as first`.execute(transaction)
  const first = rows[0]?.first ?? today
  return first < today ? first : today
}

async function recount(transaction: Transaction<Tables>, first: string, last: string): Promise<void> {
  await sql`delete from stat_giorno where giorno between ${first}::date and ${last}::date`.execute(transaction)
  await sql`
    insert into stat_giorno (${COLUMNS})
    select giorno::date, comune, ufficio, canale, prodotto, esito, bollo, regione, n
    from (${counted(first, last)}) as day`.execute(transaction)
}

/** Once a day: it reads six weeks of the totems' logs. */
async function noteLate(transaction: Transaction<Tables>, today: string): Promise<void> {
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    select min(giorno)::text as first, max(giorno)::text as last from stat_fermo
    where giorno >= ${today}::date - ${NOTED_DAYS}::integer
      and exists (select from stat_conto where late_on is distinct from ${today}::date)`.execute(transaction)
  const [{ first, last } = { first: null, last: null }] = rows
  if (first === null || last === null) return
  await sql`delete from stat_tardi where giorno between ${first}::date and ${last}::date`.execute(transaction)
  await sql`
    insert into stat_tardi (${COLUMNS})
    select giorno, comune, ufficio, canale, prodotto, esito, bollo, max(regione), sum(n)::integer
    from (
      select giorno::date as giorno, comune, ufficio, canale, prodotto, esito, bollo, regione, n
      from (${counted(first, last)}) as day
      union all
      select giorno, comune, ufficio, canale, prodotto, esito, bollo, regione, -n
      from stat_giorno where giorno between ${first}::date and ${last}::date
    ) as difference
    group by giorno, comune, ufficio, canale, prodotto, esito, bollo
    having sum(n) <> 0`.execute(transaction)
  await sql`update stat_conto set late_on = ${today}::date`.execute(transaction)
}
