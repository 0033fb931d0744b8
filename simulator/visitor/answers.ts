import type { z } from 'zod'
import type { JourneyName, journeys, Screen, ScreenOf } from '../../contract/journeys/index.ts'
import type { Person, Text } from './visitor.ts'

export type Act = (person: Person) => Promise<void>

/** What a person who has this wish does on each of these screens; null: they wait. */
export type Answers<Name extends Screen['screen'], Wish> = {
  [S in Name]: (seen: ScreenOf<S>, wish: Wish) => Act | null
}

/** The answers to a journey's screens: a screen without one does not compile. */
export type AnswersIn<J extends JourneyName, Wish = unknown> = Answers<
  z.infer<(typeof journeys)[J]['screens'][number]>['screen'],
  Wish
>

export const waits = () => null
export const takesCard = () => (person: Person) => person.takesCard()
export const press =
  (text: Text, values?: Record<string, string | number>): Act =>
  (person) =>
    person.presses(text, values)
