import { describe, expect, test } from 'vitest'
import type { Gruppo, Scheda } from '../population/model.ts'
import { CODES } from './errors.ts'
import { type CertificateWish, grant, inRegistry } from './grant.ts'
import { type Case, contestuale, decide, TYPES } from './rules.ts'

const DAY = '2026-11-22'

const idOf = (id: string) => scheda(id).identificativi.idANPR
function scheda(id: string): Scheda {
  const found = inRegistry().byId(id)
  if (!found) throw new Error(`no such person: ${id}`)
  return found
}

/** A person who asks for themselves, with a change in their scheda or family. */
function own(id: string, change: Partial<Scheda> = {}, family: Partial<Gruppo> = {}): Case {
  const before = scheda(id)
  const subject = { ...before, ...change }
  const { gruppo, membri } = inRegistry().familyOf(before)
  const now = membri.map((one) => (one === before ? subject : one))
  return { subject, gruppo: { ...gruppo, ...family }, membri: now, requester: subject, day: DAY }
}
const asked = (by: string, about: string): Case => ({ ...own(about), requester: scheda(by) })
const certifiable = (soggettoCertificabile: '0' | '1' | '3' | '4') => ({ attributiSoggetto: { soggettoCertificabile } })
const citizens = (...codes: string[]) => ({
  cittadinanza: codes.map((codiceStato) => ({ codiceStato, descrizioneStato: 'X' })),
})
const { cartaIdentita: _card, ...noCard } = scheda('nicolo-dangelo')
const { matrimonio } = scheda('anna-bianchi')
const { coniuge: _spouse, ...noSpouse } = matrimonio ?? { ordineMatrimonio: '1' }
const { datiMatrimonio: _wedding, ...noWedding } = matrimonio ?? { ordineMatrimonio: '1' }
const { statoCivile: _status, ...noStatus } = scheda('nicolo-dangelo')
/** A single man whose card is otherwise. */
const withCard = (change: Partial<NonNullable<Scheda['cartaIdentita']>>): Case => {
  const { cartaIdentita } = scheda('nicolo-dangelo')
  if (!cartaIdentita) throw new Error('no card')
  return own('nicolo-dangelo', { cartaIdentita: { ...cartaIdentita, ...change } })
}
/** A child whose last birthday but one makes her of age, or a day too young. */
const born = (dataNascita: string): Case =>
  own('sofia-rossi', { generalita: { ...scheda('sofia-rossi').generalita, dataNascita } })
/** A couple, of whom the other is told as `change` says. */
function withOther(change: Partial<Scheda>): Case {
  const one = own('anna-bianchi')
  return { ...one, membri: one.membri.map((who) => (who === one.subject ? who : { ...who, ...change })) }
}
/** The subject has a contract with somebody else than the relative who asks. */
function ofAnother(): Case {
  const one = asked('anna-bianchi', 'giovanni-ricci')
  const { convivenzaDiFatto } = scheda('paola-serra')
  const subject = { ...one.subject, ...(convivenzaDiFatto && { convivenzaDiFatto }) }
  return { ...one, subject, membri: one.membri.map((who) => (who === one.subject ? subject : who)) }
}
const { unioneCivile } = scheda('luca-verdi')
const { attoUnione: _act, ...noAct } = unioneCivile ?? {}
const { convivenzaDiFatto: pact } = scheda('paola-serra')
const { contrattoStipula: signed, ...notSigned } = pact ?? {}

/** Refusals that every type of a row has, unless `but` names another code or, with null, an issue. */
interface Row {
  one: Case
  all?: string
  but?: Record<string, string | null>
}

