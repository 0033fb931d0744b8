import { z } from 'zod'
import { isCodiceFiscale, isoInstant, operationId, totemId } from './identity.ts'

/**
 * The closed list of what the sync log may say. Fields hold codes, ids and numbers, never free text, names, codice
 * fiscale, PIN or payload (invariant 2). `severity` says who must look: info nobody, warn an operator, alarm at once.
 */
const code = z
  .string()
  .regex(/^[\w.+:-]{1,64}$/)
  // It has the form of a code and is the one thing that must never be here.
  .refine(
    (text) =>
      !text
        .toUpperCase()
        .split(/[_.+:-]/)
        .some(isCodiceFiscale),
    'a codice fiscale',
  )
const count = z.number().int().min(0)
const visit = { session: operationId }
const operation = { operation: operationId }

const event = <S extends z.ZodRawShape>(severity: 'info' | 'warn' | 'alarm', fields: S) => ({
  severity,
  fields: z.strictObject(fields),
})

export const journalEvents = {
  'totem.started': event('info', { version: code, electron: code, node: code }),
  'totem.stopped': event('info', {}),
  'device.started': event('info', { restarts: count }),
  'device.died': event('warn', { code: count, waitMs: count }),
  /** CIE cannot be read until the key is provisioned. */
  'device.cie-unavailable': event('alarm', { reason: z.enum(['not-configured', 'key-refused']) }),
  'renderer.died': event('warn', { reason: code, inLastMinute: count }),
  'ipc.refused': event('alarm', { reason: z.enum(['origin', 'frame', 'method', 'arguments']), method: code }),
  /** Entries that a full or failing disk did not take, told by the first one that it took again. */
  'journal.lost': event('alarm', { entries: count }),
  'storage.low': event('alarm', { freeMb: count }),
  'line.changed': event('info', { state: z.enum(['up', 'down']) }),
  'printer.changed': event('info', { status: code }),
  'reader.changed': event('info', { state: code }),
  'trust.updated': event('info', { sequence: count, authorities: count, crls: count }),
  /** A list or CRL from the gateway or from the disk was not taken; what was there before stays in force. */
  'trust.refused': event('alarm', { reason: code }),
  /** A card was accepted though no CRL of its issuer was fresh enough, as the totem's policy says. */
  'visit.revocation-unknown': event('warn', { ...visit }),
  'visit.started': event('info', { ...visit, language: code }),
  'visit.recognised': event('info', { ...visit, card: code, apdus: count }),
  'visit.refused': event('warn', { ...visit, reason: code }),
  'visit.pin-wrong': event('info', { ...visit, triesLeft: count.nullable() }),
  /** A dichiarazione sostitutiva came out; what it says is nobody's business. */
  'visit.declaration': event('info', { ...visit }),
  'visit.ended': event('info', { ...visit, how: code, ms: count }),
  'request.queued': event('info', { ...visit, ...operation, kind: code }),
  'request.submitted': event('info', { ...operation, attempt: count }),
  'request.issued': event('info', { ...operation }),
  'request.refused': event('warn', { ...operation, reason: code }),
  'request.deferred': event('warn', { ...operation, reason: code, waitMs: count }),
  'request.collected': event('info', { ...visit, ...operation }),
  'gateway.answer-malformed': event('alarm', { path: code, httpStatus: count }),
  'print.rendered': event('info', { job: code, document: code, pages: count }),
  'print.sent': event('info', { job: code, page: count, bands: count }),
  'print.acknowledged': event('info', { job: code, page: count }),
  /** By a printer that holds a sheet out: the person took it, or left it and it was drawn back in. */
  'print.taken': event('info', { job: code, page: count }),
  'print.retracted': event('warn', { job: code, page: count }),
  'print.void': event('warn', { job: code, page: count, status: code }),
  /** Of what is printed from `page` on, something came out before or may have: the paper says so. */
  'print.reprinted': event('info', { job: code, page: count }),
} as const

export type JournalEventId = keyof typeof journalEvents
export type JournalFields<I extends JournalEventId> = z.infer<(typeof journalEvents)[I]['fields']>

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * `hash` = SHA-256 in hex of the UTF-8 bytes of `journalHashInput`. `seq` starts at 1 and has no gaps; the first
 * `previous` is 64 zeros.
 */
export const journalEntry = z.strictObject({
  totem: totemId,
  seq: z.number().int().min(1),
  at: isoInstant,
  event: z.enum(Object.keys(journalEvents) as [JournalEventId, ...JournalEventId[]]),
  severity: z.enum(['info', 'warn', 'alarm']),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  previous: sha256Hex,
  hash: sha256Hex,
})
export type JournalEntry = z.infer<typeof journalEntry>

/**
 * The text whose SHA-256 is an entry's hash: an array, so that the order is fixed, with the fields' keys sorted, so that
 * an entry read back from JSON of any order hashes the same at the totem and at the gateway.
 */
export function journalHashInput(entry: Omit<JournalEntry, 'hash'>): string {
  const { previous, totem, seq, at, event, severity, fields } = entry
  const sorted = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  return JSON.stringify([previous, totem, seq, at, event, severity, sorted])
}
