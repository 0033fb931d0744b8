// More than 400 lines: one gateway and one operator’s session serve all these cases, and starting them costs more than a case.
import { ulid } from 'ulid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { italianDay } from '../../basics/time.ts'
import type { Bollo } from '../../contract/bollo.ts'
import type { Browser } from '../../simulator/issuer/browser.ts'
import { omocodiaOf } from '../../simulator/population/codice-fiscale.ts'
import { personById } from '../../simulator/population/people.ts'
import { type ConsoleCentre, openConsoleCentre } from '../support/console/console-centre.ts'
import { byFile } from '../support/console/operator-card.ts'
import { idAnpr, login, sealed, wish } from '../support/gateway/requests.ts'
import type { TotemClient } from '../support/gateway/totem-client.ts'
import { chainOf } from '../support/journal/chain.ts'

// Elena Ferrari serves citizens at PG-101: what she may not, what becomes of what she may, and that the totem's rules are hers.

const MINUTE = 60_000
const ELENA = byFile('elena-ferrari')
const EXEMPT = { kind: 'exempt', exemption: 'processuale' } as const
let centre: ConsoleCentre
let piattaforma: Browser
let elena: Browser
let totem: TotemClient
let numbers = 70_000
const mark = (issued = '2026-03-05') => ({
  ...({ kind: 'contrassegno', issued } as const),
  number: String(++numbers).padStart(14, '0'),
})
const later = (ms: number) => {
  centre.clock.now = new Date(+centre.clock.now + ms)
}
/** Elena at her counter, by a handshake of just now. */
async function atCounter(): Promise<Browser> {
  const browser = centre.browser()
  await browser.logInByCard(ELENA)
  await browser.post('/counter/open', { office: 'PG-101', desk: 3 })
  return browser
}

beforeAll(async () => {
  centre = await openConsoleCentre()
  piattaforma = await centre.signedIn('piattaforma')
  const presents = await centre.signedIn('sportello')
  await presents.logInByCard(ELENA)
  const [{ card }] = (await presents.get('/cards')).body.cards
  await piattaforma.post('/cards/approve', { card })
  totem = centre.totem('TT-0001')
})
beforeEach(async () => {
  centre.clock.now = new Date()
  // A door takes thirty log-ins of one address in a minute.
  if ((await elena?.get('/counter'))?.body?.counter?.station !== 'PG-101-03') elena = await atCounter()
})
afterEach(() => centre.anpr.setFault({ kind: 'none' }))
afterAll(() => centre?.stop())

const passport = (change = {}) => ({
  ...{ kind: 'passport', number: 'YA 1234567', issuer: 'Questura di Perugia', expires: '2030-05-01' },
  ...change,
})
const identify = (person: string, document: object = passport(), browser = elena) => {
  const { codiceFiscale } = personById(person)
  return browser.post('/counter/identify', { codiceFiscale, document, inPerson: true })
}
const visitOf = async (person: string, browser = elena): Promise<string> =>
  (await identify(person, passport(), browser)).body.visit
const asked = (person: string, change: object = {}) => ({
  ...{ subject: idAnpr(person), types: ['8'], bollo: EXEMPT, language: 'IT', operation: ulid() },
  ...change,
})
const issue = async (person: string, change: object = {}, browser = elena) =>
  browser.post('/counter/issue', { visit: await visitOf(person, browser), ...asked(person, change) })
const refused = (kind: string) => ({ became: 'refused', problem: { kind } })

