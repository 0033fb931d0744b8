import { type AnswersIn, press } from './answers.ts'

export const collect: AnswersIn<'collect'> = {
  collect: ({ waiting }) => press('collect.now', { count: waiting.length }),
}
