import { z } from 'zod'
import { count, isoInstant, operationId } from '../identity.ts'
import { personRef, roles } from './people.ts'

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)

/** `previous` of the first entry. */
export const FIRST_AUDIT_PREVIOUS = '0'.repeat(64)

/**
 * One deed at the console, or one look. `actor` null: the gateway itself, or somebody at its machine. `role`: by which grant.
 * `n` starts at 1 and has no gaps. `hash`: SHA-256 in hex of the UTF-8 bytes of `auditHashInput`.
 */
export const auditEntry = z.strictObject({
  n: z.number().int().min(1),
  /** Whole milliseconds, always. */
  at: isoInstant.regex(/\.\d{3}Z$/),
  actor: personRef.nullable(),
  role: z.enum(roles).nullable(),
  /** What was done: an action of the matrix or a step of a session, e.g. `grants.propose`, `session.begun`. */
  deed: z.string().regex(/^[a-z]+(\.[a-z-]+)+$/),
  object: z.string().max(80).nullable(),
  reason: z.string().max(300).nullable(),
  outcome: z.enum(['done', 'refused']),
  detail: z.record(z.string(), z.union([z.string(), z.number().int(), z.boolean(), z.null()])),
  session: operationId.nullable(),
  previous: sha256Hex,
  hash: sha256Hex,
})
export type AuditEntry = z.infer<typeof auditEntry>

/**
 * The text whose SHA-256 is an entry's hash: an array, which fixes the order, with the keys of `detail` sorted. Numbers are
 * whole, and the time is a text with whole milliseconds: neither a database nor JavaScript rounds them.
 */
export function auditHashInput(entry: Omit<AuditEntry, 'hash'>): string {
  const { n, at, actor, role, deed, object, reason, outcome, detail, session, previous } = entry
  const sorted = Object.fromEntries(Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  return JSON.stringify([previous, n, at, actor, role, deed, object, reason, outcome, sorted, session])
}

export const AUDIT_ANCHOR_TYP = 'totem-audit-anchor+jws'

/** Payload of an anchor, a JWS by the gateway's `sig` key: at `at` the chain went up to entry `n` with this hash. */
export const auditAnchor = z.strictObject({ n: z.number().int().min(1), hash: sha256Hex, at: isoInstant })

/**
 * A base says the same of the last entry that the gateway has erased. It has a type of its own: if an anchor were one, the
 * chain could be cut at each of them.
 */
export const AUDIT_BASE_TYP = 'totem-audit-base+jws'

/** `before`: entries below this number, newest first. `person`, `deed`, `object`: only those. */
export const auditQuery = z.strictObject({
  before: z.coerce.number().int().min(1).max(2_000_000_000).optional(),
  person: personRef.optional(),
  deed: z
    .string()
    .regex(/^[a-z.-]{1,40}$/)
    .optional(),
  object: z.string().max(80).optional(),
})
export const auditPage = z.strictObject({
  entries: z.array(auditEntry.extend({ actorName: z.string().nullable() })),
  /** For the next page; null: that was all. */
  next: z.number().int().nullable(),
})

/** `erased`: entries before the first, erased for their age. `broken`: from this entry on the chain does not hold. `missing`: an anchor tells of an entry that is not there. */
export const auditVerdict = z.strictObject({
  kind: z.enum(['sound', 'broken', 'missing']),
  entries: count,
  anchors: count,
  erased: count,
  at: z.number().int().nullable(),
})
export type AuditVerdict = z.infer<typeof auditVerdict>

/**
 * An export: one JSON of each entry a line, oldest first, after a first line with every anchor that was kept outside the
 * database. `npx totem console verify` checks it without the gateway.
 */
export const auditExportHead = z.strictObject({
  kind: z.literal('totem-audit-export'),
  anchors: z.array(z.string()),
  /** After which entry it begins; null: with the first. */
  base: z.string().nullable().default(null),
})
export const auditExport = z.strictObject({ file: z.string(), entries: count })
