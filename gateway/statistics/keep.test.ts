import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Recurring } from '../../basics/recurring.ts'
import { readComuni } from '../polis/comuni.ts'
import { migrate } from '../store/migrations.ts'
import type { Tables } from '../store/schema.ts'
import { keepStatistics } from './keep.ts'

let db: Kysely<Tables>
let kept: Recurring
const clock = { now: new Date('2026-11-02T10:00:00Z') }
let seq = 0

beforeAll(async () => {
  db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  await migrate(db)
  await sql`select make_journal_month(month) from unnest(array['2026-09-15', '2026-10-15', '2026-11-15', '2026-12-15']::timestamptz[]) as month`.execute(
    db,
  )
  await sql`
    insert into totem_place (totem, office, name, comune, region) values
      ('TT-0001', 'PG-101', 'Ufficio di Spello', 'Spello', '10'), ('TT-0002', 'PG-101', 'Ufficio di Spello', 'Spello', '10'),
      ('TT-0003', 'RI-201', 'Ufficio di Rieti', 'Rieti', '12'), ('TT-0004', null, 'Magazzino', null, null)`.execute(db)
  kept = keepStatistics({ db, comuni: await readComuni(), now: () => clock.now, log: pino({ level: 'silent' }) })
})
afterAll(async () => {
  await kept?.stop()
  await db?.destroy()
})

const operation = (
  id: string,
  at: string,
  { totem = 'TT-0001', types = '8', state = 'issued', refusal = null as string | null, exempt = false } = {},
) =>
  sql`
    with taken as (
      insert into operation (id, totem, digest, state, received_at, settled_at, types, refusal)
      values (${id}, ${totem}, 'd', ${state}, ${at}, ${state === 'pending' ? null : at}, ${types}, ${refusal})
    )
    insert into access_log (at, channel, caller, operation, subject, types, exemption, outcome)
    values (${at}, 'totem', ${totem}, ${id}, 's', 'C019', null, 'shown'),
      (${at}, 'totem', ${totem}, ${id}, 's', ${types}, ${exempt ? 'processuale' : null}, ${state})`.execute(db)
const entry = (event: string, fields: object, at: string, { totem = 'TT-0001', received = at } = {}) =>
  sql`
    insert into journal_entry (totem, chain, seq, hash, at, event, severity, fields, received_at)
    values (${totem}, 'c', ${++seq}, ${`h${seq}`}, ${at}, ${event}, 'info', ${JSON.stringify(fields)}::jsonb, ${received})`.execute(
    db,
  )
async function printed(
  job: string,
  at: string,
  pages = 1,
  more: { totem?: string; received?: string; came?: number } = {},
) {
  await entry('print.rendered', { job, document: job.split('.')[1], pages }, at, more)
  for (let page = 1; page <= (more.came ?? pages); page++) await entry('print.acknowledged', { job, page }, at, more)
}
const rowsOf = async (table: string) =>
  (
    await sql<{ row: string }>`
      select concat_ws(' ', giorno, nullif(comune, ''), ufficio, canale, prodotto, esito, nullif(bollo, ''), n) as row
      from ${sql.table(table)} order by 1`.execute(db)
  ).rows.map(({ row }) => row)

