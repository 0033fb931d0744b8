import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { refusalOf } from '../../catalogue/anpr-codes.ts'
import { familySheet, ownRecordAnswer } from '../../contract/gateway.ts'
import { personById } from '../../simulator/population/people.ts'
import { openAnprLine, type Question, type Told } from '../support/gateway/anpr-line.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { idAnpr, login, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'

// A real gateway, whose line to the simulated ANPR changes the answers: what ANPR is known to answer, and what one would
// answer that mixes people up.

type Service = 'C030' | 'C019' | 'C007' | 'C021' | 'C029' | 'ANPR'
// biome-ignore lint/suspicious/noExplicitAny: answers of a foreign system, changed at will
type Answer = any
interface Said {
  status: number
  body: Answer
}
/** What becomes of an answer of each service; `asked` is the body of the question. */
type Changes = Partial<Record<Service, (told: Said, asked: Answer) => Said>>

let changes: Changes = {}
const asked: Service[] = []
let line: Awaited<ReturnType<typeof openAnprLine>>
async function lying({ service: code, body, ask }: Question): Promise<Told> {
  const [service] = code.split('-') as [Service]
  asked.push(service)
  const came = await ask()
  const told = { status: came.status, body: JSON.parse(came.body) as Answer }
  const changed = changes[service]?.(told, JSON.parse(body)) ?? told
  return {
    status: changed.status,
    body: typeof changed.body === 'string' ? changed.body : JSON.stringify(changed.body),
  }
}

let centre: Centre
let totem: TotemClient
beforeAll(async () => {
  line = await openAnprLine(lying)
  centre = await openCentre(null, {}, { reusePdf: true, throughLine: line.throughLine })
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
})
afterEach(() => {
  changes = {}
})
afterAll(async () => {
  await totem?.close()
  await centre?.stop()
  await line?.close()
})

const of = (...datiSoggetto: Answer[]) => ({ idOperazioneANPR: '1', listaSoggetti: { datiSoggetto } })
const always =
  (body: Answer, status = 200) =>
  () => ({ status, body })
/** Each element of the answer, changed. */
const each = (change: (element: Answer, index: number) => Answer) => (told: Said) =>
  told.status === 200 ? { ...told, body: of(...told.body.listaSoggetti.datiSoggetto.map(change)) } : told

const session = async (person = 'mario-rossi') => {
  const { body } = await totem.post('/v1/sessions', login(person))
  return { authorization: `Bearer ${body.token}` }
}
const family = async (bearer: Record<string, string>) => totem.get('/v1/sessions/current/family', bearer)
const visura = async (bearer: Record<string, string>) => totem.get('/v1/sessions/current/visura', bearer)
const request = async (...wanted: Parameters<typeof wish>) =>
  (await totem.settled(await sealed(wish(...wanted)))).body.results[0]
const bollo = { kind: 'exempt', exemption: 'processuale' } as const

describe('a person whom ANPR does not have', () => {
  const entry = (codiceErroreAnomalia: string, tipoErroreAnomalia: string) => ({
    ...{ codiceErroreAnomalia, tipoErroreAnomalia, testoErroreAnomalia: 't' },
  })
  test.each([
    ['in a list', [entry('EN122', 'E'), entry('EN148', 'W')], 404],
    ['after a warning', [entry('EN148', 'W'), entry('EN122', 'E')], 404],
    ['a level deeper', { errore: [entry('EN122', 'E')] }, 400],
    ['as a single entry', entry('EN122', 'E'), 500],
    ['with status 200', [entry('EN122', 'E')], 200],
  ])('%s: is told so at once, and not to come back', async (_, listaErrori, status) => {
    changes = { C030: always({ idOperazioneANPR: '1', listaErrori }, status) }
    const problem = { kind: 'person-not-found', anpr: 'EN122' }
    const evidence = login('mario-rossi')
    expect(await totem.post('/v1/sessions', evidence)).toEqual({ status: 403, body: problem })
    // Its log-in makes the gateway ask once.
    asked.length = 0
    expect((await totem.post('/v1/sessions', evidence)).body.kind).toBe('statement-replayed')
    expect(asked).toEqual([])
    expect(await request('mario-rossi')).toMatchObject({ state: 'refused', problem })
  })
})

