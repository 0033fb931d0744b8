import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Logger } from 'pino'
import { ulid } from 'ulid'
import { recurring } from '../../../basics/recurring.ts'
import { MINUTE_MS } from '../../../basics/time.ts'
import {
  type Bound,
  type ConditionId,
  conditionIds,
  conditionOf,
  type Level,
} from '../../../contract/console/conditions.ts'
import type { Database, Tables } from '../../store/schema.ts'
import { measuring } from './measures.ts'

const EVERY_MS = 10_000
/** An alarm that comes back so soon is the same one. */
const AGAIN_MS = 10 * MINUTE_MS
/** One that has come back so often flaps: nobody waits whether it lasts, and it ends only after a quiet while. */
const FLAPS = 3
const QUIET_MIN = 10
/** 36 months, as the audit. */
const KEPT_MONTHS = 36
/** One that was gone before it was confirmed, and that nobody has touched. */
const UNCONFIRMED_MS = 60 * MINUTE_MS

const matches = (bound: Bound): RawBuilder<boolean> => {
  if ('above' in bound) return sql`value > ${bound.above}::float8`
  if ('below' in bound) return sql`value < ${bound.below}::float8`
  return sql`(base >= ${bound.of}::float8 and value >= ${bound.least}::float8 and value > ${bound.share}::float8 * base)`
}

/** Who is concerned now, by the table: the worst level that holds counts. */
function firing(now: Date): RawBuilder<unknown> {
  const any = (id: ConditionId, what: (level: Level) => RawBuilder<unknown>) =>
    sql`case ${sql.join(
      conditionOf(id).levels.map((level) => sql`when ${matches(level)} then ${what(level)}`),
      sql` `,
    )} end`
  const each = conditionIds.map(
    (id) => sql`
      select ${id}::text as condition, label, totem, office, region, detail,
        ${any(id, ({ severity }) => sql`${severity}::text`)} as severity,
        ${any(id, ({ forMin }) => sql`${forMin}::integer`)} as for_min
      from measured where measure = ${conditionOf(id).measure}`,
  )
  return sql`
    with measured as materialized (select * from ${measuring(now)})
    select condition, coalesce(nullif(concat_ws(' ', coalesce(totem, region), label), ''), 'gateway') as subject,
      severity, for_min, totem, office, region, detail
    from (${sql.join(each, sql` union all `)}) as judged where severity is not null`
}

/** Ends of alarms of these: when a person has said so. */
const STAY = conditionIds.filter((id) => conditionOf(id).stays)
/** How long each must be away before it ends. */
const KEEPS = JSON.stringify(
  conditionIds.map((condition) => ({ condition, keep: conditionOf(condition).keepMin ?? 0 })),
)
/** Which follows from which, while both are there. */
const FOLLOWS = JSON.stringify(
  conditionIds.flatMap((condition) =>
    Object.entries(conditionOf(condition).follows ?? {}).map(([cause, within]) => ({ condition, cause, within })),
  ),
)

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
      await sql`create temporary table firing (condition text, subject text, severity text, for_min integer, totem text,
        office text, region text, detail text) on commit drop`.execute(transaction)
      await sql`insert into firing ${firing(at)}`.execute(transaction)
      await goOn(transaction, at)
      await begin(transaction, at)
      await confirm(transaction, at)
      await tellFollowers(transaction)
      await forget(transaction, at)
    })
  }
  const { look, stop } = recurring(lookOnce, EVERY_MS, ({ code }) => log.error({ kind: 'alarms-not-evaluated', code }))
  return { look, stop }
}

const before = (now: Date, ms: number) => sql`${new Date(+now - ms)}::timestamptz`

