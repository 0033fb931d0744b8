import { tlv } from '../tlv.ts'

/** The data of both data groups. Dates are YYYY-MM-DD. */
export interface Holder {
  documentNumber: string
  surname: string
  name: string
  born: string
  sex: string
  expires: string
  codiceFiscale: string
  /** Municipality and province; for a birth abroad the place alone. */
  birthPlace: string[]
  /** Street, municipality, province. */
  address: string[]
}

/** DG1: the machine-readable zone of an Italian TD1 document, three lines of 30 (ICAO 9303-5 §4.2). */
export const dataGroup1 = (holder: Holder): Uint8Array =>
  tlv(0x61, tlv(0x5f1f, Buffer.from(machineReadableZone(holder).join(''), 'latin1')))

/** DG11: the additional details that a CIE has, in capitals with their accents (UTF-8). */
export function dataGroup11({ surname, name, born, codiceFiscale, birthPlace, address }: Holder): Uint8Array {
  const fields: [tag: number, text: string][] = [
    [0x5f0e, `${surname}<<${name.replaceAll(' ', '<')}`],
    [0x5f10, codiceFiscale],
    [0x5f2b, born.replaceAll('-', '')],
    [0x5f11, birthPlace.join('<')],
    [0x5f42, address.join('<')],
  ]
  return tlv(
    0x6b,
    tlv(0x5c, ...fields.map(([tag]) => Uint8Array.of(tag >> 8, tag & 0xff))),
    ...fields.map(([tag, text]) => tlv(tag, Buffer.from(text.toUpperCase()))),
  )
}

export function machineReadableZone({ documentNumber, surname, name, born, sex, expires }: Holder): string[] {
  const number = documentNumber.padEnd(9, '<')
  const first = `C<ITA${number}${checkDigit(number)}`.padEnd(30, '<')
  const dates = [born, expires].map((date) => date.replaceAll('-', '').slice(2))
  const [birth = '', expiry = ''] = dates.map((date) => date + checkDigit(date))
  const second = `${birth}${sex}${expiry}ITA`.padEnd(29, '<')
  const composite = first.slice(5) + birth + expiry + second.slice(18)
  return [first, second + checkDigit(composite), `${mrzName(surname)}<<${mrzName(name)}`.slice(0, 30).padEnd(30, '<')]
}

/** ICAO 9303-3 §4.6: letters without their mark, no apostrophe, fillers between the parts of a name. */
const mrzName = (name: string) =>
  name
    .normalize('NFD')
    .toUpperCase()
    .replace(/[\u0300-\u036f'’]/g, '')
    .replace(/[^A-Z]/g, '<')

/** ICAO 9303-3 §4.9: weights 7 3 1; digits count for themselves, A is 10, the filler 0. */
export function checkDigit(text: string): string {
  const weights = [7, 3, 1]
  const sum = [...text].reduce(
    (total, character, index) =>
      total + (character === '<' ? 0 : Number.parseInt(character, 36)) * (weights[index % 3] ?? 0),
    0,
  )
  return String(sum % 10)
}
