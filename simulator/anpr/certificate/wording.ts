import type { Family, Person } from '../../population/people.ts'

/** A stretch of text. Facts about the person stand out. */
export interface Span {
  text: string
  strong: boolean
}

export const plain = (text: string): Span => ({ text, strong: false })
export const strong = (text: string): Span => ({ text, strong: true })

// Registry data are in capitals on ANPR's papers; NFC, because a letter and its accent must be one glyph.
export const capitals = (text: string): string => text.normalize('NFC').toLocaleUpperCase('it')

/** An ISO date as Italian papers write it. */
export const italianDate = (iso: string): string => iso.split('-').reverse().join('/')

const ROME = new Intl.DateTimeFormat('it-IT', {
  timeZone: 'Europe/Rome',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** An instant in Italian local time, e.g. `22/11/2026, 10:05`. */
export const italianInstant = (instant: Date): string => ROME.format(instant)

const declined = (person: Person, masculine: string, feminine: string) => (person.sex === 'F' ? feminine : masculine)
const placed = ({ name, province }: { name: string; province: string }) => `${capitals(name)} (${province})`

/** ANPR table 13, as far as this registry draws it; document.ts has what each states. */
const NAMES = { '8': 'di residenza', '12': 'di stato di famiglia' } as const
export type DrawnType = keyof typeof NAMES
/** In the order of the table, which is that of the sheet. */
export const drawnTypes = Object.keys(NAMES) as DrawnType[]

/** Art. 40 DPR 445/2000: a certificate without this sentence is null. */
export const ART_40 =
  'Il presente certificato non può essere prodotto agli organi della pubblica amministrazione o ai privati gestori di pubblici servizi'

/** Heading: one name, or "contestuale" with the names of what the sheet holds. */
export function heading(types: readonly DrawnType[]): { title: string; subtitle: string | null } {
  const names = types.map((type) => NAMES[type])
  return names.length === 1
    ? { title: `CERTIFICATO ${capitals(names[0] ?? '')}`, subtitle: null }
    : { title: 'CERTIFICATO CONTESTUALE', subtitle: names.join(' e ') }
}

export const fullName = (person: Person): string => capitals(`${person.surname} ${person.name}`)

export const birth = (person: Person): Span[] => [
  plain(`${declined(person, 'nato', 'nata')} a `),
  strong(placed(person.birthComune)),
  plain(' il '),
  strong(italianDate(person.born)),
]

const address = ({ address: { toponimo, civico, cap }, comune }: Family): string =>
  `${capitals(toponimo)} n. ${civico}, ${cap} ${placed(comune)}`

/** Type 8: enrolment and address (art. 33 DPR 223/1989). */
export const residence = (person: Person, family: Family): Span[] => [
  plain(`risulta ${declined(person, 'iscritto', 'iscritta')} nell’anagrafe della popolazione residente del comune di `),
  strong(placed(family.comune)),
  plain(' con abitazione in '),
  strong(address(family)),
  plain(' dal '),
  strong(italianDate(family.address.since)),
  plain('.'),
]

/**
 * Type 12: says who lives together, never how they are related (art. 35 DPR 223/1989). After a certificate of residence
 * on the same sheet it need not repeat where.
 */
export const familyIntroduction = (person: Person, family: Family, alone: boolean): Span[] =>
  alone
    ? [
        plain(
          `risulta ${declined(person, 'iscritto', 'iscritta')} nell’anagrafe della popolazione residente del comune di `,
        ),
        strong(placed(family.comune)),
        plain(' nella famiglia anagrafica con abitazione in '),
        strong(address(family)),
        plain(', che è così composta:'),
      ]
    : [plain('La famiglia anagrafica, con la stessa abitazione, è così composta:')]

/**
 * How the bollo is settled: by an exempting law (e.g. `art. 18 DPR 115/2002`), or by a mark that the citizen sticks on.
 */
export type Bollo = { exempt: string } | 'contrassegno'
