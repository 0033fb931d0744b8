import type { RegisteredPerson } from '../../contract/document.ts'
import { relationName } from './kinship.ts'
import { type Fact, type PaperLanguages, type Run, said, type Table, type Words } from './model.ts'
import { inflect, isWholeDate, plainDate, registerWords, say } from './words.ts'

type Label =
  | 'fullName'
  | 'born'
  | 'birthPlace'
  | 'birthDate'
  | 'codiceFiscale'
  | 'residence'
  | 'comune'
  | 'address'
  | 'citizenship'
type Family = NonNullable<RegisteredPerson['family']>

/** Surname and name; not everybody has both. */
export const fullName = ({ surname, name }: { surname: string; name: string }): string => `${surname} ${name}`.trim()

/** Each fact about a person that a paper may show, known or not. */
export function personFacts(person: RegisteredPerson, languages: PaperLanguages) {
  const { source } = person
  const fact = (name: Label, value: string | null): Fact => ({
    label: say(languages, (language) => registerWords[language][name]),
    value,
    source: value === null ? null : source,
  })
  return {
    fullName: fact('fullName', fullName(person) || null),
    /** In one line, unless the person has to write one of the two. */
    born:
      person.born === null || person.birthPlace === null
        ? [fact('birthPlace', person.birthPlace), fact('birthDate', person.born && plainDate(person.born))]
        : [fact('born', `${person.birthPlace}, ${plainDate(person.born)}`)],
    codiceFiscale: fact('codiceFiscale', person.codiceFiscale),
    /** In one line too. */
    residence:
      person.residence?.comune && person.residence.address
        ? [fact('residence', `${person.residence.comune}, ${person.residence.address}`)]
        : [fact('comune', person.residence?.comune ?? null), fact('address', person.residence?.address ?? null)],
    citizenship: fact('citizenship', person.citizenships?.join(', ') ?? null),
  }
}

/** e.g. `coniugata`, in each language; null when unknown. */
export function statoCivile({ statoCivile: code, sex }: RegisteredPerson, languages: PaperLanguages): string[] | null {
  if (code === null) return null
  return languages.map((language) => inflect(registerWords[language].statiCivili[code], sex).join(''))
}

/**
 * The people of the sheet as a table. `writable`: unknown facts are left free for handwriting; otherwise somebody whose
 * name is not known is left out.
 */
export function familyTable(family: Family, languages: PaperLanguages, { writable }: { writable: boolean }): Table {
  const head = (name: 'fullName' | 'birthDate' | 'relation'): Words =>
    say(languages, (language) => registerWords[language][name])
  return {
    source: 'anpr',
    columns: [
      { head: head('fullName'), share: 0.36 },
      { head: head('birthDate'), share: 0.22 },
      { head: head('relation'), share: 0.42 },
    ],
    rows: family
      .filter((member) => writable || fullName(member) !== '')
      .map((member) => [
        fullName(member) === '' ? [[{ gap: 60 }]] : said(fullName(member)),
        [birth(member, writable)],
        relationName(member, 'it') === null
          ? [[writable ? { gap: 35 } : '—']]
          : said(languages.map((language) => relationName(member, language) ?? '').join(' / ')),
      ]),
  }
}

const birth = ({ born }: Family[number], writable: boolean): Run[] =>
  writable ? dateToWrite(born, 30) : [dateOr(born)]

const dateOr = (born: string | null) => (born === null ? '—' : plainDate(born))

/** A date with room for the part of it that is not known; `gap`: millimetres for the whole. */
export function dateToWrite(date: string | null, gap: number): Run[] {
  if (date === null) return [{ gap }]
  return isWholeDate(date) ? [plainDate(date)] : [{ gap: 14 }, ` ${plainDate(date)}`]
}