describe('an ANPR that mixes people up', () => {
  const otherPerson = { kind: 'anpr-other-person', anpr: null }
  const anna = personById('anna-bianchi')
  const known = {
    identificativi: { idANPR: anna.idAnpr },
    generalita: { codiceFiscale: { codFiscale: anna.codiceFiscale }, cognome: 'BIANCHI' },
  }

  test('answers about another codice fiscale: no session, no certificate', async () => {
    changes = { C030: always(of(known)) }
    asked.length = 0
    expect(await totem.post('/v1/sessions', login('mario-rossi'))).toEqual({ status: 403, body: otherPerson })
    expect(await request('mario-rossi')).toMatchObject({ state: 'refused', problem: otherPerson })
    expect(asked).not.toContain('ANPR')
  })
  test('gives another’s family, another’s data: nobody sees them', async () => {
    const bearer = await session()
    for (const sheet of [of(known), of(known, { generalita: { nome: 'NEONATO' } })]) {
      changes = { C021: always(sheet) }
      expect(await family(bearer)).toEqual({ status: 403, body: otherPerson })
      expect(await request('mario-rossi', { subject: anna.idAnpr })).toMatchObject({ problem: otherPerson })
    }
    changes = { C029: always(of(known)) }
    expect(await visura(bearer)).toEqual({ status: 403, body: otherPerson })
    // The id that was asked for, with the data of somebody else.
    changes = { C029: always(of({ ...known, identificativi: { idANPR: idAnpr('mario-rossi') } })) }
    expect(await visura(bearer)).toEqual({ status: 403, body: otherPerson })
    expect(centre.logged()).toContain('"kind":"anpr-other-person","service":"C029"')
  })
  test('grants what it must not: no stranger’s preview, no stranger’s certificate', async () => {
    changes = { ANPR: (_, { idOperazioneClient }) => always({ granted: idOperazioneClient })() }
    const stranger = { kind: 'not-in-family', anpr: null }
    const bearer = await session()
    asked.length = 0
    const wanted = { subject: anna.idAnpr, types: ['8'], bollo }
    expect(await totem.post('/v1/previews', wanted, bearer)).toEqual({ status: 403, body: stranger })
    expect(await request('mario-rossi', { subject: anna.idAnpr })).toMatchObject({ problem: stranger })
    expect(asked).not.toContain('ANPR')
  })
})

describe('somebody who died yesterday', () => {
  const not = (told: Said): Said => ({
    ...told,
    body: of({ ...told.body.listaSoggetti.datiSoggetto[0], infoSoggettoEnte: [{ id: '1003', valore: 'N' }] }),
  })
  test('stands on the family sheet still: no certificate, and ANPR is not asked for one', async () => {
    changes = { C019: not }
    asked.length = 0
    const problem = { kind: refusalOf('EN228').kind, anpr: 'EN228' }
    expect(await request('mario-rossi', { subject: idAnpr('elena-ferrari') })).toMatchObject({ problem })
    expect(asked).not.toContain('ANPR')
  })
  test('has a card that still works: the same', async () => {
    changes = { C007: not }
    asked.length = 0
    const problem = { kind: refusalOf('EN170').kind, anpr: 'EN170' }
    expect(await request('mario-rossi', { subject: idAnpr('sofia-rossi') })).toMatchObject({ problem })
    expect(asked).not.toContain('ANPR')
  })
})

