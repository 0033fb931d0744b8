import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ConditionId } from '../../../contract/console/conditions.ts'
import type { Heartbeat } from '../../../contract/heartbeat.ts'
import { migratedTables } from '../../../test/support/gateway/database.ts'
import { keepHeartbeat } from '../../fleet/heartbeats.ts'
import { objectivesOf } from '../objectives/page.ts'
import { rollUp } from '../objectives/roll-up.ts'
import { createTally } from '../objectives/tally.ts'
import { withConsole } from '../tables.ts'
import { evaluateAlarms } from './evaluate.ts'

// Each condition of the table is made to fire, and to end.

const START = new Date('2026-11-24T09:00:00.000Z')
const MINUTE_MS = 60_000
const JOURNAL = ['totem_place', 'journal_trouble', 'journal_entry']
const clock = { now: START }
const store = await migratedTables()
const db = withConsole(store)
const { look, stop } = evaluateAlarms({ db: store, now: () => clock.now, log: pino({ level: 'silent' }) })

beforeAll(async () => {
  await sql`create schema pgboss`.execute(store)
  await sql`create table pgboss.job (name text, state text)`.execute(store)
  await sql`select make_journal_month(${START}::timestamptz)`.execute(store)
})
afterAll(async () => {
  await stop()
  await store.destroy()
})
beforeEach(async () => {
  clock.now = START
  for (const table of ['alarm_note', 'alarm', 'heartbeat', 'device_restart', 'gateway_fact', ...JOURNAL])
    await sql`delete from ${sql.table(table)}`.execute(store)
  await sql`
    insert into totem_place (totem, office, name, region, hours, patron) values ('PG-0001', 'PG-1', 'Spello', '10',
      ${JSON.stringify([{ from: 'mon', to: 'fri', opens: '08:20', closes: '13:35' }])}::jsonb, '11-25')`.execute(store)
})

const healthy = (): Heartbeat => ({
  at: clock.now.toISOString(),
  ...{ uptimeS: 9, sheets: 0, faults: 0, office: null, lastOutage: null, release: null, out: null, commands: [] },
  versions: { totem: '0.1.0', electron: '45.4.1', node: '24.21.0', schema: 3 },
  devices: { available: true, restarts: 0, reader: 'empty', printer: 'ready' },
  queue: { queued: 0, submitted: 0, waiting: 0, aside: 0, oldestAgeS: null },
  journal: { unsent: 0 },
  disk: { freeMb: 90_000 },
  certificateEnds: '2027-11-01T00:00:00.000Z',
})
const beat = (more: Partial<Heartbeat> = {}, totem = 'PG-0001') =>
  keepHeartbeat(store, totem, { ...healthy(), ...more }, clock.now)
const later = (minutes: number) => {
  clock.now = new Date(+clock.now + minutes * MINUTE_MS)
}
async function active() {
  await look()
  const rows = await db.selectFrom('alarm').selectAll().where('ended_at', 'is', null).orderBy('condition').execute()
  return rows.map(({ condition, severity, subject, detail, times, follows, confirmed_at }) => ({
    ...{ condition, severity, subject, detail, times, follows },
    watched: confirmed_at === null,
  }))
}
const devices = (more: Partial<Heartbeat['devices']>) => ({ devices: { ...healthy().devices, ...more } })
const queue = (more: Partial<Heartbeat['queue']>) => ({ queue: { ...healthy().queue, ...more } })

