import { createHash } from 'node:crypto'
import type { Person } from '../../population/people.ts'

const digits = (purpose: string, { id }: Person, count: number) =>
  String(createHash('sha256').update(`${purpose} of ${id}`).digest().readUIntBE(0, 6) % 10 ** count).padStart(
    count,
    '0',
  )

/** EF.ID_Servizi, 12 digits: always the same for the same person. */
export const nisOf = (person: Person): string => digits('NIS', person, 12)

/** EF.Seriale, the document number as a CIE has it: two letters, five digits, two letters. */
export const documentNumberOf = (person: Person): string => `CA${digits('document', person, 5)}AA`

/** The six digits on the front of the card (card access number). */
export const canOf = (person: Person): string => digits('CAN', person, 6)
