import { z } from 'zod'
import { count, isoInstant, operationId, totemId } from '../identity.ts'
import { conditionIds, severities } from './conditions.ts'
import { personRef } from './people.ts'
import { reason } from './prose.ts'
import { region } from './regions.ts'

/** `ended`: those of the last seven days too. `all`: also those that follow from another, or are under maintenance. */
export const alarmQuery = z.strictObject({
  totem: totemId.optional(),
  condition: z.enum(conditionIds).optional(),
  severity: z.enum(severities).optional(),
  region: region.optional(),
  ended: z.enum(['1']).optional(),
  all: z.enum(['1']).optional(),
})

/**
 * One alarm for each condition and subject, however often it fires. `confirmedAt`: it has lasted for as long as the table
 * asks; before, it is watched and calls nobody. `follows`: from which other condition; `maintained`: somebody works there.
 * `takenBy`: who looks after it; `assignedBy`: who gave it to them. `times`: how often it came back within ten minutes of its
 * end, as one that flaps.
 */
const alarm = z.strictObject({
  alarm: operationId,
  condition: z.enum(conditionIds),
  severity: z.enum(severities),
  totem: totemId.nullable(),
  office: z.string().nullable(),
  region: region.nullable(),
  detail: z.string().nullable(),
  since: isoInstant,
  confirmedAt: isoInstant.nullable(),
  endedAt: isoInstant.nullable(),
  times: count,
  follows: z.enum(conditionIds).nullable(),
  maintained: z.boolean(),
  takenBy: z.string().nullable(),
  takenAt: isoInstant.nullable(),
  assignedBy: z.string().nullable(),
  notes: z.array(z.strictObject({ at: isoInstant, by: z.string(), text: z.string() })),
})

/**
 * Whether somebody is called when an alarm fires. `none`: no Alertmanager is named, so that nobody is. `lost`: one is named, and
 * since `since` it does not answer, or Prometheus does not reach it: nobody is called either.
 */
const bell = z.strictObject({ state: z.enum(['rings', 'none', 'lost']), since: isoInstant.nullable() })

/** `hidden`: how many are left out because they follow from another, or are under maintenance. */
export const alarmList = z.strictObject({
  alarms: z.array(alarm),
  hidden: z.strictObject({ following: count, maintained: count }),
  bell,
  at: isoInstant,
})

export const alarmParams = z.strictObject({ alarm: operationId })
export const alarmNote = z.strictObject({ text: reason })
export const alarmAssign = z.strictObject({ person: personRef })
/** Who can look after it: whose grants, at this moment, let them handle alarms where it is. */
export const alarmPeople = z.strictObject({ people: z.array(z.strictObject({ person: personRef, name: z.string() })) })
