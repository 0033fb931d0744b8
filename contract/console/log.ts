import { z } from 'zod'
import { count, isoInstant, operationId, totemId } from '../identity.ts'
import { journalEntry } from '../journal.ts'
import { type JournalEventId, journalEvents } from '../journal-events.ts'
import { officeId } from './people.ts'
import { region } from './regions.ts'

/**
 * What a search of the sync logs asks for; all of it must hold. `severity`: at least so severe. `from`, `until`: when the
 * gateway received an entry, whatever its totem's clock said. The address of the screen holds it.
 */
const filter = {
  event: z.enum(Object.keys(journalEvents) as [JournalEventId, ...JournalEventId[]]).optional(),
  severity: z.enum(['warn', 'alarm']).optional(),
  totem: totemId.optional(),
  office: officeId.optional(),
  region: region.optional(),
  from: isoInstant.optional(),
  until: isoInstant.optional(),
  operation: operationId.optional(),
}
export const logFilter = z.strictObject(filter)
export type LogFilter = z.infer<typeof logFilter>

/** `before`: the cursor of the page before. */
export const logSearch = z.strictObject({ ...filter, before: z.string().max(400).optional() })

/** `event` is a text: a totem of another version may know others. */
const foundEntry = journalEntry
  .omit({ previous: true, event: true })
  .extend({ event: z.string(), receivedAt: isoInstant, office: z.string().nullable(), region: region.nullable() })
export type FoundEntry = z.infer<typeof foundEntry>

/** Newest first, by when the gateway received them. */
export const logFound = z.strictObject({ entries: z.array(foundEntry), next: z.string().nullable(), at: isoInstant })

/** `csv`: for a spreadsheet, in Italian; `ndjson`: an entry of the search a line. */
export const logFileQuery = z.strictObject({ ...filter, format: z.enum(['csv', 'ndjson']) })

/** Of one totem: the entries that the gateway received in this time, and those between them in their chains. */
export const logRange = z.strictObject({ from: isoInstant.optional(), until: isoInstant.optional() })

/**
 * Whether each entry has its own hash and hangs on the one before. `isWhole`: the range was not too long to be looked at to its
 * end. `reason` as in trust/sync-log.ts.
 */
export const logVerdict = z.strictObject({
  kind: z.enum(['sound', 'broken']),
  entries: count,
  isWhole: z.boolean(),
  chains: z.array(z.strictObject({ chain: operationId, from: count, upTo: count })),
  faults: z.array(z.strictObject({ chain: operationId, seq: count, reason: z.string() })),
})

const MINUTE_MS = 60_000
/** A totem keeps what it could not send for fourteen months. */
const KEPT_MS = 425 * 24 * 60 * MINUTE_MS
/**
 * How the totem's time of an entry stands beside the gateway's: `late`: it waited for the line. `ahead`, `behind`: one of the
 * clocks was wrong.
 */
export function clockOf({ at, receivedAt }: Pick<FoundEntry, 'at' | 'receivedAt'>) {
  const waited = Date.parse(receivedAt) - Date.parse(at)
  if (waited < -2 * MINUTE_MS) return 'ahead'
  if (waited > KEPT_MS) return 'behind'
  return waited > 10 * MINUTE_MS ? 'late' : 'agrees'
}
