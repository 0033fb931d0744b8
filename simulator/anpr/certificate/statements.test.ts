import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { AttoEvento, Evento, Scheda } from '../../population/model.ts'
import { type CertificateWish, grant, inRegistry } from '../grant.ts'
import { present, TYPES } from '../rules.ts'
import { drawCertificate } from './document.ts'
import { fullName, italianDate, type Language, placeName } from './wording.ts'

const DAY = '2026-11-22'
const ALL = ['it', 'de', 'sl'] as const
const exempt = { esenzioneBollo: '3', bollo: '0', diritti: '0', paEstera: '0' }
const abroad = { paEstera: '4', esenzioneBollo: '0', bollo: '1600', bolloVirtuale: '2', diritti: '52' }

function scheda(id: string): Scheda {
  const found = inRegistry().byId(id)
  if (!found) throw new Error(`no such person: ${id}`)
  return found
}

function granted(who: string, types: string[], more: Partial<CertificateWish> = {}) {
  const subject = scheda(who)
  const tipoRichiedente = subject.datiDecesso ? '3' : '2'
  const own = { types, languages: ['IT'], subject: subject.identificativi.idANPR, tipoRichiedente }
  const told = grant({ ...own, ...exempt, ...more }, DAY)
  if (!told.ok) throw new Error(told.error.text)
  return told.value
}

/** The words of a sheet, as an independent program reads them. */
async function wordsOf(one: ReturnType<typeof granted>): Promise<string> {
  const verification = { url: 'https://verifica.example/c/1?h=0', code: '0' }
  const facts = { ...one, protocol: '1', issuedAt: new Date(DAY), verification, stamp: 'FAC-SIMILE' as const }
  const pdf = await drawCertificate(facts, () => undefined)
  return execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' }).replace(/\s+/g, ' ')
}

/** What stands between the person's data and the bollo. */
function statedIn(text: string, { generalita }: Scheda): string {
  const code = generalita.codiceFiscale?.codFiscale ?? ''
  const [, body] = text.slice(text.lastIndexOf(code) + code.length).match(/^(.*?)Rilasciato in carta libera/) ?? []
  if (body === undefined) throw new Error(`no statement in: ${text}`)
  return body
}

const actOf = ({ atto, attoANSC }: AttoEvento): string[] =>
  atto ? [atto.numeroAtto, atto.parte, atto.serie, atto.anno, atto.comuneRegistrazione.nomeComune] : [attoANSC.anno]
const eventOf = ({ dataEvento, luogoEvento, attoEventoANPR }: Evento): string[] => [
  italianDate(dataEvento),
  ...(luogoEvento ? [placeName(luogoEvento)] : []),
  ...(attoEventoANPR ? actOf(attoEventoANPR) : []),
]
const married = ({ matrimonio: { coniuge, datiMatrimonio } = { ordineMatrimonio: '' } }: Scheda) => [
  fullName(coniuge ?? {}),
  ...eventOf(required(datiMatrimonio)),
]
const united = ({ unioneCivile: { unitoCivilmente, attoUnione } = { ordineUnione: '' } }: Scheda) => [
  fullName(unitoCivilmente ?? {}),
  ...eventOf(required(attoUnione)),
]
const born = ({ generalita, attoNascita }: Scheda) => [
  placeName(generalita.luogoNascita),
  italianDate(generalita.dataNascita, generalita),
  ...actOf(required(attoNascita)),
]
const streetOf = ({ residenza: [home] }: Scheda) => required(home?.indirizzo?.toponimo.denominazioneToponimo)
const livesAt = (one: Scheda) => [
  streetOf(one),
  required(one.residenza[0]?.indirizzo?.comune.nomeComune),
  italianDate(required(one.residenza[0]).dataDecorrenzaResidenza),
]
const livesAbroad = ({ residenza: [home] }: Scheda) => {
  const { indirizzoEstero, consolato } = required(home?.localitaEstera)
  return [indirizzoEstero.toponimo.denominazione, consolato.descrizioneConsolato]
}
const membersOf = (one: Scheda) =>
  present(inRegistry().familyOf(one).membri).flatMap(({ generalita }) => [
    fullName(generalita),
    placeName(generalita.luogoNascita),
    italianDate(generalita.dataNascita, generalita),
  ])
function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the person lacks it')
  return value
}

interface Row {
  type: string
  who: string
  more?: Partial<CertificateWish>
  /** Facts of the person that each language has. */
  facts?: (one: Scheda) => string[]
  /** Those of a table, which languages share. */
  listed?: (one: Scheda) => string[]
  /** Words, by language. */
  words: Record<Language, readonly string[]>
}

