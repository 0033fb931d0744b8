import { z } from 'zod'

/** A member of the famiglia anagrafica as it is printed. `relation`: ANPR table 5 code. `born` null: the year alone. */
const registeredRelative = z.strictObject({
  name: z.string(),
  surname: z.string(),
  born: z.iso.date().nullable(),
  yearOfBirth: z.number().int(),
  relation: z.string(),
})

/**
 * What is known of a person for a visura or a dichiarazione sostitutiva, already read from ANPR's answers
 * or, `source` "card", from the card: name, codice fiscale and, of a CNS, day of birth and sex. The family is ANPR's
 * whatever the source. A null is not printed on a visura and is written by hand on a declaration.
 */
export const registeredPerson = z.strictObject({
  source: z.enum(['anpr', 'card']),
  name: z.string(),
  surname: z.string(),
  codiceFiscale: z.string(),
  /** Of generalita: N is a value of its own there. */
  sex: z.enum(['M', 'F', 'N']).nullable(),
  born: z.iso.date().nullable(),
  /** e.g. `SPELLO (PG)`, or place and state abroad. */
  birthPlace: z.string().nullable(),
  residence: z.strictObject({ comune: z.string(), address: z.string() }).nullable(),
  /** Names of states, e.g. `ITALIA`. */
  citizenships: z.array(z.string()).min(1).nullable(),
  /** Table 1 code. */
  statoCivile: z.enum(['1', '2', '3', '4', '6', '7', '8']).nullable(),
  family: z.array(registeredRelative).min(1).nullable(),
})
/** What ANPR itself says of a person. */
export const anprPerson = registeredPerson.extend({ source: z.literal('anpr') })
export type RegisteredPerson = z.infer<typeof registeredPerson>
