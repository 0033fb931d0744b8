import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  AUTHOR,
  codeOf,
  idOf,
  MAKING,
  type Officers,
  openOfficers,
  TOP,
  workThrough,
} from '../../../test/support/console/officers.ts'
import { linesAfter } from './merkle.ts'
import { quotasOf } from './quotas.ts'
import { openKey } from './seal.ts'

// A request from its file to its rows, over an ANPR in this process; what each row comes to, and what nobody may lose.

let officers: Officers
let kept: Pick<Officers['anpr'], 'file' | 'onAsk'>
beforeAll(async () => {
  officers = await openOfficers()
  kept = { file: officers.anpr.file, onAsk: officers.anpr.onAsk }
})
afterAll(() => officers?.stop())
beforeEach(() => {
  officers.anpr.asked.length = 0
  Object.assign(officers.anpr, kept, { of: () => ({ kind: 'told' }) })
})

const DONE = { ok: true, value: { done: true } }
const file = (keys: readonly string[]) =>
  [
    'riferimento;chiave;codFiscale;idANPR',
    ...keys.map((key, at) => (key.length === 9 ? `R${at};ID;;${key}` : `R${at};CF;${key};`)),
  ].join('\n')
async function validated(
  rows: string,
  {
    way = 'singole',
    servizio = 'C007',
    ...terms
  }: { way?: 'singole' | 'massivo'; servizio?: string } & Parameters<Officers['agreement']>[0] = {},
) {
  const { id } = await officers.agreement(terms)
  const request = await officers.draft(id, rows, servizio)
  expect(await officers.send(request, way)).toEqual({ ok: true, value: { done: true } })
  expect(await officers.validate(request)).toEqual({ ok: true, value: { done: true } })
  return request
}

test('each row of a file has its end, in its place', async () => {
  const keys = [idOf(1), codeOf(2), idOf(1), 'RSSMRA80A01H501V', idOf(3), idOf(4)]
  const request = await validated(file(keys))
  officers.anpr.of = (key) =>
    key === idOf(3) ? { kind: 'nobody' } : { kind: 'told', value: key === idOf(4) ? 'N' : 'S' }
  expect(await workThrough(officers, officers.work(), request)).toBe('completata')
  const rows = await officers.rows(request)
  expect(rows.map(({ stato, doppione_di, codice }) => [stato, doppione_di, codice])).toEqual([
    ['trovato', null, null],
    ['trovato', null, null],
    ['doppione', 1, null],
    ['formale', null, 'CF_CONTROLLO'],
    ['non_trovato', null, 'EN122'],
    ['trovato', null, null],
  ])
  const found = await officers.request(request)
  expect(found.conteggi).toEqual({ trovato: 3, doppione: 1, formale: 1, non_trovato: 1 })
  // Each question has an id of its own, and the file's reference as its reason.
  const { asked } = officers.anpr
  expect(asked.map(({ service }) => service).sort()).toEqual(['C007', 'C007', 'C007', 'C007', 'C030'])
  expect(new Set(asked.map(({ id }) => id)).size).toBe(5)
  expect(asked.every(({ id, reason }) => id.length > 0 && id.length <= 30 && reason === 'PROT 7/2026')).toBe(true)
})

test('nothing is asked before somebody has let it pass, and not by its author under another account', async () => {
  // Without a term: it waits for ever, and no later test finds it let pass.
  const { id } = await officers.agreement({ territorio: 'comune' })
  const request = await officers.draft(id, file([idOf(10)]))
  await officers.send(request)
  const work = officers.work()
  while (await work.turn());
  expect(officers.anpr.asked).toEqual([])
  // Two accounts of one person are one person.
  expect(await officers.validate(request, { ...TOP, person: AUTHOR.person })).toMatchObject({
    error: { kind: 'same-person' },
  })
  expect((await officers.request(request)).stato).toBe('in_convalida')
})

test('silence approves at its moment, and a person who comes then is too late', async () => {
  const { id } = await officers.agreement({ territorio: 'comune', silenzio: { giorni: 3, righeMax: 10 } })
  const begun = new Date('2026-11-23T09:00:00.000Z')
  officers.clock.now = begun
  const [early, late] = [await officers.draft(id, file([idOf(11)])), await officers.draft(id, file([idOf(12)]))]
  await officers.send(early)
  await officers.send(late)
  const end = (await officers.request(late)).scade_at as Date
  expect(end.toISOString()).toBe('2026-11-26T23:00:00.000Z')
  officers.clock.now = new Date(+end - 1)
  expect(await officers.validate(early)).toMatchObject({ ok: true })
  officers.clock.now = end
  expect(await officers.validate(late)).toMatchObject({ error: { kind: 'term-over' } })
  const tending = officers.tending()
  // The console was there all the time, as far as its own minutes say.
  await sql`insert into console_minuto (at) select generate_series(${begun}::timestamptz, ${end}::timestamptz, '1 minute')
    on conflict do nothing`.execute(officers.db)
  // Nobody has looked for anomalies in it yet.
  await tending.look()
  expect((await officers.request(late)).stato).toBe('in_convalida')
  await officers.judge()
  await tending.look()
  await tending.stop()
  expect((await officers.request(early)).convalida_come).toBe('puntuale')
  expect(await officers.request(late)).toMatchObject({ stato: 'convalidata', convalida_come: 'silenzio' })
  for (const request of [early, late]) await workThrough(officers, officers.work(), request)
})

