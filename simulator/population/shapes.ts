import { omocodiaOf, provisionalCode } from './codice-fiscale.ts'
import type { About, Household } from './household.ts'
import type { Forma, Gruppo, Scheda } from './model.ts'
import { longNames, specialNames, specialSurnames } from './names.ts'
import { ceased, existedOn, homes, type Place, places, renamed, stateOf } from './places.ts'
import type { Chance } from './random.ts'
import {
  bornAbroad,
  contract,
  die,
  ITALIAN,
  judge,
  marry,
  parents,
  relativeOf,
  unite,
  type Where,
  widow,
} from './scheda.ts'

export interface HouseholdOptions {
  within?: readonly Place[]
  about?: Partial<Gruppo['famigliaConvivenza']>
  convivenza?: boolean
}
export type Shape = (open: (tipoLegame: Gruppo['tipoLegame'], options?: HouseholdOptions) => Household) => Household

const year = ({ generalita }: Scheda) => Number(generalita.dataNascita.slice(0, 4))

/** A day of that year or a later one, and a comune that existed on it. */
function between(chance: Chance, first: number, last: number): Where {
  const day = chance.day(Math.min(first, last), last)
  for (;;) {
    const place = chance.pick(places)
    if (existedOn(place, day)) return { day, place }
  }
}

function couple(home: Household, forme: Forma[], years: [number, number] = [1940, 1992]): [Scheda, Scheda] {
  const one = home.person('1', forme, { sesso: 'M', years, statoCivile: '2' })
  const other = home.person('2', forme, { sesso: 'F', years, statoCivile: '2' })
  marry(one, other, between(home.chance, Math.max(year(one), year(other)) + 20, 2023))
  return [one, other]
}

function children(home: Household, father: Scheda | null, mother: Scheda | null, count: number): void {
  const parent = mother ?? father
  if (!parent) return
  for (let child = 0; child < count; child++) {
    const born = Math.min(year(parent) + home.chance.int(20, 34), 2025)
    const named = (father ?? parent).generalita.cognome
    const one = home.person('3', born > 2008 ? ['minor'] : [], {
      years: [born, born],
      ...(named !== undefined && { cognome: named }),
    })
    parents(one, father, mother)
  }
}

/** A household of one person. */
const single =
  (forma: Forma | null, about: About = {}, change: (scheda: Scheda, home: Household) => void = () => {}): Shape =>
  (open) => {
    const home = open('3', forma === 'bilingual' ? { within: BILINGUAL } : {})
    change(home.person('1', forma === null ? ['single'] : ['single', forma], about), home)
    return home
  }

const BILINGUAL = homes.filter(({ second }) => second)

/** A couple with something amiss in what the register holds of them. */
const coupleWith =
  (forma: Forma, change: (one: Scheda, home: Household) => void): Shape =>
  (open) => {
    const home = open('3')
    const [one] = couple(home, ['couple', forma])
    change(one, home)
    return home
  }

const convivenza =
  (specieConvivenza: string, forma: Forma, denominazioneConvivenza: string): Shape =>
  (open) => {
    const home = open('4', { about: { specieConvivenza, denominazioneConvivenza }, convivenza: true })
    const head = home.person('1', [forma], { years: [1950, 1985] })
    for (let more = home.chance.int(2, 5); more > 0; more--) {
      home.person(home.chance.one(8) ? '3' : '2', [forma], { years: [1935, 2003] })
    }
    home.draft.gruppo.famigliaConvivenza.responsabile = relativeOf(head)
    return home
  }

const widowed: Shape = (open) => {
  const home = open('3')
  // The widowed one heads the sheet.
  const [left, dead] = couple(home, ['couple'], [1930, 1955])
  dead.forme = ['deceased']
  left.forme = ['widow']
  die(dead, between(home.chance, 2010, 2025))
  widow(left, dead)
  return home
}

const diedYesterday: Shape = (open) => {
  const home = open('3')
  const [dead] = couple(home, ['couple'], [1930, 1955])
  dead.forme = ['died-yesterday', 'deceased']
  die(dead, between(home.chance, 2026, 2026))
  dead.decessoRecente = true
  return home
}