test('a day’s counts are those of its raw events, by Italy’s days', async () => {
  // 23:30 in Greenwich is the next day in Rome; at the end of October an hour later than at its beginning.
  await operation('01A', '2026-10-24T21:59:59Z')
  await operation('01B', '2026-10-24T22:00:00Z', { exempt: true })
  await printed('01B.certificate', '2026-10-24T22:01:00Z', 2)
  await operation('01C', '2026-10-25T22:59:59Z', { types: '8 12' })
  await printed('01C.certificate', '2026-10-25T22:59:59Z', 2, { came: 1 })
  await operation('01D', '2026-10-25T23:00:00Z', { state: 'refused', refusal: 'anpr-refused' })
  await operation('01E', '2026-10-25T23:00:00Z', { state: 'refused', refusal: 'withdrawn', totem: 'TT-0003' })
  await operation('01F', '2026-10-25T23:30:00Z', { state: 'pending', totem: 'TT-0004' })
  // At a counter it is another channel.
  await operation('01M', '2026-10-26T09:00:00Z', { totem: 'PG-0001-01' })
  // The same id at another totem is another operation.
  await operation('01A', '2026-10-26T09:00:00Z', { totem: 'TT-0002' })
  await printed('01A.certificate', '2026-10-26T09:00:00Z', 1, { totem: 'TT-0002' })
  await printed('01A.receipt', '2026-10-26T09:00:00Z', 1, { totem: 'TT-0002' })
  // Without an operation; printed twice it is one paper. A clock of ten years ago is not believed.
  await printed('01G.dichiarazioneSostitutiva', '2026-10-26T10:00:00Z')
  await printed('01G.dichiarazioneSostitutiva', '2026-10-27T10:00:00Z')
  await printed('01H.visura', '2016-10-26T10:00:00Z', 1, { received: '2026-10-26T10:00:00Z' })
  await printed('01I.attoNotorio', '2026-10-26T10:00:00Z', 2, { came: 0 })
  await sql`
    insert into access_log (at, channel, caller, actor, subject, types, outcome)
    select '2026-10-26T10:00:00Z', 'console', 'PG-0001-01', 'm.verdi', 's', 'C020', outcome
    from unnest(array['shown', 'shown', 'EN122', 'asked', 'EN999']) as outcome`.execute(db)
  // A request by an agreement, without the agreement: nothing is counted of that.
  await sql`set session_replication_role = replica`.execute(db)
  await sql`
    insert into richiesta (id, comune, fruitore, ufficio, convenzione, profilo, profilo_versione, comune_nome, fruitore_nome,
      ufficio_nome, profilo_nome, base_giuridica, territorio, servizio, motivo, protocollo, autore, autore_nome, creata_at,
      cambiata_at)
    select '01R', '054050', 'USL2', 'PROTESI', 'c', 'p', 1, 'x', 'x', 'x', 'x', 'x', 'comune', 'C020', 'x', 'x', 'a', 's.donati',
      at, at from (values ('2026-10-26T09:00:00Z'::timestamptz)) as made (at)`.execute(db)
  await sql`set session_replication_role = origin`.execute(db)
  await sql`
    insert into access_log (at, channel, caller, actor, operation, subject, types, outcome)
    values ('2026-10-26T10:00:00Z', 'console', 'USL2:PROTESI', 's.donati', '01R', 's', 'C020', 'shown')`.execute(db)
  await kept.look()

  const spello = (day: string, rest: string) => `${day} 054050 PG-101 totem ${rest}`
  expect(await rowsOf('stat_giorno')).toEqual(
    [
      spello('2026-10-24', 'certificato-8 emesso bollo 1'),
      spello('2026-10-25', 'certificato-8 stampato esente 1'),
      spello('2026-10-25', 'certificato-8+12 emesso bollo 1'),
      spello('2026-10-26', 'certificato-8 rifiutato 1'),
      spello('2026-10-26', 'certificato-8 stampato bollo 1'),
      spello('2026-10-26', 'dichiarazione-notorio non-stampato 1'),
      spello('2026-10-26', 'dichiarazione-sostitutiva stampato 1'),
      spello('2026-10-26', 'visura stampato 1'),
      '2026-10-26 057059 RI-201 totem certificato-8 annullato 1',
      '2026-10-26  sportello certificato-8 emesso bollo 1',
      '2026-10-26 054050 USL2:PROTESI massiva consultazione-C020 trovato 1',
      '2026-10-26  massiva consultazione-C020 errore 1',
      '2026-10-26  massiva consultazione-C020 non-trovato 1',
      '2026-10-26  massiva consultazione-C020 senza-risposta 1',
      '2026-10-26  massiva consultazione-C020 trovato 2',
      '2026-10-26  totem certificato-8 in-attesa 1',
    ].sort(),
  )
  // 8 operations, 3 papers of their own, 6 lines: nothing is lost and nothing counted twice.
  const { rows } = await sql<{ n: number }>`select sum(n)::integer as n from stat_giorno`.execute(db)
  expect(rows).toEqual([{ n: 8 + 3 + 6 }])
})

test('for seven days what comes late is counted; then the day stays, and it is noted beside', async () => {
  // Today is 2 November: the 26th is seven days ago.
  await printed('01D.visura', '2026-10-26T08:00:00Z', 1, { received: '2026-11-02T09:59:00Z' })
  await sql`update operation set state = 'issued', settled_at = received_at where id = '01F'`.execute(db)
  await kept.look()
  expect(await rowsOf('stat_giorno')).toContain('2026-10-26 054050 PG-101 totem visura stampato 2')
  expect(await rowsOf('stat_giorno')).toContain('2026-10-26  totem certificato-8 emesso bollo 1')
  expect(await rowsOf('stat_tardi')).toEqual([])

  clock.now = new Date('2026-11-03T10:00:00Z')
  await kept.look()
  const before = await rowsOf('stat_giorno')
  await printed('01K.visura', '2026-10-26T08:00:00Z', 1, { received: '2026-11-03T10:01:00Z' })
  await printed('01A.certificate', '2026-11-03T10:01:00Z')
  await kept.look()
  expect(await rowsOf('stat_giorno')).toEqual(before)

  // What is found missing is noted once a day.
  clock.now = new Date('2026-11-04T10:00:00Z')
  await kept.look()
  await kept.look()
  expect(await rowsOf('stat_giorno')).toEqual(before)
  expect(await rowsOf('stat_tardi')).toEqual([
    '2026-10-24 054050 PG-101 totem certificato-8 emesso bollo -1',
    '2026-10-24 054050 PG-101 totem certificato-8 stampato bollo 1',
    '2026-10-26 054050 PG-101 totem visura stampato 1',
  ])
})

test('after weeks without a gateway each day is counted once, and then frozen', async () => {
  await operation('01L', '2026-11-10T09:00:00Z')
  clock.now = new Date('2026-12-20T10:00:00Z')
  await kept.look()
  expect(await rowsOf('stat_giorno')).toContain('2026-11-10 054050 PG-101 totem certificato-8 emesso bollo 1')
  const { rows } = await sql<{ days: number; last: string }>`
    select count(*)::integer as days, max(giorno)::text as last from stat_fermo`.execute(db)
  expect(rows).toEqual([{ days: 50, last: '2026-12-12' }])
})

test('an office stays known when its totem has gone; a failure is told by its code, and the next hour tries again', async () => {
  await sql`delete from totem_place where totem = 'TT-0003'`.execute(db)
  await kept.look()
  const { rows } = await sql`select ufficio, comune from stat_ufficio order by 1`.execute(db)
  expect(rows).toEqual([
    { ufficio: 'PG-101', comune: '054050' },
    { ufficio: 'RI-201', comune: '057059' },
  ])
})
