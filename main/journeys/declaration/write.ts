import { ulid } from 'ulid'
import type { Topic } from '../../../catalogue/declaration-words.ts'
import { isConvivenza, type RegisteredPerson } from '../../../contract/document.ts'
import type { DeclaredFact } from '../../../contract/journeys/declaration.ts'
import { factsOf, familyFact, formLanguages, subjectOf, type WritingOptions } from '../../documents/facts.ts'
import type { Paper } from '../../documents/model.ts'
import type { Written } from '../../visit/services.ts'
import { birthOf } from './birth.ts'
import { declaration } from './declaration.ts'
import { notorieta } from './notorieta.ts'
import type { Declared, Form } from './visit.ts'

/** The place of a fact on the form. */
const TOPICS: Record<DeclaredFact, Topic> = {
  a: 'nascita',
  b: 'residenza',
  c: 'cittadinanza',
  e: 'statoCivile',
  f: 'statoDiFamiglia',
  g: 'esistenzaInVita',
  'h-birth': 'nascitaFiglio',
  'h-death': 'decesso',
  q: 'codiceFiscale',
  dd: 'altro',
}

/** Makes the form from the facts that card and ANPR have given already. */
export function writeForm(document: Form, declared: Declared, options: WritingOptions): Written {
  const operation = ulid()
  const paper = document === 'declaration' ? declarationOf : notorietaOf
  return { document, operation, paper: paper(declared, operation, options) }
}

function declarationOf(declared: Declared, operation: string, { sign, at, place, ...spoken }: WritingOptions): Paper {
  const person = declarant(declared)
  const { children, mourned } = declared
  const declares = declared.declares.map((fact) => TOPICS[fact])
  const code = sign({
    document: 'dichiarazioneSostitutiva',
    issuedAt: at.toISOString(),
    subject: subjectOf(person),
    fromAnpr: printedOf(person, declared.declares),
    // The person declares by hand, after the totem has signed.
    declared: {},
  })
  const languages = formLanguages(spoken)
  return declaration({ person, declares, children, mourned, languages, place, at, operation, code })
}

/** The facts from ANPR that stand on the sheet: birth always does, and of the others those that are declared. */
function printedOf(person: RegisteredPerson, declares: readonly DeclaredFact[]): ReturnType<typeof factsOf> {
  const { family } = person
  const facts = person.source === 'anpr' ? factsOf(person) : family ? { f: familyFact(family) } : {}
  return Object.fromEntries(
    Object.entries(facts).filter(([letter]) => letter === 'a' || declares.some((fact) => fact === letter)),
  )
}

function notorietaOf(declared: Declared, operation: string, { sign, at, place, ...spoken }: WritingOptions): Paper {
  const person = declarant(declared)
  const { a, b } = person.source === 'anpr' ? factsOf(person) : {}
  const code = sign({
    document: 'attoNotorio',
    issuedAt: at.toISOString(),
    subject: subjectOf(person),
    // The form shows birth and residence alone of ANPR's facts.
    fromAnpr: { ...(a && { a }), ...(b && { b }) },
  })
  const [, second] = formLanguages(spoken)
  const languages = second === undefined || second === 'sl' ? (['it'] as const) : (['it', second] as const)
  return notorieta({ person, languages, place, at, operation, code })
}

/** The declarant's data from ANPR if this visit has asked it; else from the card, which knows little. */
function declarant({ holder, personalData, family, registered }: Declared): RegisteredPerson {
  if (registered) return { ...registered, family: familyOf(registered.family) }
  const { name, surname, codiceFiscale } = holder
  return {
    source: 'card',
    ...{ name, surname, codiceFiscale },
    ...birthOf(personalData, codiceFiscale),
    birthPlace: null,
    // A CNS names the residence of the day on which it was issued.
    residence: null,
    citizenships: null,
    statoCivile: null,
    family: familyOf(
      family
        ?.filter(({ deceased }) => !deceased)
        .map(({ name, surname, yearOfBirth, tie, relation }) => ({
          ...{ name, surname, tie, relation },
          born: yearOfBirth === null ? null : String(yearOfBirth),
        })) ?? null,
    ),
  }
}

/** Whoever lives in a convivenza has no famiglia anagrafica to declare. */
const familyOf = (sheet: RegisteredPerson['family']) => (sheet && !isConvivenza(sheet) ? sheet : null)
