import { type AnswersIn, press } from './answers.ts'

/** This person only reads; who has withdrawn a request wants it on paper. */
export const requests: AnswersIn<'requests'> = {
  requests: ({ requests }) => (requests === null ? null : press('action.leave')),
  request: () => press('action.back'),
  'request-withdrawal': ({ canPrint }) => press(canPrint ? 'withdrawal.print' : 'action.back'),
  accesses: ({ accesses }) => (accesses === null ? null : press('action.leave')),
  'accesses-unavailable': () => press('action.back'),
}
