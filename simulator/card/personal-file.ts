import { createHash } from 'node:crypto'
import { familyOf, type Person } from '../population/people.ts'

/** EF.Dati_personali is 400 bytes on every card seen. */
const FILE_BYTES = 400
const ISSUER = '6100' // Regione Umbria: "6" and the region code
const ISSUED = '15012024'
const EXPIRES = '14012030'

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0')

/** Names as a card carries them: capitals in Latin-1, other letters without their mark (Košuta → KOSUTA). */
const latin1 = (text: string) =>
  text.toUpperCase().replace(/[^\0-\xff]/gu, (letter) => letter.normalize('NFD').replace(/[^\0-\xff]/gu, ''))

const cardDate = (iso: string) => iso.split('-').reverse().join('')

/** The 16 digits of EF.ID_Carta: always the same for the same person. */
export function cardIdOf(person: Person): string {
  const digest = createHash('sha256').update(`card of ${person.id}`).digest()
  return ISSUER + String(digest.readUIntBE(0, 6) % 10 ** 12).padStart(12, '0')
}

/** EF.Dati_personali of a person, padding included. */
export function personalFile(person: Person): Uint8Array {
  return encodePersonalFile([
    ISSUER,
    ISSUED,
    EXPIRES,
    person.surname,
    person.name,
    cardDate(person.born),
    person.sex,
    '',
    person.codiceFiscale,
    '',
    person.place,
    '',
    '',
    familyOf(person.id)?.comune.belfiore ?? '',
    '',
    '',
  ])
}

/** The file made of its fields, in order; texts become capitals in Latin-1. */
export function encodePersonalFile(fields: readonly string[]): Uint8Array {
  const content = fields.map((field) => hex(latin1(field).length, 2) + latin1(field)).join('')
  const file = Buffer.alloc(FILE_BYTES)
  file.write(hex(content.length, 6) + content, 'latin1')
  return file
}
