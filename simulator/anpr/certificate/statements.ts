import type { AttoEvento, Evento, Scheda } from '../../population/model.ts'
import type { CertificateGrant } from '../grant.ts'
import { present } from '../rules.ts'
import {
  address,
  comuneIn,
  comuneName,
  fill,
  fullName,
  isFeminine,
  italianDate,
  type Language,
  placeName,
  type Span,
  WORDS,
  word,
} from './wording.ts'
import type { Words } from './words/words.ts'

type Sentence = { [K in keyof Words]: Words[K] extends string ? K : never }[keyof Words]
type Column = keyof Words['columns']

/** A part of what a sheet states: a sentence, or a table. */
export type Part =
  | { kind: 'sentence'; say: (language: Language) => Span[] }
  | { kind: 'table'; columns: readonly Column[]; rows: ((language: Language) => string)[][] }

type Values = Record<string, string>

/** The sentence `key`, with the same facts in each language unless they depend on it. */
function sentence(
  grant: CertificateGrant,
  key: Sentence,
  values: Values | ((language: Language) => Values) = {},
): Part {
  const feminine = isFeminine(grant.subject.generalita)
  return {
    kind: 'sentence',
    say: (language) => fill(WORDS[language][key], typeof values === 'function' ? values(language) : values, feminine),
  }
}

/** The act of civil status; those of the national archive have no number. */
function act(grant: CertificateGrant, about: AttoEvento | undefined): Part[] {
  if (about?.attoANSC) {
    const { anno, comuneRegistrazione } = about.attoANSC
    return [sentence(grant, 'ansc', { year: anno, comune: comuneName(comuneRegistrazione) })]
  }
  if (!about?.atto) return []
  const { numeroAtto: number, parte: part, serie: series, anno: year, comuneRegistrazione } = about.atto
  return [sentence(grant, 'act', { number, part, series, year, comune: comuneName(comuneRegistrazione) })]
}

const eventValues = (event: Evento): Values => ({
  place: event.luogoEvento ? placeName(event.luogoEvento) : '',
  date: italianDate(event.dataEvento, event),
})

const residence =
  ({ subject }: CertificateGrant) =>
  (language: Language) => {
    const [home] = subject.residenza
    return {
      comune: comuneIn(subject, language),
      address: home ? address(home, subject, language) : '',
      date: italianDate(home?.dataDecorrenzaResidenza ?? ''),
      consulate: home?.localitaEstera?.consolato.descrizioneConsolato ?? '',
    }
  }

const same = (text: string) => () => text
const whoIs = ({ generalita }: Scheda) => [
  same(fullName(generalita)),
  same(placeName(generalita.luogoNascita)),
  same(italianDate(generalita.dataNascita, generalita)),
]
const statusOf = (one: Scheda) => (language: Language) =>
  word(WORDS[language].statuses[one.statoCivile?.statoCivile ?? ''], isFeminine(one.generalita))
const kinshipOf = (one: Scheda) => (language: Language) => {
  const { kinship, otherKinship } = WORDS[language]
  return word(kinship[one.legameSoggetto.codiceLegame] ?? otherKinship, isFeminine(one.generalita))
}

/** Says who lives together, and never how they are related unless that is what is certified (art. 35 DPR 223/1989). */
function family(grant: CertificateGrant, say: 'family' | 'familyAire', more?: 'status' | 'kinship'): Part[] {
  const cell = { status: statusOf, kinship: kinshipOf }
  const rows = present(grant.membri).map((one) => [...whoIs(one), ...(more ? [cell[more](one)] : [])])
  // After a certificate of residence on the same sheet it need not repeat where.
  const below = say === 'family' && grant.types.includes('8')
  return [
    sentence(grant, below ? 'familyBelow' : say, residence(grant)),
    { kind: 'table', columns: ['name', 'place', 'date', ...(more ? [more] : [])], rows },
  ]
}

function formerResidences(grant: CertificateGrant): Part[] {
  const { residenza } = grant.subject
  const rows = residenza.map((one, index) => {
    const after = residenza[index - 1]?.dataDecorrenzaResidenza
    return [
      (language: Language) => address(one, grant.subject, index === 0 ? language : 'it'),
      same(italianDate(one.dataDecorrenzaResidenza)),
      (language: Language) => (after ? italianDate(after) : WORDS[language].today),
    ]
  })
  return [sentence(grant, 'residences'), { kind: 'table', columns: ['address', 'from', 'to'], rows }]
}

function residenceOn(grant: CertificateGrant): Part[] {
  const { subject, at } = grant
  const then = subject.residenza.find(({ dataDecorrenzaResidenza }) => dataDecorrenzaResidenza <= at)
  if (!then) return []
  return [
    sentence(grant, 'residenceOn', {
      day: italianDate(at),
      address: address(then, subject, 'it'),
      date: italianDate(then.dataDecorrenzaResidenza),
    }),
  ]
}

