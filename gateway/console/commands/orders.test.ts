import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../basics/time.ts'
import type { Command } from '../../../contract/command.ts'
import { aloneBound } from '../../../contract/console/commands.ts'
import { createCommandRoom } from '../../commands/routes.ts'
import { createEnrolledView } from '../../enrolment/view.ts'
import { migrate } from '../../store/migrations.ts'
import type { Database, Tables } from '../../store/schema.ts'
import { type ConsoleDatabase, withConsole } from '../tables.ts'
import { ordersOf } from './list.ts'
import { approveOrder, carryOutDue, type OwnDeeds, orderCommand, stopOrder } from './orders.ts'

const clock = { now: new Date('2026-11-30T10:00:00.000Z') }
const now = () => clock.now
let db: ConsoleDatabase
let signed: Command[]
let revoked: string[]
const who = (person: string) => ({ doer: { person, role: 'OPERATORE' as const, session: null }, name: person })
const own: OwnDeeds = {
  revoke: async (_on, totem) => revoked.push(totem) > 0,
  revoked: async () => undefined,
  holdUpdates: async () => false,
}
const parts = () => ({
  ...{ db, own, now },
  keys: { signCommand: async (payload: Command) => `signed ${signed.push(payload)}` },
})
const wish = (more: object = {}) => ({
  ...{ kind: 'send-log' as const, args: {}, totems: ['TT-0001'], reason: 'guasto' },
  ...more,
})
const order = (person: string, more: object = {}) => orderCommand(parts(), who(person), wish(more))
const nameOf = (n: number) => `TT-${String(n).padStart(4, '0')}`
const seen = async (totem?: string) =>
  (await db.transaction().execute((transaction) => ordersOf(transaction, totem ? { totem } : {}, 'ada', now()))).orders

beforeAll(async () => {
  const plain = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  await migrate(plain)
  db = withConsole(plain)
  await sql`
    insert into heartbeat (totem, received_at, body)
    select 'TT-' || lpad(n::text, 4, '0'), ${now()}::timestamptz, case when n = 200 then '{}'::jsonb
      else '{"commands": ["send-log", "withdraw", "restore", "restart-app", "notice"]}'::jsonb end
    from generate_series(1, 200) n`.execute(db)
})
afterAll(() => db?.destroy())
beforeEach(async () => {
  ;[signed, revoked] = [[], []]
  clock.now = new Date(+clock.now + 2 * 3_600_000)
  await sql`delete from totem_command`.execute(db)
  await sql`delete from command_order`.execute(db)
  await sql`delete from alarm`.execute(db)
})

test('how many one person may order alone', () => {
  expect([3, 200, 451, 1_000, 6_933].map(aloneBound)).toEqual([5, 10, 22, 50, 50])
})

test('serials of a totem grow, and each command is of one totem and of a day', async () => {
  expect(await order('ada', { totems: ['TT-0001', 'TT-0002'] })).toMatchObject({ value: { state: 'issued' } })
  await order('ada')
  const first = signed.filter(({ totem }) => totem === 'TT-0001').map(({ serial }) => serial)
  expect(first[1]).toBe((first[0] ?? 0) + 1)
  expect(new Set(signed.map(({ id }) => id)).size).toBe(3)
  expect(Date.parse(signed[0]?.expires ?? '') - Date.parse(signed[0]?.notBefore ?? '')).toBe(DAY_MS)
})

describe('refused before anything is sent', () => {
  test.each([
    ['unknown-there', 'TT-0200', { totems: ['TT-0001', 'TT-0200'] }],
    ['unknown-there', 'TT-0999', { totems: ['TT-0999'] }],
    ['unknown-there', 'TT-0001', { kind: 'reboot' }],
    ['malformed', 'args', { kind: 'notice', args: { sentence: 'Venite domani', day: '2026-12-24' } }],
    ['malformed', 'args', { args: { run: 'x' } }],
    ['malformed', 'args', { kind: 'revoke', args: { why: 'x' } }],
  ])('%s', async (kind, field, more) => {
    expect(await order('ada', more)).toEqual({ ok: false, error: { kind, field } })
    expect(signed).toEqual([])
    expect(await seen()).toEqual([])
  })

  test('a gateway without a key for commands', async () => {
    const without = { ...parts(), keys: { signCommand: null } }
    expect(await orderCommand(without, who('ada'), wish())).toMatchObject({ error: { kind: 'no-command-key' } })
  })

  test('a fourth restart in a day', async () => {
    for (let time = 0; time < 3; time++) expect((await order('ada', { kind: 'restart-app' })).ok).toBe(true)
    expect(await order('bea', { kind: 'restart-app' })).toMatchObject({
      error: { kind: 'too-often', field: 'TT-0001' },
    })
  })
})