const BY_HEARTBEAT: [ConditionId, string, () => Partial<Heartbeat>][] = [
  ['paper-low', 'info', () => devices({ printer: 'paperLow' })],
  ['printer-stopped', 'warn', () => devices({ printer: 'paperOut' })],
  ['printer-stopped', 'warn', () => devices({ printer: 'coverOpen' })],
  ['device-gone', 'warn', () => devices({ printer: 'absent' })],
  ['device-gone', 'warn', () => devices({ reader: 'no-reader' })],
  ['device-gone', 'warn', () => devices({ available: false })],
  ['queue-old', 'warn', () => queue({ queued: 1, oldestAgeS: 3_700 })],
  ['queue-old', 'alarm', () => queue({ queued: 1, oldestAgeS: 90_000 })],
  ['set-aside', 'alarm', () => queue({ aside: 1 })],
  ['log-unsent', 'alarm', () => ({ journal: { unsent: 10_001 } })],
  ['clock', 'warn', () => ({ at: new Date(+clock.now + 10 * 365 * 86_400_000).toISOString() })],
  ['clock', 'warn', () => ({ at: new Date(+clock.now - 121_000).toISOString() })],
  ['disk', 'warn', () => ({ disk: { freeMb: 1_999 } })],
  ['disk', 'alarm', () => ({ disk: { freeMb: 499 } })],
  ['certificate', 'warn', () => ({ certificateEnds: '2026-12-20T00:00:00.000Z' })],
  ['certificate', 'alarm', () => ({ certificateEnds: '2026-11-28T00:00:00.000Z' })],
]
test.each(BY_HEARTBEAT)('%s (%s) fires by a heartbeat, and ends by the next', async (condition, severity, more) => {
  await beat(more())
  expect(await active()).toMatchObject([{ condition, severity, subject: 'PG-0001', times: 1 }])
  await beat()
  expect(await active()).toEqual([])
})

test('totem-silent: after five minutes in which the office was open; it stays for five more, and is an alarm after two hours', async () => {
  await beat()
  later(4)
  expect(await active()).toEqual([])
  later(2)
  expect(await active()).toMatchObject([{ condition: 'totem-silent', severity: 'warn', watched: true }])
  later(5)
  expect(await active()).toMatchObject([{ condition: 'totem-silent', watched: false }])
  later(120)
  expect(await active()).toMatchObject([{ condition: 'totem-silent', severity: 'alarm', times: 1 }])
  await beat()
  later(4)
  await beat()
  expect(await active()).toMatchObject([{ condition: 'totem-silent' }])
  later(2)
  await beat()
  expect(await active()).toEqual([])
})

test('the night counts for nothing: a totem is silent when it was so for five minutes of an open office', async () => {
  await beat()
  // Closed at 13:35 in Rome; the next morning it opens at 8:20, and the patron's day (the 25th) lies between.
  clock.now = new Date('2026-11-26T07:24:00.000Z')
  await store
    .updateTable('heartbeat' as never)
    .set({ received_at: new Date('2026-11-24T12:34:00.000Z') } as never)
    .execute()
  expect(await active()).toEqual([])
  later(1)
  expect(await active()).toMatchObject([{ condition: 'totem-silent', severity: 'warn' }])
})

test('printer-stopped: watched at once, told after ten minutes, an alarm after four hours of an open office', async () => {
  await beat(devices({ printer: 'coverOpen' }))
  expect(await active()).toMatchObject([{ severity: 'warn', watched: true }])
  later(10)
  await beat(devices({ printer: 'paperOut' }))
  expect(await active()).toMatchObject([{ severity: 'warn', watched: false, detail: 'paperOut' }])
  // It was 10:00; the office shuts at 13:35 and is open again on the 26th, after the patron's day.
  clock.now = new Date('2026-11-26T07:40:00.000Z')
  await beat(devices({ printer: 'paperOut' }))
  expect(await active()).toMatchObject([{ severity: 'warn' }])
  later(10)
  await beat(devices({ printer: 'paperOut' }))
  expect(await active()).toMatchObject([{ severity: 'alarm' }])
})

test.each([
  ['a holiday', '2026-12-08T09:00:00.000Z'],
  ['the patron’s day', '2026-11-25T09:00:00.000Z'],
  ['Sunday', '2026-11-29T09:00:00.000Z'],
])('on %s a silent totem alarms nobody', async (_, at) => {
  await beat()
  clock.now = new Date(at)
  expect(await active()).toEqual([])
})

