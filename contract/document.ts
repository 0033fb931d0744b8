import { z } from 'zod'
import { personName } from './identity.ts'

/** As much of a date as is known: the day, the month, or only the year. */
export const partialDate = z.union([
  z.iso.date(),
  z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  z.string().regex(/^\d{4}$/),
])

/**
 * How a person belongs to a sheet of the register: in a famiglia anagrafica `relation` is a code of ANPR's table 5, in a
 * convivenza (an institution such as a convent, a barracks, a care home) one of its table 6.
 */
export const belonging = { tie: z.enum(['family', 'convivenza']), relation: z.string() }
export type Belonging = z.infer<z.ZodObject<typeof belonging>>
/** People of a convivenza are no famiglia anagrafica (art. 5 DPR 223/1989). */
export const isConvivenza = (sheet: readonly Pick<Belonging, 'tie'>[]): boolean =>
  sheet.some(({ tie }) => tie === 'convivenza')

/**
 * How somebody belongs to the sheet, as the holder sees it. `kin`: what they are to the holder. `head`: to the
 * intestatario of the sheet, where the sheet tells no more. `convivenza`: their place in it. `relation`: a code of
 * ANPR's table 5, in a convivenza of its table 6.
 */
export const tie = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('self') }),
  z.strictObject({ to: z.literal('kin'), relation: z.string() }),
  z.strictObject({ to: z.literal('head'), relation: z.string(), head: personName }),
  z.strictObject({ to: z.literal('convivenza'), relation: z.string() }),
])
export type Tie = z.infer<typeof tie>

/** Somebody on the sheet, as printed. `name` or `surname` may be empty: not everybody has both. */
const registeredRelative = z.strictObject({
  name: z.string(),
  surname: z.string(),
  born: partialDate.nullable(),
  ...belonging,
})

/**
 * A person's data for a visura or a dichiarazione sostitutiva, read from ANPR's answers or, with `source` "card", from
 * the card: name, codice fiscale and, of a CNS, day of birth and sex. The family always comes from ANPR. A visura
 * leaves a null out; a declaration leaves room to write it by hand.
 */
export const registeredPerson = z.strictObject({
  source: z.enum(['anpr', 'card']),
  /** Empty for somebody who has no name, or no surname. */
  name: z.string(),
  surname: z.string(),
  codiceFiscale: z.string(),
  /** As in ANPR's `generalita`, where N is a value of its own. */
  sex: z.enum(['M', 'F', 'N']).nullable(),
  born: partialDate.nullable(),
  /** e.g. `SPELLO (PG)`, or place and state abroad. */
  birthPlace: z.string().nullable(),
  residence: z.strictObject({ comune: z.string().nullable(), address: z.string().nullable() }).nullable(),
  /** Names of states, e.g. `ITALIA`. */
  citizenships: z.array(z.string()).min(1).nullable(),
  /** Table 1 code. */
  statoCivile: z.enum(['1', '2', '3', '4', '6', '7', '8']).nullable(),
  family: z.array(registeredRelative).min(1).nullable(),
})
/** A person's data from ANPR itself. */
export const anprPerson = registeredPerson.extend({ source: z.literal('anpr') })
export type RegisteredPerson = z.infer<typeof registeredPerson>
