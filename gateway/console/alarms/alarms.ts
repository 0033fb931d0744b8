import { type SqlBool, sql } from 'kysely'
import { ulid } from 'ulid'
import { DAY_MS } from '../../../basics/time.ts'
import { alarmList } from '../../../contract/console/alarms.ts'
import type { Answer, Query } from '../../../contract/console/api.ts'
import { conditionIds, conditionOf } from '../../../contract/console/conditions.ts'
import { append, type Doer } from '../audit/chain.ts'
import { namesOf } from '../identity/people.ts'
import { heldByAll } from '../permissions/grants.ts'
import { type Held, may } from '../permissions/matrix.ts'
import type { ConsoleDatabase, ConsoleTransaction } from '../tables.ts'
import { underMaintenance } from './maintenance.ts'

const SHOWN_MS = 7 * DAY_MS
const MOST = 500
/** These are never hidden. */
const STAY = conditionIds.filter((id) => conditionOf(id).stays)

/** What is wrong now, the worst and oldest first, in sight of who asks. */
export async function alarmsOf(
  transaction: ConsoleTransaction,
  { totem, condition, severity, region, ended, all }: Query<'alarms'>,
  bell: Answer<'alarms'>['bell'],
  now: Date,
): Promise<Answer<'alarms'>> {
  const where = { totem: sql`alarm.totem`, office: sql`alarm.office`, region: sql`alarm.region` }
  const maintained = sql<SqlBool>`(alarm.condition <> all (${STAY}::text[]) and ${underMaintenance(where, now)})`
  let query = transaction
    .selectFrom('alarm')
    .leftJoin('totem_place as place', 'place.totem', 'alarm.totem')
    .selectAll('alarm')
    .select(['place.name as office_name', maintained.as('maintained')])
    .orderBy(sql`ended_at is not null`)
    .orderBy(sql`array_position(array['alarm', 'warn', 'info'], severity)`)
    .orderBy('since')
    .orderBy('id')
  query = ended
    ? query.where(({ eb, or }) => or([eb('ended_at', 'is', null), eb('ended_at', '>', new Date(+now - SHOWN_MS))]))
    : query.where('ended_at', 'is', null)
  if (totem) query = query.where('alarm.totem', '=', totem)
  if (condition) query = query.where('condition', '=', condition)
  if (severity) query = query.where('severity', '=', severity)
  if (region) query = query.where('alarm.region', '=', region)
  const { rows: counted } = await sql<{ following: number; maintained: number }>`
    select count(*) filter (where follows is not null and not maintained)::integer as following,
      count(*) filter (where maintained)::integer as maintained
    from ${query.as('found')} where ended_at is null`.execute(transaction)
  const shown = all ? query : query.where('follows', 'is', null).where(sql<SqlBool>`not ${maintained}`)
  const found = await shown.limit(MOST).execute()
  const ids = found.map(({ id }) => id)
  const notes =
    ids.length === 0
      ? []
      : await transaction.selectFrom('alarm_note').selectAll().where('alarm', 'in', ids).orderBy('at').execute()
  return alarmList.parse({
    alarms: found.map((each) => ({
      ...{ alarm: each.id, condition: each.condition, severity: each.severity, totem: each.totem },
      ...{ office: each.office_name, region: each.region, detail: each.detail, times: each.times },
      ...{ since: each.since.toISOString(), endedAt: each.ended_at?.toISOString() ?? null },
      ...{ confirmedAt: each.confirmed_at?.toISOString() ?? null, follows: each.follows, maintained: each.maintained },
      ...{ takenBy: each.taken_name, takenAt: each.taken_at?.toISOString() ?? null, assignedBy: each.assigned_by },
      notes: notes
        .filter(({ alarm }) => alarm === each.id)
        .map(({ at, name, text }) => ({ at: at.toISOString(), by: name, text })),
    })),
    hidden: all ? { following: 0, maintained: 0 } : counted[0],
    bell,
    at: now.toISOString(),
  })
}

