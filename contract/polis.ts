import { z } from 'zod'
import { region } from './console/regions.ts'
import { count, isoInstant } from './identity.ts'

/**
 * The public figures of Polis, under `/polis/v1`: what anybody may read. Names and shapes of `dashboard` are those of the
 * dashboard of ANPR's migration (teamdigitale/anpr-dashboard-server): `sub` (subentro) stands for comuni with a totem in
 * service, `pre` (presubentro) for those whose Polis counter is open and whose totem is to come.
 */
export const polisStates = ['totem-attivo', 'sportello-attivo', 'previsto', 'non-previsto'] as const
const polisState = z.enum(polisStates)
export type PolisState = (typeof polisStates)[number]

const istat = z.string().regex(/^\d{6}$/)
const day = z.iso.date()

/** `population`: null where no source tells it. `from`, `to`: when it is planned. `formerly`: the name it was found by. */
export const polisComune = z.strictObject({
  istat,
  name: z.string(),
  other: z.string().nullable(),
  region,
  province: z.string(),
  population: count.nullable(),
  /** By ANPR's open data, on the day that the dashboard names; null where there are none. */
  residents: count.nullable(),
  state: polisState,
  from: day.nullable(),
  to: day.nullable(),
  counterSince: day.nullable(),
  totemSince: day.nullable(),
})
export type PolisComune = z.infer<typeof polisComune>
export const polisParams = z.strictObject({ istat })

export const polisQuery = z.strictObject({ q: z.string().trim().min(2).max(60) })
export const polisFound = z.strictObject({
  found: z.array(polisComune.extend({ formerly: z.strictObject({ name: z.string(), until: day }).nullable() })),
})
export type PolisFound = z.infer<typeof polisFound>['found'][number]

const curve = z.array(z.strictObject({ date: day, comuni: count, popolazione: count }))
export type PolisCurve = z.infer<typeof curve>

/** What is counted of fewer people than this could show one of them. */
export const SMALL = 5
/** Null: hidden, because it is small or would show one that is. */
const hidden = count.nullable()

/**
 * What the Ministry counts of all Italy, as an operator has laid it here: beside our own figures, never among them.
 * `exempt`: without bollo. `population`: on the day on which ANPR was counted.
 */
const openData = z.strictObject({
  source: z.string(),
  certificates: z
    .array(z.strictObject({ month: z.string().regex(/^\d{4}-\d{2}$/), bollo: count, exempt: count, total: count }))
    .nullable(),
  population: z.strictObject({ of: day, comuni: count, residents: count }).nullable(),
})
export type PolisOpenData = z.infer<typeof openData>

/**
 * `prev`: planned and not open yet. `documents`: certificates given at totems in the last three whole months, by region; small
 * numbers are hidden, and with them others from which they could be worked out.
 */
export const polisDashboard = z.strictObject({
  at: isoInstant,
  summaries: z.strictObject({
    com_sub: count,
    pop_sub: count,
    com_pre: count,
    pop_pre: count,
    com_prev: count,
    pop_prev: count,
    comuni: count,
    popolazione: count,
  }),
  charts: z.strictObject({ subentro: curve, presubentro: curve }),
  regions: z.array(z.strictObject({ region, comuni: count, com_sub: count, com_pre: count, com_prev: count })),
  documents: z.strictObject({
    months: z.array(z.string().regex(/^\d{4}-\d{2}$/)),
    rows: z.array(z.strictObject({ region, counts: z.array(hidden) })),
    totals: z.array(hidden),
  }),
  openData: openData.nullable(),
})
export type PolisDashboard = z.infer<typeof polisDashboard>

/** One point for each comune whose place is known (RFC 7946: longitude first). */
export const polisMap = z.strictObject({
  type: z.literal('FeatureCollection'),
  features: z.array(
    z.strictObject({
      type: z.literal('Feature'),
      geometry: z.strictObject({ type: z.literal('Point'), coordinates: z.tuple([z.number(), z.number()]) }),
      properties: z.strictObject({ istat, name: z.string(), region, state: polisState }),
    }),
  ),
})
export type PolisMap = z.infer<typeof polisMap>