describe('who may work at a counter', () => {
  test('nobody without a card, without a counter, or at another office', async () => {
    const byAccount = await centre.signedIn('sportello')
    expect((await byAccount.post('/counter/open', { office: 'PG-101', desk: 1 })).body.kind).toBe('card-needed')
    expect((await identify('anna-bianchi', passport(), byAccount)).body.kind).toBe('card-needed')
    const browser = centre.browser()
    await browser.logInByCard(ELENA)
    expect((await identify('anna-bianchi', passport(), browser)).body.kind).toBe('no-counter')
    expect((await browser.post('/counter/open', { office: 'RI-201', desk: 1 })).body.kind).toBe('not-found')
    expect((await identify('anna-bianchi', passport(), piattaforma)).body.kind).toBe('forbidden')
  })

  test('nobody is looked at without a handshake of the last half hour', async () => {
    const visit = await visitOf('anna-bianchi')
    for (let minute = 4; minute < 32; minute += 4) {
      later(4 * MINUTE)
      await elena.get('/me')
    }
    later(4 * MINUTE)
    const { operation, ...wished } = asked('anna-bianchi')
    const asks: [path: string, body: object][] = [
      ['issue', { visit, operation, ...wished }],
      ['preview', { visit, ...wished }],
      ['waiting', { visit }],
      ['accesses', { visit }],
      ['collect', { visit, sheet: ulid(), totem: 'TT-0001', operation, mark: null, reprint: false }],
      ['declaration', { visit }],
    ]
    for (const [path, body] of asks) expect((await elena.post(`/counter/${path}`, body)).body.kind).toBe('card-again')
    expect((await identify('anna-bianchi')).body.kind).toBe('card-again')
    expect(centre.logged()).not.toContain(operation)
    // What shows nobody, or ends something, goes on.
    expect((await elena.get('/counter')).status).toBe(200)
    expect((await elena.post('/counter/end', { visit })).status).toBe(200)
  })
})

describe('who is recognised', () => {
  test.each([
    ['an expired document', passport({ expires: '2026-01-31' }), 'document-expired'],
    ['an identity card of paper, in force by what stands on it', passport({ kind: 'paper-card' }), 'document-void'],
  ])('%s: stop, by name, and ANPR is not asked', async (_, document, why) => {
    centre.anpr.setFault({ kind: 'unavailable' })
    expect((await identify('anna-bianchi', document)).body).toMatchObject(refused(why))
  })

  test('not the operator, nobody of the operator’s family, and no minor alone', async () => {
    expect((await identify('elena-ferrari')).body).toMatchObject(refused('operator-self'))
    expect((await identify('mario-rossi')).body).toMatchObject(refused('operator-family'))
    expect((await identify('sofia-rossi')).body).toMatchObject(refused('operator-family'))
  })

  test('the operator under another code of theirs, and ANPR is not asked', async () => {
    centre.anpr.setFault({ kind: 'unavailable' })
    const { codiceFiscale } = personById('elena-ferrari')
    const others = [` ${codiceFiscale.toLowerCase()} `, omocodiaOf(codiceFiscale, 1), omocodiaOf(codiceFiscale, 7)]
    for (const other of others) {
      const told = await elena.post('/counter/identify', { codiceFiscale: other, document: passport(), inPerson: true })
      expect(told.body).toMatchObject(refused('operator-self'))
    }
  })

  test('nothing of the operator or their family comes through another citizen’s visit', async () => {
    const operation = wish('mario-rossi', { bollo: EXEMPT })
    expect((await totem.settled(await sealed(operation))).body.results[0].state).toBe('issued')
    const visit = await visitOf('anna-bianchi')
    for (const person of ['elena-ferrari', 'mario-rossi', 'sofia-rossi']) {
      const wished = asked(person)
      const { operation: _, ...looked } = wished
      expect((await elena.post('/counter/preview', { visit, ...looked })).body).toMatchObject(refused('not-in-family'))
      expect((await elena.post('/counter/issue', { visit, ...wished })).body).toMatchObject(refused('not-in-family'))
    }
    const collect = {
      visit,
      sheet: ulid(),
      totem: 'TT-0001',
      operation: operation.operation,
      mark: null,
      reprint: false,
    }
    expect((await elena.post('/counter/collect', collect)).body).toMatchObject(refused('request-malformed'))
  })

  test.each([
    ['a codice fiscale with another check letter', { codiceFiscale: 'BNCNMR51H58I888A' }],
    ['no declaration that the person stands there', { inPerson: false }],
    ['a document without an end that is no identity card', { document: passport({ expires: null }) }],
  ])('%s: malformed', async (_, change) => {
    const { codiceFiscale } = personById('anna-bianchi')
    const whole = { codiceFiscale, document: passport(), inPerson: true, ...change }
    expect((await elena.post('/counter/identify', whole)).body.kind).toBe('malformed')
  })

  test('a visit is its session’s alone', async () => {
    const visit = await visitOf('anna-bianchi')
    const other = await atCounter()
    const answer = await other.post('/counter/preview', { visit, ...asked('anna-bianchi', { operation: undefined }) })
    expect(answer.body).toMatchObject(refused('session-expired'))
    await other.post('/counter/end', { visit })
  })
})