const civilUnion =
  (withData: boolean): Shape =>
  (open) => {
    const home = open('3')
    const sesso = home.chance.pick(['M', 'F'] as const)
    const forme: Forma[] = withData ? ['civil-union'] : ['civil-union', 'union-data-missing']
    const one = home.person('1', forme, { sesso, years: [1955, 1995], statoCivile: '6' })
    const other = home.person('28', forme, { sesso, years: [1955, 1995], statoCivile: '6' })
    if (withData) unite(one, other, between(home.chance, 2017, 2024))
    return home
  }

const cohabitation =
  (withData: boolean): Shape =>
  (open) => {
    const home = open('3')
    const forme: Forma[] = withData ? ['cohabitation-contract'] : ['cohabitation-contract', 'contract-data-missing']
    const one = home.person('1', forme, { years: [1955, 1995] })
    const other = home.person('23', forme, { years: [1955, 1995] })
    if (withData) contract(one, other, home.chance.day(2017, 2024), 'NOTAIO BIANCO, FOLIGNO')
    else one.convivenzaDiFatto = { ordineConvivenza: '1' }
    return home
  }

const aire =
  (forma: Forma, abroad: boolean): Shape =>
  (open) => {
    const home = open('5')
    home.person('1', [forma], { years: [1950, 1995], ...(abroad && { abroad: true as const }) })
    if (home.chance.one(2)) home.person('23', [forma], { years: [1950, 1995] })
    return home
  }

const familyStato = (forma: Forma, stato: NonNullable<Gruppo['stato']>): Shape =>
  coupleWith(forma, (one, { draft }) => {
    draft.gruppo.stato = stato
    if (stato === 'senza-intestatario') one.legameSoggetto.codiceLegame = '99'
  })

const withChildren: Shape = (open) => {
  const home = open('3')
  const [father, mother] = couple(home, ['couple-with-children'], [1960, 1995])
  children(home, father, mother, home.chance.int(1, 3))
  return home
}

const oneParent: Shape = (open) => {
  const home = open('3')
  const mother = home.person('1', ['one-parent'], { sesso: 'F', years: [1960, 1995], statoCivile: '4' })
  judge(mother, '1', between(home.chance, year(mother) + 26, 2024).day, home.place.comune.nomeComune)
  children(home, null, mother, home.chance.int(1, 2))
  return home
}

const extended: Shape = (open) => {
  const home = open('3')
  const [father, mother] = couple(home, ['extended-family'], [1955, 1985])
  children(home, father, mother, home.chance.int(1, 2))
  const forme: Forma[] = ['extended-family']
  home.person(home.chance.pick(['6', '17']), forme, { years: [1930, 1938], statoCivile: '3' })
  home.person(home.chance.pick(['9', '18']), forme, { years: [1950, 1990] })
  return home
}

const newborn: Shape = (open) => {
  const home = open('3')
  const [father, mother] = couple(home, ['couple-with-children'], [1990, 1999])
  const child = home.person('3', ['minor', 'no-codice-fiscale', 'no-identity-card'], {
    years: [2026, 2026],
    ...(father.generalita.cognome !== undefined && { cognome: father.generalita.cognome }),
    codiceFiscale: null,
  })
  delete child.cartaIdentita
  parents(child, father, mother)
  return home
}

const separated = coupleWith('separated', (one, home) => {
  const [, other = one] = home.draft.schede
  const [day, court] = [home.chance.day(2024, 2025), home.place.comune.nomeComune]
  for (const spouse of [one, other]) judge(spouse, '5', day, court)
})

const divorced = single('divorced', { years: [1950, 1985], statoCivile: '4' }, (one, { chance, place }) =>
  judge(one, '1', chance.day(2015, 2024), place.comune.nomeComune),
)

/** Households as most are. */
export const COMMON: readonly Shape[] = [
  single(null),
  single(null),
  single(null),
  (open) => {
    const home = open('3')
    couple(home, ['couple'])
    return home
  },
  withChildren,
  withChildren,
  oneParent,
  divorced,
  widowed,
]

const ROMANIAN = stateOf('ROU')
const MOROCCAN = stateOf('MAR')

