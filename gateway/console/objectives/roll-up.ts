import { sql } from 'kysely'
import type { Logger } from 'pino'
import { recurring } from '../../../basics/recurring.ts'
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '../../../basics/time.ts'
import { holidaysBetween } from '../../fleet/calendar.ts'
import type { Database } from '../../store/schema.ts'
import { availabilityOf, type TotemHour } from './available.ts'

const EVERY_MS = 5 * MINUTE_MS
/** An hour is reckoned once what came in it could be settled, and its log could come. */
const RIPE_MS = 15 * MINUTE_MS
/** After a stop, so many hours are made up for. */
const BACK_MS = 2 * DAY_MS
/** Its entries come together, unless the line went between them. */
const VISIT_MS = 2 * HOUR_MS
/** Working time in which a printer shall print again. */
const PAPER_S = (4 * HOUR_MS) / 1_000
/** A printer that stood still for longer has missed it, however seldom its office opens. */
const LONGEST_MS = 31 * DAY_MS
/** 13 months, as the totems' hours. */
const KEPT_MS = 397 * DAY_MS

export interface RollUp {
  /** Reckons each hour that is ripe and not reckoned yet; runs by itself. */
  look(): Promise<void>
  stop(): Promise<void>
}

/** Makes the figures of each hour out of what the gateway and the totems have measured in it. */
export function rollUp({ db, now, log }: { db: Database; now: Clock; log: Logger }): RollUp {
  async function lookOnce(): Promise<void> {
    const newest = Math.floor((+now() - RIPE_MS) / HOUR_MS) * HOUR_MS - HOUR_MS
    const oldest = new Date(newest - BACK_MS)
    // Before the first totem was heard there is nothing to reckon; later an hour in which none was heard is one lost by all.
    const first = await sql<{ hour: Date | null }>`
      select min(hour) as hour from totem_hour where hour > ${oldest}::timestamptz`.execute(db)
    const begins = first.rows[0]?.hour
    if (!begins) return
    const { rows } = await sql<{ hour: Date }>`
      select hour from objective_hour where objective = 'available' and hour > ${oldest}::timestamptz`.execute(db)
    const known = new Set(rows.map(({ hour }) => +hour))
    for (let hour = +begins; hour <= newest; hour += HOUR_MS) if (!known.has(hour)) await reckon(db, new Date(hour))
    await sql`delete from objective_hour where hour < ${new Date(newest - KEPT_MS)}::timestamptz`.execute(db)
  }
  const { look, stop } = recurring(lookOnce, EVERY_MS, ({ code }) =>
    log.error({ kind: 'objectives-not-reckoned', code }),
  )
  return { look, stop }
}

interface Figures {
  good: number
  total: number
  causes?: object
}

/** One hour, of all objectives; the same again gives the same. */
async function reckon(db: Database, hour: Date): Promise<void> {
  const [from, to] = [hour, new Date(+hour + HOUR_MS)]
  const far = new Date(+from - LONGEST_MS)
  const failing = await sql<{ failing: string }>`
    select failing::text from objective_hour where objective = 'anpr' and hour = ${from}::timestamptz`.execute(db)
  const anpr = BigInt(failing.rows[0]?.failing ?? 0)
  const totems = await sql<Omit<TotemHour, 'heard' | 'ready'> & { heard: string; ready: string }>`
    select place.hours, place.patron, coalesce(known.heard, 0)::text as heard, coalesce(known.ready, 0)::text as ready,
      (select case when condition = 'printer-stopped' then 'paper' else 'device' end from alarm
        where alarm.totem = place.totem and condition in ('printer-stopped', 'device-gone')
          and since < ${to}::timestamptz and (ended_at is null or ended_at > ${from}::timestamptz)
        order by condition desc limit 1) as trouble
    from totem_place place join heartbeat on heartbeat.totem = place.totem
      left join totem_hour known on known.totem = place.totem and known.hour = ${from}::timestamptz
      left join totem_enrolled enrolled on enrolled.totem = place.totem
    where enrolled.withdrawn_at is null or enrolled.withdrawn_at > ${to}::timestamptz`.execute(db)
  const hours = totems.rows.map((row) => ({ ...row, heard: BigInt(row.heard), ready: BigInt(row.ready) }))
  const { rows: counted } = await sql<{ objective: string; good: number; total: number; anpr: number }>`
    select 'visits' as objective, count(*) filter (where fields ->> 'how' not in ('aborted', 'restart', 'storage-full', 'out'))::integer as good,
      count(*)::integer as total, 0 as anpr
    from journal_entry ended where event = 'visit.ended' and received_at >= ${from}::timestamptz and received_at < ${to}::timestamptz
      and exists (select from journal_entry known where known.event = 'visit.recognised' and known.totem = ended.totem
        and known.received_at > ${new Date(+from - VISIT_MS)}::timestamptz and known.received_at < ${to}::timestamptz
        and known.fields ->> 'session' = ended.fields ->> 'session')
    union all
    select 'log', count(*) filter (where received_at <= at + interval '5 minutes')::integer, count(*)::integer, 0
    from journal_entry entry join totem_hour known on known.totem = entry.totem and known.hour = date_trunc('hour', entry.at)
    where received_at >= ${from}::timestamptz and received_at < ${to}::timestamptz
      and (known.heard >> extract(minute from entry.at)::integer) & 1 = 1
    union all
    select 'settled', count(*) filter (where not failing and settled_at <= received_at + interval '15 minutes')::integer,
      count(*) filter (where not failing)::integer, count(*) filter (where failing)::integer
    from (
      select received_at, settled_at,
        (${anpr.toString()}::bigint >> extract(minute from received_at)::integer) & 1 = 1 as failing
      from operation where received_at >= ${from}::timestamptz and received_at < ${to}::timestamptz
    ) as received
    union all
    select 'paper', count(*) filter (where open_seconds(hours, patron,
        greatest(since, ${far}::timestamptz), ended_at, ${holidaysBetween(far, to)}::date[]) <= ${PAPER_S})::integer,
      count(*)::integer, 0
    from alarm left join totem_place place on place.totem = alarm.totem where condition = 'printer-stopped' and ended_at >= ${from}::timestamptz and ended_at < ${to}::timestamptz`.execute(
    db,
  )
  const figures: [string, Figures][] = [
    ...counted.map(({ objective, good, total, anpr: apart }): [string, Figures] => [
      objective,
      { good, total, ...(apart > 0 && { causes: { anpr: apart } }) },
    ]),
    // Last: it says that the hour is done.
    ['available', availabilityOf(hour, hours, anpr)],
  ]
  for (const [objective, { good, total, causes = {} }] of figures)
    await sql`
      insert into objective_hour (objective, hour, good, total, causes)
      values (${objective}, ${from}::timestamptz, ${good}, ${total}, ${JSON.stringify(causes)}::jsonb)
      on conflict (objective, hour) do update set good = excluded.good, total = excluded.total, causes = excluded.causes`.execute(
      db,
    )
}
