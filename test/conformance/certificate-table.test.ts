import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalOf } from '../../catalogue/anpr-codes.ts'
import { sheetConflict } from '../../catalogue/certificates.ts'
import { type CertificateType, certificateType } from '../../contract/catalogue.ts'
import { LOGIN_REQUESTS } from '../../contract/gateway.ts'
import { inRegistry } from '../../simulator/anpr/grant.ts'
import { holderById } from '../../simulator/population/holders.ts'
import { loginOf } from '../support/card/anybody.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { opened, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { wordsOf } from '../support/paper/words.ts'

// Each certificate for telling kinds of people and requesters, through the gateway and the simulated ANPR: issued, and
// what the paper says, or refused, with ANPR's code and a sentence. What is expected stands here a third time, from the
// Ministry's list of errors. test/conformance/issue-rules.test.ts compares the other two for everybody.

type Codes = Partial<Record<CertificateType, string | null>>
const all = (code: string): Codes => Object.fromEntries(certificateType.options.map((type) => [type, code]))

/** Somebody who lives with others, is not married and has signed no contract. */
const SINGLE: Codes = { 3: 'EN162', 10: 'EN164', 14: 'EN056', 15: 'EN057', 18: 'EN353', 19: 'EN354' }
const ALONE: Codes = { ...SINGLE, 16: 'EN059' }
const MARRIED: Codes = { ...SINGLE, 3: null, 17: 'EN060' }
const ABROAD: Codes = {
  ...{ 3: 'EN162', 7: 'EN044', 8: 'EN044', 11: 'EN044', 12: 'EN044', 13: 'EN044', 14: 'EN044', 16: 'EN044' },
  ...{ 17: 'EN044', 18: 'EN353', 19: 'EN354' },
}
const PROCEDURE: Codes = { ...all('EN181'), 8: null, 10: 'EN164', 12: null }
const PARTLY: Codes = { ...all('EN046'), 8: null, 10: 'EN164', 12: null, 15: 'EN057' }

/** The kind of person, who asks, about whom, and ANPR's code of each certificate that is refused. */
const PEOPLE: [kind: string, requester: string, subject: string, refused: Codes][] = [
  ['a single man', 'nicolo-dangelo', 'nicolo-dangelo', ALONE],
  ['a wife', 'anna-bianchi', 'anna-bianchi', MARRIED],
  ['a wife for her husband', 'anna-bianchi', 'giovanni-ricci', MARRIED],
  ['a widow', 'rosa-marini', 'rosa-marini', { ...ALONE, 3: null }],
  ['in a civil union', 'luca-verdi', 'luca-verdi', { ...SINGLE, 17: 'EN060', 18: null }],
  ['a partner for the other', 'dario-leone', 'paola-serra', { ...SINGLE, 19: null }],
  ['a mother for her child', 'elena-ferrari', 'sofia-rossi', SINGLE],
  ['a child for herself', 'sofia-rossi', 'sofia-rossi', { ...SINGLE, 13: 'EN169', 16: 'EN169' }],
  [
    'in a care home',
    'pietro-moretti',
    'pietro-moretti',
    { ...SINGLE, 12: 'EN055', 13: 'EN055', 14: null, 16: 'EN058' },
  ],
  ['abroad', 'giulia-fontana', 'giulia-fontana', ABROAD],
  ['abroad, and born there', 'g000052-1', 'g000052-1', { ...ABROAD, 1: 'EN410' }],
  [
    'a foreigner whose spouse is missing',
    'fatima-el-amrani',
    'fatima-el-amrani',
    { ...MARRIED, 3: 'EN162', 5: 'EN110', 11: 'EN162' },
  ],
  ['of two citizenships', 'g000104-1', 'g000104-1', { ...ALONE, 5: 'EN407' }],
  ['a change under way', 'carla-rossi', 'carla-rossi', PROCEDURE],
  ['certifiable in part', 'g000236-1', 'g000236-1', PARTLY],
  ['a family without intestatario', 'g000276-1', 'g000276-1', { ...MARRIED, 12: 'EN062', 13: 'EN062', 16: 'EN062' }],
  ['not certifiable', 'g000232-1', 'g000232-1', all('EN160')],
  ['in both registers', 'g000288-1', 'g000288-1', all('EN470')],
  ['without an identity card', 'piero-vento', 'piero-vento', all('EN286')],
  ['cancelled', 'g000068-1', 'g000068-1', all('EN122')],
  ['a wife for her late husband', 'rosa-marini', 'aldo-conti', { ...all('EN228'), 7: 'EN054' }],
  ['for a stranger', 'nicolo-dangelo', 'anna-bianchi', all('')],
]

