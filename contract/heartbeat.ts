import { z } from 'zod'
import { printerStatus } from './device.ts'
import { count, isoInstant } from './identity.ts'
import { lastOutage } from './line.ts'
import { releaseStanding } from './release.ts'

const version = z.string().regex(/^[\w.+-]{1,32}$/)

/**
 * State of a totem, once a minute and soon after its devices change (`POST /v1/heartbeat`). The gateway keeps the newest one for the operators. It holds
 * codes and numbers, and the name of the office. `at` is the totem's own clock; the gateway notes its own beside it, so that operators see a
 * wrong clock.
 */
export const heartbeat = z.strictObject({
  at: isoInstant,
  /** Seconds since main was started. */
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
  /** Dead processes and void sheets since main was started. */
  faults: count.default(0),
  queue: z.strictObject({
    queued: count,
    /** The gateway has these requests, and ANPR has not answered yet. */
    submitted: count,
    waiting: count,
    /** Set aside until a technician looks. */
    aside: count,
    /** Age of the oldest request that is queued or submitted; null when there is none. */
    oldestAgeS: count.nullable(),
  }),
  journal: z.strictObject({ unsent: count }),
  disk: z.strictObject({ freeMb: count }),
  /** When the totem's own TLS certificate ends; null: its file cannot be read. Totems of an earlier version say nothing. */
  certificateEnds: isoInstant.nullable().default(null),
  /** Where the totem stands, as its papers name it: for operators, who know where it should stand. */
  office: z.string().max(120).nullable().default(null),
  /** Why and when the line was last down; null: not since main was started. */
  lastOutage: lastOutage.nullable().default(null),
  /** How the totem stands with releases; null: it takes none by itself. */
  release: releaseStanding.nullable().default(null),
  /** Why no visit can begin (contract/journeys/arrive.ts, `outOfService`); null: one can, or the totem starts. */
  out: z
    .string()
    .regex(/^[a-z-]{1,32}$/)
    .nullable()
    .default(null),
  /** The commands of operators that this version knows (contract/command.ts). */
  commands: z
    .array(z.string().regex(/^[a-z-]{1,32}$/))
    .max(40)
    .default([]),
})
export type Heartbeat = z.infer<typeof heartbeat>
