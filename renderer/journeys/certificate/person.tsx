import { useState } from 'react'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useTie } from '../../i18n/kinship.ts'
import { fullName, useText } from '../../i18n/use-text.ts'

type Person = ScreenOf<'sheet'>['subject']

/** Answers on one screen. In a larger family the fifth goes on to the others, and after the last come the first. */
const A_SCREEN = 5

/** The people that one screen shows from `first` on, and where the next screen begins; null when all are shown. */
export function peopleOnScreen<P>(people: readonly P[], first: number): { shown: P[]; next: number | null } {
  if (people.length <= A_SCREEN) return { shown: [...people], next: null }
  const end = first + A_SCREEN - 1
  return { shown: people.slice(first, end), next: end < people.length ? end : 0 }
}

/** What tells people of one family apart. */
export function useKinship(): (person: Person) => string {
  const text = useText()
  const tie = useTie()
  return (person) => {
    const { yearOfBirth } = person
    const kinship = tie(person)
    return yearOfBirth === null ? kinship : text('person.bornKinship', { year: String(yearOfBirth), kinship })
  }
}

export function ChoosePerson({ screen: { people } }: { screen: ScreenOf<'person'> }) {
  const text = useText()
  const kinship = useKinship()
  const [first, setFirst] = useState(0)
  const { shown, next } = peopleOnScreen(people, first)
  return (
    <Screen title={text('person.title')}>
      {shown.map((person) => (
        <AnswerCard
          key={person.index}
          icon="person"
          title={person.tie.to === 'self' ? text('sheet.self', { name: fullName(person) }) : fullName(person)}
          {...(person.tie.to === 'self' ? {} : { line: kinship(person) })}
          onPress={() => answer({ type: 'choosePerson', index: person.index })}
        />
      ))}
      {next !== null && (
        <AnswerCard
          icon="family"
          title={text('person.more')}
          line={text('person.more.line', { count: people.length - shown.length })}
          onPress={() => setFirst(next)}
        />
      )}
    </Screen>
  )
}