describe('a certificate', () => {
  test('is issued once for its id, however often it is asked for, and its sheet is answered for', async () => {
    const visit = await visitOf('anna-bianchi')
    const wished = asked('anna-bianchi')
    const ask = () => elena.post('/counter/issue', { visit, ...wished })
    const [first, again] = await Promise.all([ask(), ask()])
    const third = await ask()
    expect([first.body.became, third.body.became]).toEqual(['issued', 'issued'])
    expect(third.body.pdf).toBe(first.body.pdf)
    expect(again.body.pdf).toBe(first.body.pdf)
    const number = (await elena.get('/me')).body.card.number
    expect(first.body.receipt).toMatchObject({ operator: number, office: 'PG-101', operation: wished.operation })
    expect(first.headers.get('cache-control')).toBe('no-store')

    // Another wish under the same id gets nothing.
    const other = await elena.post('/counter/issue', { visit, ...wished, types: ['12'] })
    expect(other.body).toMatchObject(refused('request-malformed'))

    const day = async () => (await elena.get(`/counter/day?day=${italianDay(centre.clock.now)}`)).body
    const before = await day()
    await elena.post('/counter/printed', { operation: wished.operation, good: false })
    await elena.post('/counter/printed', { operation: wished.operation, good: true })
    expect((await elena.post('/counter/printed', { operation: wished.operation, good: true })).status).toBe(404)
    expect(await day()).toEqual({
      ...before,
      ...{ printed: before.printed + 1, waste: before.waste + 1, unanswered: before.unanswered - 1 },
    })
  })

  test('nobody has answered for its sheet: incerto at the next log-in, after ten minutes', async () => {
    const { operation } = (await issue('anna-bianchi')).body.receipt
    const stateOf = async (browser: Browser) =>
      (await browser.get('/counter')).body.open.find((one: { operation: string }) => one.operation === operation)?.state
    expect(await stateOf(elena)).toBe('to-answer')
    later(10 * MINUTE)
    const next = await atCounter()
    expect(await stateOf(next)).toBe('incerto')
    await next.post('/counter/abandoned', { operation })
    expect(await stateOf(next)).toBeUndefined()
  })

  test('ANPR gives no answer: unknown, asked again under the same id, issued once', async () => {
    const visit = await visitOf('anna-bianchi')
    const wished = asked('anna-bianchi', { bollo: mark() })
    centre.anpr.setFault({ kind: 'unavailable' })
    expect((await elena.post('/counter/issue', { visit, ...wished })).body).toEqual({ became: 'unknown' })
    const [{ state }] = (await elena.get('/counter')).body.open.slice(-1)
    expect(state).toBe('unknown')
    centre.anpr.setFault({ kind: 'none' })
    await centre.gateway.look()
    const again = await elena.post('/counter/issue', { visit, ...wished })
    expect(again.body).toMatchObject({ became: 'issued', receipt: { cents: { bollo: 1600 } } })
    expect((await centre.issued()).filter((id) => id === wished.operation)).toHaveLength(1)
  })

  test('ANPR says no and then yes to one id that is asked twice at once: what was settled first is told to both', async () => {
    const visit = await visitOf('anna-bianchi')
    const bollo = mark()
    const wished = asked('anna-bianchi', { bollo })
    const ask = () => elena.post('/counter/issue', { visit, ...wished })
    centre.anpr.setFault({ kind: 'error', code: 'EN080', service: 'ANPR-Certificazione', times: 1 })
    const became = (await Promise.all([ask(), ask()])).map(({ body }) => body.became)
    expect(new Set(became).size).toBe(1)
    // A mark that is free again has paid for no sheet that is out.
    const other = await elena.post('/counter/issue', { visit, ...asked('anna-bianchi', { bollo }) })
    expect([became[0], other.body.became]).toEqual(
      became[0] === 'refused' ? ['refused', 'issued'] : ['issued', 'refused'],
    )
  })

  test('one log-in of a person is worth six', async () => {
    const visit = await visitOf('nicolo-dangelo')
    const each = async (types: string[]) =>
      (await elena.post('/counter/issue', { visit, ...asked('nicolo-dangelo', { types }) })).body
    for (const type of ['8', '12', '1', '5', '7', '11']) expect((await each([type])).became).not.toBe('unknown')
    expect(await each(['17'])).toMatchObject(refused('evidence-spent'))
  })
})

