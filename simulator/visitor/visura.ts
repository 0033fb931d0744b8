import { type AnswersIn, press } from './answers.ts'

export const visura: AnswersIn<'visura'> = {
  visura: ({ person }) => (person === null ? null : press('visura.print')),
  // The screen offers the declaration instead.
  'visura-unavailable': () => press('visuraUnavailable.declaration'),
}
