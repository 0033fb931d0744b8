import { type AnswersIn, takesCard, waits } from './answers.ts'

export const leave: AnswersIn<'leave'> = {
  // The visit ends when the person takes the card.
  done: () => async (person) => {
    person.takesPaper()
    await person.takesCard()
  },
  refused: takesCard,
  goodbye: waits,
}
