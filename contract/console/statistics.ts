import { z } from 'zod'
import { count, isoInstant, operationId } from '../identity.ts'
import { prose } from './prose.ts'
import { region } from './regions.ts'

// What was given to citizens, and what stood in the way. No figure is of a person, a totem or an hour.

export const channels = ['totem', 'sportello', 'massiva', 'portale'] as const
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)
const day = z.iso.date()
const istat = z.string().regex(/^\d{6}$/)
/** An office by its id: a post office's, a comune's own (`015146/Larga`), or one of another body (`USL2:PROTESI`). */
const office = z.string().regex(/^[^\p{C}]{1,90}$/u)
const product = z.string().regex(/^[a-z]+(-[A-Za-z\d+-]{1,60})?$/)

/** Null: hidden, because it is of few people, or one of those would follow from it. */
const hidden = count.nullable()

/**
 * `pubblicabili`: as they may leave the ente, whoever asks. Else they are exact for who may see them so.
 */
const numbers = z.enum(['pubblicabili']).optional()

export const groupings = ['prodotto', 'canale', 'ufficio', 'regione', 'bollo'] as const
export type Grouping = (typeof groupings)[number]
/**
 * `month`: the newest that is shown, the last whole one where it is not said; `months`: so many up to it. The filters are for
 * exact figures alone, but for the region of offices: what two lists differ by could show what one of them hides.
 */
export const productsQuery = z.strictObject({
  month: month.optional(),
  months: z.coerce.number().int().min(1).max(12).optional(),
  by: z.enum(groupings).optional(),
  regione: region.optional(),
  ufficio: office.optional(),
  canale: z.enum(channels).optional(),
  prodotto: product.optional(),
  numbers,
})

/** A month beside the same of the year before. */
const pair = z.strictObject({ now: hidden, before: hidden })
export type Pair = z.infer<typeof pair>
/** Where figures come from: `totem`, what this system has counted itself, or whoever else has, by the day that they tell. */
const source = z.strictObject({ name: z.string(), of: day.nullable() })
/**
 * `exact`: nothing is hidden. `mayExact`: whoever asks may see them so. `openFrom`: days from here on are still counted anew.
 * `late`: how many came too late for the months that are shown; null where that would tell of few.
 */
export const productsPage = z.strictObject({
  at: isoInstant,
  countedAt: isoInstant.nullable(),
  by: z.enum(groupings),
  months: z.array(month),
  rows: z.array(
    z.strictObject({ id: z.string(), name: z.string(), group: z.string().nullable(), cells: z.array(pair) }),
  ),
  totals: z.array(pair),
  exact: z.boolean(),
  mayExact: z.boolean(),
  openFrom: day.nullable(),
  late: z.number().int().nullable(),
  sources: z.array(source),
})
export type ProductsPage = z.infer<typeof productsPage>

/**
 * A month's products by channel, or its consultations by what came of them, with totals of both. Lines that are small as a
 * whole stand together.
 */
export const crossQuery = z.strictObject({ month: month.optional(), numbers })
export const crossPage = z.strictObject({
  month,
  columns: z.array(z.string()),
  rows: z.array(z.strictObject({ name: z.string(), cells: z.array(hidden), total: hidden })),
  totals: z.array(hidden),
  total: hidden,
  exact: z.boolean(),
  mayExact: z.boolean(),
})
export type CrossPage = z.infer<typeof crossPage>

export const regimeKinds = ['chiusura', 'riapertura'] as const
const territory = { comune: istat.nullable(), regione: region.nullable() }
/** The rules of an emergency; neither comune nor region: all of Italy. `until` null: no end is known. */
const regime = z.strictObject({
  regime: operationId,
  kind: z.enum(regimeKinds),
  name: z.string(),
  ...territory,
  from: day,
  until: day.nullable(),
  by: z.string(),
})
export type Regime = z.infer<typeof regime>
const terms = { from: day, until: day.nullable() }
const inOrder = ({ from, until }: { from: string; until: string | null }) => until === null || from <= until
export const regimeWish = z
  .strictObject({ kind: z.enum(regimeKinds), name: prose(80), ...territory, ...terms })
  .refine(inOrder, { path: ['until'] })
export const regimeEnd = z.strictObject({ regime: operationId, until: day })

/** Electronic identity cards, day by day: what comuni have brought. `mean`: of seven days up to this one. */
export const cieQuery = z.strictObject({ from: day.optional(), until: day.optional(), numbers })
export const ciePage = z.strictObject({
  from: day,
  until: day,
  days: z.array(z.strictObject({ day, count: hidden, mean: z.number().nullable() })),
  regimes: z.array(regime),
  exact: z.boolean(),
  mayExact: z.boolean(),
  sources: z.array(source),
})
export type CiePage = z.infer<typeof ciePage>

export const closureReasons = ['lavori', 'emergenza', 'personale', 'impianti', 'altro'] as const
const closure = z.strictObject({
  closure: operationId,
  from: day,
  until: day.nullable(),
  reason: z.enum(closureReasons),
  note: z.string().nullable(),
  by: z.string(),
})
export type Closure = z.infer<typeof closure>
/** `state`: today. `next`: the closure that is to come, where the office is open. */
export const officesPage = z.strictObject({
  today: day,
  offices: z.array(
    z.strictObject({
      ...{ office, name: z.string(), kind: z.enum(['polis', 'sede']) },
      ...{ regione: region.nullable(), comune: z.string().nullable() },
      state: z.enum(['aperto', 'chiuso']),
      closure: closure.nullable(),
      next: closure.nullable(),
      /** Days in the last twelve months on which it was shut so. */
      closedDays: count,
    }),
  ),
  regimes: z.array(regime),
  mayWrite: z.boolean(),
})
export type OfficesPage = z.infer<typeof officesPage>
export const officesQuery = z.strictObject({ state: z.enum(['aperto', 'chiuso']).optional() })
export const closureWish = z
  .strictObject({ office, reason: z.enum(closureReasons), note: prose(200).nullable(), ...terms })
  .refine(inOrder, { path: ['until'] })
export const closureEnd = z.strictObject({ closure: operationId, until: day })

/**
 * A comune's own count, as CSV with `giorno` (or `mese`), `ufficio`, `prodotto`, `canale` and `n`. What it brings again takes
 * the place of what it brought before. `source` and `of` are named wherever the figures are shown.
 */
export const broughtFile = z.strictObject({
  comune: istat,
  source: prose(80),
  of: day,
  csv: z.string().max(2_000_000),
})
/** What of a file cannot be used, by its line; then nothing of it is taken. */
export const broughtAnswer = z.strictObject({
  rows: count,
  faults: z.array(
    z.strictObject({ line: count, kind: z.enum(['columns', 'empty', 'day', 'product', 'channel', 'count', 'twice']) }),
  ),
})
export type BroughtAnswer = z.infer<typeof broughtAnswer>
