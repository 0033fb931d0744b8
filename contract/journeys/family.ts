import { z } from 'zod'
import { registeredPerson, tie } from '../document.ts'
import { personName } from '../identity.ts'
import { personSection, personSections } from '../person.ts'

/** The holder's family sheet, and what ANPR holds of each person on it. */

const { sex } = registeredPerson.shape
const who = { ...personName.shape, sex, tie }

const on = z.iso.date().nullable()
/** `no-day`: not in the calendar, or before 1900. */
export const wrongDay = z.enum(['no-day', 'future', 'before-birth'])
export type WrongDay = z.infer<typeof wrongDay>

export const screens = [
  /** `index` is what `chooseMember` answers with; null: the register tells nothing more of them here. */
  z.strictObject({
    screen: z.literal('family'),
    members: z.array(
      z.strictObject({
        ...who,
        index: z.number().int().nullable(),
        yearOfBirth: z.number().int().nullable(),
        deceased: z.boolean(),
      }),
    ),
  }),
  /** The sheet is ANPR's: it needs the line. */
  z.strictObject({ screen: z.literal('family-unavailable') }),
  /**
   * `identity` null while ANPR is asked. Its codice fiscale is masked: people stand behind the holder. `on`: the data are
   * of that day; null: of today. `certificate`: one may be asked for about this person.
   */
  z.strictObject({
    screen: z.literal('member'),
    ...{ ...who, on, certificate: z.boolean() },
    identity: personSections.shape.identity.nullable(),
    sections: z.array(personSection),
  }),
  /** `told` null while ANPR is asked. */
  z.strictObject({
    screen: z.literal('member-section'),
    ...{ ...personName.shape, on },
    section: personSection,
    told: personSections.partial().nullable(),
  }),
  /** ANPR does not tell now, or not of that day. */
  z.strictObject({ screen: z.literal('member-unavailable'), ...personName.shape, on }),
  /** The day whose data are wanted. `wrong`: why the day that was typed is none of those. */
  z.strictObject({ screen: z.literal('member-day'), ...personName.shape, wrong: wrongDay.nullable() }),
] as const

export const steps = {
  family: null,
  'family-unavailable': null,
  member: null,
  'member-section': null,
  'member-unavailable': null,
  'member-day': null,
} as const

/** More people than any sheet has. */
const MOST_PEOPLE = 500

export const answers = [
  z.strictObject({ type: z.literal('chooseMember'), index: z.number().int().min(0).max(MOST_PEOPLE) }),
  z.strictObject({ type: z.literal('openSection'), section: personSection }),
  /** A certificate about the person whose page is open; for a public body it leads to the holder's declaration. */
  z.strictObject({ type: z.literal('certificateFor') }),
  z.strictObject({ type: z.literal('otherDay') }),
  z.strictObject({ type: z.literal('dataOfToday') }),
  /** Day, month and year as typed. Main judges whether the calendar has that day. */
  z.strictObject({ type: z.literal('enterDay'), digits: z.string().regex(/^\d{8}$/) }),
] as const