function marriage(grant: CertificateGrant, say: 'marriage' | 'civilMarriage'): Part[] {
  const { coniuge = {}, datiMatrimonio } = grant.subject.matrimonio ?? {}
  if (!datiMatrimonio) return []
  const values = { ...eventValues(datiMatrimonio), other: fullName(coniuge) }
  return [sentence(grant, say, values), ...act(grant, datiMatrimonio.attoEventoANPR)]
}

function union(grant: CertificateGrant, say: 'union' | 'civilUnion'): Part[] {
  const { unitoCivilmente, attoUnione } = grant.subject.unioneCivile ?? {}
  if (!unitoCivilmente || !attoUnione) return []
  const values = { ...eventValues(attoUnione), other: fullName(unitoCivilmente) }
  return [sentence(grant, say, values), ...act(grant, attoUnione.attoEventoANPR)]
}

function widowhood(grant: CertificateGrant): Part[] {
  const { matrimonio, vedovanza } = grant.subject
  if (!vedovanza) return []
  const { datiMorteconiuge: death } = vedovanza
  const values = { ...eventValues(death), other: fullName(matrimonio?.coniuge ?? {}) }
  return [sentence(grant, 'widowhood', values), ...act(grant, death.attoEventoANPR)]
}

/** By what a civil status of table 1 came about. Beside the certificate of that event it is not said twice. */
const STATUS_BY: Record<string, (grant: CertificateGrant) => Part[]> = {
  '2': (grant) => (grant.types.includes('3') ? [] : marriage(grant, 'civilMarriage')),
  '3': widowhood,
  '6': (grant) => (grant.types.includes('18') ? [] : union(grant, 'civilUnion')),
}

/** What each type of table 13 states. */
export const STATEMENTS: Record<string, (grant: CertificateGrant) => Part[]> = {
  '1': (grant) => {
    const { generalita, attoNascita } = grant.subject
    const { senzaGiorno, senzaGiornoMese } = generalita
    const values = { place: placeName(generalita.luogoNascita), date: italianDate(generalita.dataNascita, generalita) }
    const born = senzaGiornoMese ? 'birthYear' : senzaGiorno ? 'birthMonth' : 'birth'
    return [sentence(grant, born, values), ...act(grant, attoNascita)]
  },
  '2': (grant) => {
    const dead = grant.subject.datiDecesso
    return dead ? [sentence(grant, 'death', eventValues(dead)), ...act(grant, dead.attoEventoANPR)] : []
  },
  '3': (grant) => marriage(grant, 'marriage'),
  '4': (grant) => {
    const { motivoCancellazione = '13', dataDecorrenzaCancellazione = '' } = grant.subject.datiCancellazione ?? {}
    return [
      sentence(grant, 'cancellation', (language) => ({
        comune: comuneIn(grant.subject, language),
        date: italianDate(dataDecorrenzaCancellazione),
        reason: WORDS[language].cancelled[motivoCancellazione] ?? '',
      })),
    ]
  },
  '5': (grant) => [sentence(grant, 'citizen')],
  '6': (grant) => {
    const rows = grant.subject.cittadinanza.map(({ descrizioneStato, dataValidita }) => [
      same(descrizioneStato),
      same(italianDate(dataValidita ?? grant.subject.generalita.dataNascita)),
    ])
    return [sentence(grant, 'citizenships'), { kind: 'table', columns: ['citizenship', 'from'], rows }]
  },
  '7': (grant) => [sentence(grant, 'alive')],
  '8': (grant) => [
    sentence(grant, grant.subject.attributiSoggetto.senzaFissaDimora ? 'homeless' : 'residence', residence(grant)),
  ],
  '9': formerResidences,
  '10': (grant) => [sentence(grant, 'aire', residence(grant))],
  '11': (grant) => [
    sentence(grant, 'civilStatus', (language) => ({ status: statusOf(grant.subject)(language) })),
    ...(STATUS_BY[grant.subject.statoCivile?.statoCivile ?? '']?.(grant) ?? []),
  ],
  '12': (grant) => family(grant, 'family'),
  '13': (grant) => family(grant, 'family', 'status'),
  '14': (grant) => [
    sentence(grant, 'convivenza', (language) => ({
      ...residence(grant)(language),
      institution: grant.gruppo.famigliaConvivenza.denominazioneConvivenza ?? '',
    })),
  ],
  '15': (grant) => family(grant, 'familyAire'),
  '16': (grant) => family(grant, 'family', 'kinship'),
  '17': (grant) => [sentence(grant, 'free')],
  '18': (grant) => union(grant, 'union'),
  '19': (grant) => {
    const { convivente = {}, contrattoStipula } = grant.subject.convivenzaDiFatto ?? {}
    if (!contrattoStipula) return []
    const { data, autorita: authority, numero: number } = contrattoStipula
    return [sentence(grant, 'contract', { other: fullName(convivente), date: italianDate(data), authority, number })]
  },
  '20': residenceOn,
}