/** Every other shape and every condition, one each. */
export const RARE: readonly Shape[] = [
  extended,
  separated,
  civilUnion(true),
  civilUnion(false),
  cohabitation(true),
  cohabitation(false),
  convivenza('1', 'convivenza-religious', 'MONASTERO DI SANTA CHIARA'),
  convivenza('2', 'convivenza-care', 'RESIDENZA PROTETTA SAN FELICE'),
  convivenza('3', 'convivenza-assistance', 'CASA FAMIGLIA IL NIDO'),
  convivenza('4', 'convivenza-military', 'CASERMA GONZAGA'),
  convivenza('5', 'convivenza-prison', 'CASA CIRCONDARIALE'),
  convivenza('6', 'convivenza-other', 'COLLEGIO UNIVERSITARIO'),
  aire('aire', false),
  aire('aire-born-abroad', true),
  newborn,
  diedYesterday,
  single('free-after-union', { years: [1955, 1990], statoCivile: '8' }, (one, { chance, place }) => {
    const data = chance.day(2019, 2024)
    const autorita = `TRIBUNALE DI ${place.comune.nomeComune}`
    const sentenza = { data, numero: '101', tipoTribunale: '1', autorita, dataValidita: data }
    one.unioneCivile = { scioglimentoUnione: { motivoScioglimento: '3', sentenza }, ordineUnione: '1' }
  }),
  single('cancelled', { cittadinanza: [ROMANIAN.cittadinanza] }, (one, { chance }) => {
    one.datiCancellazione = { motivoCancellazione: '5', dataDecorrenzaCancellazione: chance.day(2024, 2025) }
  }),
  single('cancelled', {}, (one, { chance }) => {
    one.datiCancellazione = { motivoCancellazione: '6', dataDecorrenzaCancellazione: chance.day(2024, 2025) }
  }),
  single('senza-fissa-dimora', {}, (one) => {
    one.attributiSoggetto.senzaFissaDimora = 'S'
    one.residenza = one.residenza.map((address) => ({ ...address, noteIndirizzo: 'SENZA FISSA DIMORA' }))
  }),
  single('bilingual'),
  single('omocodia', {}, ({ generalita: { codiceFiscale } }) => {
    if (codiceFiscale) codiceFiscale.codFiscale = omocodiaOf(codiceFiscale.codFiscale, 7)
  }),
  single('provisional-code', { abroad: true }, ({ generalita, id }, { chance }) => {
    const first10 = `${chance.int(90_000, 99_999)}${String(Number(id.replace(/\D/g, '')) % 100_000).padStart(5, '0')}`
    const dataAttribuzioneValidita = generalita.dataNascita
    generalita.codiceFiscale = { codFiscale: provisionalCode(first10), validitaCF: '9', dataAttribuzioneValidita }
  }),
  single('code-not-validated', {}, ({ generalita: { codiceFiscale } }) => {
    if (codiceFiscale) codiceFiscale.validitaCF = '9'
  }),
  single('birth-day-unknown', { abroad: true }, (one) => unknownBirth(one, 'senzaGiorno')),
  single('birth-month-unknown', { abroad: true }, (one) => unknownBirth(one, 'senzaGiornoMese')),
  single('two-citizenships', { cittadinanza: [ITALIAN, stateOf('ARG').cittadinanza] }),
  single('no-citizenship', { cittadinanza: [] }),
  single('stateless', { cittadinanza: [{ descrizioneStato: 'APOLIDE', codiceStato: '999' }] }),
  single('citizenship-undefined', { cittadinanza: [{ descrizioneStato: 'NON ATTRIBUIBILE', codiceStato: '998' }] }),
  single('foreign-citizen', { nascita: bornAbroad(ROMANIAN, 'CLUJ-NAPOCA'), cittadinanza: [ROMANIAN.cittadinanza] }),
  single('foreign-citizen', { nascita: bornAbroad(MOROCCAN), cittadinanza: [MOROCCAN.cittadinanza] }, (one) => {
    const [dataRilascio, dataScadenza] = ['2023-02-01', '2028-01-31']
    one.permessoSoggiorno = { tipoSoggiorno: '1', numero: 'I87654321', dataRilascio, dataScadenza }
  }),
  single('foreign-born', { abroad: true }),
  single('born-aboard', {
    nascita: { luogo: { luogoEccezionale: 'A BORDO DELLA NAVE ANDREA DORIA' }, belfiore: 'D969' },
  }),
  single('birthplace-renamed', { bornIn: renamed }),
  single('birthplace-ceased', { bornIn: ceased }),
  single('sex-unknown', { sesso: 'N' }),
  single('no-surname', { without: 'cognome', abroad: true }),
  single('no-name', { without: 'nome', abroad: true }),
  single('one-letter-name', { cognome: 'O', nome: 'I' }),
  single('long-name', { sesso: 'F', nome: longNames.F }),
  single('long-name', { sesso: 'M', cognome: `${longNames.M}` }),
  ...specialSurnames.flatMap((cognome) =>
    (['M', 'F'] as const).map(
      (sesso): Shape =>
        (open) => {
          const home = open('3', { within: BILINGUAL })
          const nome = home.chance.pick(specialNames[sesso])
          home.person('1', ['single', 'bilingual', 'special-letters'], { sesso, cognome, nome })
          return home
        },
    ),
  ),
  single('not-certifiable', {}, ({ attributiSoggetto }) => {
    attributiSoggetto.soggettoCertificabile = '0'
  }),
  single('partly-certifiable', {}, ({ attributiSoggetto }) => {
    attributiSoggetto.soggettoCertificabile = '1'
  }),
  single('not-registrable', {}, ({ attributiSoggetto }) => {
    attributiSoggetto.soggettoCertificabile = '3'
  }),
  (open) => {
    const home = open('3')
    const ward = home.person('1', ['under-guardianship'], { years: [1960, 2000] })
    const tutor = home.person('26', [], { years: [1950, 1980] })
    ward.attributiSoggetto.soggettoCertificabile = '4'
    ward.tutoreIntestatario = { generalita: relativeOf(tutor), comuneResidenza: home.place.comune }
    return home
  },
  coupleWith('open-procedure', (one) => {
    one.procedimentoAperto = true
  }),
  coupleWith('no-identity-card', (one) => {
    delete one.cartaIdentita
  }),
  coupleWith('expired-identity-card', ({ cartaIdentita }) => {
    if (!cartaIdentita) return
    Object.assign(cartaIdentita, { cartaceaElettronica: '1', dataRilascio: '2013-05-06', dataScadenza: '2023-05-06' })
  }),
  single('civil-status-missing', {}, (one) => {
    delete one.statoCivile
  }),
  single('civil-status-unknown', { statoCivile: '9' }),
  coupleWith('spouse-missing', ({ matrimonio }) => {
    if (matrimonio) delete matrimonio.coniuge
  }),
  coupleWith('marriage-data-missing', ({ matrimonio }) => {
    if (matrimonio) delete matrimonio.datiMatrimonio
  }),
  familyStato('family-without-intestatario', 'senza-intestatario'),
  familyStato('family-incomplete', 'non-completa'),
  familyStato('family-in-registration', 'in-registrazione'),
  single('registered-twice', {}, (one) => {
    one.doppiaIscrizione = true
  }),
  (open) => {
    const home = open('3')
    const [one, other] = [
      home.person('1', ['ansc-act'], { sesso: 'M', years: [1985, 1999], statoCivile: '2' }),
      home.person('2', ['ansc-act'], { sesso: 'F', years: [1985, 1999], statoCivile: '2' }),
    ]
    marry(one, other, between(home.chance, 2025, 2025))
    return home
  },
  single(null, {}, (one) => {
    one.domicilioDigitale = {
      indirizzoDigitale: `${one.id}@pec.example`,
      dataInizioValidita: '2024-01-10',
      enteErogatore: 'INAD',
    }
  }),
]

function unknownBirth({ generalita }: Scheda, mark: 'senzaGiorno' | 'senzaGiornoMese'): void {
  const [year = '', month = ''] = generalita.dataNascita.split('-')
  generalita.dataNascita = mark === 'senzaGiorno' ? `${year}-${month}-01` : `${year}-01-01`
  generalita[mark] = '1'
}
