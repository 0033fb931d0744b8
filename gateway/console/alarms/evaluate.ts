import { type RawBuilder, sql } from 'kysely'
import type { Logger } from 'pino'
import { ulid } from 'ulid'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../basics/time.ts'
import { BOUNDS, type ConditionId, conditionIds } from '../../../contract/console/conditions.ts'
import type { Database } from '../../store/schema.ts'
import { fleetSeen } from '../fleet/query.ts'

const EVERY_MS = 10_000
/** An alarm that comes back so soon is the same one: it flaps. */
const FLAPS_MS = 10 * MINUTE_MS
/** 36 months, as the audit. */
const KEPT_MONTHS = 36

/**
 * The statement of each condition: who is concerned now, how badly, and a word about it. `fleet` are all totems with their
 * states, `silent` the regions in which an area is silent.
 */
const SELECT: Record<ConditionId, (now: Date) => RawBuilder<unknown>> = {
  'totem-silent': (now) => sql`
    select totem as subject, case when coalesce(at, 'epoch') < ${before(now, BOUNDS.silentAlarmMin * MINUTE_MS)}
      then 'alarm' else 'warn' end as severity, totem, office, region, null as detail
    from fleet where state = 'fuori-linea' and not exists (select from silent where silent.region = fleet.region)`,
  'area-silent': () => sql`
    select region as subject, 'alarm' as severity, null as totem, null as office, region, count || ' totem' as detail
    from silent`,
  'paper-low': () => sql`
    select totem as subject, 'info' as severity, totem, office, region, null as detail
    from fleet where beats and printer = 'paperLow'`,
  'printer-stopped': () => sql`
    select totem as subject, 'warn' as severity, totem, office, region, printer as detail
    from fleet where beats and printer in ('paperOut', 'coverOpen', 'jam', 'overheated')`,
  'device-gone': () => sql`
    select totem as subject, 'warn' as severity, totem, office, region,
      case when printer in ('absent', 'offline') then 'printer' else 'reader' end as detail
    from fleet where beats and (printer in ('absent', 'offline') or reader = 'no-reader'
      or (body #>> '{devices,available}') = 'false')`,
  'queue-old': () => sql`
    select totem as subject, case when age > ${BOUNDS.queueAlarmS} then 'alarm' else 'warn' end as severity, totem, office,
      region, (age / 60) || ' min' as detail
    from (select *, (body #>> '{queue,oldestAgeS}')::integer as age from fleet where beats) as aged
    where age > ${BOUNDS.queueWarnS}`,
  'set-aside': () => sql`
    select totem as subject, 'alarm' as severity, totem, office, region, aside::text as detail
    from fleet where aside > 0`,
  clone: () => sql`
    select distinct trouble.totem as subject, 'alarm' as severity, trouble.totem, office, region, null as detail
    from journal_trouble trouble left join totem_place place on place.totem = trouble.totem
    where kind in ('fork', 'older-chain')`,
  'log-broken': (now) => sql`
    select totem as subject, 'alarm' as severity, totem, office, region, null as detail
    from fleet where (beats and (body #>> '{journal,unsent}')::integer > ${BOUNDS.unsentEntries})
      or exists (select from journal_trouble trouble where trouble.totem = fleet.totem and kind = 'broken'
        and seen_at > ${before(now, DAY_MS)})`,
  'log-alarm': (now) => sql`
    select entry.totem || ' ' || event as subject, 'alarm' as severity, entry.totem, min(office) as office,
      min(region) as region, event || ' (' || count(*) || ')' as detail
    from journal_entry entry left join totem_place place on place.totem = entry.totem
    where severity = 'alarm' and received_at > ${before(now, BOUNDS.eventHours * HOUR_MS)} group by entry.totem, event`,
  clock: () => sql`
    select totem as subject, 'warn' as severity, totem, office, region, ahead || ' s' as detail
    from (select *, round(extract(epoch from (body ->> 'at')::timestamptz - at))::bigint as ahead from fleet where beats) as told
    where abs(ahead) > ${BOUNDS.clockS}`,
  disk: () => sql`
    select totem as subject, case when free < ${BOUNDS.diskAlarmMb} then 'alarm' else 'warn' end as severity, totem, office,
      region, free || ' MB' as detail
    from (select *, (body #>> '{disk,freeMb}')::integer as free from fleet where beats) as told
    where free < ${BOUNDS.diskWarnMb}`,
  certificate: (now) => sql`
    select totem as subject, case when ends < ${before(now, -BOUNDS.certificateAlarmDays * DAY_MS)} then 'alarm' else 'warn' end
      as severity, totem, office, region, to_char(ends, 'YYYY-MM-DD') as detail
    from (select *, (body ->> 'certificateEnds')::timestamptz as ends from fleet where not withdrawn) as told
    where ends < ${before(now, -BOUNDS.certificateWarnDays * DAY_MS)}`,
}

