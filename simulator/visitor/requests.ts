import { type AnswersIn, press, takesCard } from './answers.ts'

/** This person only reads. */
export const requests: AnswersIn<'requests'> = {
  requests: ({ requests }) => (requests === null ? null : takesCard()),
  request: () => press('action.back'),
  accesses: ({ accesses }) => (accesses === null ? null : takesCard()),
  'accesses-unavailable': () => press('action.back'),
}