test('a list beyond a quota of its agreement is refused by the quota’s name; what ended unasked counts nothing', async () => {
  const colleague = { ...AUTHOR, person: 'c'.repeat(43) }
  const { id } = await officers.agreement({ quote: { quota_persona: 3, quota_ufficio: 5, quota_mese: 7 } })
  let next = 100
  const draft = (people: number, who = AUTHOR) => {
    const keys = Array.from({ length: people }, () => idOf(next++))
    // A double and a row that cannot be asked are nobody more.
    return officers.draft(id, file([...keys, keys[0] ?? '', 'RSSMRA80A01H501V']), 'C007', who)
  }
  const refused = (quota: string) => ({ ok: false, error: { kind: 'over-quota', field: quota } })
  const left = async (request: string) => {
    const found = await officers.request(request)
    return officers.asActor(found.autore, MAKING, async (transaction) =>
      (await quotasOf(transaction, found, officers.clock.now)).map((quota) => quota.left),
    )
  }
  officers.clock.now = new Date('2027-03-31T20:00:00Z')
  const [first, other] = [await draft(2), await draft(3, colleague)]
  expect(await left(first)).toEqual([3, 5, 7])
  // At once, as far as one connection goes.
  expect(await Promise.all([officers.send(first), officers.send(other)])).toEqual([DONE, DONE])
  const [two, one] = [await draft(2), await draft(1)]
  expect([await left(two), await officers.send(two)]).toEqual([[1, 0, 2], refused('personaGiorno')])
  expect(await officers.send(one)).toEqual(refused('ufficioGiorno'))
  // Half past midnight in Italy, in the next month.
  officers.clock.now = new Date('2027-03-31T22:30:00Z')
  expect(await left(one)).toEqual([3, 5, 7])
  expect(await officers.send(two)).toEqual(DONE)
  officers.clock.now = new Date('2027-04-02T09:00:00Z')
  expect(await officers.send(await draft(3))).toEqual(DONE)
  const last = await draft(3, colleague)
  expect([await left(last), await officers.send(last)]).toEqual([[3, 2, 2], refused('ufficioGiorno')])
  officers.clock.now = new Date('2027-04-03T09:00:00Z')
  expect(await officers.send(last)).toEqual(refused('mese'))
  await sql`update richiesta set stato = 'annullata', annullata_at = now() where id in (${first}, ${other}, ${two})`.execute(
    officers.db,
  )
  expect([await left(last), await officers.send(last)]).toEqual([[3, 5, 4], DONE])
  // SECURITY: to who may not ask by this agreement the count says nothing.
  const { rows } = await officers.asActor(TOP.person, { ...MAKING, ufficiEnte: [] }, (transaction) =>
    sql`select * from quote_usate(${id}, ${AUTHOR.person}, 'PROTESI', '-infinity', '-infinity')`.execute(transaction),
  )
  expect(rows).toEqual([{ persona: 0, ufficio: 0, mese: 0 }])
  await sql`update richiesta set stato = 'annullata', annullata_at = now() where convenzione = ${id} and stato = 'in_convalida'`.execute(
    officers.db,
  )
})

