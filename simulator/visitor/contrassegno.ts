import { type AnswersIn, press } from './answers.ts'
import type { Person } from './visitor.ts'

export interface ContrassegnoWish {
  /** Pays by pagoPA, with the telephone. */
  byNotice: boolean
  /** The marca da bollo in the person's hand, and its day as DDMMYYYY; null: they take the free declaration. */
  mark: { number: string; issued: string } | null
}
export const usual: ContrassegnoWish = { byNotice: false, mark: null }

/** Price of a certificate for a private party, as the screen says it. */
const PRICE = '16,00 €'

export const contrassegno: AnswersIn<'contrassegno', ContrassegnoWish> = {
  'private-party': (_, { mark, byNotice }) =>
    byNotice
      ? press('contrassegno.choice.pagopa')
      : mark === null
        ? press('contrassegno.choice.declaration')
        : press('contrassegno.choice.mark', { price: PRICE }),
  contrassegno: (_, { mark }) => typing(mark?.number ?? '', 'contrassegno.number.confirm'),
  'contrassegno-date': (_, { mark }) => typing(mark?.issued ?? '', 'contrassegno.date.confirm'),
}

const typing =
  (digits: string, confirm: 'contrassegno.number.confirm' | 'contrassegno.date.confirm') =>
  async (person: Person): Promise<void> => {
    await person.types(digits)
    await person.presses(confirm)
  }