const before = (now: Date, ms: number) => sql`${new Date(+now - ms)}::timestamptz`

/** Ends of alarms of these: when a person has said so. */
const STAY: ConditionId[] = ['clone']

/** Looks at the whole fleet by the table of conditions, and keeps one alarm for each condition and subject. */
export interface Evaluation {
  /** One look; runs by itself. */
  look(): Promise<void>
  stop(): Promise<void>
}

export function evaluateAlarms({ db, now, log }: { db: Database; now(): Date; log: Logger }): Evaluation {
  async function lookOnce(): Promise<void> {
    const at = now()
    await db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ mine: boolean }>`
        select pg_try_advisory_xact_lock(hashtext('totem-alarms')) as mine`.execute(transaction)
      // If not, another gateway is looking now.
      if (!rows[0]?.mine) return
      await sql`create temporary table firing (condition text, subject text, severity text, totem text, office text,
        region text, detail text) on commit drop`.execute(transaction)
      const each = conditionIds.map((id) => sql`select ${id} as condition, found.* from (${SELECT[id](at)}) as found`)
      const { area } = BOUNDS
      await sql`
        insert into firing
        with fleet as materialized (select * from ${fleetSeen({}, at)}),
        silent as (
          select region, count(*) filter (where state = 'fuori-linea') as count from fleet
          where region is not null and state in ('fuori-linea', 'in-servizio', 'ridotto', 'in-ritardo')
          group by region having count(*) >= ${area.totems}::integer
            and count(*) filter (where state = 'fuori-linea') >= ${area.silent}::integer
            and count(*) filter (where state = 'fuori-linea') > ${area.share}::float8 * count(*)
        )
        ${sql.join(each, sql` union all `)}`.execute(transaction)
      await sql`
        update alarm set ended_at = ${at}::timestamptz where ended_at is null and condition <> all (${STAY}::text[])
          and not exists (select from firing where firing.condition = alarm.condition and firing.subject = alarm.subject)`.execute(
        transaction,
      )
      await sql`
        update alarm set ended_at = null, times = times + 1 from (
          select distinct on (alarm.condition, alarm.subject) alarm.id
          from alarm join firing using (condition, subject)
          where ended_at > ${before(at, FLAPS_MS)} and not exists (
            select from alarm active where active.condition = alarm.condition and active.subject = alarm.subject
              and active.ended_at is null)
          order by alarm.condition, alarm.subject, ended_at desc
        ) as again where again.id = alarm.id`.execute(transaction)
      await sql`
        update alarm set severity = firing.severity, detail = firing.detail, office = firing.office, region = firing.region
        from firing where firing.condition = alarm.condition and firing.subject = alarm.subject and ended_at is null
          and (alarm.severity, alarm.detail, alarm.office, alarm.region)
            is distinct from (firing.severity, firing.detail, firing.office, firing.region)`.execute(transaction)
      const { rows: fresh } = await sql<{ condition: string; subject: string }>`
        select condition, subject from firing where not exists (
          select from alarm where alarm.condition = firing.condition and alarm.subject = firing.subject
            and (ended_at is null or (condition = any (${STAY}::text[]))))`.execute(transaction)
      if (fresh.length > 0) {
        const named = JSON.stringify(fresh.map((row) => ({ ...row, id: ulid(+at) })))
        await sql`
          insert into alarm (id, condition, subject, severity, totem, office, region, detail, since)
          select named.id, firing.condition, firing.subject, severity, totem, office, region, detail, ${at}::timestamptz
          from firing join jsonb_to_recordset(${named}::jsonb) as named (id text, condition text, subject text)
            on named.condition = firing.condition and named.subject = firing.subject`.execute(transaction)
      }
      await sql`
        delete from alarm where id in (
          select id from alarm where ended_at < ${at}::timestamptz - make_interval(months => ${KEPT_MONTHS}::integer) limit 1000
        )`.execute(transaction)
    })
  }
  let last = Promise.resolve()
  const look = () => {
    last = last
      .then(lookOnce)
      .catch((failure) => log.error({ kind: 'alarms-not-evaluated', code: (failure as { code?: unknown }).code }))
    return last
  }
  const timer = setInterval(() => void look(), EVERY_MS)
  return {
    look,
    async stop() {
      clearInterval(timer)
      await last
    },
  }
}
