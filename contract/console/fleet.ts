import { z } from 'zod'
import { count, isoInstant, operationId, totemId } from '../identity.ts'
import { journalEntry } from '../journal.ts'
import { openingHours } from '../office.ts'
import { readinessSheet } from '../readiness.ts'
import { officeId } from './people.ts'
import { region } from './regions.ts'

/**
 * How a totem stands, the worst first. `fuori-linea`: nothing was heard of it for five minutes while its office is open;
 * `in-ritardo`: it is heard, and its heartbeat does not come; `ridotto`: it is heard and cannot do all of its work;
 * `in-manutenzione`: somebody works on it; `chiuso`: the office is; `mai-visto`: it has a place and never called.
 */
export const totemStates = [
  ...([
    'fuori-linea',
    'ridotto',
    'in-ritardo',
    'in-manutenzione',
    'ritirato',
    'mai-visto',
    'chiuso',
    'in-servizio',
  ] as const),
] as const
const totemState = z.enum(totemStates)

export const sorts = ['stato', 'totem', 'ufficio', 'sentito', 'coda'] as const
export type FleetSort = (typeof sorts)[number]

/**
 * The address of the screen holds it: a copied address is the same view. `q`: part of id, office or comune. `after`: the
 * cursor of the page before.
 */
export const fleetQuery = z.strictObject({
  q: z.string().trim().max(60).optional(),
  state: totemState.optional(),
  region: region.optional(),
  printer: z
    .string()
    .regex(/^[A-Za-z]{1,20}$/)
    .optional(),
  sort: z.enum(sorts).optional(),
  desc: z.enum(['1']).optional(),
  after: z.string().max(400).optional(),
})
/** The same filters for the map, which has neither order nor pages. */
export const mapQuery = fleetQuery.omit({ sort: true, desc: true, after: true })
export type MapQuery = z.infer<typeof mapQuery>
export type FleetQuery = z.infer<typeof fleetQuery>

const place = z.strictObject({
  office: officeId.nullable(),
  name: z.string(),
  comune: z.string().nullable(),
  region: region.nullable(),
})

/** `heard` and `ready` are two flags: a totem may call and be of no use to a citizen. `at`: its last heartbeat. */
export const fleetTotem = z.strictObject({
  totem: totemId,
  place: place.nullable(),
  state: totemState,
  heard: z.boolean(),
  ready: z.boolean(),
  at: isoInstant.nullable(),
  printer: z.string().nullable(),
  reader: z.string().nullable(),
  waiting: count,
  aside: count,
  version: z.string().nullable(),
  /** Why no visit can begin, as the totem says it. */
  out: z.string().nullable(),
})
export type FleetTotem = z.infer<typeof fleetTotem>

/** `counts`: totems of each state, by the same filter but for the state. */
export const fleetPage = z.strictObject({
  totems: z.array(fleetTotem),
  counts: z.record(z.string(), count),
  next: z.string().nullable(),
  at: isoInstant,
})

/**
 * Totems by where their comune lies (degrees: longitude, latitude). `nowhere`: those of which nobody knows it, by state. `land`: a
 * coarse grid of Italy's comuni, on which they are drawn.
 */
export const fleetMap = z.strictObject({
  points: z.array(z.strictObject({ totem: totemId, state: totemState, at: z.tuple([z.number(), z.number()]) })),
  nowhere: z.record(z.string(), count),
  land: z.array(z.tuple([z.number(), z.number()])),
})

export const totemParams = z.strictObject({ totem: totemId })

/**
 * `address`, `hours`: of the office. `heartbeat`: as the totem sent it. `readiness`: its newest report, with the time at the gateway
 * when that came. `withdrawnAt`: an operator has asked it out.
 */
export const totemPage = z.strictObject({
  totem: fleetTotem,
  address: z.string().nullable(),
  hours: z.array(openingHours).nullable(),
  patron: z.string().nullable(),
  withdrawnAt: isoInstant.nullable(),
  heartbeat: z.record(z.string(), z.unknown()).nullable(),
  readiness: readinessSheet.extend({ receivedAt: isoInstant }).nullable(),
  notes: z.array(z.strictObject({ note: operationId, at: isoInstant, by: z.string(), text: z.string() })),
})
export type TotemPage = z.infer<typeof totemPage>
export const noteText = z.strictObject({
  text: z
    .string()
    .trim()
    .regex(/^[^\p{C}]+$/u)
    .max(500),
})

/** Minutes of each hour in which the totem was heard, and was ready; hours in which nothing came are left out. */
export const totemHours = z.strictObject({
  hours: z.array(
    z.strictObject({ at: isoInstant, heard: z.number().int().min(0).max(60), ready: z.number().int().min(0).max(60) }),
  ),
})

/** Newest first by the gateway's clock. `before`: the cursor of the page before. */
export const logQuery = z.strictObject({
  severity: z.enum(['warn', 'alarm']).optional(),
  before: z.string().max(200).optional(),
})
export const logPage = z.strictObject({
  entries: z.array(
    journalEntry
      .omit({ previous: true, hash: true, event: true })
      .extend({ event: z.string(), receivedAt: isoInstant }),
  ),
  next: z.string().nullable(),
})
