import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settlementOf } from '../../catalogue/bollo.ts'
import type { CertificateLanguage, CertificateType, Exemption } from '../../contract/catalogue.ts'
import { familySheet } from '../../contract/gateway.ts'
import { holderById } from '../../simulator/population/holders.ts'
import { loginOf } from '../support/card/anybody.ts'
import { openAnprLine, type Question } from '../support/gateway/anpr-line.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { opened, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { wordsOf } from '../support/paper/words.ts'

// What the gateway knows of people before it asks for a certificate: it refuses by itself, tells the totem beforehand,
// and asks in the languages of the comune of residence. ANPR's own refusal stands behind it, and is not asked here.

/** Spello asks for diritti, and a residence is good for half a year. */
const certificates = { dirittiOf: { '054050': { withBollo: 52, withoutBollo: 26 } }, validMonths: { '8': 6 } }

let centre: Centre
let line: Awaited<ReturnType<typeof openAnprLine>>
let totem: TotemClient
/** The certificates that ANPR was asked for. */
const asked: Record<string, unknown>[] = []
/** What a test changes of ANPR's answers. */
let through = ({ ask }: Question) => ask()

beforeAll(async () => {
  line = await openAnprLine((question) => {
    if (question.service === 'ANPR-Certificazione') asked.push(JSON.parse(question.body))
    return through(question)
  })
  centre = await openCentre(null, { certificates }, { throughLine: line.throughLine })
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
})
afterAll(async () => {
  await totem?.close()
  await centre?.stop()
  await line?.close()
})

const idOf = (person: string) => holderById(person).idAnpr
async function session(person: string): Promise<{ authorization: string }> {
  const { status, body } = await totem.post('/v1/sessions', await loginOf(person))
  expect(status).toBe(201)
  return { authorization: `Bearer ${body.token}` }
}
const familyOf = async (person: string) =>
  familySheet.parse((await totem.get('/v1/sessions/current/family', await session(person))).body)
const settled = async (person: string, more: Parameters<typeof wish>[1]) =>
  (await totem.settled(await sealed(wish(person, { evidence: await loginOf(person), ...more })))).body.results[0]

const exempt = { kind: 'exempt', exemption: 'processuale' } as const
const ask = async (person: string, subject: string, types: CertificateType[], language: CertificateLanguage = 'IT') => {
  const wished = { subject: idOf(subject), types, bollo: exempt, language }
  const { status, body } = await totem.post('/v1/previews', wished, await session(person))
  return { preview: { status, body }, issue: await settled(person, wished) }
}

describe('the gateway refuses by itself, before a preview and before an issue', () => {
  test.each<[what: string, person: string, subject: string, types: CertificateType[], kind: string, anpr: string]>([
    ['types that share no sheet', 'anna-bianchi', 'anna-bianchi', ['3', '17'], 'not-on-one-sheet', 'EN152'],
    ['two families', 'anna-bianchi', 'anna-bianchi', ['12', '16'], 'not-on-one-sheet', 'EN154'],
    ['a minor for her mother', 'sofia-rossi', 'elena-ferrari', ['16'], 'not-in-family', 'EN169'],
    ['a convivenza of which there is none', 'mario-rossi', 'sofia-rossi', ['14'], 'not-in-convivenza', 'EN056'],
  ])('%s', async (_, person, subject, types, kind, anpr) => {
    asked.length = 0
    const { preview, issue } = await ask(person, subject, types)
    expect(preview).toEqual({ status: expect.toSatisfy((status) => status >= 400), body: { kind, anpr } })
    expect(issue).toMatchObject({ state: 'refused', problem: { kind, anpr } })
    expect(asked).toEqual([])
  })
})

