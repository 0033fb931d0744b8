import { z } from 'zod'

/** Days of the week, from Monday. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const day = z.enum(weekdays, 'not a day: mon, tue, wed, thu, fri, sat or sun')
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day: 08:20')

/** The counter is open from `opens` to `closes` on each day from `from` to `to`; an office that closes for lunch has two. */
export const openingHours = z
  .strictObject({ from: day, to: day, opens: time, closes: time })
  .refine(({ from, to }) => weekdays.indexOf(from) <= weekdays.indexOf(to), 'ends on a day before it begins')
  .refine(({ opens, closes }) => opens < closes, 'closes before it opens')
export type OpeningHours = z.infer<typeof openingHours>

const overlap = (one: OpeningHours, other: OpeningHours) =>
  weekdays.indexOf(one.from) <= weekdays.indexOf(other.to) &&
  weekdays.indexOf(other.from) <= weekdays.indexOf(one.to) &&
  one.opens < other.closes &&
  other.opens < one.closes

/** A week's hours, as many lines as a screen shows. */
export const officeHours = z
  .array(openingHours)
  .max(4)
  .refine((all) => !all.some((one, at) => all.slice(at + 1).some((other) => overlap(one, other))), 'hours that overlap')

/** Another totem, for whoever finds this one out of service. `distance`: metres to walk. */
export const nearbyTotem = z.strictObject({
  name: z.string().min(1).max(60),
  address: z.string().min(1).max(80),
  distance: z.int().positive().max(100_000, 'more than 100 km: it is in metres').exactOptional(),
})