describe('a marca da bollo', () => {
  test('that has paid at a totem pays at no counter, and the other way round', async () => {
    const [first, second] = [mark(), mark()]
    const request = wish('anna-bianchi', { bollo: first })
    expect((await totem.settled(await sealed(request))).body.results[0].state).toBe('issued')
    expect((await issue('giovanni-ricci', { bollo: first })).body).toMatchObject(refused('contrassegno-used'))
    expect((await issue('giovanni-ricci', { bollo: second })).body.became).toBe('issued')
    const late = wish('anna-bianchi', { bollo: second })
    expect((await totem.settled(await sealed(late))).body.results[0].problem.kind).toBe('contrassegno-used')
  })

  test('on two counters at once: one of them', async () => {
    const bollo = mark()
    const visit = await visitOf('anna-bianchi')
    const ask = () => elena.post('/counter/issue', { visit, ...asked('anna-bianchi', { bollo }) })
    const became = (await Promise.all([ask(), ask(), ask()])).map(({ body }) => body.problem?.kind ?? body.became)
    expect(became.sort()).toEqual(['contrassegno-used', 'contrassegno-used', 'issued'])
  })
})

describe('a totem’s request, collected at the counter', () => {
  const atTotem = async (bollo: Bollo) => {
    const request = wish('marija-kos', { bollo, language: 'IT' })
    expect((await totem.settled(await sealed(request))).body.results[0].state).toBe('issued')
    return request.operation
  }
  const collect = (visit: string, operation: string, change: object = {}) =>
    elena.post('/counter/collect', {
      ...{ visit, sheet: ulid(), totem: 'TT-0001', operation, mark: null, reprint: false },
      ...change,
    })
  const listed = async (visit: string, operation: string) =>
    (await elena.post('/counter/waiting', { visit })).body.requests.find(
      (one: { operation: string }) => one.operation === operation,
    )

  test('by its person: the same certificate, and ANPR has issued once', async () => {
    const operation = await atTotem(EXEMPT)
    const visit = await visitOf('marija-kos')
    expect(await listed(visit, operation)).toMatchObject({ totem: 'TT-0001', types: ['8'], state: 'here' })
    const issuedAt = centre.clock.now.toISOString()
    later(MINUTE)
    const got = await collect(visit, operation)
    // It counts from when it was issued.
    expect(got.body).toMatchObject({ became: 'issued', receipt: { operation, reprint: 0, at: issuedAt } })
    expect((await centre.issued()).filter((id) => id === operation)).toHaveLength(1)
  })

  test('is one sheet, however many counters are asked at once; another is a counted reprint, and none once it came out', async () => {
    const operation = await atTotem(EXEMPT)
    const visit = await visitOf('marija-kos')
    const sheet = ulid()
    const became = (
      await Promise.all([sheet, ulid(), ulid()].map((one) => collect(visit, operation, { sheet: one })))
    ).map(({ body }) => body.problem?.kind ?? body.became)
    expect(became.sort()).toEqual(['issued', 'reprint-only', 'reprint-only'])
    const day = async () => (await elena.get(`/counter/day?day=${italianDay(centre.clock.now)}`)).body
    const other = ulid()
    expect((await issue('anna-bianchi', { operation: other })).body.became).toBe('issued')
    const before = await day()
    // A hand-over that is refused, here under the id of another sheet, makes no earlier one void.
    expect((await collect(visit, operation, { sheet: other, reprint: true })).body).toMatchObject(
      refused('request-malformed'),
    )
    expect(await day()).toEqual(before)
    expect(await listed(visit, operation)).toMatchObject({ given: true })
    const again = ulid()
    const reprinted = await collect(visit, operation, { sheet: again, reprint: true })
    expect(reprinted.body).toMatchObject({ sheet: again, receipt: { operation, reprint: 1 } })
    // An answer that was lost on the way: the same sheet once more, and no reprint of it.
    expect((await collect(visit, operation, { sheet: again, reprint: true })).body.receipt.reprint).toBe(1)
    expect((await elena.post('/counter/printed', { operation: again, good: true })).status).toBe(200)
    expect(await day()).toEqual({
      ...before,
      ...{ reprints: before.reprints + 1, voided: before.voided + 1, printed: before.printed + 1 },
      unanswered: before.unanswered - 1,
    })
    expect(await listed(visit, operation)).toBeUndefined()
    for (const wanted of [{}, { reprint: true }, { sheet: again }, { sheet, reprint: true }])
      expect((await collect(visit, operation, wanted)).body).toMatchObject(refused('already-given'))
  })

  test('is none once its totem has printed it whole', async () => {
    const operation = await atTotem(EXEMPT)
    const visit = await visitOf('marija-kos')
    const job = `${operation}.certificate`
    const printed = chainOf('TT-0001', 3, {
      of: (n) =>
        n === 0
          ? { event: 'print.rendered', fields: { job, document: 'certificate', pages: 2 } }
          : { event: 'print.acknowledged', fields: { job, page: n } },
    })
    const send = (entries: unknown[]) => totem.post('/v1/journal', { entries, base: null })
    await send(printed.slice(0, 2))
    expect(await listed(visit, operation)).toBeDefined()
    await send(printed)
    expect(await listed(visit, operation)).toBeUndefined()
    expect((await collect(visit, operation, { reprint: true })).body).toMatchObject(refused('already-given'))
  })

  test('with the mark that has paid, and no other', async () => {
    const paid = mark()
    const operation = await atTotem(paid)
    const visit = await visitOf('marija-kos')
    expect(await listed(visit, operation)).toMatchObject({ state: 'needs-mark' })
    const paying = ({ number, issued }: ReturnType<typeof mark>) =>
      collect(visit, operation, { mark: { number, issued } })
    expect((await paying(mark())).body).toMatchObject(refused('contrassegno-used'))
    expect((await paying(paid)).body.became).toBe('issued')
  })

  test('not by another person, who knows its id', async () => {
    const operation = await atTotem(EXEMPT)
    const visit = await visitOf('anna-bianchi')
    expect(await listed(visit, operation)).toBeUndefined()
    expect((await collect(visit, operation)).body).toMatchObject(refused('request-malformed'))
  })
})