// From the Ministry's list of errors and its guide to the certificates' controls.
const SINGLE = { 2: 'EN404', 3: 'EN162', 4: 'EN404', 10: 'EN164', 14: 'EN056', 15: 'EN057', 18: 'EN353', 19: 'EN354' }
const ALONE = { ...SINGLE, 16: 'EN059' }
const MARRIED = { ...SINGLE, 3: null, 17: 'EN060' }
const ROWS: Record<string, Row> = {
  'a single man': { one: own('nicolo-dangelo'), but: ALONE },
  'a divorced woman': { one: own('marija-kos'), but: ALONE },
  'a widow': { one: own('rosa-marini'), but: { ...ALONE, 3: null } },
  'born abroad': {
    one: own('nicolo-dangelo', {
      generalita: {
        ...scheda('nicolo-dangelo').generalita,
        luogoNascita: { localita: { descrizioneStato: 'GERMANIA', codiceStato: '216' } },
      },
    }),
    but: ALONE,
  },
  'a wife': { one: own('anna-bianchi'), but: MARRIED },
  'a wife for her husband': { one: asked('anna-bianchi', 'giovanni-ricci'), but: MARRIED },
  'a mother for her child': { one: asked('elena-ferrari', 'sofia-rossi'), but: SINGLE },
  'a child for herself': { one: own('sofia-rossi'), but: { ...SINGLE, 13: 'EN169', 16: 'EN169' } },
  'a stranger': { one: asked('nicolo-dangelo', 'anna-bianchi'), all: 'EN169' },
  'a dead requester': { one: asked('aldo-conti', 'rosa-marini'), all: 'EN170' },
  'a requester without a card': {
    one: own('nicolo-dangelo', { ...noCard, cartaIdentita: undefined } as never),
    all: 'EN286',
  },
  'with a card that ends today': { one: withCard({ dataScadenza: DAY }), but: ALONE },
  'with a card that ended yesterday': { one: withCard({ dataScadenza: '2026-11-21' }), all: 'EN286' },
  'with a card that was cancelled': { one: withCard({ dataAnnullamento: '2026-01-01' }), all: 'EN286' },
  'of age today': { one: born('2008-11-22'), but: SINGLE },
  'of age tomorrow': { one: born('2008-11-23'), but: { ...SINGLE, 13: 'EN169', 16: 'EN169' } },
  'whose spouse died': {
    one: withOther({ datiDecesso: { dataEvento: '2024-01-01' } }),
    but: { ...MARRIED, 16: 'EN059' },
  },
  'whose spouse has moved away': {
    one: withOther({ datiCancellazione: { motivoCancellazione: '6', dataDecorrenzaCancellazione: '2025-01-01' } }),
    but: { ...MARRIED, 16: 'EN059' },
  },
  'whose spouse died yesterday': {
    one: withOther({
      ...{ datiDecesso: { dataEvento: '2026-11-21' }, decessoRecente: true },
      datiCancellazione: { motivoCancellazione: '1', dataDecorrenzaCancellazione: '2026-11-21' },
    }),
    but: MARRIED,
  },
  'a dead subject': { one: asked('rosa-marini', 'aldo-conti'), all: 'EN228', but: { 2: null, 4: null, 7: 'EN054' } },
  'a cancelled subject': {
    one: own('nicolo-dangelo', {
      datiCancellazione: { motivoCancellazione: '6', dataDecorrenzaCancellazione: '2025-01-01' },
    }),
    all: 'EN229',
    but: { 2: 'EN404', 4: null },
  },
  'who died yesterday': {
    one: own('nicolo-dangelo', {
      ...{ datiDecesso: { dataEvento: '2026-11-21' }, decessoRecente: true },
      datiCancellazione: { motivoCancellazione: '1', dataDecorrenzaCancellazione: '2026-11-21' },
    }),
    but: ALONE,
  },
  'in both registers': { one: own('nicolo-dangelo', { doppiaIscrizione: true }), all: 'EN470' },
  'not certifiable': { one: own('anna-bianchi', certifiable('0')), all: 'EN160', but: { 2: 'EN404', 4: 'EN404' } },
  'not registrable': { one: own('anna-bianchi', certifiable('3')), all: 'EN160', but: { 2: 'EN404', 4: 'EN404' } },
  'under guardianship': { one: own('anna-bianchi', certifiable('4')), all: 'EN160', but: { 2: 'EN404', 4: 'EN404' } },
  'partly certifiable': {
    one: own('anna-bianchi', certifiable('1')),
    all: 'EN046',
    but: { 2: 'EN404', 4: 'EN404', 8: null, 10: 'EN164', 12: null, 15: 'EN057' },
  },
  'an open procedure': {
    one: own('anna-bianchi', { procedimentoAperto: true }),
    all: 'EN181',
    but: { 2: 'EN404', 4: 'EN404', 8: null, 10: 'EN164', 12: null },
  },
  'in a convivenza': {
    one: own('pietro-moretti'),
    but: { ...SINGLE, 12: 'EN055', 13: 'EN055', 14: null, 16: 'EN058' },
  },
  'in AIRE': {
    one: own('giulia-fontana'),
    all: 'EN044',
    but: {
      1: null, 2: 'EN404', 3: 'EN162', 4: 'EN404', 5: null, 9: null, 10: null, 15: null, 18: 'EN353', 19: 'EN354', 20: null,
    }, // biome-ignore format: a table
  },
  'in AIRE, and born abroad': {
    one: own('giulia-fontana', {
      generalita: {
        ...scheda('giulia-fontana').generalita,
        luogoNascita: { localita: { descrizioneStato: 'GERMANIA', codiceStato: '216' } },
      },
    }),
    all: 'EN044',
    but: {
      1: 'EN410', 2: 'EN404', 3: 'EN162', 4: 'EN404', 5: null, 9: null, 10: null, 15: null, 18: 'EN353', 19: 'EN354', 20: null,
    }, // biome-ignore format: a table
  },
  'a family without intestatario': {
    one: own('anna-bianchi', {}, { stato: 'senza-intestatario' }),
    but: { ...MARRIED, 12: 'EN062', 13: 'EN062', 16: 'EN062' },
  },
  'an incomplete family': {
    one: own('anna-bianchi', {}, { stato: 'non-completa' }),
    but: { ...MARRIED, 12: 'EN221', 13: 'EN221', 16: 'EN221' },
  },
  'a family being registered': {
    one: own('anna-bianchi', {}, { stato: 'in-registrazione' }),
    but: { ...MARRIED, 12: 'EN212', 13: 'EN212', 16: 'EN212' },
  },
  'of no fixed abode': {
    one: own('nicolo-dangelo', { attributiSoggetto: { soggettoCertificabile: '2', senzaFissaDimora: 'S' } }),
    but: { ...ALONE, 12: 'EN404' },
  },
  'a foreigner': { one: own('nicolo-dangelo', citizens('436')), but: { ...ALONE, 5: 'EN110' } },
  'without citizenship': { one: own('nicolo-dangelo', citizens()), but: { ...ALONE, 5: 'EN407' } },
  'of a citizenship not known': { one: own('nicolo-dangelo', citizens('997')), but: { ...ALONE, 5: 'EN407' } },
  'of undefined citizenship': { one: own('nicolo-dangelo', citizens('998')), but: { ...ALONE, 5: 'EN407' } },
  'of two citizenships': { one: own('nicolo-dangelo', citizens('100', '436')), but: { ...ALONE, 5: 'EN407' } },
  'without civil status': {
    one: own('nicolo-dangelo', { ...noStatus, statoCivile: undefined } as never),
    but: { ...ALONE, 3: 'EN138', 11: 'EN138', 17: 'EN060' },
  },
  'of unknown civil status': {
    one: own('nicolo-dangelo', { statoCivile: { statoCivile: '9' } }),
    but: { ...ALONE, 11: 'EN138', 17: 'EN060' },
  },
  'of a civil status that cannot be classified': {
    one: own('nicolo-dangelo', { statoCivile: { statoCivile: '5' as '9' } }),
    but: { ...ALONE, 11: 'EN138', 17: 'EN060' },
  },
  'free after a civil partner’s death': {
    one: own('nicolo-dangelo', { statoCivile: { statoCivile: '7' } }),
    but: ALONE,
  },
  'free after a union was dissolved': {
    one: own('nicolo-dangelo', { statoCivile: { statoCivile: '8' } }),
    but: ALONE,
  },
  'without a spouse in the register': {
    one: own('anna-bianchi', { matrimonio: noSpouse }),
    but: { ...MARRIED, 3: 'EN161', 11: 'EN161' },
  },
  'without marriage data': {
    one: own('anna-bianchi', { matrimonio: noWedding }),
    but: { ...MARRIED, 3: 'EN162', 11: 'EN162' },
  },
  'in a civil union': { one: own('luca-verdi'), but: { ...SINGLE, 17: 'EN060', 18: null } },
  'in a cohabitation contract': { one: own('paola-serra'), but: { ...SINGLE, 19: null } },
  'in a civil union without its act': {
    one: own('luca-verdi', { unioneCivile: noAct } as never),
    but: { ...SINGLE, 17: 'EN060' },
  },
  'in a contract that was dissolved': {
    one: own('paola-serra', { convivenzaDiFatto: { ...pact, contrattoRisoluzione: signed } } as never),
    but: SINGLE,
  },
  'in a contract without its date': {
    one: own('paola-serra', { convivenzaDiFatto: notSigned } as never),
    but: SINGLE,
  },
  'for a relative who has a contract with another': { one: ofAnother(), but: { ...MARRIED, 17: 'EN060', 19: 'EN356' } },
  'a partner for the other': { one: asked('dario-leone', 'paola-serra'), but: { ...SINGLE, 19: null } },
  'an unnamed requester': {
    one: { ...own('nicolo-dangelo'), requester: undefined },
    but: { ...ALONE, 13: 'EN169', 16: 'EN169', 19: 'EN355' },
  },
}