describe('a second person', () => {
  const many = (from: number, count: number) => Array.from({ length: count }, (_, n) => nameOf(from + n))

  test('above the bound, also in slices', async () => {
    expect(await order('ada', { totems: many(1, 11) })).toMatchObject({ value: { state: 'proposed' } })
    expect(await order('ada', { totems: many(1, 8) })).toMatchObject({ value: { state: 'issued' } })
    expect(await order('ada', { totems: many(20, 8) })).toMatchObject({ value: { state: 'proposed' } })
    expect(signed).toHaveLength(8)
  })

  test('is another person, and does it once', async () => {
    const made = await order('ada', { kind: 'restore' })
    const id = made.ok ? made.value.order : ''
    expect(signed).toEqual([])
    expect(await approveOrder(parts(), who('ada'), id)).toMatchObject({ error: { kind: 'same-person' } })
    expect(await approveOrder(parts(), who('bea'), id)).toMatchObject({ ok: true })
    expect(await approveOrder(parts(), who('cle'), id)).toMatchObject({ error: { kind: 'conflict' } })
    expect(signed.map(({ kind }) => kind)).toEqual(['restore'])
    expect(await seen()).toMatchObject([{ state: 'issued', second: true, own: true, approvedBy: 'bea' }])
    // The database itself says so too.
    await expect(sql`update command_order set approved_by = proposed_by where id = ${id}`.execute(db)).rejects.toThrow(
      'check',
    )
  })

  test('not after a day, not after it was taken back, not for what is not there', async () => {
    const [late, gone] = [await order('ada', { kind: 'restore' }), await order('ada', { kind: 'restore' })]
    await stopOrder(parts(), who('ada'), gone.ok ? gone.value.order : '')
    expect(await approveOrder(parts(), who('bea'), gone.ok ? gone.value.order : '')).toMatchObject({
      error: { kind: 'conflict' },
    })
    clock.now = new Date(+clock.now + DAY_MS + 1)
    expect(await approveOrder(parts(), who('bea'), late.ok ? late.value.order : '')).toMatchObject({
      error: { kind: 'conflict' },
    })
    expect(await approveOrder(parts(), who('bea'), 'nothing')).toMatchObject({ error: { kind: 'not-found' } })
    expect((await seen()).map(({ state }) => state).sort()).toEqual(['lapsed', 'withdrawn'])
    expect(signed).toEqual([])
  })

  test('shuts a cloned totem out, and brings none back before somebody has looked', async () => {
    const back = await order('ada', { kind: 'restore' })
    await sql`
      insert into alarm (id, condition, subject, severity, totem, since, again_at, seen_at)
      values ('01KB0000000000000000000001', 'clone', 'TT-0001', 'alarm', 'TT-0001', ${now()}::timestamptz, ${now()}::timestamptz, ${now()}::timestamptz)`.execute(
      db,
    )
    expect(await order('ada', { kind: 'restore' })).toMatchObject({ error: { kind: 'clone', field: 'TT-0001' } })
    expect(await approveOrder(parts(), who('bea'), back.ok ? back.value.order : '')).toMatchObject({
      error: { kind: 'clone' },
    })
    const made = await order('ada', { kind: 'revoke' })
    expect([made, revoked]).toMatchObject([{ value: { state: 'proposed' } }, []])
    await approveOrder(parts(), who('paola'), made.ok ? made.value.order : '')
    expect(revoked).toEqual(['TT-0001'])
    expect((await seen('TT-0001')).find(({ kind }) => kind === 'revoke')).toMatchObject({ counts: { done: 1 } })
    expect(signed).toEqual([])
  })
})

test('what could not be done holds up its totem’s later orders alone, and is done by whoever looks next: in its order, once', async () => {
  const proposed = await order('ada', { kind: 'pause-updates', totems: ['TT-0001', 'TT-0002', 'TT-0003'] })
  const id = proposed.ok ? proposed.value.order : ''
  const held: string[] = []
  const deeds = (...broken: string[]): OwnDeeds => ({
    ...own,
    async revoke(_on, totem) {
      if (broken.includes(totem)) throw new Error('no such table')
      return held.push(`revoke ${totem}`) > 0
    },
    async holdUpdates(on, totem, isHeld) {
      // Half of a deed that fails is not done.
      await sql`insert into totem_note (id, totem, at, person, name, text) values (${`${isHeld} ${totem} ${held.length}`}, ${totem}, now(), 'a', 'a', 'a')`.execute(
        on,
      )
      if (broken.includes(totem)) throw new Error('no such table')
      return held.push(`${isHeld ? 'pause' : 'resume'} ${totem}`) > 0
    },
  })
  const notes = async () => (await sql`select from totem_note`.execute(db)).rows.length
  // The approval stands whatever happens.
  expect(await approveOrder({ ...parts(), own: deeds('TT-0002') }, who('paola'), id)).toMatchObject({ ok: true })
  expect(held.toSorted()).toEqual(['pause TT-0001', 'pause TT-0003'])
  expect([(await seen())[0], await notes()]).toMatchObject([{ state: 'issued', counts: { done: 2, waiting: 1 } }, 2])
  clock.now = new Date(+clock.now + 1_000)
  // What nobody has approved stays undone.
  await order('ada', { kind: 'revoke', totems: ['TT-0004'] })
  for (const [kind, totem] of [
    ['resume-updates', 'TT-0002'],
    ['revoke', 'TT-0003'],
  ]) {
    const made = await order('ada', { kind, totems: [totem] })
    await approveOrder({ ...parts(), own: deeds('TT-0002') }, who('bea'), made.ok ? made.value.order : '')
  }
  expect(held.slice(2)).toEqual(['revoke TT-0003'])
  await expect(carryOutDue({ db, own: deeds('TT-0002'), now })).rejects.toThrow('no such table')
  // Two gateways look at once.
  await Promise.all([carryOutDue({ db, own: deeds(), now }), carryOutDue({ db, own: deeds(), now })])
  expect(held.slice(3)).toEqual(['pause TT-0002', 'resume TT-0002'])
  expect((await seen()).find(({ order: each }) => each === id)).toMatchObject({ counts: { done: 3 } })
})