test('a public office gets a declaration, free: the totem’s words and the person’s own data', async () => {
  const { body } = await elena.post('/counter/declaration', { visit: await visitOf('anna-bianchi') })
  expect(body).toMatchObject({
    became: 'shown',
    record: { surname: 'BIANCHI' },
    words: { declarant: 'La sottoscritta' },
  })
  expect(body.words.conditions).toContain('art. 37')
})

/** The same person, subject, types and use: what a totem answers, a counter answers. */
const CASES: [string, person: string, change: object, expected: string][] = [
  ['residence for a court', 'anna-bianchi', {}, 'ok'],
  ['the family sheet with a mark', 'anna-bianchi', { types: ['12'], bollo: mark() }, 'ok'],
  ['residence and family on one sheet', 'anna-bianchi', { types: ['8', '12'] }, 'ok'],
  ['for the husband', 'anna-bianchi', { subject: idAnpr('giovanni-ricci') }, 'ok'],
  ['for a stranger', 'anna-bianchi', { subject: idAnpr('mario-rossi') }, 'not-in-family'],
  ['two that may not share a sheet', 'anna-bianchi', { types: ['12', '13'] }, 'not-on-one-sheet'],
  ['free to marry, of somebody married', 'anna-bianchi', { types: ['17'] }, 'not-free-to-marry'],
  ['kinship, of somebody who lives alone', 'nicolo-dangelo', { types: ['16'] }, 'lives-alone'],
  ['residence abroad, of a resident', 'anna-bianchi', { types: ['10'] }, 'not-enrolled-abroad'],
  [
    'pagoPA without a notice, where nobody takes it',
    'anna-bianchi',
    { bollo: { kind: 'pagopa', notice: null } },
    'payment-unavailable',
  ],
]
test.each(CASES)('one rule for totem and counter: %s', async (_, person, change, expected) => {
  const { operation: __, ...wished } = asked(person, change)
  const session = await totem.post('/v1/sessions', login(person))
  const there = await totem.post('/v1/previews', wished, { authorization: `Bearer ${session.body.token}` })
  const here = (await elena.post('/counter/preview', { visit: await visitOf(person), ...wished })).body
  const atTotem = there.status === 200 ? 'ok' : there.body.kind
  const atCounter = here.became === 'shown' ? 'ok' : here.problem.kind
  expect([atTotem, atCounter]).toEqual([expected, expected])
  if (expected !== 'ok') expect(here.problem).toEqual(there.body)
})

