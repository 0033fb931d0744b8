import { type AnswersIn, press } from './answers.ts'

export const phone: AnswersIn<'phone'> = {
  phone: ({ code }) => code && ((person) => person.scans(code.link)),
  'phone-ended': () => press('phone.again'),
}
