import { z } from 'zod'
import { printerStatus } from './device.ts'
import { isoInstant } from './identity.ts'

const version = z.string().regex(/^[\w.+-]{1,32}$/)
const count = z.number().int().min(0)

/**
 * How a totem is, once a minute (`POST /v1/heartbeat`): the newest one is kept, for the operators. Codes and numbers only.
 * `at` is the totem's own clock, beside which the gateway notes its own: an operator sees a clock that is wrong.
 */
export const heartbeat = z.strictObject({
  at: isoInstant,
  /** Since main was started. */
  uptimeS: count,
  versions: z.strictObject({ totem: version, electron: version, node: version, schema: count }),
  devices: z.strictObject({
    available: z.boolean(),
    restarts: count,
    /** A state of contract/device.ts `cardState`. */
    reader: z.string().regex(/^[a-z-]{1,32}$/),
    printer: printerStatus,
  }),
  /** Sheets that the printer has acknowledged since main was started. */
  sheets: count,
  queue: z.strictObject({
    queued: count,
    /** The gateway has them, ANPR's answer has not come yet. */
    submitted: count,
    waiting: count,
    /** Set aside: somebody must look. */
    aside: count,
    /** Of the oldest that is queued or submitted; null when there is none. */
    oldestAgeS: count.nullable(),
  }),
  journal: z.strictObject({ unsent: count }),
  disk: z.strictObject({ freeMb: count }),
})
export type Heartbeat = z.infer<typeof heartbeat>