test('the access log tells counter and totem apart, and no name of anybody is in a log', async () => {
  const { codiceFiscale } = personById('anna-bianchi')
  const session = await totem.post('/v1/sessions', login('anna-bianchi'))
  const { body } = await totem.get('/v1/sessions/current/accesses?counter=1', {
    authorization: `Bearer ${session.body.token}`,
  })
  // What a counter has looked at is its operator's look, with office and use; nothing of it was the citizen's own.
  const { number } = (await elena.get('/me')).body.card
  const there = body.accesses.filter(({ machine }: { machine: string }) => machine === 'PG-101-03')
  expect(new Set(there.map(({ by }: { by: string }) => by))).toEqual(new Set(['operator']))
  expect(there[0]).toMatchObject({ operator: number, office: 'Ufficio postale di Spello' })
  expect(there.flatMap(({ uses }: { uses: string[] }) => uses)).toEqual(
    expect.arrayContaining(['processuale', 'privateParty', 'publicBody']),
  )
  for (const trace of [codiceFiscale, /bianchi/i, 'YA1234567', 'FRRLNE']) expect(centre.logged()).not.toMatch(trace)
})

test('a citizen asks at the counter who has seen their data: what a totem tells, and that this was asked', async () => {
  const visit = await visitOf('giovanni-ricci')
  const { body } = await elena.post('/counter/accesses', { visit })
  expect(body.became).toBe('shown')
  const { number } = (await elena.get('/me')).body.card
  expect(body.accesses[0]).toMatchObject({ by: 'operator', operator: number, machine: 'PG-101-03' })
  expect(body.accesses[0].looked).toContain('accesses')
  // His wife has asked for a certificate of his, through the same operator.
  const ofWife = body.accesses.find(({ by }: { by: string }) => by === 'operatorRelative')
  expect(ofWife).toMatchObject({ operator: number, office: 'Ufficio postale di Spello', uses: ['processuale'] })

  const session = await totem.post('/v1/sessions', login('giovanni-ricci'))
  const told = await totem.get('/v1/sessions/current/accesses?counter=1', {
    authorization: `Bearer ${session.body.token}`,
  })
  const byOthers = (list: { by: string }[]) => list.filter(({ by }) => by !== 'self')
  expect(byOthers(told.body.accesses)).toEqual(byOthers(body.accesses))
  // A totem that does not ask for it takes no word of counters.
  const former = await totem.get('/v1/sessions/current/accesses', { authorization: `Bearer ${session.body.token}` })
  expect(byOthers(former.body.accesses).map(({ by }) => by)).toEqual(expect.arrayContaining(['office']))
  expect(JSON.stringify(former.body)).not.toMatch(/operator|uses|"accesses"\]/)

  const stolen = await (await atCounter()).post('/counter/accesses', { visit })
  expect(stolen.body).toMatchObject(refused('session-expired'))
})

// Last, because it uses up the hour.
test('an operator recognises sixty people in an hour, also of many at once, and is free when the hour is over', async () => {
  later(120 * MINUTE)
  const browser = await atCounter()
  const expired = passport({ expires: '2026-01-31' })
  const tries = await Promise.all(Array.from({ length: 62 }, () => identify('anna-bianchi', expired, browser)))
  const why = tries.map(({ body }) => body.problem.kind).sort()
  expect(why).toEqual([...Array(60).fill('document-expired'), 'too-many-visits', 'too-many-visits'])
  later(4 * MINUTE)
  expect((await identify('anna-bianchi', expired, browser)).body).toMatchObject(refused('too-many-visits'))
  later(57 * MINUTE)
  expect((await identify('anna-bianchi', expired, await atCounter())).body).toMatchObject(refused('document-expired'))
})
