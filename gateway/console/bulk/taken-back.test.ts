import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  AUTHOR,
  idOf,
  MAKING,
  type Officers,
  openOfficers,
  TOP,
  VALIDATING,
  workThrough,
} from '../../../test/support/console/officers.ts'
import { cancel } from './decide.ts'

// A list that is out at ANPR, a request that is taken back or left lying, and what only one side may say.

let officers: Officers
let file: Officers['anpr']['file']
beforeAll(async () => {
  officers = await openOfficers()
  file = officers.anpr.file
})
afterAll(() => officers?.stop())
beforeEach(() => {
  officers.anpr.asked.length = 0
  officers.anpr.file = () => null
  officers.anpr.onAsk = () => undefined
  officers.open.allowed = true
})

const MINUTE = 60_000
const keysFrom = (first: number, count = 6) => Array.from({ length: count }, (_, at) => idOf(first + at))
async function listed(first: number, terms: Parameters<Officers['agreement']>[0] = {}) {
  const { id, profilo } = await officers.agreement(terms)
  const request = await officers.draft(id, `idANPR\n${keysFrom(first).join('\n')}`)
  await officers.send(request, 'massivo')
  await officers.validate(request)
  return { request, profilo }
}
async function turns(work: { turn(): Promise<boolean> }, minutes = 3) {
  for (let minute = 0; minute < minutes; minute++) {
    while (await work.turn());
    officers.clock.now = new Date(+officers.clock.now + MINUTE)
  }
}
const takesBack = (request: string) =>
  officers.asActor(AUTHOR.person, MAKING, (transaction) =>
    cancel(transaction, { doer: AUTHOR, name: 'Anna', sight: MAKING }, request, officers.clock.now),
  )
const openLines = async (request: string) =>
  (
    await officers.db
      .selectFrom('access_log')
      .select('id')
      .where('operation', '=', request)
      .where('outcome', '=', 'asked')
      .execute()
  ).length
async function tended() {
  const tending = officers.tending()
  await tending.look()
  await tending.stop()
}
test('a list that is out is looked at when the day is used up, and no other list cancels it', async () => {
  const { request } = await listed(1, { rowsADay: 6 })
  await turns(officers.work())
  officers.open.allowed = false
  await turns(officers.work(), 15)
  officers.open.allowed = true
  const { request: other } = await listed(20)
  await turns(officers.work())
  expect(officers.anpr.lists.filter(({ cancelled }) => cancelled)).toEqual([])
  officers.open.allowed = false
  officers.anpr.file = file
  await turns(officers.work())
  expect((await officers.request(request)).conteggi).toEqual({ trovato: 6 })
  expect((await officers.lines(request)).all).toBe(6)
  officers.open.allowed = true
  expect(await workThrough(officers, officers.work(), request)).toBe('completata')
  expect(await workThrough(officers, officers.work(), other)).toBe('completata')
})

test('what ends while its list is out takes the list back, and its looks end', async () => {
  const { request, profilo } = await listed(40)
  await turns(officers.work())
  expect(await openLines(request)).toBe(6)
  await officers.db
    .updateTable('profilo')
    .set({ ended_by: 'x', ended_name: 'x', ended_at: officers.clock.now, ended_why: 'sbagliato' })
    .where('id', '=', profilo)
    .execute()
  await turns(officers.work())
  expect(await officers.request(request)).toMatchObject({ stato: 'fallita', conteggi: { non_risposto: 6 } })
  expect(officers.anpr.lists.at(-1)?.cancelled).toBe(true)
  expect(await openLines(request)).toBe(0)
  expect((await officers.lines(request)).vouched).toBe(6)
  const places = await sql`select from anpr_bulk_job where owner = ${request}`.execute(officers.db)
  expect(places.rows).toEqual([])
})

test('who takes a request back takes its list back too; each look ends, and an entry of the audit vouches for it', async () => {
  const { request } = await listed(60)
  await turns(officers.work())
  expect(await takesBack(request)).toMatchObject({ ok: true })
  await tended()
  expect(officers.anpr.lists.at(-1)?.cancelled).toBe(true)
  expect(await openLines(request)).toBe(0)
  expect(await officers.lines(request)).toEqual({ vouched: 6, all: 6 })
  // Once.
  await tended()
  expect((await officers.lines(request)).vouched).toBe(6)
})

