import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Recurring } from '../../basics/recurring.ts'
import type { Place } from '../fleet/offices.ts'
import { keepPlaces, type PlaceKeeper } from '../fleet/places.ts'
import { readComuni } from '../polis/comuni.ts'
import { migrate } from '../store/migrations.ts'
import type { Tables } from '../store/schema.ts'
import { keepStatistics } from './keep.ts'

let db: Kysely<Tables>
let kept: Recurring
let placed: PlaceKeeper
const spello: Place = { name: 'Ufficio di Spello', office: 'PG-101', comune: 'Spello', region: '10' }
const rieti: Place = { name: 'Ufficio di Rieti', office: 'RI-201', comune: 'Rieti', region: '12' }
/** What the file of offices says. */
let offices: Record<string, Place> = {
  ...{ 'TT-0001': spello, 'TT-0002': spello, 'TT-0003': rieti },
  'TT-0004': { name: 'Magazzino' },
}
const clock = { now: new Date('2026-11-02T10:00:00Z') }
let seq = 0

beforeAll(async () => {
  db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  await migrate(db)
  await sql`select make_journal_month(month) from unnest(array['2026-09-15', '2026-10-15', '2026-11-15', '2026-12-15']::timestamptz[]) as month`.execute(
    db,
  )
  const parts = { db, now: () => clock.now, log: pino({ level: 'error' }) }
  let read = { of: offices, places: new Map<string, Place>() }
  const places = async () => {
    if (read.of !== offices || read.places.size === 0) read = { of: offices, places: new Map(Object.entries(offices)) }
    return read.places
  }
  placed = await keepPlaces({ ...parts, offices: { places, names: async () => new Map() } })
  kept = keepStatistics({ ...parts, comuni: await readComuni() })
})
afterAll(async () => {
  await Promise.all([kept?.stop(), placed?.stop()])
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
const sheet = (
  operation: string,
  kind: string,
  at: string,
  { answered = null as string | null, station = 'PG-101-03', of = [null, null] as [string | null, string | null] } = {},
) =>
  sql`
    insert into counter_paper
      (station, operation, kind, visit, at, office, number, operator, of_totem, of_operation, state, answered)
    values (${station}, ${operation}, ${kind}, 'v', ${at}, 'PG-101', '7', 'm.verdi', ${of[0]}, ${of[1]}, 'issued', ${answered})`.execute(
    db,
  )
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
  // At a counter it is another channel, at the desk's office; of a counter's office nobody has heard, of its certificate yes.
  for (const id of ['01M', '01N', '01O']) await operation(id, '2026-10-26T09:00:00Z', { totem: 'PG-101-03' })
  await operation('01P', '2026-10-26T09:00:00Z', { totem: 'XX-9-01' })
  await sheet('01M', 'certificate', '2026-10-26T09:00:00Z', { answered: 'printed' })
  await sheet('01N', 'certificate', '2026-10-26T09:00:00Z', { answered: 'void' })
  await sheet('01Q', 'declaration', '2026-10-25T23:00:00Z', { answered: 'printed' })
  await sheet('01R', 'declaration', '2026-10-26T09:00:00Z')
  // What a counter gives of a totem's request was given of the totem's, on the day of the request.
  await sheet('01S', 'collected', '2026-10-26T09:00:00Z', { answered: 'printed', of: ['TT-0001', '01C'] })
  await sheet('01T', 'collected', '2026-10-26T09:00:00Z', { answered: 'void', of: ['TT-0001', '01A'] })
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

  const totem = (day: string, rest: string) => `${day} 054050 PG-101 totem ${rest}`
  const desk = (rest: string) => `2026-10-26 054050 PG-101 sportello ${rest}`
  expect(await rowsOf('stat_giorno')).toEqual(
    [
      totem('2026-10-24', 'certificato-8 emesso bollo 1'),
      totem('2026-10-25', 'certificato-8 stampato esente 1'),
      totem('2026-10-25', 'certificato-8+12 stampato bollo 1'),
      totem('2026-10-26', 'certificato-8 rifiutato 1'),
      totem('2026-10-26', 'certificato-8 stampato bollo 1'),
      totem('2026-10-26', 'dichiarazione-notorio non-stampato 1'),
      totem('2026-10-26', 'dichiarazione-sostitutiva stampato 1'),
      totem('2026-10-26', 'visura stampato 1'),
      '2026-10-26 057059 RI-201 totem certificato-8 annullato 1',
      desk('certificato-8 emesso bollo 2'),
      desk('certificato-8 stampato bollo 1'),
      desk('dichiarazione-sostitutiva non-stampato 1'),
      desk('dichiarazione-sostitutiva stampato 1'),
      '2026-10-26  sportello certificato-8 emesso bollo 1',
      '2026-10-26 054050 USL2:PROTESI massiva consultazione-C020 trovato 1',
      '2026-10-26  massiva consultazione-C020 errore 1',
      '2026-10-26  massiva consultazione-C020 non-trovato 1',
      '2026-10-26  massiva consultazione-C020 senza-risposta 1',
      '2026-10-26  massiva consultazione-C020 trovato 2',
      '2026-10-26  totem certificato-8 in-attesa 1',
    ].sort(),
  )
  // 11 operations, 3 papers of their own, 2 declarations, 6 lines: nothing is lost and nothing counted twice.
  const { rows } = await sql<{ n: number }>`select sum(n)::integer as n from stat_giorno`.execute(db)
  expect(rows).toEqual([{ n: 11 + 3 + 2 + 6 }])
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
  await operation('01V', '2026-12-12T09:00:00Z', { totem: 'TT-0003' })
  clock.now = new Date('2026-12-20T10:00:00Z')
  await kept.look()
  expect(await rowsOf('stat_giorno')).toContain('2026-11-10 054050 PG-101 totem certificato-8 emesso bollo 1')
  const { rows } = await sql<{ days: number; last: string }>`
    select count(*)::integer as days, max(giorno)::text as last from stat_fermo`.execute(db)
  expect(rows).toEqual([{ days: 50, last: '2026-12-12' }])
})

