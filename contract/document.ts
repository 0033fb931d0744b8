import { z } from 'zod'

/**
 * A member of the famiglia anagrafica as printed. `relation`: ANPR table 5 code. `born` null: only the year is known.
 */
const registeredRelative = z.strictObject({
  name: z.string(),
  surname: z.string(),
  born: z.iso.date().nullable(),
  yearOfBirth: z.number().int(),
  relation: z.string(),
})

/**
 * A person's data for a visura or a dichiarazione sostitutiva, read from ANPR's answers or, with `source` "card", from
 * the card: name, codice fiscale and, of a CNS, day of birth and sex. The family always comes from ANPR. A visura
 * leaves a null out; a declaration leaves room to write it by hand.
 */
export const registeredPerson = z.strictObject({
  source: z.enum(['anpr', 'card']),
  name: z.string(),
  surname: z.string(),
  codiceFiscale: z.string(),
  /** As in ANPR's `generalita`, where N is a value of its own. */
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
/** A person's data from ANPR itself. */
export const anprPerson = registeredPerson.extend({ source: z.literal('anpr') })
export type RegisteredPerson = z.infer<typeof registeredPerson>