describe('the family sheet says what would be refused, and why', () => {
  const blocked = async (person: string, about = person) => {
    const { members } = await familyOf(person)
    const one = members.find((member) => member.idAnpr === idOf(about))
    return (one?.blocked ?? []).map(({ type, anpr }) => `${type} ${anpr}`)
  }
  const RESIDENT = ['10 EN164', '15 EN057']
  const ofFamily = (...more: string[]) =>
    [...RESIDENT, '14 EN056', ...more].sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
  test.each([
    ['a wife', 'anna-bianchi', 'anna-bianchi', ofFamily('17 EN060')],
    ['her husband', 'anna-bianchi', 'giovanni-ricci', ofFamily()],
    ['a single man alone', 'nicolo-dangelo', 'nicolo-dangelo', ofFamily('16 EN059')],
    ['a child who asks', 'sofia-rossi', 'sofia-rossi', ofFamily('13 EN169', '16 EN169')],
    ['somebody in a convivenza', 'pietro-moretti', 'pietro-moretti', [...RESIDENT, '12 EN055', '13 EN055', '16 EN058']],
    [
      'an emigrant',
      'giulia-fontana',
      'giulia-fontana',
      ['7', '8', '11', '12', '13', '14', '16', '17'].map((type) => `${type} EN044`),
    ],
  ])('%s', async (_, person, about, expected) => {
    expect((await blocked(person, about)).sort()).toEqual([...expected].sort())
  })
  test('somebody who has died: nothing at all', async () => {
    const { members } = await familyOf('rosa-marini')
    const dead = members.find(({ idAnpr: id }) => id === idOf('aldo-conti'))
    expect(dead?.blocked.map(({ kind }) => kind)).toEqual(Array(15).fill('person-removed'))
  })
  test('without the person’s record the sheet is told all the same, and ANPR decides the rest', async () => {
    through = ({ service, ask }) => (service === 'C029' ? Promise.resolve({ status: 503, body: '{}' }) : ask())
    expect((await blocked('anna-bianchi')).sort()).toEqual(['14 EN056'])
    through = ({ ask }) => ask()
  })
})

describe('languages', () => {
  test.each([
    ['anna-bianchi', ['IT']],
    ['jurgen-grossmann', ['DE', 'IT']],
    ['marija-kos', ['IT', 'SL']],
    ['giulia-fontana', ['IT']],
  ])('of %s: %j', async (person, languages) => {
    expect((await familyOf(person)).languages).toEqual(languages)
  })

  test.each<[person: string, language: CertificateLanguage | null, codes: string[], words: RegExp[], not?: RegExp]>([
    ['jurgen-grossmann', 'DE', ['IT', 'DE'], [/CERTIFICATO DI RESIDENZA/, /WOHNSITZ/, /LAUBENGASSE/]],
    // Offline the totem does not know the comune, and the gateway finds out.
    ['jurgen-grossmann', null, ['IT', 'DE'], [/CERTIFICATO DI RESIDENZA/, /WOHNSITZ/]],
    ['jurgen-grossmann', 'IT', ['IT'], [/CERTIFICATO DI RESIDENZA/], /WOHNSITZ/],
    ['marija-kos', 'SL', ['IT', 'SL'], [/CERTIFICATO DI RESIDENZA/, /POTRDILO O STALNEM PREBIVALI/]],
    ['marija-kos', null, ['IT'], [/CERTIFICATO DI RESIDENZA/], /POTRDILO/],
  ])('%s asks for %s: %j', async (person, language, codes, words, not) => {
    asked.length = 0
    const answer = await settled(person, { language })
    expect(answer.state).toBe('issued')
    const { outcome } = await opened(answer.outcome)
    const text = wordsOf(Buffer.from(outcome.pdf, 'base64'))
    for (const word of words) expect(text).toMatch(word)
    if (not) expect(text).not.toMatch(not)
    expect(asked).toMatchObject([{ linguaCertificato: { tipoLinguaCertificato: codes } }])
  })

  test('a language that the comune has not is ANPR’s to refuse, and nothing is issued', async () => {
    const answer = await settled('anna-bianchi', { language: 'DE' })
    expect(answer).toMatchObject({ state: 'refused', problem: { kind: 'certificate-not-issuable' } })
  })
})

