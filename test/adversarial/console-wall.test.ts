import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AsActor, openAsActor } from '../../gateway/console/as-actor.ts'
import { append } from '../../gateway/console/audit/chain.ts'
import { fleetOf } from '../../gateway/console/fleet/totems.ts'
import { searchLog } from '../../gateway/console/log/search.ts'
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

  test.each([
    'select * from console_session',
    'select * from console_grant',
    'update heartbeat set totem = totem',
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
