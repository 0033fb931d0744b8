import { type AnswersIn, press } from './answers.ts'

/** This person only reads. */
export const requests: AnswersIn<'requests'> = {
  requests: ({ requests }) => (requests === null ? null : press('action.leave')),
  request: () => press('action.back'),
  accesses: ({ accesses }) => (accesses === null ? null : press('action.leave')),
  'accesses-unavailable': () => press('action.back'),
}
