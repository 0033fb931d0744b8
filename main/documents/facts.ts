import type { FactLetter } from '../../contract/catalogue.ts'
import { isConvivenza, type RegisteredPerson } from '../../contract/document.ts'
import type { Language } from '../../contract/language.ts'
import type { Claims } from '../visit/services.ts'
import { relationName } from './kinship.ts'
import type { Place } from './model.ts'
import { fullName, statoCivile } from './person.ts'
import { plainDate } from './words.ts'

/** Facts about place, time and code that every paper of the totem needs besides its contents. */
export interface WritingOptions {
  language: Language
  /** Second language of the office's territory. A visit in another language gets that one beside Italian instead. */
  secondLanguage: 'de' | 'fr' | 'sl' | null
  place: Place
  at: Date
  /** Text of the verification code; null: the paper has none. */
  sign(claims: Claims): string | null
}

/**
 * Italian comes first, because the Italian text is the one that counts; beside it in the province of Bolzano German (DPR
 * 574/1988), in Valle d'Aosta French (L. cost. 4/1948), in 32 comuni Slovene (L. 38/2001), or what the visit speaks.
 */
export type FormLanguages = readonly ['it'] | readonly ['it', Exclude<Language, 'it'>]

export function formLanguages({
  language,
  secondLanguage,
}: Pick<WritingOptions, 'language' | 'secondLanguage'>): FormLanguages {
  const second = language === 'it' ? secondLanguage : language
  return second === null ? ['it'] : ['it', second]
}

export const subjectOf = ({ surname, name, codiceFiscale }: RegisteredPerson) => ({ surname, name, codiceFiscale })

/** Facts from ANPR, by the letters of art. 46 DPR 445/2000 and in the paper's words. */
export function factsOf(person: RegisteredPerson): Partial<Record<FactLetter, string>> {
  const { birthPlace, born, residence, citizenships, family } = person
  const facts: [FactLetter, string | false | null | undefined][] = [
    ['a', [birthPlace, born && plainDate(born)].filter(Boolean).join(', ')],
    ['b', residence && [residence.comune, residence.address].filter(Boolean).join(', ')],
    ['c', citizenships?.join(', ')],
    ['e', statoCivile(person, ['it'])?.join('')],
    ['f', family && !isConvivenza(family) && familyFact(family)],
  ]
  return Object.fromEntries(facts.flatMap(([letter, text]) => (text ? [[letter, text]] : [])))
}

/** A line for each member whose name is known: name, year of birth, relation. */
export const familyFact = (family: NonNullable<RegisteredPerson['family']>): string =>
  family
    .filter((member) => fullName(member) !== '')
    .map((member) =>
      [fullName(member), member.born?.slice(0, 4), relationName(member, 'it')].filter(Boolean).join(', '),
    )
    .join('\n')