/** Those that are there still say how they are now; those that were away for long enough end. */
async function goOn(transaction: Transaction<Tables>, at: Date): Promise<void> {
  await sql`
    update alarm set seen_at = ${at}::timestamptz, severity = firing.severity, detail = firing.detail,
      office = firing.office, region = firing.region
    from firing where firing.condition = alarm.condition and firing.subject = alarm.subject and ended_at is null`.execute(
    transaction,
  )
  await sql`
    update alarm set ended_at = ${at}::timestamptz
    from jsonb_to_recordset(${KEEPS}::jsonb) as kept (condition text, keep integer)
    where kept.condition = alarm.condition and ended_at is null and alarm.condition <> all (${STAY}::text[])
      and not exists (select from firing where firing.condition = alarm.condition and firing.subject = alarm.subject)
      and seen_at <= ${at}::timestamptz - make_interval(mins => case when times >= ${FLAPS}::integer
        then greatest(keep, ${QUIET_MIN}::integer) else keep end)`.execute(transaction)
}

/** Those that have come back within ten minutes go on as the same; others are new. */
async function begin(transaction: Transaction<Tables>, at: Date): Promise<void> {
  await sql`
    update alarm set ended_at = null, times = times + 1, again_at = ${at}::timestamptz, seen_at = ${at}::timestamptz,
      severity = again.severity, detail = again.detail
    from (
      select distinct on (alarm.condition, alarm.subject) alarm.id, firing.severity, firing.detail
      from alarm join firing using (condition, subject)
      where ended_at > ${before(at, AGAIN_MS)} and alarm.condition <> all (${STAY}::text[]) and not exists (
        select from alarm active where active.condition = alarm.condition and active.subject = alarm.subject
          and active.ended_at is null)
      order by alarm.condition, alarm.subject, ended_at desc
    ) as again where again.id = alarm.id`.execute(transaction)
  const { rows: fresh } = await sql<{ condition: string; subject: string }>`
    select condition, subject from firing where not exists (
      select from alarm where alarm.condition = firing.condition and alarm.subject = firing.subject
        and ended_at is null)`.execute(transaction)
  if (fresh.length === 0) return
  const named = JSON.stringify(fresh.map((row) => ({ ...row, id: ulid(+at) })))
  await sql`
    insert into alarm (id, condition, subject, severity, totem, office, region, detail, since, again_at, seen_at)
    select named.id, firing.condition, firing.subject, severity, totem, office, region, detail, ${at}::timestamptz,
      ${at}::timestamptz, ${at}::timestamptz
    from firing join jsonb_to_recordset(${named}::jsonb) as named (id text, condition text, subject text)
      on named.condition = firing.condition and named.subject = firing.subject`.execute(transaction)
}

const confirm = (transaction: Transaction<Tables>, at: Date) =>
  sql`
    update alarm set confirmed_at = ${at}::timestamptz from firing
    where firing.condition = alarm.condition and firing.subject = alarm.subject and ended_at is null
      and confirmed_at is null and (times >= ${FLAPS}::integer
        or again_at <= ${at}::timestamptz - make_interval(mins => for_min))`.execute(transaction)

const tellFollowers = (transaction: Transaction<Tables>) =>
  sql`
    update alarm set follows = told.cause from (
      select alarm.id, min(cause.condition) as cause
      from alarm left join jsonb_to_recordset(${FOLLOWS}::jsonb) as link (condition text, cause text, within text)
          on link.condition = alarm.condition
        left join alarm cause on cause.condition = link.cause and cause.ended_at is null and case within
          when 'totem' then cause.totem = alarm.totem when 'region' then cause.region = alarm.region else true end
      where alarm.ended_at is null group by alarm.id
    ) as told where told.id = alarm.id and follows is distinct from told.cause`.execute(transaction)

async function forget(transaction: Transaction<Tables>, at: Date): Promise<void> {
  await sql`
    delete from alarm where id in (
      select id from alarm where ended_at < ${at}::timestamptz - make_interval(months => ${KEPT_MONTHS}::integer)
        or (ended_at < ${before(at, UNCONFIRMED_MS)} and confirmed_at is null and taken_by is null
          and not exists (select from alarm_note note where note.alarm = alarm.id))
      limit 1000
    )`.execute(transaction)
  await sql`delete from device_restart where at < ${before(at, 6 * AGAIN_MS)}`.execute(transaction)
}
