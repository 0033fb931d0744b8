import { useState } from 'react'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Notice } from '../../components/facts.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { kinshipKey } from '../../i18n/kinship.ts'
import { fullName, useText } from '../../i18n/use-text.ts'

type Person = ScreenOf<'person'>['people'][number]

/** Answers on one screen. In a larger family the fifth goes on to the others, and after the last come the first. */
const A_SCREEN = 5

/** The people that one screen shows from `first` on, and where the next screen begins; null when all are shown. */
export function peopleOnScreen<P>(people: readonly P[], first: number): { shown: P[]; next: number | null } {
  if (people.length <= A_SCREEN) return { shown: [...people], next: null }
  const end = first + A_SCREEN - 1
  return { shown: people.slice(first, end), next: end < people.length ? end : 0 }
}

export function ChoosePerson({ screen: { people, online } }: { screen: ScreenOf<'person'> }) {
  const text = useText()
  const [first, setFirst] = useState(0)
  const { shown, next } = peopleOnScreen(people, first)

  const line = ({ self, yearOfBirth, belongs }: Person): string => {
    if (self) return text('person.self.line')
    const kinship = text(belongs ? kinshipKey(belongs) : 'kinship.99')
    return yearOfBirth === null ? kinship : text('person.bornKinship', { year: String(yearOfBirth), kinship })
  }
  return (
    <Screen title={text('person.title')} lead={text('person.lead')}>
      {!online && (
        <Notice tone="warning" icon="alert">
          {text('person.offline')}
        </Notice>
      )}
      {shown.map((person) => (
        <AnswerCard
          key={person.index}
          icon="person"
          title={fullName(person)}
          line={line(person)}
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
