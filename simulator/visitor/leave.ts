import { type Act, type AnswersIn, press, takesCard } from './answers.ts'

export interface LeaveWish {
  /** The person wants the receipt of a certificate too. */
  receipt: boolean
}
export const usual: LeaveWish = { receipt: false }

const takesAll: Act = async (person) => {
  person.takesPaper()
  await person.takesCard()
}

export const leave: AnswersIn<'leave', LeaveWish> = {
  done({ cardPresent, receipt }, wish) {
    if (receipt && wish.receipt) return press('done.receipt')
    return cardPresent ? takesAll : press('action.leave')
  },
  refused: ({ cardPresent }) => (cardPresent ? takesCard() : press('action.leave')),
  goodbye: ({ cardPresent }) => (cardPresent ? takesCard() : null),
}
