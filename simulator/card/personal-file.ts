import { createHash } from 'node:crypto'
import { homeOf } from '../population/holders.ts'
import type { Person } from '../population/people.ts'

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

/**
 * How a file is written. `header`: the length counts its own six digits, as on the one real card whose file is public
 * (OpenSC issue 3804), or only what follows. `encoding`: no specification that is public names one.
 */
export interface PersonalFileForm {
  header?: 'counts-itself' | 'counts-content'
  encoding?: 'latin1' | 'utf8'
}

/** EF.Dati_personali of a person, padding included. */
export function personalFile(person: Person, form?: PersonalFileForm): Uint8Array {
  const fields = [
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
    homeOf(person)?.belfiore ?? '',
    '',
    '',
  ]
  return encodePersonalFile(fields, form)
}

const HEADER_BYTES = 6

/** The file made of its fields, in order; texts become capitals. */
export function encodePersonalFile(
  fields: readonly string[],
  { header = 'counts-itself', encoding = 'latin1' }: PersonalFileForm = {},
): Uint8Array {
  const content = Buffer.concat(
    fields.flatMap((field) => {
      const text = encoding === 'utf8' ? Buffer.from(field.toUpperCase()) : Buffer.from(latin1(field), 'latin1')
      return [Buffer.from(hex(text.length, 2)), text]
    }),
  )
  const counted = header === 'counts-itself' ? HEADER_BYTES + content.length : content.length
  const file = Buffer.alloc(FILE_BYTES)
  file.write(hex(counted, HEADER_BYTES), 'latin1')
  file.set(content, HEADER_BYTES)
  return file
}
