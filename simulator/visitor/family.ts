import { type AnswersIn, press } from './answers.ts'

/** This person only reads: the page of the first one of their family who has one. */
export const family: AnswersIn<'family'> = {
  family({ members }) {
    const one = members.find(({ index }) => index !== null)
    return one ? (person) => person.touches(`${one.name} ${one.surname}`) : press('action.leave')
  },
  'family-unavailable': () => press('action.back'),
  member: ({ identity }) => (identity === null ? null : press('action.leave')),
  'member-section': ({ told }) => (told === null ? null : press('action.back')),
  'member-day': () => press('action.back'),
  'member-unavailable': () => press('action.back'),
}
