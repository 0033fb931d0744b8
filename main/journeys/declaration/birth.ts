import { z } from 'zod'
import type { PersonalData } from '../../../contract/device.ts'
import type { RegisteredPerson } from '../../../contract/document.ts'

/** DM Finanze 23/12/1976: the letter of each month. */
const MONTHS = 'ABCDEHLMPRST'
/** Digits of a codice fiscale that was changed because two people had the same (omocodia). */
const OMOCODIA = 'LMNPQRSTUV'
/** Added to the day of a woman's birth. */
const WOMAN = 40

/**
 * Day of birth (DDMMYYYY on a CNS) and sex, if the codice fiscale says the same. Nobody has signed the card's file with
 * these data, but the certificate holds the codice fiscale.
 */
export function birthOf(
  card: Pick<PersonalData, 'born' | 'sex'> | null,
  codiceFiscale: string,
): Pick<RegisteredPerson, 'born' | 'sex'> {
  const [, day = '', month = '', year = ''] = /^(\d\d)(\d\d)(\d{4})$/.exec(card?.born ?? '') ?? []
  const sex = card?.sex === 'M' || card?.sex === 'F' ? card.sex : null
  const dayOfSex = String(Number(day) + (sex === 'F' ? WOMAN : 0)).padStart(2, '0')
  const said = `${year.slice(2)}${MONTHS[Number(month) - 1] ?? ''}${dayOfSex}`
  const digits = codiceFiscale
    .slice(6, 11)
    .replace(/[L-NP-V]/g, (letter, at: number) => (at === 2 ? letter : String(OMOCODIA.indexOf(letter))))
  const born = `${year}-${month}-${day}`
  return sex !== null && said === digits && z.iso.date().safeParse(born).success
    ? { born, sex }
    : { born: null, sex: null }
}
