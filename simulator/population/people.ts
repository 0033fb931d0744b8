import { type Birth, codiceFiscaleOf, idAnprOf } from './codice-fiscale.ts'
import type { CodiceStatoCivile, Forma, Residenza, Scheda } from './model.ts'
import { comuneOf, comuneOn } from './places.ts'
import { add, bornIn, type Draft, draft, marry, parents } from './scheda.ts'

/** A synthetic person as cards carry one. Nobody exists; codici fiscali and ID ANPR are valid by their checks. */
export interface Person extends Birth {
  /** Stable key for tests, the dock and the card files, e.g. `anna-bianchi`. */
  id: string
  codiceFiscale: string
  idAnpr: string
  birthComune: { name: string; province: string }
  citizenship: string
  /** ANPR table 1. */
  statoCivile: CodiceStatoCivile
}

export interface Family {
  id: string
  comune: { name: string; province: string; istat: string; belfiore: string }
  address: { toponimo: string; civico: string; cap: string; since: string }
  /** In the order of the family sheet; `relation` is ANPR table 5, 1 = intestatario scheda. */
  members: { person: string; relation: string }[]
}

interface Seed extends Birth {
  id: string
  anpr: string
  birthComune: [name: string, province: string]
  statoCivile: CodiceStatoCivile
}

const seeds: Seed[] = [
  {
    id: 'anna-bianchi',
    anpr: 'AB10234C',
    surname: 'Bianchi',
    name: 'Anna Maria',
    sex: 'F',
    born: '1951-06-18',
    place: 'I888',
    birthComune: ['Spello', 'PG'],
    statoCivile: '2',
  },
  {
    id: 'giovanni-ricci',
    anpr: 'GR20871D',
    surname: 'Ricci',
    name: 'Giovanni',
    sex: 'M',
    born: '1948-02-03',
    place: 'A835',
    birthComune: ['Bevagna', 'PG'],
    statoCivile: '2',
  },
  {
    id: 'mario-rossi',
    anpr: 'MR31415E',
    surname: 'Rossi',
    name: 'Mario',
    sex: 'M',
    born: '1979-11-27',
    place: 'H501',
    birthComune: ['Roma', 'RM'],
    statoCivile: '2',
  },
  {
    id: 'elena-ferrari',
    anpr: 'EF40962F',
    surname: 'Ferrari',
    name: 'Elena',
    sex: 'F',
    born: '1983-04-09',
    place: 'F205',
    birthComune: ['Milano', 'MI'],
    statoCivile: '2',
  },
  {
    id: 'sofia-rossi',
    anpr: 'SR51733G',
    surname: 'Rossi',
    name: 'Sofia',
    sex: 'F',
    born: '2014-09-30',
    place: 'D653',
    birthComune: ['Foligno', 'PG'],
    statoCivile: '1',
  },
  {
    id: 'nicolo-dangelo',
    anpr: 'ND62204H',
    surname: "D'Angelò",
    name: 'Nicolò',
    sex: 'M',
    born: '1996-01-15',
    place: 'F935',
    birthComune: ['Norcia', 'PG'],
    statoCivile: '1',
  },
  {
    id: 'marija-kos',
    anpr: 'MK73690L',
    surname: 'Košuta',
    name: 'Marija',
    sex: 'F',
    born: '1968-08-05',
    place: 'L424',
    birthComune: ['Trieste', 'TS'],
    statoCivile: '4',
  },
]

/** The seven whose cards are made beforehand, in every wrong form for some: a retired couple, a family of three, two who live alone (one in a bilingual comune). */
export const people: readonly Person[] = seeds.map(({ anpr, birthComune: [name, province], ...seed }) => ({
  ...seed,
  birthComune: { name, province },
  citizenship: 'ITALIANA',
  codiceFiscale: codiceFiscaleOf(seed),
  idAnpr: idAnprOf(anpr),
}))

export const families: readonly Family[] = [
  {
    id: 'ricci',
    comune: { name: 'Spello', province: 'PG', istat: '054050', belfiore: 'I888' },
    address: { toponimo: 'Via Giulia', civico: '12', cap: '06038', since: '1974-05-02' },
    members: [
      { person: 'giovanni-ricci', relation: '1' },
      { person: 'anna-bianchi', relation: '2' },
    ],
  },
  {
    id: 'rossi',
    comune: { name: 'Spello', province: 'PG', istat: '054050', belfiore: 'I888' },
    address: { toponimo: 'Piazza della Repubblica', civico: '4/A', cap: '06038', since: '2011-10-15' },
    members: [
      { person: 'mario-rossi', relation: '1' },
      { person: 'elena-ferrari', relation: '2' },
      { person: 'sofia-rossi', relation: '3' },
    ],
  },
  {
    id: 'dangelo',
    comune: { name: 'Spello', province: 'PG', istat: '054050', belfiore: 'I888' },
    address: { toponimo: 'Via Sant’Angelo', civico: '31', cap: '06038', since: '2021-03-01' },
    members: [{ person: 'nicolo-dangelo', relation: '1' }],
  },
  {
    id: 'kosuta',
    comune: { name: 'Sgonico-Zgonik', province: 'TS', istat: '032005', belfiore: 'I715' },
    address: { toponimo: 'Località Rupinpiccolo', civico: '7', cap: '34010', since: '1999-07-20' },
    members: [{ person: 'marija-kos', relation: '1' }],
  },
]

