import { conditions, declarationWords, type Topic, topics } from '../../../catalogue/declaration-words.ts'
import type { RegisteredPerson } from '../../../contract/document.ts'
import { closing } from '../../documents/closing.ts'
import type { FormLanguages } from '../../documents/facts.ts'
import { relationName } from '../../documents/kinship.ts'
import { type Block, type Choice, type Paper, type Place, type Run, said, type Words } from '../../documents/model.ts'
import { dateToWrite, familyTable, fullName, personFacts, statoCivile } from '../../documents/person.ts'
import { inflect, isWholeDate, plainDate, registerWords, say } from '../../documents/words.ts'
import type { Relative } from './facts.ts'

export interface DeclarationFacts {
  person: RegisteredPerson
  /** Facts that are ticked, and stand alone on the sheet: nobody hands over what they do not declare. */
  declares: readonly Topic[]
  /** Relatives whom the declared facts of letter h are about. */
  children?: readonly Relative[]
  mourned?: readonly Relative[]
  languages: FormLanguages
  place: Place
  at: Date
  /** Null where the totem made it without asking anybody. */
  operation: string | null
  /** Text of the verification code; null where none could be made. */
  code: string | null
}

/**
 * Dichiarazione sostitutiva di certificazione, art. 46 DPR 445/2000. Known facts are filled in with their source; the
 * rest is lines to write on. The form cites arts. 37, 48, 75 and 76 of the decree.
 */
export function declaration(facts: DeclarationFacts): Paper {
  const { person, declares, languages, place, at, operation, code } = facts
  const words = <K extends keyof (typeof declarationWords)['it']>(key: K) =>
    say(languages, (language) => String(declarationWords[language][key]))
  const known = personFacts(person, languages)
  const chosen = topics.filter(
    (topic) => topic === 'altro' || (declares.length === 0 ? byHand : declares).includes(topic),
  )
  const blocks: Block[] = [
    {
      kind: 'heading',
      text: say(languages, (language) => declarationWords[language].declarant[person.sex ?? 'N']),
    },
    {
      kind: 'facts',
      facts: [known.fullName, ...known.born, known.codiceFiscale],
    },
    {
      kind: 'paragraph',
      style: 'note',
      text: say(languages, (language) => inflect(declarationWords[language].aware, person.sex)),
    },
    { kind: 'heading', text: words('declares') },
    { kind: 'choices', choices: chosen.flatMap((topic) => choicesOf(topic, declares.includes(topic), facts)) },
    { kind: 'facts', facts: [{ label: words('use'), value: null, source: null }] },
    signature(languages),
    // The office that takes it reads Italian; the second language says what the declarant must know.
    ...closing(code, ['it'], [said(conditions), words('privacy')], {
      fromAnpr: person.source === 'anpr' || person.family !== null,
    }),
  ]
  return {
    languages,
    title: words('title'),
    subtitle: said(languages.map((language) => declarationWords[language].subtitle).join(' / ') + LAW),
    at,
    ...place,
    operation,
    blocks,
  }
}

/** What stands on a form on which nothing is ticked: the person ticks and completes it by hand. */
const byHand: readonly Topic[] = [
  'nascita',
  'residenza',
  'cittadinanza',
  'statoCivile',
  'statoDiFamiglia',
  'esistenzaInVita',
]

/** After the form's name in each language. */
const LAW = ' · art. 46 del D.P.R. 28 dicembre 2000, n. 445'

export const signature = (languages: FormLanguages): Block => ({
  kind: 'signature',
  fields: [
    { label: say(languages, (language) => registerWords[language].place), share: 0.3 },
    { label: say(languages, (language) => registerWords[language].date), share: 0.2 },
    { label: say(languages, (language) => registerWords[language].signature), share: 0.5 },
  ],
})

/** A line for each relative whom the fact is about; one line for the other facts. */
function choicesOf(topic: Topic, ticked: boolean, facts: DeclarationFacts): Choice[] {
  const about = topic === 'nascitaFiglio' ? (facts.children ?? []) : topic === 'decesso' ? (facts.mourned ?? []) : null
  return about ? about.map((relative) => choice(topic, ticked, facts, relative)) : [choice(topic, ticked, facts, null)]
}

function choice(
  topic: Topic,
  ticked: boolean,
  { person, languages }: DeclarationFacts,
  relative: Relative | null,
): Choice {
  const { born, birthPlace, residence, citizenships, family, source } = person
  const state = statoCivile(person, languages)
  const runs = (index: number): Record<string, Run | Run[]> => {
    // The line to write on is in the Italian text alone.
    const gap = (width: number): Run => (index === 0 ? { gap: width } : '…')
    const strong = (value: string | null | undefined, width: number): Run => (value ? { strong: value } : gap(width))
    return {
      place: strong(birthPlace, 60),
      date:
        born !== null && !isWholeDate(born) && index === 0
          ? dateToWrite(born, 32)
          : strong(born && plainDate(born), 32),
      comune: strong(residence?.comune, 45),
      address: strong(residence?.address, 58),
      citizenship: strong(citizenships?.join(', '), 50),
      statoCivile: strong(state?.[index], 60),
      codiceFiscale: { strong: person.codiceFiscale },
      relative: strong(relative && fullName(relative), 44),
      relation: relative
        ? (relationName({ tie: 'family', relation: relative.relation }, languages[index] ?? 'it') ?? '—')
        : '—',
      birthPlace: gap(34),
      birthDate:
        index === 0 ? dateToWrite(relative?.born ?? null, 23) : strong(relative?.born && plainDate(relative.born), 23),
      day: gap(28),
    }
  }
  const known: Record<Topic, boolean> = {
    nascita: born !== null || birthPlace !== null,
    residenza: residence !== null,
    cittadinanza: citizenships !== null,
    statoCivile: state !== null,
    statoDiFamiglia: family !== null,
    esistenzaInVita: false,
    codiceFiscale: true,
    nascitaFiglio: true,
    decesso: true,
    altro: false,
  }
  const sentences: Words = languages.map((language, index) =>
    inflect(declarationWords[language].topics[topic], person.sex, runs(index)),
  )
  // One line to write on, for all languages.
  const text: Words =
    topic === 'altro' ? [[`${sentences.map((runs) => runs.join('')).join(' / ')}: `, { gap: 95 }]] : sentences
  // The family is never on a card.
  const told = topic === 'statoDiFamiglia' || relative ? 'anpr' : source
  const made: Choice = { ticked, text, source: known[topic] ? told : null }
  if (topic === 'statoDiFamiglia') {
    return family === null
      ? { ...made, lines: 2 }
      : { ...made, table: familyTable(family, languages, { writable: true }) }
  }
  return topic === 'altro' && ticked ? { ...made, lines: 1 } : made
}
