import { type AnswersIn, press, takesCard } from './answers.ts'

/** This person only reads. */
export const family: AnswersIn<'family'> = {
  family: () => takesCard(),
  'family-unavailable': () => press('action.back'),
  member: ({ identity }) => (identity === null ? null : press('action.back')),
  'member-section': ({ told }) => (told === null ? null : press('action.back')),
  'member-day': () => press('action.back'),
  'member-unavailable': () => press('action.back'),
}
