import { z } from 'zod'
import { count, isoInstant, operationId, totemId } from './identity.ts'
import { type JournalEventId, journalEvents } from './journal-events.ts'
import type { StaffLanguage } from './language.ts'

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)

/** `previous` of a chain's first entry. */
export const FIRST_PREVIOUS = '0'.repeat(64)

/** The chain of a log that began before chains had names. The hashes of its entries cover no chain. */
export const NAMELESS_CHAIN = '0'.repeat(26)

/**
 * `chain`: ULID of this log's life; a log that is begun anew is another chain. `seq` starts at 1 in each chain and has
 * no gaps. `hash`: SHA-256 in hex of the UTF-8 bytes of `journalHashInput`.
 */
export const journalEntry = z.strictObject({
  totem: totemId,
  chain: operationId,
  seq: count.min(1),
  at: isoInstant,
  event: z.enum(Object.keys(journalEvents) as [JournalEventId, ...JournalEventId[]]),
  severity: z.enum(['info', 'warn', 'alarm']),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  previous: sha256Hex,
  hash: sha256Hex,
})
export type JournalEntry = z.infer<typeof journalEntry>

/**
 * The text whose SHA-256 is an entry's hash. It is an array, which fixes the order, with the fields' keys sorted: so an
 * entry hashes the same at the totem and at the gateway, whatever order its JSON had in between.
 */
export function journalHashInput(entry: Omit<JournalEntry, 'hash'>): string {
  const { previous, totem, chain, seq, at, event, severity, fields } = entry
  const sorted = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  const text = [previous, totem, seq, at, event, severity, sorted]
  return JSON.stringify(chain === NAMELESS_CHAIN ? text : [chain, ...text])
}

const REPEATED: Record<StaffLanguage, (times: number) => string> = {
  it: (times) => ` [${times} volte dalla voce precedente]`,
  en: (times) => ` [${times} times since the entry before]`,
}

/** What the entry says, in words. */
export function journalText(
  { event, fields }: Pick<JournalEntry, 'event' | 'fields'>,
  language: StaffLanguage,
): string {
  const { text, words } = journalEvents[event]
  const known = (name: string) => fields[name] !== undefined && fields[name] !== null
  const said = (name: string) => words[name]?.[String(fields[name])]?.[language] ?? String(fields[name] ?? '–')
  const sentence = text[language]
    .replace(/\[([^\]]*)\]/g, (_, part: string) =>
      [...part.matchAll(PLACE)].every(([, name = '']) => known(name)) ? part : '',
    )
    .replace(PLACE, (_, name: string) => said(name))
  return `${sentence}${typeof fields.times === 'number' ? REPEATED[language](fields.times) : ''}`
}
const PLACE = /\{(\w+)\}/g

export const JOURNAL_ANCHOR_TYP = 'totem-journal-anchor+jws'

/**
 * Payload of an anchor: a compact JWS, ES256, protected header `typ` "totem-journal-anchor+jws" and `kid` of one of the
 * gateway's `anchor` keys (contract/gateway-keys.ts). It says that at `at` the gateway held a history of this chain up
 * to entry `seq` with this hash. Nobody can show the chain with this anchor and another past.
 */
export const journalAnchor = z.strictObject({
  totem: totemId,
  chain: operationId,
  seq: z.number().int().min(1),
  hash: sha256Hex,
  at: isoInstant,
})
export type JournalAnchor = z.infer<typeof journalAnchor>

const anchorJws = z.string().max(2_000)

/**
 * A line of an exported log (JSONL): an entry, or the anchor of the entry above it. An anchor in the first line is that
 * of the base.
 */
export const exportedLine = z.union([journalEntry, z.strictObject({ anchor: anchorJws })])
export type ExportedLine = z.infer<typeof exportedLine>

// The wire of the log, which stands here and not in gateway.ts: the screens read parts of that, and need no event list.

/**
 * Entries of one chain, in order. `base`: the anchor of the entry just before the oldest that the totem still has; null
 * when the totem has them all or sends others. A gateway that was restored from a backup may lack more than the totem
 * can send. It knows by its own signature that it had those entries, and goes on from there.
 */
export const journalBatch = z
  .strictObject({ entries: z.array(journalEntry).min(1).max(500), base: anchorJws.nullable() })
  .refine(({ entries }) => entries.every(({ chain }) => chain === entries[0]?.chain), 'entries of one chain')
export type JournalBatch = z.infer<typeof journalBatch>

/**
 * `upTo`: the gateway holds the chain of the batch without a gap up to this `seq`, which is never past the batch.
 * `anchor`: a signature over the chain's end (`anchorJws`), at most one a minute or 500 entries. `forked`: the
 * gateway has seen two sound histories of this chain, because a totem was cloned onto a second machine. It takes in
 * both.
 */
export const journalReceipt = z.strictObject({
  upTo: z.number().int().min(0),
  anchor: anchorJws.nullable(),
  forked: z.boolean(),
})
export type JournalReceipt = z.infer<typeof journalReceipt>
