import { z } from 'zod'
import { partialDate, registeredPerson } from './document.ts'
import { identityCard, problem } from './gateway.ts'
import { idAnpr, isoInstant, personName } from './identity.ts'

/**
 * What ANPR holds of one person of the holder's family sheet, or of the holder.
 *   POST /v1/sessions/current/person   (Bearer) personRequest → personDetail
 * ANPR is asked for the sections that are named and for no other (GDPR art. 5.1.c): a screen asks for `identity` when a
 * person is picked, and for another section when somebody opens it.
 */
export const personSection = z.enum(['identity', 'residence', 'citizenship', 'marriage', 'union', 'document'])
export type PersonSection = z.infer<typeof personSection>

/** `on`: the day whose version of the register is wanted, not after today; null: today's. */
export const personRequest = z.strictObject({
  subject: idAnpr,
  sections: z
    .array(personSection)
    .min(1)
    .refine((all) => new Set(all).size === all.length, 'a section twice'),
  on: z.iso.date().nullable(),
})
export type PersonRequest = z.infer<typeof personRequest>

/**
 * An act of stato civile. `archive`: it stands in the national archive (ANSC), where an act has no number of a comune's
 * register.
 */
const act = z.strictObject({
  comune: z.string().nullable(),
  year: z.string().nullable(),
  number: z.string().nullable(),
  archive: z.boolean(),
})

/** Marriage or civil union. `partner` null: ANPR names nobody. */
const bond = z.strictObject({
  partner: personName.nullable(),
  on: partialDate.nullable(),
  place: z.string().nullable(),
  act: act.nullable(),
})

const { name, surname, sex, born, birthPlace, statoCivile } = registeredPerson.shape
export const personSections = z.strictObject({
  identity: z.strictObject({
    ...{ name, surname, sex, born, birthPlace, statoCivile },
    /** Whole: a screen masks it, since people stand behind the holder. */
    codiceFiscale: z.string().nullable(),
  }),
  /** The present one first, then the former ones; `since`: when it began. */
  residence: z.array(
    z.strictObject({ comune: z.string().nullable(), address: z.string().nullable(), since: partialDate.nullable() }),
  ),
  /** Names of states, e.g. `ITALIA`. */
  citizenship: z.array(z.strictObject({ state: z.string(), since: partialDate.nullable() })),
  marriage: bond.nullable(),
  union: bond.nullable(),
  /** The identity card. `expires` is read from the register and never computed; `cancelled`: since when it is void. */
  document: z
    .strictObject({
      ...identityCard.shape,
      number: z.string().nullable(),
      issued: partialDate.nullable(),
      /** Comune or consulate. */
      issuer: z.string().nullable(),
    })
    .nullable(),
})
export type PersonSections = z.infer<typeof personSections>

/**
 * The sections that were asked for. Null or an empty list: the register says nothing of it. `missing`: sections that
 * ANPR did not tell now, each with its reason. `reference`: idOperazioneANPR of each consultation; `at`: when ANPR
 * answered.
 */
export const personDetail = personSections.partial().extend({
  missing: z.array(problem.extend({ section: personSection })),
  reference: z.string(),
  at: isoInstant,
})
export type PersonDetail = z.infer<typeof personDetail>