test('area-silent: one alarm for a region that has lost its line, and none for each totem', async () => {
  const totems = Array.from({ length: 24 }, (_, n) => `RM-${String(n + 1).padStart(4, '0')}`)
  await sql`insert into totem_place (totem, name, region) select totem, totem, '12' from unnest(${totems}::text[]) totem`.execute(
    store,
  )
  for (const totem of totems) await beat({}, totem)
  await beat()
  later(6)
  await beat()
  await beat({}, 'RM-0001')
  const all = await active()
  expect(all.filter(({ follows }) => follows === null)).toMatchObject([
    { condition: 'area-silent', subject: '12', detail: '23 totem' },
  ])
  expect(all.filter(({ follows }) => follows === 'area-silent')).toHaveLength(23)
  for (const totem of totems) await beat({}, totem)
  expect((await active()).every(({ condition }) => condition === 'totem-silent')).toBe(true)
  later(6)
  for (const totem of [...totems, 'PG-0001']) await beat({}, totem)
  expect(await active()).toEqual([])
})

test('clone: stays until a person has said so, and is not raised anew then', async () => {
  await beat()
  await sql`
    insert into journal_trouble (totem, chain, kind, seq, seen_at)
    values ('PG-0001', '01KB0000000000000000000001', 'fork', 7, ${clock.now})`.execute(store)
  expect(await active()).toMatchObject([{ condition: 'clone', severity: 'alarm' }])
  await sql`delete from journal_trouble`.execute(store)
  expect(await active()).toHaveLength(1)
  await db.updateTable('alarm').set({ ended_at: clock.now }).execute()
  expect(await active()).toEqual([])
  later(1)
  await sql`
    insert into journal_trouble (totem, chain, kind, seq, seen_at)
    values ('PG-0001', '01KB0000000000000000000002', 'fork', 9, ${clock.now})`.execute(store)
  await beat()
  expect(await active()).toMatchObject([{ condition: 'clone' }])
})

test('log-alarm: an alarm of the sync log, counted, until a day has passed', async () => {
  const entry = (seq: number) =>
    sql`
    insert into journal_entry (totem, chain, seq, at, event, severity, fields, hash, received_at)
    values ('PG-0001', '01KB0000000000000000000001', ${seq}, ${clock.now}, 'storage.low', 'alarm', '{}', ${`${seq}`}, ${clock.now})`.execute(
      store,
    )
  await entry(1)
  await entry(2)
  await beat()
  expect(await active()).toMatchObject([
    { condition: 'log-alarm', subject: 'PG-0001 storage.low', detail: 'storage.low (2)' },
  ])
  later(25 * 60)
  await beat()
  expect(await active()).toEqual([])
})

test('one that flaps is one alarm with its number of times; nobody waits any more, and it ends after a quiet while', async () => {
  for (let n = 0; n < 3; n++) {
    await beat(devices({ printer: 'jam' }))
    expect((await active())[0]?.watched).toBe(n < 2)
    later(1)
    await beat()
    await active()
    later(1)
  }
  await beat(devices({ printer: 'jam' }))
  expect(await active()).toMatchObject([{ condition: 'printer-stopped', times: 3, watched: false }])
  await beat()
  later(9)
  await beat()
  expect(await active()).toHaveLength(1)
  later(2)
  await beat()
  expect(await active()).toEqual([])
  later(60)
  await beat(devices({ printer: 'jam' }))
  expect(await active()).toMatchObject([{ times: 1 }])
})

test('one that is gone before it was confirmed leaves nothing, unless somebody has touched it', async () => {
  await beat(devices({ printer: 'jam' }))
  await active()
  await beat()
  await active()
  later(61)
  await beat()
  await active()
  expect(await db.selectFrom('alarm').selectAll().execute()).toEqual([])
})

