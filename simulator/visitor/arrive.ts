import { languages } from '../../contract/language.ts'
import { type AnswersIn, press, waits } from './answers.ts'

export const arrive: AnswersIn<'arrive'> = {
  starting: waits,
  'out-of-service': waits,
  attract: () => press('attract.start'),
  language: () => (person) => person.touches(languages.it.name),
}
