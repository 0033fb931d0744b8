import { z } from 'zod'
import { count, isoInstant, operationId, totemId } from '../identity.ts'
import { conditionIds, severities } from './conditions.ts'
import { reason } from './prose.ts'
import { region } from './regions.ts'

/** `ended`: those of the last seven days too. */
export const alarmQuery = z.strictObject({
  totem: totemId.optional(),
  condition: z.enum(conditionIds).optional(),
  severity: z.enum(severities).optional(),
  ended: z.enum(['1']).optional(),
})

/**
 * One alarm for each condition and subject, however often it fires. `takenBy`: who looks after it; it may have been assigned
 * to them. `times`: how often it came back within ten minutes of its end, as one that flaps.
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
  endedAt: isoInstant.nullable(),
  times: count,
  takenBy: z.string().nullable(),
  takenAt: isoInstant.nullable(),
  notes: z.array(z.strictObject({ at: isoInstant, by: z.string(), text: z.string() })),
})
/** `wakes`: somebody is called when an alarm fires. Without a Prometheus nobody is, and the screen says so. */
export const alarmList = z.strictObject({ alarms: z.array(alarm), wakes: z.boolean(), at: isoInstant })

export const alarmParams = z.strictObject({ alarm: operationId })
export const alarmNote = z.strictObject({ text: reason })
