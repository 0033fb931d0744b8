import { type AnswersIn, press, waits } from './answers.ts'

export interface EmailWish {
  /** Where the link goes. */
  address: string
}
export const usual: EmailWish = { address: 'anna.bianchi@gmail.com' }

export const email: AnswersIn<'email', EmailWish> = {
  'email-address':
    (_, { address }) =>
    async (person) => {
      await person.types(address)
      await person.presses('email.next')
    },
  'email-confirm': () => press('email.send'),
  'email-sending': waits,
  'email-sent': ({ canPrint }) => press(canPrint ? 'email.printCode' : 'email.haveCode'),
  'email-ended': () => press('email.again'),
}