test('an open anomaly about its author stops silence until a person decides; one that was closed does not', async () => {
  const { id } = await officers.agreement({ territorio: 'comune', silenzio: { giorni: 1, righeMax: 10 } })
  const sendAt = async (at: string) => {
    officers.clock.now = new Date(at)
    const request = await officers.draft(id, file([idOf(14)]))
    await officers.send(request)
    await officers.judge()
    return request
  }
  const look = async (request: string) => {
    const { termine_da, scade_at } = await officers.request(request)
    officers.clock.now = scade_at as Date
    await sql`insert into console_minuto (at) select generate_series(${termine_da}::timestamptz, ${scade_at}::timestamptz, '1 minute')
      on conflict do nothing`.execute(officers.db)
    const tending = officers.tending()
    await tending.look()
    await tending.stop()
    return officers.request(request)
  }
  // At night; and a second list of the same night, for which no anomaly of its own is written.
  const [seen, twin] = [await sendAt('2027-02-01T22:00:00Z'), await sendAt('2027-02-01T22:10:00Z')]
  expect((await officers.request(seen)).silenzio).toBe(true)
  expect((await officers.request(twin)).contro_silenzio).toEqual(['open-alert'])
  expect(await look(seen)).toMatchObject({ stato: 'in_convalida', silenzio: false, contro_silenzio: ['open-alert'] })
  const { rows } = await sql<{ object: string }>`
    select object from console_audit where deed = 'bulk.silence-stopped'`.execute(officers.db)
  expect(rows).toEqual([{ object: seen }])
  expect(await officers.validate(seen)).toMatchObject({ ok: true })
  // Silence that was taken away is not given back, not even by the program.
  await expect(
    sql`update richiesta set silenzio = true, contro_silenzio = '[]' where id = ${twin}`.execute(officers.db),
  ).rejects.toThrow('said when the request was sent')
  const close = () =>
    sql`
    update anomalia set chiusa_da = 't', chiusa_nome = 'T', chiusa_at = now(), chiusa_testo = 'ok' where chiusa_at is null`.execute(
      officers.db,
    )
  await close()
  const closed = await sendAt('2027-02-08T22:00:00Z')
  await close()
  expect(await look(closed)).toMatchObject({ stato: 'convalidata', convalida_come: 'silenzio' })
  await sql`update richiesta set stato = 'annullata', annullata_at = now() where id in (${seen}, ${twin}, ${closed})`.execute(
    officers.db,
  )
})

test('a profile that is withdrawn between sending and running suspends the request: nothing is asked', async () => {
  const { id, profilo } = await officers.agreement()
  const request = await officers.draft(id, file([idOf(13)]))
  await officers.send(request)
  await officers.validate(request)
  await officers.db
    .updateTable('profilo')
    .set({ ended_by: 'x', ended_name: 'x', ended_at: officers.clock.now, ended_why: 'sbagliato' })
    .where('id', '=', profilo)
    .execute()
  await workThrough(officers, officers.work(), request)
  expect(await officers.request(request)).toMatchObject({ stato: 'sospesa', sospesa_perche: 'profile-ended' })
  expect(officers.anpr.asked).toEqual([])
})

test('of somebody who lives elsewhere nothing is told but that; the look is logged', async () => {
  const request = await validated(file([idOf(20), idOf(21)]), { territorio: 'comune' })
  officers.anpr.of = (key) => ({ kind: 'told', comune: key === idOf(21) ? '080085' : '054050' })
  expect(await workThrough(officers, officers.work(), request)).toBe('completata')
  const [here, there] = await officers.rows(request)
  expect(here?.stato).toBe('trovato')
  expect(there).toMatchObject({
    stato: 'fuori_territorio',
    risposta: null,
    operazione: null,
    govway: null,
    codice: null,
  })
  // The home was asked of both, the service of one alone.
  expect(officers.anpr.asked.map(({ service, key }) => `${service} ${key}`).sort()).toEqual(
    [`C007 ${idOf(20)}`, `C020 ${idOf(20)}`, `C020 ${idOf(21)}`].sort(),
  )
  const lines = await officers.db
    .selectFrom('access_log')
    .select(['subject', 'types'])
    .where('operation', '=', request)
    .execute()
  expect(lines).toContainEqual({ subject: officers.reference(idOf(21)), types: 'C020' })
})

test('rows that a bulk service drops, or answers about others, are asked one by one', async () => {
  const keys = Array.from({ length: 8 }, (_, at) => idOf(30 + at))
  const request = await validated(file(keys), { way: 'massivo' })
  officers.anpr.file = (asked) => [
    ...asked
      .filter((_, at) => at % 4 !== 3)
      .map((idANPR) => ({ idANPR, idOperazioneANPR: '77', errore: '', esistenzaInVita: 'S' })),
    { idANPR: idOf(999), idOperazioneANPR: '77', errore: '', esistenzaInVita: 'N' },
  ]
  expect(await workThrough(officers, officers.work(), request)).toBe('completata')
  expect(officers.anpr.asked.map(({ key }) => key).sort()).toEqual([keys[3], keys[7]].sort())
  expect((await officers.request(request)).conteggi).toEqual({ trovato: 8 })
})

test('a list that never ends is cancelled after a day, and its rows are asked one by one', async () => {
  officers.anpr.file = () => null
  const keys = Array.from({ length: 6 }, (_, at) => idOf(50 + at))
  const request = await validated(file(keys), { way: 'massivo' })
  const work = officers.work()
  for (let hours = 0; hours < 26; hours++) {
    while (await work.turn());
    officers.clock.now = new Date(+officers.clock.now + 3_600_000)
  }
  expect(officers.anpr.lists.at(-1)?.cancelled).toBe(true)
  expect(await workThrough(officers, work, request)).toBe('completata')
  expect(officers.anpr.asked).toHaveLength(6)
})

