import { DEFAULT_PIN } from '../card/cns.ts'
import { type AnswersIn, press, takesCard, waits } from './answers.ts'

export interface IdentifyWish {
  pin: string
}
export const usual: IdentifyWish = { pin: DEFAULT_PIN }

export const identify: AnswersIn<'identify', IdentifyWish> = {
  card: () => (person) => person.laysCard(),
  'card-reading': waits,
  pin: ({ pinPad }, { pin }) =>
    pinPad
      ? press('pin.padStart')
      : async (person) => {
          await person.types(pin)
          await person.presses('pin.confirm')
        },
  'last-try': takesCard,
  'pin-checking': waits,
  // This person knows the PIN and does not ask when the card expires.
  can: waits,
  'can-checking': waits,
  'card-expiry': waits,
  recognised: waits,
}
