import { z } from 'zod'
import { count, isoInstant, operationId, totemId } from '../identity.ts'
import { officeId } from './people.ts'
import { reason } from './prose.ts'
import { region } from './regions.ts'

/** What somebody works on: one totem, an office, a region or the fleet. */
export const maintenanceScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('totem'), totem: totemId }),
  z.strictObject({ kind: z.literal('ufficio'), office: officeId }),
  z.strictObject({ kind: z.literal('regione'), region }),
  z.strictObject({ kind: z.literal('flotta') }),
])
export type MaintenanceScope = z.infer<typeof maintenanceScope>

/** A window is no longer than this: what lasts longer is a withdrawal. */
export const MOST_HOURS = 72
/** More totems than these are not silenced by one person alone. */
export const ALONE_TOTEMS = 50

export const maintenanceWish = z.strictObject({
  scope: maintenanceScope,
  from: isoInstant,
  until: isoInstant,
  reason,
})
export const maintenanceQuery = z.strictObject({ totem: totemId.optional() })
export const maintenanceNamed = z.strictObject({ window: operationId })
export const maintenanceMade = z.strictObject({ window: operationId, needsSecond: z.boolean() })

/**
 * `proposed`: waits for a second person, since it covers more totems than one may silence alone. It ends by itself at `until`;
 * somebody may end it before.
 */
const maintenanceWindow = z.strictObject({
  ...{ window: operationId, ...maintenanceWish.shape, reason: z.string(), totems: count },
  state: z.enum(['proposed', 'planned', 'now', 'ended']),
  by: z.string(),
  approvedBy: z.string().nullable(),
  endedBy: z.string().nullable(),
  /** Whoever asks has proposed it: another must approve it. */
  isOwn: z.boolean(),
})
export type MaintenanceWindow = z.infer<typeof maintenanceWindow>
/** Those of the last seven days, and what is to come. */
export const maintenanceList = z.strictObject({ windows: z.array(maintenanceWindow), at: isoInstant })