test('what was given stays where it was when a totem moves or goes; a place counts from its day on', async () => {
  const refused = (id: string, at: string, totem: string) =>
    operation(id, at, { totem, state: 'refused', refusal: 'anpr-refused' })
  for (const totem of ['TT-0001', 'TT-0003', 'TT-0005'])
    for (const day of ['13', '14']) await refused(`01S${day}`, `2026-12-${day}T09:00:00Z`, totem)
  await kept.look()
  const [before, late] = [await rowsOf('stat_giorno'), await rowsOf('stat_tardi')]
  offices = { 'TT-0003': spello, 'TT-0004': { name: 'Magazzino' } }
  await placed.look()
  for (const totem of ['TT-0001', 'TT-0003']) await refused('01U', '2026-12-20T10:00:00Z', totem)
  await kept.look()
  const moved = [...before, '2026-12-20 054050 PG-101 totem certificato-8 rifiutato 2'].sort()
  expect(await rowsOf('stat_giorno')).toEqual(moved)

  // A day later 13 December is frozen, and nothing has come late.
  clock.now = new Date('2026-12-21T10:00:00Z')
  await kept.look()
  expect([await rowsOf('stat_giorno'), await rowsOf('stat_tardi')]).toEqual([moved, late])

  // A first place is that of the days that are open, and of no other.
  offices = { ...offices, 'TT-0005': rieti }
  await placed.look()
  clock.now = new Date('2026-12-22T10:00:00Z')
  await kept.look()
  const found = await rowsOf('stat_giorno')
  expect(found.filter((row) => !moved.includes(row))).toEqual([
    '2026-12-14 057059 RI-201 totem certificato-8 rifiutato 2',
  ])
  expect(found).toContain('2026-12-13  totem certificato-8 rifiutato 1')
  expect(await rowsOf('stat_tardi')).toEqual(late)
})

test('an office stays known when its totem has gone', async () => {
  offices = {}
  await placed.look()
  await kept.look()
  const { rows } = await sql`select ufficio, comune from stat_ufficio order by 1`.execute(db)
  expect(rows).toEqual([
    { ufficio: 'PG-101', comune: '054050' },
    { ufficio: 'RI-201', comune: '057059' },
  ])
})