interface Actor {
  doer: Doer & { person: string }
  name: string
}

/** Says who looks after it, from now on. False: there is no such alarm in sight. */
export async function takeAlarm(
  transaction: ConsoleTransaction,
  alarm: string,
  { doer, name }: Actor,
  now: Date,
): Promise<boolean> {
  const taken = await transaction
    .updateTable('alarm')
    .set({ taken_by: doer.person, taken_name: name, taken_at: now, assigned_by: null })
    .where('id', '=', alarm)
    .returning(['condition', 'subject'])
    .executeTakeFirst()
  if (!taken) return false
  const { condition, subject } = taken
  await append(transaction, doer, { deed: 'alarms.take', object: alarm, detail: { condition, subject } }, now)
  return true
}

/** Somebody and what they hold now. Grants are out of the console's sight: they are read before its transaction begins. */
export interface Able {
  person: string
  name: string
  held: readonly Held[]
}
export async function ableNow(db: ConsoleDatabase, now: Date): Promise<Able[]> {
  const [held, names] = await Promise.all([heldByAll(db, now), namesOf(db)])
  return [...held].map(([person, grants]) => ({ person, name: names.get(person) ?? person, held: grants }))
}

/** Those whose grants let them handle this alarm; null: it is not in sight. */
export async function peopleFor(
  transaction: ConsoleTransaction,
  alarm: string,
  everybody: readonly Able[],
): Promise<Answer<'alarmPeople'>['people'] | null> {
  const found = await transaction
    .selectFrom('alarm')
    .select(['region', 'office'])
    .where('id', '=', alarm)
    .executeTakeFirst()
  if (!found) return null
  return everybody
    .filter(({ held }) => {
      const sight = may(held, 'alarms.handle')
      return (
        sight?.fleet ||
        (found.region !== null && sight?.regions.includes(found.region)) ||
        (found.office !== null && sight?.offices.includes(found.office))
      )
    })
    .map(({ person, name }) => ({ person, name }))
    .sort((one, other) => one.name.localeCompare(other.name))
}

/** Gives it to somebody of `people`, who can see it. */
export async function assignAlarm(
  transaction: ConsoleTransaction,
  alarm: string,
  to: { person: string; name: string },
  { doer, name }: Actor,
  now: Date,
): Promise<void> {
  const { condition, subject } = await transaction
    .updateTable('alarm')
    .set({ taken_by: to.person, taken_name: to.name, taken_at: now, assigned_by: name })
    .where('id', '=', alarm)
    .returning(['condition', 'subject'])
    .executeTakeFirstOrThrow()
  const detail = { condition, subject, to: to.person }
  await append(transaction, doer, { deed: 'alarms.assign', object: alarm, detail }, now)
}

export async function noteAlarm(
  transaction: ConsoleTransaction,
  alarm: string,
  { text, doer, name }: { text: string } & Actor,
  now: Date,
): Promise<boolean> {
  const found = await transaction.selectFrom('alarm').select('id').where('id', '=', alarm).executeTakeFirst()
  if (!found) return false
  await transaction
    .insertInto('alarm_note')
    .values({ id: ulid(+now), alarm, at: now, person: doer.person, name, text })
    .execute()
  await append(transaction, doer, { deed: 'alarms.note', object: alarm }, now)
  return true
}

/** Ends one that only a person may end: a totem that was there twice. */
export async function closeAlarm(
  transaction: ConsoleTransaction,
  alarm: string,
  { text, doer, name }: { text: string } & Actor,
  now: Date,
): Promise<boolean> {
  const ended = await transaction
    .updateTable('alarm')
    .set({ ended_at: now })
    .where('id', '=', alarm)
    .where('ended_at', 'is', null)
    .where('condition', 'in', STAY)
    .returning('id')
    .executeTakeFirst()
  if (!ended || !(await noteAlarm(transaction, alarm, { text, doer, name }, now))) return false
  await append(transaction, doer, { deed: 'alarms.close', object: alarm, reason: text }, now)
  return true
}
