import { type Act, type AnswersIn, press, takesCard, waits } from './answers.ts'

const takesAll: Act = async (person) => {
  person.takesPaper()
  await person.takesCard()
}

export const leave: AnswersIn<'leave'> = {
  done: ({ cardPresent }) => (cardPresent ? takesAll : press('done.finish')),
  refused: ({ cardPresent }) => (cardPresent ? takesCard() : press('refused.end')),
  goodbye: waits,
}
