// More than 400 lines: both databases are made once, and each room of the console is tried behind their wall.
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AsActor, openAsActor } from '../../gateway/console/as-actor.ts'
import { append } from '../../gateway/console/audit/chain.ts'
import { fleetOf } from '../../gateway/console/fleet/totems.ts'
import { searchLog } from '../../gateway/console/log/search.ts'
import { paymentsOf } from '../../gateway/console/operations/payments.ts'
import { NO_SIGHT, type Sight } from '../../gateway/console/permissions/matrix.ts'
import type { ConsoleTransaction } from '../../gateway/console/tables.ts'
import { migrate } from '../../gateway/store/migrations.ts'
import type { Database, Tables } from '../../gateway/store/schema.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { HEALTHY } from '../support/sync/syncing-totem.ts'

// The second wall: what the console's queries see where one of them is wrong. Row level security, on both databases.

const NOW = new Date('2026-11-27T10:00:00.000Z')
const log = pino({ level: 'silent' })
const sightOf = (more: Partial<Sight>): Sight => ({ ...NO_SIGHT, ...more })
const [FLEET, UMBRIA, SPELLO, NOWHERE] = [
  sightOf({ fleet: true }),
  sightOf({ regions: ['10'] }),
  sightOf({ offices: ['PG-101'] }),
  sightOf({}),
]
const [SPELLO_TOP, SCILLA_TOP, USL_AT_SPELLO, EVERYBODY] = [
  sightOf({ role: 'TOP', enti: ['054050'] }),
  sightOf({ role: 'TOP', enti: ['080085'] }),
  sightOf({ role: 'ADMIN', ufficiEnte: [{ ente: 'USL2', ufficio: 'PROTESI', comune: '054050' }] }),
  sightOf({ role: 'AUDITOR', allEnti: true, all: true }),
]