// What table 13's certificates state (main data).
const ROWS: Row[] = [
  {
    ...{ type: '1', who: 'anna-bianchi', facts: born },
    words: { it: ['risulta nata'], de: ['geboren ist'], sl: ['je bila rojena'] },
  },
  {
    ...{ type: '2', who: 'aldo-conti', facts: ({ datiDecesso }) => eventOf(required(datiDecesso)) },
    words: { it: ['risulta deceduto'], de: ['verstorben ist'], sl: ['je umrl'] },
  },
  {
    ...{ type: '3', who: 'anna-bianchi', facts: married },
    words: { it: ['contratto matrimonio con'], de: ['die Ehe geschlossen hat'], sl: ['zakonsko zvezo z osebo'] },
  },
  {
    ...{ type: '4', who: 'aldo-conti', facts: () => ['11/02/2022'] },
    words: { it: ['motivo: morte'], de: ['gestrichen ist: Tod'], sl: ['iz razloga: smrt'] },
  },
  {
    ...{ type: '5', who: 'anna-bianchi' },
    words: { it: ['è cittadina italiana'], de: ['italienische Staatsbürgerschaft'], sl: ['italijanska državljanka'] },
  },
  {
    ...{ type: '6', who: 'anna-bianchi', listed: () => ['ITALIA'] },
    words: { it: ['seguenti cittadinanze'], de: ['folgende Staatsbürgerschaften'], sl: ['naslednja državljanstva'] },
  },
  {
    ...{ type: '7', who: 'anna-bianchi' },
    words: { it: ['è in vita'], de: ['am Leben ist'], sl: ['je živa'] },
  },
  {
    ...{ type: '8', who: 'anna-bianchi', facts: livesAt },
    words: { it: ['con abitazione in'], de: ['mit Wohnung in'], sl: ['z bivališčem na naslovu'] },
  },
  {
    ...{ type: '9', who: 'anna-bianchi', listed: livesAt },
    words: { it: ['seguenti residenze', 'oggi'], de: ['folgende Wohnsitze', 'heute'], sl: ['prebivališča:', 'danes'] },
  },
  {
    ...{ type: '10', who: 'giulia-fontana', facts: livesAbroad },
    words: { it: ['(AIRE) del comune di'], de: ['(AIRE) der Gemeinde'], sl: ['(AIRE) občine'] },
  },
  {
    ...{ type: '11', who: 'anna-bianchi', facts: married },
    words: {
      it: ['stato civile: coniugata', 'Matrimonio con'],
      de: ['Zivilstand hat: verheiratet', 'Ehe mit'],
      sl: ['osebni stan: poročena', 'Zakonska zveza z osebo'],
    },
  },
  {
    ...{ type: '11', who: 'luca-verdi', facts: united },
    words: {
      it: ['stato civile: unito civilmente', 'Unione civile con'],
      de: ['in eingetragener Lebenspartnerschaft', 'Lebenspartnerschaft mit'],
      sl: ['v civilni zvezi', 'Civilna zveza z osebo'],
    },
  },
  {
    type: '11',
    who: 'rosa-marini',
    facts: ({ matrimonio, vedovanza }) => [
      fullName(matrimonio?.coniuge ?? {}),
      ...eventOf(required(vedovanza).datiMorteconiuge),
    ],
    words: {
      it: ['stato civile: vedova', 'Decesso del coniuge'],
      de: ['verwitwet', 'Tod des Ehepartners'],
      sl: ['osebni stan: vdova', 'Smrt zakonca'],
    },
  },
  {
    ...{ type: '11', who: 'marija-kos' },
    words: { it: ['stato civile: divorziata'], de: ['geschieden'], sl: ['razvezana'] },
  },
  {
    ...{ type: '11', who: 'nicolo-dangelo' },
    words: { it: ['stato civile: celibe'], de: ['ledig'], sl: ['samski'] },
  },
  {
    ...{ type: '12', who: 'mario-rossi', facts: (one) => [streetOf(one)], listed: membersOf },
    words: { it: ['così composta'], de: ['wie folgt zusammensetzt'], sl: ['ki jo sestavljajo'] },
  },
  {
    ...{ type: '13', who: 'mario-rossi', facts: (one) => [streetOf(one)], listed: membersOf },
    words: { it: ['coniugato', 'coniugata', 'nubile'], de: ['verheiratet', 'ledig'], sl: ['poročen', 'samska'] },
  },
  {
    ...{ type: '14', who: 'pietro-moretti', facts: (one) => ['RESIDENZA PROTETTA SAN FELICE', ...livesAt(one)] },
    words: { it: ['nella convivenza'], de: ['in der Gemeinschaft'], sl: ['v skupnosti'] },
  },
  {
    ...{ type: '15', who: 'giulia-fontana', listed: membersOf },
    words: { it: ['(AIRE) del comune di'], de: ['(AIRE) der Gemeinde'], sl: ['(AIRE) občine'] },
  },
  {
    ...{ type: '16', who: 'mario-rossi', facts: (one) => [streetOf(one)], listed: membersOf },
    words: { it: ['intestatario scheda', 'moglie', 'figlia'], de: ['Ehefrau', 'Tochter'], sl: ['žena', 'hči'] },
  },
  {
    ...{ type: '17', who: 'rosa-marini' },
    words: { it: ['è di stato libero'], de: ['frei von Eheband'], sl: ['samskega stanu'] },
  },
  {
    ...{ type: '18', who: 'luca-verdi', facts: united },
    words: { it: ['unione civile con'], de: ['Lebenspartnerschaft begründet'], sl: ['civilno zvezo z osebo'] },
  },
  {
    type: '19',
    who: 'paola-serra',
    facts: ({ convivenzaDiFatto }) => {
      const { data, autorita, numero } = required(convivenzaDiFatto?.contrattoStipula)
      return [fullName(convivenzaDiFatto?.convivente ?? {}), italianDate(data), autorita, numero]
    },
    words: { it: ['contratto di convivenza con'], de: ['Vertrag des Zusammenlebens'], sl: ['o skupnem življenju z'] },
  },
  {
    ...{ type: '20', who: 'anna-bianchi', more: { at: '1990-01-01' }, facts: () => ['01/01/1990', 'VIA GIULIA'] },
    words: { it: ['alla data del'], de: ['den Wohnsitz in'], sl: ['stalno prebivališče na naslovu'] },
  },
]