export function personById(id: string): Person {
  const found = people.find((person) => person.id === id)
  if (!found) throw new Error(`no such synthetic person: ${id}`)
  return found
}

export const familyOf = (id: string): Family | undefined =>
  families.find((family) => family.members.some((member) => member.person === id))

const FORME_OF: Record<string, Forma[]> = {
  'mario-rossi': ['couple-with-children'],
  'elena-ferrari': ['couple-with-children'],
  'sofia-rossi': ['minor'],
  'nicolo-dangelo': ['single', 'special-letters'],
  'marija-kos': ['single', 'divorced', 'bilingual', 'special-letters'],
}

/** The kinds of street that the seven live in, with their code of table 4. */
const SPECIE: Record<string, string> = { VIA: '213', PIAZZA: '125', "LOCALITA'": '66' }

function residenzaOf({ comune, address: { toponimo, civico, cap, since } }: Family): Residenza {
  const [, kind = '', name = ''] = /^(\S+) (.+)$/.exec(toponimo) ?? []
  const specie = kind === 'Località' ? "LOCALITA'" : kind.toUpperCase()
  const [numero = '', lettera] = civico.split('/')
  return {
    tipoIndirizzo: '1',
    indirizzo: {
      cap,
      comune: comuneOf(comune.belfiore).comune,
      toponimo: {
        codSpecie: SPECIE[specie] ?? '',
        specie,
        denominazioneToponimo: name.replace('’', "'").toUpperCase(),
      },
      numeroCivico: { numero, ...(lettera && { lettera }) },
    },
    dataDecorrenzaResidenza: since,
  }
}

/** The seven as ANPR holds them. */
export function schedeOfTheSeven(): Draft[] {
  const drafts = families.map((family) => {
    const one = draft(family.id, '3', [residenzaOf(family)])
    for (const { person, relation } of family.members) {
      const seed = seeds.find(({ id }) => id === person)
      if (!seed) throw new Error(`no such synthetic person: ${person}`)
      const { id, anpr, surname, name, sex, born, place, statoCivile } = seed
      const nascita = bornIn(comuneOn(place, born))
      const being = { id, anpr, cognome: surname, nome: name, sesso: sex, nato: born, nascita, statoCivile }
      add(one, being, relation, FORME_OF[id] ?? ['couple'])
    }
    return one
  })
  const [[giovanni, anna] = [], [mario, elena, sofia] = [], , [marija] = []] = drafts.map(({ schede }) => schede)
  if (!giovanni || !anna || !mario || !elena || !sofia || !marija) throw new Error('seven people')
  marry(giovanni, anna, { day: '1974-04-20', place: comuneOf('I888') })
  marry(mario, elena, { day: '2011-09-10', place: comuneOf('H501') })
  parents(sofia, mario, elena)
  marija.altraLingua = [
    { idLingua: 'SL', descrizioneLocalita: 'ZGONIK', specie: 'NASELJE', denominazioneToponimo: 'REPNIČ' },
  ]
  return drafts
}

/** A scheda as cards carry it, in ANPR's capitals. */
export function personOf({ id, generalita, identificativi, statoCivile }: Scheda): Person {
  const { codiceFiscale, cognome = '', nome = '', sesso, dataNascita, luogoNascita } = generalita
  const { comune, localita } = luogoNascita
  return {
    id,
    surname: cognome,
    name: nome,
    sex: sesso === 'F' ? 'F' : 'M',
    born: dataNascita,
    place: codiceFiscale?.codFiscale.slice(11, 15) ?? '',
    codiceFiscale: codiceFiscale?.codFiscale ?? '',
    idAnpr: identificativi.idANPR,
    birthComune: {
      name: comune?.nomeComune ?? localita?.descrizioneStato ?? luogoNascita.luogoEccezionale ?? '',
      province: comune?.siglaProvinciaIstat ?? localita?.codiceStato ?? '',
    },
    citizenship: 'ITALIANA',
    statoCivile: statoCivile?.statoCivile ?? '9',
  }
}