/** Every id of a comune's or a body's things that a query without any condition finds. */
async function idsOf(transaction: ConsoleTransaction): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (select 1 as of, id from convenzione union all select 2, id from profilo union all select 3, id from ente
      union all select 4, id from ufficio_ente) each order by of, id`.execute(transaction)
  const counted = await sql<{ n: number }>`
    select ((select count(*) from convenzione) + (select count(*) from profilo) + (select count(*) from ente)
      + (select count(*) from ufficio_ente))::integer as n`.execute(transaction)
  expect(counted.rows).toEqual([{ n: rows.length }])
  return rows.map(({ id }) => id)
}
const insertProfile = (comune: string) => sql`
  insert into profilo (id, versione, comune, nome, servizi, sezioni, perche, chiavi, provvisori, motivi, base_giuridica, territorio,
    righe_max, righe_giorno, dal, al, proposed_by, proposed_name, proposed_at)
  values ('PX', 1, ${comune}, 'Nome', '["C007"]', '[]', '{}', '["CF"]', false, '["x"]', 'legge', 'comune', 10, 10,
    '2026-01-01', '2027-01-01', 'a', 'a', now())`
const insertAgreement = (comune: string, profilo: string) => sql`
  insert into convenzione (id, comune, fruitore, base_giuridica, protocollo, territorio, comuni, profilo, profilo_versione, dal, al,
    proposed_by, proposed_name, proposed_at)
  values ('CX', ${comune}, 'USL2', 'legge', '1', 'comune', '[]', ${profilo}, 1, '2026-01-01', '2027-01-01', 'a', 'a', now())`

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.stop())

const rolesOf = async (transaction: ConsoleTransaction) =>
  (
    await sql<{ super: boolean; bypass: boolean; owns: boolean }>`
      select rolsuper as super, rolbypassrls as bypass, (select relowner = roles.oid from pg_class where relname = 'console_audit') as owns
      from pg_roles roles where rolname = current_user`.execute(transaction)
  ).rows[0]

describe.each(['embedded', 'PostgreSQL'])('%s', (engine) => {
  let db: Database
  let asActor: AsActor
  let close: () => Promise<void>
  let url = ''

  beforeAll(async () => {
    if (engine === 'embedded') {
      db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
    } else {
      url = await postgres.database()
      const pool = new pg.Pool({ connectionString: url, max: 2 })
      // The server may be faster to end a connection than the pool is.
      pool.on('error', () => undefined)
      pool.on('connect', (client) => client.on('error', () => undefined))
      db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    }
    await migrate(db)
    await sql`
      insert into totem_place (totem, office, name, region) values
      ('TT-0001', 'PG-101', 'Spello', '10'), ('TT-0002', 'RI-201', 'Rieti', '12')`.execute(db)
    await sql`
      insert into heartbeat (totem, received_at, body)
      select totem, ${NOW}::timestamptz, ${JSON.stringify(HEALTHY)}::jsonb from unnest(array['TT-0001', 'TT-0002', 'TT-0009']) totem`.execute(
      db,
    )
    if (url !== '') {
      await expect(openAsActor({ db, embedded: false }, url, log)).rejects.toThrow('no role totem_console')
      await sql`create role totem_console login`.execute(db)
      await sql`grant usage on schema public to totem_console`.execute(db)
      // As the owner of the tables no policy would count.
      await expect(openAsActor({ db, embedded: false }, url, log)).rejects.toThrow('sign in as totem_console')
      await expect(openAsActor({ db, embedded: false }, null, log)).rejects.toThrow('a way of its own')
    }
    const own = url === '' ? null : url.replace('//totem@', '//totem_console@')
    const opened = await openAsActor({ db, embedded: url === '' }, own, log)
    asActor = opened.asActor
    close = opened.close
  })
  afterAll(async () => {
    await close?.()
    await db?.destroy()
  })

  test('the role is no superuser, passes no policy and owns nothing', async () => {
    expect(await asActor('a', FLEET, rolesOf)).toEqual({ super: false, bypass: false, owns: false })
  })

  test.each([
    ['the fleet', FLEET, ['TT-0001', 'TT-0002', 'TT-0009']],
    ['a region', UMBRIA, ['TT-0001']],
    ['an office', SPELLO, ['TT-0001']],
    ['nothing', NOWHERE, []],
  ])('in sight of %s a query without any condition finds no more', async (_, sight, totems) => {
    const found = await asActor('a', sight, (transaction) =>
      sql<{ totem: string }>`select totem from heartbeat order by totem`.execute(transaction),
    )
    expect(found.rows.map(({ totem }) => totem)).toEqual(totems)
    await sql`
      insert into totem_readiness (totem, received_at, body)
      select totem, received_at, '{}' from heartbeat on conflict do nothing`.execute(db)
    const reports = await asActor('a', sight, (transaction) =>
      sql<{ totem: string }>`select totem from totem_readiness order by totem`.execute(transaction),
    )
    expect(reports.rows.map(({ totem }) => totem)).toEqual(totems)
    const page = await asActor('a', sight, (transaction) => fleetOf(transaction, { sort: 'totem' }, NOW))
    expect(page?.totems.map(({ totem }) => totem)).toEqual(totems)
  })

  test('an entry of a sync log is its totem’s alone, in its months too', async () => {
    await sql`
      insert into journal_entry (totem, chain, seq, hash, at, event, severity, fields)
      select totem, 'c', 1, totem, now(), 'totem.stopped', 'info', '{}' from unnest(array['TT-0001', 'TT-0002', 'TT-0009']) totem`.execute(
      db,
    )
    for (const [sight, totems] of [
      [FLEET, ['TT-0001', 'TT-0002', 'TT-0009']],
      [SPELLO, ['TT-0001']],
      [NOWHERE, []],
    ] as const) {
      const found = await asActor('a', sight, (transaction) => searchLog(transaction, {}, undefined, 10))
      expect(found?.entries.map(({ totem }) => totem).sort()).toEqual(totems)
    }
    const { rows } = await sql<{ month: string }>`
      select inhrelid::regclass::text as month from pg_inherits where inhparent = 'journal_entry'::regclass`.execute(db)
    for (const { month } of rows)
      await expect(
        asActor('a', FLEET, (transaction) => sql`select from ${sql.table(month)}`.execute(transaction)),
      ).rejects.toMatchObject({ code: '42501' })
  })

  test('money that must go back and payments that wait too long are listed, oldest first, for the whole fleet alone', async () => {
    const at = (hours: number) => new Date(+NOW - hours * 3_600_000)
    type Times = { made?: number; due?: number; closing?: boolean; heard?: number }
    async function pay(id: number, state: string, { made = 1, due = -24, closing = false, heard }: Times) {
      const [payment, receipt] = [`01KB000000000000000000000${id}`, heard === undefined ? null : `r${id}`]
      await sql`
        insert into payment (id, requester, subject, types, notice, cents, state, closing, receipt, made_at, due_at, looks)
        values (${payment}, 'HMAC', 'HMAC', ${String(id)}, ${`30000000000000000${id}`}, 1600, ${state}, ${closing}, ${receipt},
          ${at(made)}::timestamptz, ${at(due)}::timestamptz, 0)`.execute(db)
      if (receipt)
        await sql`
          insert into payment_receipt (id, payment, cents, heard_at)
          values (${receipt}, ${payment}, 1600, ${at(heard ?? 0)}::timestamptz)`.execute(db)
    }
    await pay(1, 'created', { made: 2 })
    await pay(2, 'created', { made: 0.5 })
    await pay(3, 'paid', { made: 300, heard: 24 * 7 + 1 })
    await pay(4, 'paid', { made: 300, heard: 24 * 6 })
    await pay(5, 'lapsed', { made: 300, due: 25, closing: true })
    await pay(6, 'unspendable', { made: 300, heard: 200 })
    await pay(7, 'unspendable', { made: 300, heard: 100 })
    const owe = (id: number, hours: number) =>
      sql`
        insert into refund (receipt, payment, cents, why, asked_at)
        values (${`r${id}`}, ${`01KB000000000000000000000${id}`}, 1600, 'refused', ${at(hours)}::timestamptz)`.execute(
        db,
      )
    await owe(6, 30)
    await owe(7, 40)
    const shown = async (sight: Sight) => {
      const page = await asActor('a', sight, (transaction) => paymentsOf(transaction, NOW))
      expect(JSON.stringify(page)).not.toContain('HMAC')
      const waiting = page.waiting.map(({ payment, why }) => `${payment.at(-1)} ${why}`)
      return { waiting, refunds: page.refunds.map(({ receipt }) => receipt) }
    }
    const waiting = ['3 paid-not-spent', '5 not-closed', '1 not-opened']
    expect(await shown(FLEET)).toEqual({ waiting, refunds: ['r7', 'r6'] })
    expect(await shown(UMBRIA)).toEqual({ waiting: [], refunds: [] })
    await sql`update refund set refunded_at = ${NOW}::timestamptz where receipt = 'r7'`.execute(db)
    expect((await shown(FLEET)).refunds).toEqual(['r6'])
  })

  test('a note about another region’s totem is not taken', async () => {
    const note = (totem: string) =>
      asActor('a', UMBRIA, (transaction) =>
        sql`insert into totem_note (id, totem, at, person, name, text) values (${totem}, ${totem}, now(), 'a', 'a', 'x')`.execute(
          transaction,
        ),
      )
    await note('TT-0001')
    await expect(note('TT-0002')).rejects.toMatchObject({ code: '42501' })
  })

  test('counts are seen by place, and what a comune has brought by that comune alone', async () => {
    await sql`
      insert into stat_ufficio (ufficio, kind, name, regione, comune) values ('PG-101', 'polis', 'Spello', '10', '054050'),
        ('RI-201', 'polis', 'Rieti', '12', '057059'), ('054050/Sede', 'sede', 'Sede', '10', '054050')`.execute(db)
    for (const table of ['stat_giorno', 'stat_tardi'])
      await sql`
        insert into ${sql.table(table)} (giorno, comune, ufficio, canale, prodotto, esito, bollo, regione, n)
        select '2026-11-20', comune, ufficio, canale, 'visura', 'stampato', '', regione, 3 from (values
          ('054050', 'PG-101', 'totem', '10'), ('057059', 'RI-201', 'totem', '12'), ('', '', 'totem', null),
          ('054050', 'USL2:PROTESI', 'massiva', null)) as given (comune, ufficio, canale, regione)`.execute(db)
    await sql`
      insert into stat_portato (comune, grana, giorno, ufficio, canale, prodotto, n, fonte, del, portato_at, portato_da)
      values ('054050', 'giorno', '2026-11-20', '054050/Sede', 'sportello', 'cie', 3, 'x', '2026-11-21', now(), 'a')`.execute(
      db,
    )
    const ente = (...enti: string[]) => sightOf({ enti })
    const protesi = sightOf({ ufficiEnte: [{ ente: 'USL2', ufficio: 'PROTESI', comune: '054050' }] })
    for (const [sight, offices, brought] of [
      [FLEET, ['', 'PG-101', 'RI-201', 'USL2:PROTESI'], 0],
      [UMBRIA, ['PG-101'], 0],
      [SPELLO, ['PG-101'], 0],
      [ente('054050'), ['PG-101', 'USL2:PROTESI'], 1],
      [ente('057059'), ['RI-201'], 0],
      [protesi, ['USL2:PROTESI'], 0],
      [sightOf({ allEnti: true }), ['', 'PG-101', 'RI-201', 'USL2:PROTESI'], 1],
      [NOWHERE, [], 0],
    ] as const)
      await asActor('a', sight, async (transaction) => {
        for (const table of ['stat_giorno', 'stat_tardi']) {
          const { rows } = await sql<{ ufficio: string }>`
            select ufficio from ${sql.table(table)} order by 1`.execute(transaction)
          expect(rows.map(({ ufficio }) => ufficio)).toEqual(offices)
        }
        const { rows } = await sql`select from stat_portato`.execute(transaction)
        expect(rows).toHaveLength(brought)
        const sedi = await sql`select from stat_ufficio where kind = 'sede'`.execute(transaction)
        expect(sedi.rows).toHaveLength(brought)
      })
    const close = (sight: Sight) =>
      asActor('a', sight, (transaction) =>
        sql`
          insert into ufficio_chiuso (id, ufficio, regione, comune, dal, motivo, by_person, by_name, at)
          values (${Math.random()}::text, 'PG-101', '10', '054050', '2026-11-20', 'lavori', 'a', 'a', now())`.execute(
          transaction,
        ),
      )
    await close(UMBRIA)
    await close(ente('054050'))
    await expect(close(ente('057059'))).rejects.toMatchObject({ code: '42501' })
    for (const change of [
      "update ufficio_chiuso set motivo = 'x'",
      'update stat_giorno set n = 9',
      'delete from stat_portato',
    ])
      await expect(
        asActor('a', FLEET, (transaction) => sql`${sql.raw(change)}`.execute(transaction)),
      ).rejects.toMatchObject({ code: '42501' })
  })

  test.each([
    'select * from console_session',
    'select * from console_grant',
    'update heartbeat set totem = totem',
    'delete from totem_readiness',
    'delete from totem_note',
    'update console_audit set deed = deed',
    'select * from operation_outcome',
    'alter table totem_place disable row level security',
    'drop table totem_note',
  ])('refused: %s', async (statement) => {
    await expect(
      asActor('a', FLEET, (transaction) => sql`${sql.raw(statement)}`.execute(transaction)),
    ).rejects.toMatchObject({ code: '42501' })
  })

  test('comuni and bodies: nobody sees what another comune has agreed, or is about to', async () => {
    await sql`
      insert into ente (id, kind, name, istat) values ('054050', 'comune', 'Spello', '054050'), ('080085', 'comune', 'Scilla', '080085'),
        ('USL2', 'fruitore', 'USL', null), ('BONIFICA', 'fruitore', 'Consorzio', null)`.execute(db)
    await sql`insert into ufficio_ente (ente, id, name) values ('USL2', 'PROTESI', 'Protesi'), ('BONIFICA', 'TRIBUTI', 'Tributi')`.execute(
      db,
    )
    for (const [id, comune] of [
      ['P1', '054050'],
      ['P2', '080085'],
    ] as const)
      await sql`
        insert into profilo (id, versione, comune, nome, servizi, sezioni, perche, chiavi, provvisori, motivi, base_giuridica, territorio,
          righe_max, righe_giorno, dal, al, proposed_by, proposed_name, proposed_at)
        values (${id}, 1, ${comune}, 'Nome', '["C007"]', '[]', '{}', '["CF"]', false, '["x"]', 'legge', 'comune', 10, 10,
          '2026-01-01', '2027-01-01', 'a', 'a', now())`.execute(db)
    for (const [id, comune, fruitore, profilo, approved] of [
      ['C1', '054050', 'USL2', 'P1', 'b'],
      ['C2', '080085', 'USL2', 'P2', 'b'],
      ['C3', '054050', 'USL2', 'P1', null],
      ['C4', '054050', 'BONIFICA', 'P1', 'b'],
    ] as const)
      await sql`
        insert into convenzione (id, comune, fruitore, base_giuridica, protocollo, territorio, comuni, profilo, profilo_versione, dal, al,
          proposed_by, proposed_name, proposed_at, approved_by, approved_name, approved_at)
        values (${id}, ${comune}, ${fruitore}, 'legge', '1', 'comune', '[]', ${profilo}, 1, '2026-01-01', '2027-01-01', 'a', 'a', now(),
          ${approved}, ${approved}, ${approved && NOW})`.execute(db)
    for (const [sight, seen] of [
      [SPELLO_TOP, ['C1', 'C3', 'C4', 'P1', '054050', 'BONIFICA', 'USL2', 'PROTESI', 'TRIBUTI']],
      [SCILLA_TOP, ['C2', 'P2', '080085', 'BONIFICA', 'USL2', 'PROTESI', 'TRIBUTI']],
      // What is only proposed, another body's, and what its own body has with another comune are not there.
      [USL_AT_SPELLO, ['C1', 'P1', '054050', 'USL2', 'PROTESI']],
      [EVERYBODY, ['C1', 'C2', 'C3', 'C4', 'P1', 'P2', '054050', '080085', 'BONIFICA', 'USL2', 'PROTESI', 'TRIBUTI']],
      [FLEET, ['054050', '080085', 'BONIFICA', 'USL2', 'PROTESI', 'TRIBUTI']],
      [UMBRIA, []],
      [NOWHERE, []],
    ] as const)
      expect(await asActor('x', sight, idsOf)).toEqual(seen)
  })

  test.each([
    ['a profile of another comune', SCILLA_TOP, insertProfile('054050')],
    ['a profile, by who only sees', EVERYBODY, insertProfile('054050')],
    ['a profile, by a body', USL_AT_SPELLO, insertProfile('054050')],
    ['an agreement by another comune’s profile', SPELLO_TOP, insertAgreement('054050', 'P2'), '23503'],
    ['an agreement by a profile that is none', SPELLO_TOP, insertAgreement('054050', 'P9'), '23503'],
    ['an agreement of another comune', SPELLO_TOP, insertAgreement('080085', 'P2')],
    ['a comune', SPELLO_TOP, sql`insert into ente (id, kind, name, istat) values ('001001', 'comune', 'x', '001001')`],
    ['other terms', SPELLO_TOP, sql`update convenzione set al = '2099-12-31'`],
    ['a grant', SPELLO_TOP, sql`update console_grant set role = 'TOP'`],
    ['an end to all profiles', SPELLO_TOP, sql`delete from profilo`],
    ['the wall away', SPELLO_TOP, sql`alter table convenzione disable row level security`],
    [
      'other sight by a function',
      SPELLO_TOP,
      sql`create function console_comune(text) returns boolean language sql as 'select true'`,
    ],
  ])('refused: %s', async (_, sight, statement, code = '42501') => {
    await expect(asActor('x', sight, (transaction) => statement.execute(transaction))).rejects.toMatchObject({ code })
  })

  test('one person approves nothing of their own, and what was approved stays as it was read', async () => {
    const decide = (id: string, by: string) =>
      asActor(by, SPELLO_TOP, async (transaction) => {
        const { numAffectedRows } = await sql`
          update convenzione set approved_by = ${by}, approved_name = ${by}, approved_at = now() where id = ${id}`.execute(
          transaction,
        )
        return Number(numAffectedRows)
      })
    // Another comune's is none.
    expect(await decide('C2', 'b')).toBe(0)
    await expect(decide('C3', 'a')).rejects.toMatchObject({ code: '23514' })
    expect(await decide('C3', 'b')).toBe(1)
    await expect(decide('C3', 'c')).rejects.toMatchObject({ code: '42501' })
    // The owner of the tables neither.
    for (const change of ["al = '2099-12-31'", "approved_by = 'z'", "comune = '080085', profilo = 'P2'"])
      await expect(sql`update convenzione set ${sql.raw(change)} where id = 'C3'`.execute(db)).rejects.toMatchObject({
        code: '42501',
      })
    await expect(sql`delete from profilo`.execute(db)).rejects.toMatchObject({ code: '42501' })
  })

  test('a view of the owner is no way around, and a role that is given back is not another’s', async () => {
    const tables = await sql<{ name: string }>`
      select relname as name from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace
        and has_table_privilege('totem_console', oid, 'select')`.execute(db)
    expect(tables.rows).toEqual([])
    const back = asActor('x', SPELLO_TOP, async (transaction) => {
      await sql`reset role`.execute(transaction)
      return idsOf(transaction)
    })
    // On PostgreSQL the console's own log-in is that role; the embedded database has one user, so that nothing but the code stands there.
    if (url !== '') expect(await back).not.toContain('C2')
    const moved = asActor('x', SPELLO_TOP, (transaction) => sql`set role postgres`.execute(transaction))
    if (url !== '') await expect(moved).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|22023)$/) })
    else await moved
  })

  test('every table that names a comune or a body has its wall', async () => {
    const { rows } = await sql<{ name: string }>`
      select distinct class.relname as name from pg_class class join pg_attribute attribute on attrelid = class.oid
      where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relrowsecurity
        and attname in ('ente', 'fruitore', 'convenzione')
        and (has_table_privilege('totem_console', class.oid, 'select') or has_any_column_privilege('totem_console', class.oid, 'update'))`.execute(
      db,
    )
    expect(rows).toEqual([])
  })

  test('the next transaction has forgotten whose sight it was', async () => {
    await asActor('a', FLEET, async () => undefined)
    const { rows } = await asActor('', NOWHERE, (transaction) => sql`select from heartbeat`.execute(transaction))
    expect(rows).toEqual([])
  })

  test('the audit is written once, its owner included, and 40 appends at once make one chain', async () => {
    const doer = { person: 'a', role: null, session: null }
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        asActor('a', NOWHERE, (transaction) => append(transaction, doer, { deed: 'fleet.note', object: `${n}` }, NOW)),
      ),
    )
    const { rows } = await sql<{ n: number; previous: number }>`
      select count(*)::integer as n, count(distinct previous)::integer as previous from console_audit`.execute(db)
    expect(rows).toEqual([{ n: 40, previous: 40 }])
    for (const change of [
      "update console_audit set deed = 'x.y'",
      'delete from console_audit',
      'truncate console_audit',
    ])
      await expect(sql`${sql.raw(change)}`.execute(db)).rejects.toMatchObject({ code: '42501' })
    const other = await asActor('b', NOWHERE, (transaction) => sql`select from console_audit`.execute(transaction))
    expect(other.rows).toEqual([])
  })
})