test('a gateway that dies at any of its steps loses no row, and asks nothing again of a row that has its end', async () => {
  const keys = Array.from({ length: 18 }, (_, at) => (at % 3 === 0 ? codeOf(100 + at) : idOf(100 + at)))
  // A list is of one kind of key; two of its rows are left out, and asked by themselves.
  const listed = keys.map((_, at) => idOf(100 + at))
  officers.anpr.file = (asked) => kept.file(asked)?.slice(2) ?? null
  let points = 0
  for (const way of ['singole', 'massivo'] as const)
    for (let point = 0, survived = false; !survived; point++) {
      const request = await validated(file(way === 'massivo' ? listed : keys), { way })
      const { died, work } = officers.dying(point)
      const lived = workThrough(officers, work, request).then(() => 'lived' as const)
      survived = (await Promise.race([died, lived])) === 'lived'
      officers.anpr.onAsk = kept.onAsk
      const ended = (await officers.rows(request)).filter(({ finita_at }) => finita_at)
      officers.anpr.asked.length = 0
      // The lease of the dead runs out.
      officers.clock.now = new Date(+officers.clock.now + 4 * 60_000)
      expect(await workThrough(officers, officers.work(), request)).toBe('completata')
      const rows = await officers.rows(request)
      expect(rows.map(({ stato }) => stato)).toEqual(keys.map(() => 'trovato'))
      for (const { n, risposta } of ended) expect(rows[n - 1]?.risposta).toBe(risposta)
      const again = new Set(officers.anpr.asked.map(({ key }) => key))
      expect(ended.filter(({ n }) => again.has((way === 'massivo' ? listed : keys)[n - 1] ?? ''))).toEqual([])
      const { vouched, all } = await officers.lines(request)
      expect(vouched).toBe(all)
      points++
    }
  expect(points).toBeGreaterThan(50)
  // Some sixty whole requests, one after the other.
}, 240_000)

test('two gateways and a slow ANPR: what was asked is written before the other takes the request', async () => {
  const keys = Array.from({ length: 20 }, (_, at) => idOf(200 + at))
  const request = await validated(file(keys))
  officers.anpr.onAsk = () => {
    officers.clock.now = new Date(+officers.clock.now + 12_000)
  }
  const goesOn = async (gateway: ReturnType<Officers['work']>) => {
    while ((await officers.request(request)).stato !== 'completata')
      if (!(await gateway.turn())) await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all([goesOn(officers.work()), goesOn(officers.work())])
  expect((await officers.request(request)).conteggi).toEqual({ trovato: 20 })
  expect(officers.anpr.asked).toHaveLength(20)
  // A row that is handed back has used up nothing of the day.
  expect((await officers.request(request)).oggi_righe).toBe(20)
})

test('an audit entry vouches for the lines of its part: one changed line, and its root is another', async () => {
  const request = await validated(file([idOf(70), idOf(71)]))
  await workThrough(officers, officers.work(), request)
  const entries = await officers.db
    .selectFrom('console_audit')
    .select('detail')
    .where('object', '=', request)
    .where('deed', '=', 'bulk.asked')
    .execute()
  expect(entries).toHaveLength(1)
  const [entry] = entries
  if (!entry) return
  const { after, last, lines, root } = entry.detail as unknown as {
    after: number
    last: number
    lines: number
    root: string
  }
  expect(lines).toBe(2)
  expect(await linesAfter(officers.db, request, after, last)).toMatchObject({ lines, root })
  await sql`update access_log set subject = 'x' where operation = ${request} and id = ${last}`.execute(officers.db)
  expect((await linesAfter(officers.db, request, after, last)).root).not.toBe(root)
})

test('seven days after its end nobody reads its rows any more; what was done stays', async () => {
  const request = await validated(file([idOf(80)]))
  await workThrough(officers, officers.work(), request)
  const key = (await officers.request(request)).chiave as string
  const [row] = await officers.rows(request)
  expect(openKey(request, key, officers.keys)?.open(1, 'risposta', row?.risposta ?? '')).toMatchObject({
    idAnpr: idOf(80),
  })
  expect(JSON.stringify(row)).not.toContain(idOf(80))
  officers.clock.now = new Date(+officers.clock.now + 7 * 86_400_000 + 60_000)
  const tending = officers.tending()
  await tending.look()
  await tending.stop()
  expect(await officers.request(request)).toMatchObject({ stato: 'scaduta', chiave: null })
  expect((await officers.rows(request))[0]).toMatchObject({ stato: 'trovato', domanda: null, risposta: null })
})
