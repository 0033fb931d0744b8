import { z } from 'zod'
import { bytes } from './bytes.ts'
import { receiptDocument } from './print.ts'

/**
 * What crosses between main and the device process (structured clone, so bytes stay Uint8Array). Main calls, the
 * device process answers with the same `id`; it also tells events on its own. Both sides parse what they get.
 */
/** EF.Dati_personali (cards.md §3.3), unauthenticated: a prefill until the challenge verifies. Empty = absent. */
export const personalData = z.strictObject({
  issuer: z.string(),
  issued: z.string(),
  expires: z.string(),
  surname: z.string(),
  name: z.string(),
  born: z.string(),
  sex: z.string(),
  codiceFiscale: z.string(),
  birthComune: z.string(),
  residenceComune: z.string(),
})
export type PersonalData = z.infer<typeof personalData>

/** What a card says without a PIN. `certificate` is DER, cut at its own length. Dates are DDMMYYYY as on the card. */
export const cardReadout = z.strictObject({
  card: z.literal('cns'),
  atr: z.string(),
  cardId: z.string(),
  personalData,
  certificate: bytes,
  apdus: z.number(),
})
export type CardReadout = z.infer<typeof cardReadout>

export const cardFailure = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('no-card') }),
  z.strictObject({ kind: z.literal('card-removed') }),
  z.strictObject({ kind: z.literal('card-mute') }),
  z.strictObject({ kind: z.literal('card-unknown') }),
  z.strictObject({ kind: z.literal('personal-data-malformed'), reason: z.string() }),
  z.strictObject({ kind: z.literal('certificate-truncated') }),
  z.strictObject({ kind: z.literal('wrong-pin'), triesLeft: z.number().nullable() }),
  z.strictObject({ kind: z.literal('pin-blocked') }),
  z.strictObject({ kind: z.literal('card-error'), step: z.string(), sw: z.string().nullable() }),
  z.strictObject({ kind: z.literal('card-busy') }),
  z.strictObject({ kind: z.literal('reader-unavailable') }),
])
export type CardFailure = z.infer<typeof cardFailure>

/**
 * The card slot as one value: two slots of a dual reader are seen as one. `insertion` grows with each card that comes in,
 * also over restarts of the device process; between two cards another state is always told.
 */
export const cardState = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('no-reader') }),
  z.strictObject({ state: z.literal('empty') }),
  z.strictObject({ state: z.literal('mute') }),
  z.strictObject({ state: z.literal('present'), atr: z.string(), insertion: z.number().int() }),
])
export type CardState = z.infer<typeof cardState>

export const printerStatus = z.enum([
  'ready',
  'paperLow',
  'paperOut',
  'coverOpen',
  'jam',
  'overheated',
  'offline',
  'absent',
])
export type PrinterStatus = z.infer<typeof printerStatus>

/** A sheet ends with a cut. A PDF is printed untouched, a page a sheet. */
export const printSheet = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('receipt'), document: receiptDocument }),
  z.strictObject({ kind: z.literal('pdf'), pdf: bytes }),
])
export type PrintSheet = z.infer<typeof printSheet>

export const printFailure = z.discriminatedUnion('kind', [
  /** `page` (from 1) is the first page that the printer did not acknowledge: it is void and starts anew. */
  z.strictObject({ kind: z.literal('printer-fault'), status: printerStatus, page: z.number() }),
  z.strictObject({ kind: z.literal('pdf-refused'), reason: z.enum(['encrypted', 'broken', 'too-large']) }),
  z.strictObject({ kind: z.literal('printer-busy') }),
])
export type PrintFailure = z.infer<typeof printFailure>

export const deviceMethods = {
  'card.read': { params: z.strictObject({}), result: cardReadout, failure: cardFailure },
  /**
   * VERIFY and signature of the 32-byte challenge in one PC/SC transaction, then the card is reset. `pin` is 5 to 8
   * ASCII digits; the device process overwrites its copy. Never tried twice.
   */
  'card.login': {
    params: z.strictObject({ pin: bytes, challenge: bytes }),
    result: z.strictObject({ signature: bytes, apdus: z.number() }),
    failure: cardFailure,
  },
  /** Prints from page `fromPage` (from 1); resolves when the printer itself has acknowledged the last page. */
  'printer.print': {
    params: z.strictObject({ job: z.string(), sheet: printSheet, fromPage: z.number().int().min(1) }),
    result: z.strictObject({ pages: z.number(), bytes: z.number() }),
    failure: printFailure,
  },
  'printer.status': {
    params: z.strictObject({}),
    result: z.strictObject({ status: printerStatus }),
    failure: printFailure,
  },
  /** One page as 8-bit grey pixels (row by row, 255 = white), `width` pixels wide: for the preview on the screen. */
  'pdf.raster': {
    params: z.strictObject({ pdf: bytes, page: z.number().int().min(1), width: z.number().int().min(64).max(2480) }),
    result: z.strictObject({ pages: z.number(), width: z.number(), height: z.number(), grey: bytes }),
    failure: printFailure,
  },
} as const
export type DeviceMethod = keyof typeof deviceMethods
export type DeviceParams<M extends DeviceMethod> = z.infer<(typeof deviceMethods)[M]['params']>
export type DeviceResult<M extends DeviceMethod> = z.infer<(typeof deviceMethods)[M]['result']>
export type DeviceFailure<M extends DeviceMethod> = z.infer<(typeof deviceMethods)[M]['failure']>

export const deviceEvent = z.discriminatedUnion('event', [
  /** First word of a device process that has started. */
  z.strictObject({ event: z.literal('ready'), versions: z.record(z.string(), z.string()) }),
  z.strictObject({ event: z.literal('card'), card: cardState }),
  z.strictObject({ event: z.literal('printer'), status: printerStatus }),
  z.strictObject({
    event: z.literal('print'),
    job: z.string(),
    state: z.enum(['rendered', 'sent', 'acknowledged']),
    page: z.number(),
    pages: z.number(),
    band: z.number(),
    bands: z.number(),
  }),
])
export type DeviceEvent = z.infer<typeof deviceEvent>

export const deviceCall = z.strictObject({ id: z.number(), method: z.string(), params: z.unknown() })
export const deviceReply = z.strictObject({
  id: z.number(),
  reply: z.union([
    z.strictObject({ ok: z.literal(true), value: z.unknown() }),
    z.strictObject({ ok: z.literal(false), error: z.looseObject({ kind: z.string() }) }),
  ]),
})