describe.each(Object.entries(ROWS))('%s', (_who, { one, all = null, but = {} }) => {
  test.each(TYPES)('type %s', (type) => {
    const other = but[type]
    expect(decide([type], one)?.code ?? null).toBe(other === undefined ? all : other)
  })
})

test('a public administration asks about anybody, and the rules of the subject hold for it too', () => {
  const stranger = asked('nicolo-dangelo', 'anna-bianchi')
  expect([decide(['16'], stranger)?.code, decide(['16'], stranger, true)]).toEqual(['EN169', null])
  expect(decide(['17'], stranger, true)?.code).toBe('EN060')
  expect(decide(['3', '17'], stranger, true)?.code).toBe('EN152')
})

test('what may stand on one sheet: every pair', () => {
  const together = (a: number, b: number): string | null => {
    if ([a, b].some((type) => [2, 4, 6, 9, 20].includes(type))) return 'EN153'
    const pair = [a, b].sort((x, y) => x - y).join('+')
    const codes: Record<string, string> = {
      '3+17': 'EN152', '3+18': 'EN152', '12+13': 'EN154', '12+14': 'EN154', '12+16': 'EN154', '13+14': 'EN155',
      '13+16': 'EN155', '14+16': 'EN156', '11+17': 'EN158', '11+13': 'EN159',
    } // biome-ignore format: a table
    const apr = (type: number) => [7, 8, 11, 12, 13, 14, 16, 17].includes(type)
    const aire = (type: number) => type === 10 || type === 15
    return codes[pair] ?? ((apr(a) && aire(b)) || (apr(b) && aire(a)) ? 'EN287' : null)
  }
  for (let a = 1; a <= 20; a++) {
    for (let b = 1; b <= 20; b++) {
      if (a !== b) expect([a, b, contestuale([String(a), String(b)])]).toEqual([a, b, together(a, b)])
    }
  }
})