describe('between the choice and the issue', () => {
  const elena = idAnpr('elena-ferrari')
  const shown = async () => {
    const bearer = await session()
    const members = familySheet.parse((await family(bearer)).body).members
    expect(members.map((one) => one.idAnpr)).toContain(elena)
    expect((await totem.post('/v1/previews', { subject: elena, types: ['12'], bollo }, bearer)).status).toBe(200)
    asked.length = 0
  }
  const without = (gone: string) => (told: Said) => ({
    ...told,
    body: of(...told.body.listaSoggetti.datiSoggetto.filter((one: Answer) => one.identificativi?.idANPR !== gone)),
  })
  test('the person left the family: nothing is issued, and ANPR is not asked', async () => {
    await shown()
    changes = { C021: without(elena) }
    const problem = { kind: 'not-in-family', anpr: null }
    const left = await request('mario-rossi', { subject: elena, types: ['12'] })
    expect(left).toMatchObject({ state: 'refused', problem })
    expect(asked).toEqual(['C021'])
  })
  test('the person moved into an institution: no certificate of a family', async () => {
    await shown()
    changes = { C021: each((one) => ({ ...one, legameSoggetto: { ...one.legameSoggetto, tipoLegame: '4' } })) }
    expect(await request('mario-rossi', { subject: elena, types: ['12'] })).toMatchObject({ state: 'refused' })
    expect(asked).not.toContain('ANPR')
  })
  test('the person died, and the sheet shows it: refused by it, without a further question', async () => {
    await shown()
    changes = {
      C021: each((one) =>
        one.identificativi.idANPR === elena ? { ...one, datiDecesso: { dataEvento: '2026-11-28' } } : one,
      ),
    }
    const problem = { kind: 'person-removed', anpr: 'EN228' }
    const died = await request('mario-rossi', { subject: elena, types: ['12'] })
    expect(died).toMatchObject({ state: 'refused', problem })
    expect(asked).toEqual(['C021'])
  })
  test('the person moved abroad: ANPR’s refusal, in its own words', async () => {
    await shown()
    const listaErrori = { errore: [{ codiceErroreAnomalia: 'EN044', tipoErroreAnomalia: 'E' }] }
    changes = { ANPR: always({ idOperazioneANPR: '0', listaErrori }, 400) }
    const problem = { kind: 'enrolled-abroad', anpr: 'EN044' }
    expect(await request('mario-rossi', { subject: elena })).toMatchObject({ state: 'refused', problem })
  })
})

test('a certificate about somebody else than was asked for: nobody gets it', async () => {
  const anna = idAnpr('anna-bianchi')
  const about = (told: Said): Said => ({ ...told, body: { ...told.body, soggettoIntestatario: { idANPR: anna } } })
  changes = { ANPR: about }
  const problem = { kind: 'anpr-other-person', anpr: null }
  expect(await request('mario-rossi')).toMatchObject({ state: 'refused', problem })
})

test('what the gate calls wrong is not asked again before an operator says so', async () => {
  const type = 'https://govway.org/handling-errors/400/InvalidRequestContent.html'
  changes = { ANPR: always({ type, title: 'InvalidRequestContent', status: 400 }, 400) }
  const one = wish('mario-rossi')
  asked.length = 0
  await totem.submit(await sealed(one))
  const state = async () => (await centre.operations()).find(({ operation }) => operation === one.operation)?.state
  await expect.poll(state).toBe('dead')
  expect(asked.filter((service) => service === 'ANPR')).toHaveLength(1)
  expect(centre.logged()).toContain('"kind":"anpr-question-wrong","service":"ANPR-Certificazione"')
})

