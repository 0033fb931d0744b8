import { type AnswersIn, press, waits } from './answers.ts'

export const domicilio: AnswersIn<'domicilio'> = {
  'domicilio-asking': waits,
  domicilio: ({ domiciles: [first] }) => press('domicilio.send', { address: first?.address ?? '' }),
  'domicilio-sending': waits,
  'domicilio-ended': ({ canPrint }) => press(canPrint ? 'phone.print' : 'action.leave'),
}
