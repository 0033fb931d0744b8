import { type AnswersIn, press, waits } from './answers.ts'

export const phone: AnswersIn<'phone'> = {
  // The telephone does the rest: a test or the person's own hand claims the document.
  phone: waits,
  'phone-ended': () => press('phone.again'),
}
