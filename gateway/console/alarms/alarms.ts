import { sql } from 'kysely'
import { ulid } from 'ulid'
import { DAY_MS } from '../../../basics/time.ts'
import { alarmList } from '../../../contract/console/alarms.ts'
import type { Answer, Query } from '../../../contract/console/api.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { ConsoleTransaction } from '../tables.ts'

const SHOWN_MS = 7 * DAY_MS
const MOST = 500

/** What is wrong now, the worst and oldest first, in sight of who asks. */
export async function alarmsOf(
  transaction: ConsoleTransaction,
  { totem, condition, severity, ended }: Query<'alarms'>,
  now: Date,
): Promise<Answer<'alarms'>> {
  let query = transaction
    .selectFrom('alarm')
    .leftJoin('totem_place as place', 'place.totem', 'alarm.totem')
    .selectAll('alarm')
    .select('place.name as office_name')
    .orderBy(sql`ended_at is not null`)
    .orderBy(sql`array_position(array['alarm', 'warn', 'info'], severity)`)
    .orderBy('since')
    .orderBy('id')
    .limit(MOST)
  query = ended
    ? query.where(({ eb, or }) => or([eb('ended_at', 'is', null), eb('ended_at', '>', new Date(+now - SHOWN_MS))]))
    : query.where('ended_at', 'is', null)
  if (totem) query = query.where('alarm.totem', '=', totem)
  if (condition) query = query.where('condition', '=', condition)
  if (severity) query = query.where('severity', '=', severity)
  const found = await query.execute()
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
      ...{ takenBy: each.taken_name, takenAt: each.taken_at?.toISOString() ?? null },
      notes: notes
        .filter(({ alarm }) => alarm === each.id)
        .map(({ at, name, text }) => ({ at: at.toISOString(), by: name, text })),
    })),
    // The table is evaluated for the screen alone: nothing calls anybody yet.
    wakes: false,
    at: now.toISOString(),
  })
}

/** Says who looks after it, from now on. False: there is no such alarm in sight. */
export async function takeAlarm(
  transaction: ConsoleTransaction,
  alarm: string,
  { doer, name }: { doer: Doer & { person: string }; name: string },
  now: Date,
): Promise<boolean> {
  const taken = await transaction
    .updateTable('alarm')
    .set({ taken_by: doer.person, taken_name: name, taken_at: now })
    .where('id', '=', alarm)
    .returning(['condition', 'subject'])
    .executeTakeFirst()
  if (!taken) return false
  const { condition, subject } = taken
  await append(transaction, doer, { deed: 'alarms.take', object: alarm, detail: { condition, subject } }, now)
  return true
}

export async function noteAlarm(
  transaction: ConsoleTransaction,
  alarm: string,
  { text, doer, name }: { text: string; doer: Doer & { person: string }; name: string },
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
  { text, doer, name }: { text: string; doer: Doer & { person: string }; name: string },
  now: Date,
): Promise<boolean> {
  const ended = await transaction
    .updateTable('alarm')
    .set({ ended_at: now })
    .where('id', '=', alarm)
    .where('ended_at', 'is', null)
    .where('condition', '=', 'clone')
    .returning('id')
    .executeTakeFirst()
  if (!ended || !(await noteAlarm(transaction, alarm, { text, doer, name }, now))) return false
  await append(transaction, doer, { deed: 'alarms.close', object: alarm, reason: text }, now)
  return true
}