test('a request that is taken back while its list is handed over: ANPR is told at once', async () => {
  const { request } = await listed(80)
  const before = officers.anpr.lists.length
  officers.anpr.onAsk = async () => {
    officers.anpr.onAsk = () => undefined
    await takesBack(request)
    await tended()
  }
  // Once ANPR cannot be told; it is told later.
  let times = 0
  officers.anpr.cancels = () => (times++ === 0 ? { kind: 'anpr-busy', reason: 'test' } : null)
  await turns(officers.work())
  expect(officers.anpr.lists.slice(before).map(({ cancelled }) => cancelled)).toEqual([false])
  await tended()
  expect(officers.anpr.lists.slice(before).map(({ cancelled }) => cancelled)).toEqual([true])
  officers.anpr.cancels = () => null
  const places = await sql`select from anpr_bulk_job where owner = ${request}`.execute(officers.db)
  expect(places.rows).toEqual([])
  await tended()
  expect(await openLines(request)).toBe(0)
  const { vouched, all } = await officers.lines(request)
  expect(vouched).toBe(all)
})

test('a suspended request that nobody takes back is taken back after a week, and erased', async () => {
  const { id, profilo } = await officers.agreement()
  const request = await officers.draft(id, `idANPR\n${idOf(90)}\n`)
  await officers.send(request)
  await officers.db
    .updateTable('profilo')
    .set({ ended_by: 'x', ended_name: 'x', ended_at: officers.clock.now, ended_why: 'sbagliato' })
    .where('id', '=', profilo)
    .execute()
  await tended()
  expect((await officers.request(request)).stato).toBe('sospesa')
  for (const days of [8, 2]) {
    officers.clock.now = new Date(+officers.clock.now + days * 24 * 60 * MINUTE)
    await tended()
  }
  expect(await officers.request(request)).toMatchObject({ stato: 'annullata', chiave: null })
  expect((await officers.rows(request)).map(({ domanda }) => domanda)).toEqual([null])
})

test('what was taken back makes nothing usual', async () => {
  const { id } = await officers.agreement()
  const asks = async (first: number, count: number) => {
    const request = await officers.draft(id, `idANPR\n${keysFrom(first, count).join('\n')}`)
    await officers.send(request)
    return request
  }
  officers.clock.now = new Date(+officers.clock.now + 60 * 24 * 60 * MINUTE)
  await officers.validate(await asks(200, 2))
  const large = await asks(300, 20)
  expect((await officers.request(large)).insolita).toBe(true)
  await takesBack(large)
  expect((await officers.request(await asks(300, 20))).insolita).toBe(true)
})

test('the ID ANPR of somebody who is named by it is not asked, and not told', async () => {
  const { id } = await officers.agreement()
  const request = await officers.draft(id, `idANPR;codFiscale\n${idOf(95)};\n;RSSMRA80A01H501U\n`, 'C030')
  const rows = await officers.rows(request)
  expect(rows.map(({ stato, codice }) => [stato, codice])).toEqual([
    ['formale', 'CHIAVE_NON_DISPONIBILE'],
    ['da_fare', null],
  ])
})

test('the second wall: an author lets nothing pass, a TOP signs as themself, and no term comes sooner', async () => {
  const { id } = await officers.agreement({ territorio: 'comune', silenzio: { giorni: 3, righeMax: 10 } })
  const request = await officers.draft(id, `idANPR\n${idOf(96)}\n`)
  await officers.send(request)
  const writes = (who: string, sight: typeof MAKING, set: string) =>
    officers
      .asActor(who, sight, (transaction) =>
        sql.raw(`update richiesta set ${set} where id = '${request}'`).execute(transaction),
      )
      .then(
        () => 'written',
        (failure: { code?: string }) => failure.code,
      )
  const passes = `stato = 'convalidata', convalidata_at = now()`
  const silent = `${passes}, convalida_come = 'silenzio', silenzio = true, scade_at = now() - interval '1 second'`
  const signed = (by: string) =>
    `${passes}, convalida_come = 'puntuale', convalidata_nome = 'x', convalidata_da = '${by}'`
  for (const set of [silent, signed('nobody'), `scade_at = scade_at - interval '1 hour'`, 'silenzio = false'])
    expect([set, await writes(AUTHOR.person, MAKING, set)]).toEqual([set, '42501'])
  for (const set of [silent, signed('nobody'), signed(AUTHOR.person), `scade_at = scade_at - interval '1 hour'`])
    expect([set, await writes(TOP.person, VALIDATING, set)]).toEqual([set, expect.stringMatching(/^(42501|23514)$/)])
  expect((await officers.request(request)).stato).toBe('in_convalida')
})
