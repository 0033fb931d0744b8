import { ulid } from 'ulid'
import { z } from 'zod'
import type { CertificateType } from '../../../contract/catalogue.ts'
import type { PersonalData } from '../../../contract/device.ts'
import type { RegisteredPerson } from '../../../contract/document.ts'
import type { VisuraAnswer } from '../../../contract/gateway.ts'
import type { FactLetter } from '../../../contract/verification.ts'
import type { Language } from '../../../contract/language.ts'
import { declaration, type FormLanguages } from './declaration.ts'
import type { Topic } from './words.ts'
import { relationName } from '../../documents/kinship.ts'
import type { Paper, PaperLanguages } from '../../documents/model.ts'
import { notorieta } from './notorieta.ts'
import { statoCivile } from '../../documents/person.ts'
import type { Place } from '../certificate/receipt.ts'
import { visura } from '../visura/paper.ts'
import { plainDate } from '../../documents/words.ts'
import type { Declared, Writing, Written } from '../../visit/services.ts'
import type { SignPaper } from '../../print/sign.ts'

const TOPICS: Record<CertificateType, Topic> = { 8: 'residenza', 12: 'statoDiFamiglia' }

export interface WritingOptions {
  language: Language
  /** That of the office's territory; a visit in English gets English beside the Italian form instead. */
  secondLanguage: 'de' | 'sl' | null
  place: Place
  at: Date
  sign: SignPaper
}

/** The paper that a visit asks for, made here and now of what the card and ANPR have told already. */
export function writePaper(writing: Writing, options: WritingOptions): Written {
  const { document } = writing
  const operation = ulid()
  if (document === 'visura') return { document, operation, paper: visuraOf(writing.told, operation, options) }
  const paper = document === 'declaration' ? declarationOf : notorietaOf
  return { document, operation, paper: paper(writing.declared, operation, options) }
}

function declarationOf(declared: Declared, operation: string, { sign, at, place, ...spoken }: WritingOptions): Paper {
  const person = declarant(declared)
  const { source, family } = person
  const code = sign({
    document: 'dichiarazioneSostitutiva',
    issuedAt: at.toISOString(),
    subject: subjectOf(person),
    fromAnpr: source === 'anpr' ? factsOf(person) : family ? { f: familyFact(family) } : {},
    // By hand, and after this.
    declared: {},
  })
  const declares = declared.types.map((type) => TOPICS[type])
  return declaration({ person, declares, languages: formLanguages(spoken), place, at, operation, code })
}

function notorietaOf(declared: Declared, operation: string, { sign, at, place, ...spoken }: WritingOptions): Paper {
  const person = declarant(declared)
  const { a, b } = person.source === 'anpr' ? factsOf(person) : {}
  const code = sign({
    document: 'attoNotorio',
    issuedAt: at.toISOString(),
    subject: subjectOf(person),
    // Birth and residence: nothing else of ANPR is on this form.
    fromAnpr: { ...(a && { a }), ...(b && { b }) },
  })
  const [, second] = formLanguages(spoken)
  const languages = second === undefined || second === 'sl' ? (['it'] as const) : (['it', second] as const)
  return notorieta({ person, languages, place, at, operation, code })
}

function visuraOf(
  { person, reference, at: told }: VisuraAnswer,
  operation: string,
  { sign, place, ...spoken }: WritingOptions,
): Paper {
  const at = new Date(told)
  const code = sign({ document: 'visura', issuedAt: told, subject: subjectOf(person), fromAnpr: factsOf(person) })
  const languages: PaperLanguages = spoken.language === 'en' ? ['en'] : formLanguages(spoken)
  return visura({ person, languages, place, at, operation, reference, code })
}

function formLanguages({
  language,
  secondLanguage,
}: Pick<WritingOptions, 'language' | 'secondLanguage'>): FormLanguages {
  const second = language === 'it' ? secondLanguage : language
  return second === null ? ['it'] : ['it', second]
}

/** By ANPR where it was asked in this visit; else by the card, which knows little. */
function declarant({ holder, personalData, family, registered }: Declared): RegisteredPerson {
  if (registered) return registered
  const { name, surname, codiceFiscale } = holder
  return {
    source: 'card',
    ...{ name, surname, codiceFiscale },
    ...birthOf(personalData, codiceFiscale),
    birthPlace: null,
    // That of a CNS is where its holder lived when it was issued.
    residence: null,
    citizenships: null,
    statoCivile: null,
    family: family?.map((member) => ({ ...member, born: null })) ?? null,
  }
}

const subjectOf = ({ surname, name, codiceFiscale }: RegisteredPerson) => ({ surname, name, codiceFiscale })

/** What ANPR has told, by the letters of art. 46 and in the paper's words. */
function factsOf(person: RegisteredPerson): Partial<Record<FactLetter, string>> {
  const { birthPlace, born, residence, citizenships, family } = person
  const facts: [FactLetter, string | null | undefined][] = [
    ['a', [birthPlace, born && plainDate(born)].filter(Boolean).join(', ')],
    ['b', residence && `${residence.comune}, ${residence.address}`],
    ['c', citizenships?.join(', ')],
    ['e', statoCivile(person, ['it'])?.join('')],
    ['f', family && familyFact(family)],
  ]
  return Object.fromEntries(facts.filter(([, text]) => text))
}

const familyFact = (family: NonNullable<RegisteredPerson['family']>): string =>
  family
    .map(({ surname, name, yearOfBirth, relation: code }) => {
      const relation = relationName(code, 'it')
      return [`${surname} ${name}`, String(yearOfBirth), ...(relation === null ? [] : [relation])].join(', ')
    })
    .join('\n')

/** DM Finanze 23/12/1976: the letter of each month. */
const MONTHS = 'ABCDEHLMPRST'
/** Digits of a codice fiscale that was changed because two people had the same (omocodia). */
const OMOCODIA = 'LMNPQRSTUV'
/** To the day of a woman's birth. */
const WOMAN = 40

/**
 * Day of birth (DDMMYYYY on a CNS) and sex, as far as the codice fiscale says the same: nobody has signed the file that
 * they come from, but the codice fiscale is the certificate's.
 */
export function birthOf(
  card: Pick<PersonalData, 'born' | 'sex'> | null,
  codiceFiscale: string,
): Pick<RegisteredPerson, 'born' | 'sex'> {
  const [, day = '', month = '', year = ''] = /^(\d\d)(\d\d)(\d{4})$/.exec(card?.born ?? '') ?? []
  const sex = card?.sex === 'M' || card?.sex === 'F' ? card.sex : null
  const dayOfSex = String(Number(day) + (sex === 'F' ? WOMAN : 0)).padStart(2, '0')
  const said = `${year.slice(2)}${MONTHS[Number(month) - 1] ?? ''}${dayOfSex}`
  const digits = codiceFiscale
    .slice(6, 11)
    .replace(/[L-NP-V]/g, (letter, at: number) => (at === 2 ? letter : String(OMOCODIA.indexOf(letter))))
  const born = `${year}-${month}-${day}`
  return sex !== null && said === digits && z.iso.date().safeParse(born).success
    ? { born, sex }
    : { born: null, sex: null }
}