/** Art. 40 DPR 445/2000: the sentence of each use; without its own a certificate is void. */
const ORDINARY = /non può essere prodotto agli organi della pubblica amministrazione o ai privati gestori/
const COURT = /rilasciato per cause giudiziarie/
test.each<[use: Exemption | 'privateParty', sentence: RegExp]>([
  ['processuale', COURT],
  ['interdizione', COURT],
  ['adozione', COURT],
  ['separazione', COURT],
  ['pensioneEstera', /rilasciato solo per l’estero/],
  ['onlus', ORDINARY],
  ['societaSportive', ORDINARY],
  ['privateParty', ORDINARY],
])('a certificate for %s has the sentence of art. 40 that belongs to it, and no other', async (use, sentence) => {
  const mark = { kind: 'contrassegno', number: '01234567890123', issued: '2026-03-05' } as const
  const bollo = use === 'privateParty' ? mark : ({ kind: 'exempt', exemption: use } as const)
  const { outcome } = await opened((await settled('anna-bianchi', { bollo })).outcome)
  const text = wordsOf(Buffer.from(outcome.pdf, 'base64'))
  expect(text).toMatch(sentence)
  for (const other of [ORDINARY, COURT].filter((one) => one !== sentence)) expect(text).not.toMatch(other)
})

test.each<[person: string, use: Exemption | 'privateParty', bollo: number, diritti: number]>([
  ['anna-bianchi', 'onlus', 0, 26],
  ['anna-bianchi', 'separazione', 0, 0],
  ['anna-bianchi', 'privateParty', 1600, 52],
  ['jurgen-grossmann', 'onlus', 0, 0],
])('%s, %s: sheet, request of ANPR, certificate and outcome have the same amounts', async (person, use, ...cents) => {
  asked.length = 0
  const mark = { kind: 'contrassegno', number: '98765432109876', issued: '2026-03-05' } as const
  const bollo = use === 'privateParty' ? mark : ({ kind: 'exempt', exemption: use } as const)
  const { charges } = await familyOf(person)
  const { outcome } = await opened((await settled(person, { bollo, language: 'IT' })).outcome)
  const [stamp, fees] = cents
  expect(settlementOf(bollo, charges).cents).toEqual({ bollo: stamp, diritti: fees })
  expect(outcome).toMatchObject({ cents: { bollo: stamp, diritti: fees }, validMonths: 6 })
  expect(asked).toMatchObject([{ bollo: String(stamp), diritti: String(fees) }])
  const text = wordsOf(Buffer.from(outcome.pdf, 'base64'))
  const euro = `${(fees / 100).toFixed(2).replace('.', ',')}`
  if (fees > 0) expect(text).toMatch(new RegExp(`diritti.*${euro}`, 'is'))
  else expect(text).not.toMatch(/diritti di segreteria/i)
})

test('where the person lives is asked once a visit, and diritti that depend on it are told, previewed and issued alike', async () => {
  const looks: string[] = []
  through = ({ service, ask }) => {
    looks.push(service)
    return ask()
  }
  asked.length = 0
  const visit = await session('anna-bianchi')
  const { charges } = familySheet.parse((await totem.get('/v1/sessions/current/family', visit)).body)
  expect(charges.diritti).toEqual({ withBollo: 52, withoutBollo: 26 })
  const bollo = { kind: 'exempt', exemption: 'onlus' } as const
  const wished = { subject: idOf('anna-bianchi'), types: ['8'], bollo, language: 'IT' } as const
  expect((await totem.post('/v1/previews', wished, visit)).status).toBe(200)
  const { outcome } = await opened((await settled('anna-bianchi', { bollo, types: ['8'], language: 'IT' })).outcome)
  through = ({ ask }) => ask()
  expect(looks.filter((service) => service === 'C029')).toEqual(['C029'])
  expect(outcome.cents).toEqual({ bollo: 0, diritti: 26 })
  expect(asked.map(({ diritti, emissione }) => [diritti, emissione])).toEqual([
    ['26', '3'],
    ['26', '2'],
  ])
})

test.each([
  ['anna-bianchi', 'anna-bianchi', null],
  ['anna-bianchi', 'giovanni-ricci', { name: 'GIOVANNI', surname: 'RICCI' }],
])('the outcome tells the totem whom it was asked about: %s for %s', async (person, subject, about) => {
  const answer = await settled(person, { subject: idOf(subject), language: 'IT' })
  expect((await opened(answer.outcome)).outcome.about).toEqual(about)
})