test('a totem that is out already was revoked; one that nobody has enrolled was not', async () => {
  await sql`
    insert into totem_order (id, totem, state, software_key, wish, made_by, made_at, expires_at)
    values ('o', 'TT-0001', 'done', true, '{}', 'ada', now(), now())`.execute(db)
  await sql`
    insert into totem_enrolled (totem, order_id, key_kind, machine, spki, outcome, verification, enrolled_at, changed_at)
    values ('TT-0001', 'o', 'file', 'm', 's', '{}', '{}', now(), now())`.execute(db)
  const told: string[] = []
  const view = createEnrolledView({
    ...{ db: db as never, now, log: pino({ level: 'silent' }) },
    onChanged: async () => void told.push('changed'),
  })
  const real = {
    ...own,
    async revoke(on: Database, totem: string, by: string) {
      const { rows } = await sql<{ lock_timeout: string }>`show lock_timeout`.execute(on)
      expect(rows).toEqual([{ lock_timeout: '10s' }])
      return view.shutOut(on as never, totem, by)
    },
  }
  await view.withdraw('TT-0001', 'a registrar')
  const made = await order('ada', { kind: 'revoke', totems: ['TT-0001', 'TT-0002'] })
  await approveOrder({ ...parts(), own: { ...real, revoked: view.isOut } }, who('bea'), made.ok ? made.value.order : '')
  expect((await seen())[0]?.commands).toMatchObject([{ state: 'done' }, { state: 'refused', refusal: 'no-mechanism' }])
  expect(told).toEqual(['changed', 'changed'])
})

test('gateways find a revocation by when it was written, however long its transaction had waited', async () => {
  await sql`update totem_enrolled set withdrawn_at = null`.execute(db)
  const view = createEnrolledView({
    ...{ db: db as never, now, log: pino({ level: 'silent' }) },
    onChanged: async () => undefined,
  })
  const waited = await db.transaction().execute(async (transaction) => {
    await sql`select pg_sleep(0.1)`.execute(transaction)
    expect(await view.shutOut(transaction as never, 'TT-0001', 'ada')).toBe(true)
    return sql<{ waited: number }>`
      select extract(epoch from changed_at - now())::float8 as waited from totem_enrolled`.execute(transaction)
  })
  expect(waited.rows[0]?.waited).toBeGreaterThanOrEqual(0.1)
})

/** What the totem's own door would tell it. */
const waits = (totem: string) =>
  createCommandRoom({ db: db as never, keys: null, now, log: pino({ level: 'silent' }) }).newest(totem)

test('a row that somebody wrote into the database without a signature does nothing', async () => {
  await order('ada')
  const [issued] = signed
  await sql`update totem_command set ended_at = ${now()}::timestamptz`.execute(db)
  await sql`
    insert into totem_command (id, order_id, totem, serial, expires_at)
    select '01KB0000000000000000000009', id, 'TT-0001', ${(issued?.serial ?? 0) + 1}::integer, ${new Date(+now() + DAY_MS)}::timestamptz
    from command_order`.execute(db)
  expect(await waits('TT-0001')).toBeNull()
})

test('nothing waits that has expired, was stopped, or is another’s', async () => {
  await order('ada')
  expect([await waits('TT-0001'), await waits('TT-0002')]).toEqual([signed[0]?.serial, null])
  clock.now = new Date(+clock.now + DAY_MS)
  expect(await waits('TT-0001')).toBeNull()
  expect((await seen())[0]).toMatchObject({ counts: { expired: 1 } })
  const again = await order('ada')
  await stopOrder(parts(), who('bea'), again.ok ? again.value.order : '')
  expect(await waits('TT-0001')).toBeNull()
  expect((await seen())[0]).toMatchObject({ state: 'stopped', stopped: 'withdrawn', counts: { stopped: 1 } })
})