test('restarts of the device process are counted over ten minutes, whatever main’s own count begins with', async () => {
  const restarts = (n: number) => beat({ devices: { ...healthy().devices, restarts: n } })
  await restarts(40)
  later(1)
  await restarts(43)
  later(1)
  await restarts(44)
  expect(await active()).toEqual([])
  later(1)
  // Main was started anew, and its device process has died once since.
  await restarts(1)
  expect(await active()).toMatchObject([{ condition: 'device-dies', severity: 'alarm', detail: '5 / 10 min' }])
  later(10)
  await restarts(1)
  expect(await active()).toEqual([])
})

// Here, because the database is: alarms say why a totem was not ready.
test('an hour is reckoned from what was measured in it, and only once', async () => {
  for (let minute = 0; minute < 60; minute++) {
    clock.now = new Date(+START + minute * MINUTE_MS)
    // Twelve minutes without paper, then six without a line.
    if (minute < 54) await beat(minute >= 42 ? { devices: { ...healthy().devices, printer: 'paperOut' } } : {})
    if (minute === 45) await look()
  }
  clock.now = new Date(+START + 30 * MINUTE_MS)
  const tally = createTally({ db: store, now: () => clock.now })
  for (const isGood of [true, false, false]) tally.count('anpr', isGood)
  await tally.stop()
  const wrote = (seq: number, event: string, at: number, received: number, fields: object) => {
    const time = (minute: number) => new Date(+START + minute * MINUTE_MS)
    return sql`
      insert into journal_entry (totem, chain, seq, hash, at, event, severity, fields, received_at)
      values ('PG-0001', 'c', ${seq}::integer, 'h', ${time(at)}::timestamptz, ${event}, 'info', ${JSON.stringify(fields)}::jsonb, ${time(received)}::timestamptz)`.execute(
      store,
    )
  }
  // Somebody was recognised and served, somebody by a fault not; a third never came so far.
  for (const [n, how] of ['served', 'aborted', 'left'].entries()) {
    if (n < 2) await wrote(n, 'visit.recognised', 5, 6, { session: `s${n}` })
    await wrote(10 + n, 'visit.ended', 7, 8, { session: `s${n}`, how })
  }
  // Late although the totem was heard; late since there was no line; and by a clock that is ten years off.
  await wrote(20, 'totem.stopped', 10, 30, {})
  await wrote(21, 'totem.stopped', 56, 59.5, {})
  await wrote(22, 'totem.stopped', -5_256_000, 12, {})
  // Out on Monday before noon, and seen to on Tuesday morning: three hours of the office, or more than five.
  for (const [n, since] of ['2026-11-23T11:35:00Z', '2026-11-23T08:00:00Z'].entries())
    await sql`
      insert into alarm (id, condition, subject, severity, totem, since, again_at, seen_at, ended_at)
      select ${`01KB000000000000000000000${n}`}, 'printer-stopped', 'PG-0001', 'warn', 'PG-0001', at, at, at,
        ${new Date(+START + 30 * MINUTE_MS)}::timestamptz from (select ${since}::timestamptz as at) as given`.execute(
      store,
    )
  const rolling = rollUp({ db: store, now: () => clock.now, log: pino({ level: 'silent' }) })
  clock.now = new Date(+START + 70 * MINUTE_MS)
  await rolling.look()
  expect((await objectivesOf(store, clock.now)).objectives[0]?.total).toBe(0)
  clock.now = new Date(+START + 80 * MINUTE_MS)
  for (let times = 0; times < 2; times++) await rolling.look()
  const { objectives, anpr } = await objectivesOf(store, clock.now)
  expect(objectives[0]).toMatchObject({
    ...{ objective: 'available', good: 42, total: 60 },
    causes: { paper: 12, line: 6, anpr: 1 },
  })
  expect(anpr).toEqual({ minutes: 1, calls: 3, failed: 2 })
  const share = (of: string) =>
    objectives.filter(({ objective }) => objective === of).map(({ good, total }) => [good, total])
  expect([share('visits'), share('log'), share('paper')]).toEqual([[[1, 2]], [[5, 6]], [[1, 2]]])
  await rolling.stop()
})
