import { type AnswersIn, takesCard, waits } from './answers.ts'

export const paper: AnswersIn<'paper'> = {
  printing: waits,
  // This person does not wait for the printer; a certificate waits for them.
  'print-fault': takesCard,
}
