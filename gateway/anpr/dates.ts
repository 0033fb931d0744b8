import type { DatiSoggetto } from '../../contract/anpr.ts'
import { partialDate } from '../../contract/document.ts'

type Born = Pick<NonNullable<DatiSoggetto['generalita']>, 'dataNascita' | 'senzaGiorno' | 'senzaGiornoMese'>
type Unknown = Pick<Born, 'senzaGiorno' | 'senzaGiornoMese'>

/** A register writes 0001-01-01 where it has no date. */
const EARLIEST = '1800'
const YEAR = 4
const MONTH = 7
const DAY = 10
/** ANPR fills a day or month that nobody knows with 01, and says so in another field. */
const isSet = (flag: string | undefined) => flag !== undefined && /^(1|S|SI|TRUE)$/i.test(flag)

/** As much of a date as ANPR knows: `1951-06-18`, `1951-06`, `1951`. Null for none, or one that is no date. */
export function dateIn(text: string | undefined, { senzaGiorno, senzaGiornoMese }: Unknown = {}): string | null {
  const length = isSet(senzaGiornoMese) ? YEAR : isSet(senzaGiorno) ? MONTH : DAY
  const read = partialDate.safeParse(text?.slice(0, length))
  return read.success && read.data >= EARLIEST ? read.data : null
}

export const bornOn = ({ dataNascita, ...unknown }: Born = {}): string | null => dateIn(dataNascita, unknown)

export function yearOfBirth(born: Born | undefined): number | null {
  const date = bornOn(born)
  return date === null ? null : Number(date.slice(0, YEAR))
}