describe('what ANPR really answers', () => {
  test('people of a convivenza are no famiglia: their words are of another table, and nobody asks about another', async () => {
    changes = { C021: each((one) => ({ ...one, legameSoggetto: { ...one.legameSoggetto, tipoLegame: '4' } })) }
    const bearer = await session()
    const { members } = familySheet.parse((await family(bearer)).body)
    expect(members.map(({ tie, relation }) => [tie, relation])).toEqual([
      ['convivenza', '1'],
      ['convivenza', '2'],
      ['convivenza', '3'],
    ])
    const { person } = ownRecordAnswer.parse((await visura(bearer)).body)
    expect(person.family?.map(({ tie }) => tie)).toEqual(['convivenza', 'convivenza', 'convivenza'])
    const elena = idAnpr('elena-ferrari')
    expect((await request('mario-rossi', { subject: elena })).problem).toEqual({ kind: 'not-in-family', anpr: null })
    expect((await request('mario-rossi')).state).toBe('issued')
  })

  test('nobody is turned away for a relative without a surname, a name, a codice fiscale, an id, a date or anything', async () => {
    const odd = (change: Answer) => (one: Answer, index: number) =>
      index === 2 ? { ...one, ...change, generalita: { ...one.generalita, ...change.generalita } } : one
    const bearer = await session()
    for (const [change, shown] of [
      [{ generalita: { cognome: null, senzaCognome: '1' } }, { surname: '', name: 'SOFIA' }],
      [{ generalita: { nome: null, senzaNome: '1' } }, { surname: 'ROSSI', name: '' }],
      [{ generalita: { codiceFiscale: null } }, { name: 'SOFIA' }],
      [{ identificativi: null }, { name: 'SOFIA', idAnpr: null }],
      [{ generalita: { dataNascita: null } }, { name: 'SOFIA', yearOfBirth: null }],
      [{ legameSoggetto: { codiceLegame: '1', dataDecorrenza: '2021-10-15', tipoLegame: '5' } }, { relation: '1' }],
      [{ legameSoggetto: null }, { relation: '99' }],
    ] as const) {
      changes = { C021: each(odd(change)) }
      expect(familySheet.parse((await family(bearer)).body).members[2]).toMatchObject(shown)
      const { person } = ownRecordAnswer.parse((await visura(bearer)).body)
      const { idAnpr: _, yearOfBirth: __, ...printed } = { idAnpr: null, yearOfBirth: null, ...shown }
      expect(person.family?.[2]).toMatchObject(printed)
    }
  })

  test('a holder without a surname, and of whom the year of birth alone is known', async () => {
    const generalita = {
      senzaCognome: '1',
      nome: 'SUSANTO',
      sesso: 'F',
      dataNascita: '1970-01-01',
      senzaGiornoMese: '1',
    }
    changes = { C029: each((one) => ({ ...one, generalita })), C021: each((one) => ({ ...one, generalita })) }
    const { person } = ownRecordAnswer.parse((await visura(await session())).body)
    expect(person).toMatchObject({ surname: '', name: 'SUSANTO', born: '1970', codiceFiscale: null })
  })

  test('a family that cannot be read, or that ANPR refuses, costs nobody their own data', async () => {
    const bearer = await session()
    const refusal = { listaErrori: [{ codiceErroreAnomalia: 'EN122', tipoErroreAnomalia: 'E' }] }
    for (const C021 of [always('<html>'), always(of()), always(refusal, 404)]) {
      changes = { C021 }
      expect(ownRecordAnswer.parse((await visura(bearer)).body)).toMatchObject({
        person: { name: 'MARIO', family: null },
        reference: expect.stringMatching(/^\d+$/),
      })
    }
    changes = { C021: always({}, 503) }
    expect((await visura(bearer)).status).toBe(503)
  })
})

test('an answer that cannot be read is its own request’s fault: ANPR does not count as away, and the next one is served', async () => {
  const before = centre.logged().length
  const mario = personById('mario-rossi')
  changes = {
    C030: (told, { criteriRicerca }) => (criteriRicerca.codiceFiscale === mario.codiceFiscale ? always(of())() : told),
  }
  expect(await totem.post('/v1/sessions', login('mario-rossi'))).toEqual({
    status: 403,
    body: { kind: 'anpr-unreadable', anpr: null },
  })
  // More than it takes for ANPR to count as away.
  const unread = await Promise.all(Array.from({ length: 8 }, async () => sealed(wish('mario-rossi'))))
  const { body } = await totem.submit(...unread)
  expect(body.results.map(({ state }: { state: string }) => state)).toEqual(unread.map(() => 'pending'))
  const logged = () => centre.logged().slice(before)
  await expect
    .poll(() => logged().split('"kind":"anpr-unreadable","reason"').length, { timeout: 30_000 })
    .toBeGreaterThan(8)
  expect((await request('anna-bianchi')).state).toBe('issued')
  expect(logged()).not.toContain('"kind":"anpr-unavailable"')
  expect(logged()).toContain('"kind":"anpr-unreadable","service":"C030","reason":"no-id"')
})

// The last one: the day of this gateway is used up then.
test('a service whose day is used up is asked no more: no preview begins, requests wait, and the visura is served', async () => {
  const bearer = await session()
  const type = 'https://govway.org/handling-errors/429/LimitExceeded.html'
  changes = { C019: always({ type, title: 'LimitExceeded', status: 429 }, 429) }
  asked.length = 0
  const { body } = await totem.submit(await sealed(wish('mario-rossi')))
  expect(body.results[0].state).toBe('pending')
  await expect.poll(() => centre.logged()).toContain('"kind":"anpr-closed","service":"C019"')
  const unavailable = { kind: 'anpr-unavailable', anpr: null }
  const wanted = { subject: idAnpr('mario-rossi'), types: ['8'], bollo }
  expect(await totem.post('/v1/previews', wanted, bearer)).toEqual({ status: 503, body: unavailable })
  expect((await visura(bearer)).status).toBe(200)
  // No more than the jobs that were under way at that moment, whose requests other tests have left.
  expect(asked.filter((service) => service === 'C019').length).toBeLessThanOrEqual(12)
  expect(asked).not.toContain('ANPR')
})
