import { type Birth, codiceFiscaleOf, idAnprOf } from './codice-fiscale.ts'

/** Synthetic people, none of whom exists. Names are common; codici fiscali and ID ANPR are valid by their checks. */
export interface Person extends Birth {
  /** Stable key for tests, the dock and the card files, e.g. `anna-bianchi`. */
  id: string
  codiceFiscale: string
  idAnpr: string
  birthComune: { name: string; province: string }
  citizenship: string
  /** ANPR table 1. */
  statoCivile: string
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
  statoCivile: string
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

/** Seven people: a retired couple, a family of three, two who live alone (one in a bilingual comune). */
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