test('the table has every type', () => {
  expect([...new Set(ROWS.map(({ type }) => type))]).toEqual(TYPES)
})

test.each(ROWS)('type $type of $who states all that table 13 says, in each language', async (row) => {
  const one = granted(row.who, [row.type], row.more)
  const text = statedIn(await wordsOf({ ...one, languages: [...ALL] }), one.subject)
  const times = (fact: string) => text.split(fact).length - 1
  for (const language of ALL) for (const word of row.words[language]) expect(text).toContain(word)
  for (const fact of row.facts?.(one.subject) ?? []) expect([fact, times(fact) >= ALL.length]).toEqual([fact, true])
  for (const fact of row.listed?.(one.subject) ?? []) expect([fact, times(fact) >= 1]).toEqual([fact, true])
})

test('a status is not explained twice beside the certificate of its event', async () => {
  const one = granted('anna-bianchi', ['3', '11'])
  const text = statedIn(await wordsOf(one), one.subject)
  expect(text.split('RICCI GIOVANNI').length - 1).toBe(1)
  expect(text).toContain('stato civile: coniugata')
})

test.each([
  ['senzaGiorno', 'nel mese 05/1960'],
  ['senzaGiornoMese', 'nell’anno 1960'],
] as const)('a birth whose day is unknown (%s)', async (mark, said) => {
  const one = granted('anna-bianchi', ['1'])
  const generalita = { ...one.subject.generalita, dataNascita: '1960-05-01', [mark]: '1' as const }
  const text = await wordsOf({ ...one, subject: { ...one.subject, generalita } })
  expect(text.split(said).length - 1).toBe(2)
  expect(text).not.toMatch(/ il (05\/)?1960/)
})

describe('the rest of the sheet', () => {
  test.each<[string, ReturnType<typeof granted>, string[]]>([
    ['birth', granted('anna-bianchi', ['1']), ['DI NASCITA', 'Validità: illimitata']],
    ['death', granted('aldo-conti', ['2']), ['DI MORTE', 'Validità: illimitata']],
    ['citizenship', granted('anna-bianchi', ['5']), ['DI CITTADINANZA', 'tre mesi']],
    ['immigration', granted('anna-bianchi', ['7'], { paEstera: '2' }), ['norme sull’immigrazione']],
    ['court', granted('anna-bianchi', ['8'], { paEstera: '3' }), ['DI RESIDENZA', 'rilasciato per cause giudiziarie']],
    [
      'abroad',
      granted('giulia-fontana', ['10'], abroad),
      ['RESIDENZA AIRE', 'KÖNIGSTRAßE 14', 'euro 16,00', 'Diritti di segreteria: euro 0,52', 'solo per l’estero'],
    ],
    [
      'Slovene',
      granted('marija-kos', ['8'], { languages: ['IT', 'SL'] }),
      [
        'KOŠUTA MARIJA',
        'POTRDILO O STALNEM PREBIVALIŠČU',
        'REPNIČ 7, 34010 ZGONIK',
        'RUPINPICCOLO',
        'organom javne uprave',
      ],
    ],
    [
      'German',
      granted('jurgen-grossmann', ['8', '5'], { languages: ['IT', 'DE'], paEstera: '3' }),
      ['GROßMANN JÜRGEN', 'SAMMELBESCHEINIGUNG', 'LAUBENGASSE 12, 39100 BOZEN', 'für Gerichtsverfahren'],
    ],
  ])('%s', async (_name, one, said) => {
    const text = await wordsOf(one)
    for (const part of said) expect(text).toContain(part)
  })

  test('a dead husband is not of the family, and the plain family sheet names no kinship', async () => {
    expect(await wordsOf(granted('rosa-marini', ['12']))).not.toContain('CONTI')
    expect(await wordsOf(granted('mario-rossi', ['12']))).not.toMatch(/moglie|figlia|intestatari/)
  })
})
