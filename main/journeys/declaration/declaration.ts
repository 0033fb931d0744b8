import type { RegisteredPerson } from '../../../contract/document.ts'
import { closing } from '../../documents/closing.ts'
import type { FormLanguages } from '../../documents/facts.ts'
import type { Block, Choice, Paper, Place, Run, Words } from '../../documents/model.ts'
import { dateToWrite, familyTable, personFacts, statoCivile } from '../../documents/person.ts'
import { inflect, isWholeDate, plainDate, registerWords, say } from '../../documents/words.ts'
import { declarationWords, type Topic, topics } from './words.ts'

export interface DeclarationFacts {
  person: RegisteredPerson
  /** Facts that are ticked. The person can tick and complete the others by hand. */
  declares: readonly Topic[]
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
      style: 'body',
      text: say(languages, (language) => inflect(declarationWords[language].aware, person.sex)),
    },
    { kind: 'heading', text: words('declares') },
    { kind: 'choices', choices: topics.map((topic) => choice(topic, declares.includes(topic), facts)) },
    { kind: 'facts', facts: [{ label: words('use'), value: null, source: null }] },
    signature(languages),
    ...closing(code, languages, [words('legend'), words('conditions'), words('privacy')], {
      fromAnpr: person.source === 'anpr' || person.family !== null,
    }),
  ]
  return { languages, title: words('title'), subtitle: words('subtitle'), at, ...place, operation, blocks }
}

export const signature = (languages: FormLanguages): Block => ({
  kind: 'signature',
  fields: [
    { label: say(languages, (language) => registerWords[language].place), share: 0.3 },
    { label: say(languages, (language) => registerWords[language].date), share: 0.2 },
    { label: say(languages, (language) => registerWords[language].signature), share: 0.5 },
  ],
})

function choice(topic: Topic, ticked: boolean, { person, languages }: DeclarationFacts): Choice {
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
      child: gap(44),
      childPlace: gap(30),
      childDate: gap(23),
    }
  }
  const known: Record<Topic, boolean> = {
    nascita: born !== null || birthPlace !== null,
    residenza: residence !== null,
    cittadinanza: citizenships !== null,
    statoCivile: state !== null,
    statoDiFamiglia: family !== null,
    esistenzaInVita: false,
    nascitaFiglio: false,
    altro: false,
  }
  const text: Words = languages.map((language, index) =>
    inflect(declarationWords[language].topics[topic], person.sex, runs(index)),
  )
  // The family is never on a card.
  const told = topic === 'statoDiFamiglia' ? 'anpr' : source
  const made: Choice = { ticked, text, source: known[topic] ? told : null }
  if (topic === 'statoDiFamiglia') {
    return family === null
      ? { ...made, lines: 2 }
      : { ...made, table: familyTable(family, languages, { writable: true }) }
  }
  return topic === 'altro' ? { ...made, lines: 1 } : made
}