const exempt = { esenzioneBollo: '3', bollo: '0', diritti: '0', paEstera: '0' }
function wish(who: string, types: string[], more: Partial<CertificateWish> = {}): CertificateWish {
  const subject = scheda(who)
  const tipoRichiedente = subject.datiDecesso ? '3' : '2'
  return { types, languages: ['IT'], subject: subject.identificativi.idANPR, tipoRichiedente, ...exempt, ...more }
}

test.each<[string, Partial<CertificateWish>]>([
  ['EN345', { paEstera: '3', esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '2' }],
  ['EN345', { paEstera: '2', esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '2' }],
  ...['4', '6', '7', '10'].map((esenzioneBollo): [string, Partial<CertificateWish>] => [
    'EN123',
    { esenzioneBollo, esenzioneDiritti: '0', diritti: '26' },
  ]),
  ['EN208', { esenzioneBollo: '0' }],
  ['EN116', { esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '1' }],
  ['EN122', { subject: 'AF41450AS' }],
  ['EN122', { tipoRichiedente: '1', requester: 'AF41450AS' }],
  ['EN209', { esenzioneDiritti: '0' }],
  ['EN217', { esenzioneDiritti: '1', diritti: '26' }],
  ['EN281', { esenzioneBollo: '99' }],
  ['EN282', { esenzioneBollo: '99', descrizioneEsenzioneBollo: 'x'.repeat(257) }],
  ['EN284', { esenzioneBollo: '99', descrizioneEsenzioneBollo: 'x', esenzioneDiritti: '1', diritti: '26' }],
  ['999', { paEstera: '5' }],
  ['999', { bollo: '-1' }],
  ['999', { diritti: '1234567' }],
  ['999', { bollo: '1600' }],
  ['999', { esenzioneBollo: '0', bollo: '1600' }],
  ['999', { esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '3' }],
  ['999', { esenzioneBollo: '11' }],
  ['999', { types: [] }],
  ['999', { types: ['21'] }],
  ['999', { tipoRichiedente: '4' }],
  ['999', { tipoRichiedente: '1', requester: idOf('marija-kos') }],
  ['999', { tipoRichiedente: '2', requester: idOf('anna-bianchi') }],
  ['999', { languages: [] }],
  ['999', { languages: ['IT', 'IT'] }],
  ['999', { languages: ['IT', 'FR'] }],
  ['999', { languages: ['IT', 'SL', 'DE'] }],
  ['999', { languages: ['SL'] }],
  ['999', { languages: ['IT', 'DE'] }],
])('%s: %o', (code, change) => {
  const granted = grant(wish('marija-kos', ['8'], change), DAY)
  expect(granted.ok ? null : granted.error.code).toBe(code)
})
test.each<[string, Partial<CertificateWish>]>([
  ['by immigration law, exempt', { paEstera: '2' }],
  ['for a foreign administration', { paEstera: '1' }],
  ['for abroad', { paEstera: '4' }],
  ['exempt for another reason, which is said', { esenzioneBollo: '99', descrizioneEsenzioneBollo: 'x'.repeat(256) }],
  ...['1', '2', '3', '5', '8', '9'].map((esenzioneBollo): [string, Partial<CertificateWish>] => [
    `exempt by ${esenzioneBollo}, with diritti`,
    { esenzioneBollo, esenzioneDiritti: '0', diritti: '26' },
  ]),
  ...['4', '6', '7', '10'].map((esenzioneBollo): [string, Partial<CertificateWish>] => [
    `exempt by ${esenzioneBollo}, of diritti too`,
    { esenzioneBollo, esenzioneDiritti: '1' },
  ]),
  ['with a marca da bollo', { esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '2', diritti: '52' }],
  ['with a bollo paid otherwise', { esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '9' }],
  ['in both languages of the comune', { languages: ['SL', 'IT'] }],
  ['a sum of six figures', { diritti: '999999' }],
  ['the requester is named, and is the subject', { requester: idOf('marija-kos') }],
])('granted: %s', (_name, change) => {
  const granted = grant(wish('marija-kos', ['8'], change), DAY)
  expect(granted.ok ? null : granted.error.code).toBeNull()
})
test('each of ANPR’s errors that the simulator knows is given for something', () => {
  const given = new Set(
    Object.values(ROWS).flatMap(({ one }) => TYPES.map((type): string | undefined => decide([type], one)?.code)),
  )
  for (const a of TYPES) for (const b of TYPES) given.add(a === b ? undefined : (contestuale([a, b]) ?? undefined))
  // These are of payment, search and issue: in the tables above, and in anpr.test.ts.
  const others = [
    '999',
    'EN079',
    'EN116',
    'EN122',
    'EN123',
    'EN208',
    'EN209',
    'EN217',
    'EN281',
    'EN282',
    'EN284',
    'EN345',
  ]
  expect(CODES.filter((code) => !given.has(code))).toEqual(others)
})