/** What a certificate says beside the name of its subject. */
const WORDS: Record<CertificateType, RegExp> = {
  1: /CERTIFICATO ANAGRAFICO DI NASCITA .*risulta nat[oa] a/,
  3: /CERTIFICATO ANAGRAFICO DI MATRIMONIO .*matrimonio con/,
  5: /CERTIFICATO DI CITTADINANZA .*è cittadin[oa] italian[oa]/,
  7: /CERTIFICATO DI ESISTENZA IN VITA .*è in vita/,
  8: /CERTIFICATO DI RESIDENZA .*(risulta|è) .*resident/,
  10: /CERTIFICATO DI RESIDENZA AIRE .*AIRE/,
  11: /CERTIFICATO DI STATO CIVILE .*stato civile: /,
  12: /CERTIFICATO DI STATO DI FAMIGLIA .*famiglia/,
  13: /CERTIFICATO DI STATO DI FAMIGLIA E DI STATO CIVILE .*Stato civile/,
  14: /CERTIFICATO DI RESIDENZA IN CONVIVENZA .*RESIDENZA PROTETTA/,
  15: /CERTIFICATO DI STATO DI FAMIGLIA AIRE .*AIRE/,
  16: /CERTIFICATO DI STATO DI FAMIGLIA CON RAPPORTI DI PARENTELA .*(intestatari|Parentela)/,
  17: /CERTIFICATO DI STATO LIBERO .*è di stato libero/,
  18: /CERTIFICATO ANAGRAFICO DI UNIONE CIVILE .*unione civile con/,
  19: /CERTIFICATO DI CONTRATTO DI CONVIVENZA .*con /,
}
const ART_40 = /non può essere prodotto agli organi della pubblica amministrazione|rilasciato per cause giudiziarie/

const locales = ['it', 'en'].map(
  (language) => JSON.parse(readFileSync(`assets/locales/${language}.json`, 'utf8')) as Record<string, string>,
)

let centre: Centre
let totem: TotemClient
beforeAll(async () => {
  centre = await openCentre(null)
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
})
afterAll(async () => {
  await totem?.close()
  await centre?.stop()
})

/** Asks for each, in as many log-ins as that takes. */
async function ask(requester: string, subject: string, sheets: readonly CertificateType[][]) {
  const items: Awaited<ReturnType<typeof sealed>>[] = []
  for (let from = 0; from < sheets.length; from += LOGIN_REQUESTS) {
    const evidence = await loginOf(requester)
    for (const types of sheets.slice(from, from + LOGIN_REQUESTS)) {
      const about = requester === subject ? null : holderById(subject).idAnpr
      items.push(await sealed(wish(requester, { evidence, types, subject: about })))
    }
  }
  const { results } = (await totem.settled(...items)).body
  return results as { state: string; outcome: string; problem: { kind: string; anpr: string | null } }[]
}
const paperOf = async (outcome: string) => wordsOf(Buffer.from((await opened(outcome)).outcome.pdf, 'base64'))
const nameOf = (person: string) => {
  const { cognome = '', nome = '' } = inRegistry().byId(person)?.generalita ?? {}
  return `${cognome} ${nome}`.trim()
}

test.each(PEOPLE)('%s', async (_, requester, subject, refused) => {
  const types = certificateType.options
  const results = await ask(
    requester,
    subject,
    types.map((type) => [type]),
  )
  for (const [index, type] of types.entries()) {
    const { state, problem, outcome } = results[index] ?? { state: 'none', problem: null, outcome: '' }
    const code = refused[type] ?? null
    if (code === null) {
      expect([type, state, problem?.anpr]).toEqual([type, 'issued', undefined])
      const paper = await paperOf(outcome)
      expect(paper).toMatch(WORDS[type])
      expect(paper).toContain(nameOf(subject))
      expect(paper).toMatch(ART_40)
      continue
    }
    const kind = code === '' ? 'not-in-family' : refusalOf(code).kind
    expect([type, state, problem]).toEqual([type, 'refused', { kind, anpr: code || null }])
    for (const words of locales) expect(words[`refused.${kind}.now`], kind).toBeTruthy()
  }
})

/** Sets of types that may share one sheet and take no other, of those that this person gets alone. */
function fullSheets(types: readonly CertificateType[]): CertificateType[][] {
  let grown: CertificateType[][] = [[]]
  for (const type of types) {
    const larger = grown.map((sheet) => [...sheet, type])
    grown = grown.concat(larger.filter((sheet) => sheetConflict(sheet) === null))
  }
  return grown.filter((sheet) =>
    types.every((type) => sheet.includes(type) || sheetConflict([...sheet, type]) !== null),
  )
}
const saidBy = (type: CertificateType) => new RegExp(WORDS[type].source.split(' .*').at(-1) ?? '')

// A sheet with fewer types says a part of what a full one says.
test.each(['anna-bianchi', 'nicolo-dangelo', 'pietro-moretti', 'giulia-fontana'])(
  'every full sheet of %s says that it is several, and what each says',
  async (person) => {
    const [, , , refused] = PEOPLE.find(([, requester, subject]) => requester === person && subject === person) ?? []
    if (!refused) throw new Error(person)
    const sheets = fullSheets(certificateType.options.filter((type) => (refused[type] ?? null) === null))
    expect(Math.max(...sheets.map(({ length }) => length))).toBeGreaterThan(2)
    const results = await ask(person, person, sheets)
    for (const [index, types] of sheets.entries()) {
      const { state, problem, outcome } = results[index] ?? { state: 'none', problem: null, outcome: '' }
      expect([types, state, problem?.anpr]).toEqual([types, 'issued', undefined])
      const paper = await paperOf(outcome)
      expect(paper).toContain('CERTIFICATO CONTESTUALE')
      for (const type of types) expect(paper).toMatch(saidBy(type))
    }
  },
)
