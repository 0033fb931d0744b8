import { z } from 'zod'
import { bytes } from './bytes.ts'
import { receiptDocument } from './print.ts'

/**
 * Messages between main and the device process (structured clone, so bytes stay Uint8Array). Main calls, and the device
 * process answers with the same `id`; it also reports events by itself. Both sides parse every message.
 */
/**
 * EF.Dati_personali of a CNS. Nobody has signed it: a prefill that counts only if the certificate names the same codice
 * fiscale. Empty = absent.
 */
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

/**
 * The data that a CNS gives without a PIN. `certificate` is DER, cut at its own length. Dates are DDMMYYYY as on the
 * card. `pinPad`: the reader has its own keypad, and the person types the PIN there (PC/SC part 10). The log-in needs
 * only the certificate: `personalData` and `cardId` are null when the card does not give them. `personalDataFault` then
 * tells a technician why.
 */
export const cnsReadout = z.strictObject({
  card: z.literal('cns'),
  atr: z.string(),
  pinPad: z.boolean(),
  cardId: z.string().nullable(),
  personalData: personalData.nullable(),
  personalDataFault: z.string().nullable(),
  certificate: bytes,
  apdus: z.number(),
})
export type CnsReadout = z.infer<typeof cnsReadout>

/**
 * The data that a CIE 3.0 gives without a PIN, which do not name its holder. `nis` is EF.ID_Servizi, `internalKey`
 * EF.Int.Kpub and `sod` EF.SOD, each cut at its DER length. Its PIN goes through secure messaging, never by a keypad.
 */
export const cieReadout = z.strictObject({
  card: z.literal('cie'),
  atr: z.string(),
  pinPad: z.literal(false),
  nis: z.string().regex(/^\d{12}$/),
  internalKey: bytes,
  sod: bytes,
  apdus: z.number(),
})
export type CieReadout = z.infer<typeof cieReadout>

export const cardReadout = z.discriminatedUnion('card', [cnsReadout, cieReadout])
export type CardReadout = z.infer<typeof cardReadout>

/**
 * RSA PKCS#1 v1.5 with SHA-256 over the challenge, and the data that a CIE gives only after its PIN (null for a CNS).
 */
export const loginProof = z.strictObject({
  signature: bytes,
  cie: z
    .strictObject({
      /** EF.Cert_CIE: DER, cut at its own length. */
      certificate: bytes,
      /** EF.Seriale, 9 characters, e.g. CA00000AA. */
      documentNumber: z.string(),
    })
    .nullable(),
  apdus: z.number(),
})
export type LoginProof = z.infer<typeof loginProof>

/** Files of a CIE's travel document, read by the CAN. They prove possession of the card, not its holder's identity. */
export const travelDocument = z.strictObject({ dg1: bytes, dg11: bytes, sod: bytes, apdus: z.number() })
export type TravelDocument = z.infer<typeof travelDocument>

export const cardFailure = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('no-card') }),
  z.strictObject({ kind: z.literal('card-removed') }),
  z.strictObject({ kind: z.literal('card-mute') }),
  z.strictObject({ kind: z.literal('card-unknown') }),
  /** A CNS or CIE of a model that this totem knows and cannot log in with yet. */
  z.strictObject({ kind: z.literal('card-unsupported'), card: z.enum(['cns', 'cie']), model: z.string() }),
  /** A CIE of before version 3.0: no log-in is possible with it any more. */
  z.strictObject({ kind: z.literal('card-superseded') }),
  /** The card was never given an authentication certificate. */
  z.strictObject({ kind: z.literal('no-certificate') }),
  z.strictObject({ kind: z.literal('certificate-truncated') }),
  /** The key of its certificate is not RSA. */
  z.strictObject({ kind: z.literal('key-unsupported') }),
  z.strictObject({ kind: z.literal('wrong-pin'), triesLeft: z.number().nullable() }),
  z.strictObject({ kind: z.literal('pin-blocked') }),
  /** The holder has never been given the PIN, or has not activated it. No try is spent. */
  z.strictObject({ kind: z.literal('pin-not-active') }),
  /** The person cancelled at the reader's keypad, or typed nothing in time. No try is spent. */
  z.strictObject({ kind: z.literal('pin-not-entered') }),
  z.strictObject({ kind: z.literal('wrong-can') }),
  /** The chip cannot prove the key that its files name: a copy of somebody's card, or a relay. */
  z.strictObject({ kind: z.literal('card-cloned') }),
  /** An answer has a wrong MAC, so the channel is dead. */
  z.strictObject({ kind: z.literal('secure-messaging-failed') }),
  /** The reader carries no extended APDU, which PACE needs. */
  z.strictObject({ kind: z.literal('reader-not-capable') }),
  /** The external-authentication key is not provisioned: this totem reads CNS only. */
  z.strictObject({ kind: z.literal('cie-unavailable') }),
  z.strictObject({ kind: z.literal('card-error'), step: z.string(), sw: z.string().nullable() }),
  /** Another call uses the card, or another program holds it. */
  z.strictObject({ kind: z.literal('card-busy') }),
  z.strictObject({ kind: z.literal('reader-unavailable') }),
])
export type CardFailure = z.infer<typeof cardFailure>

/**
 * How long a contactless card that has left the field may take to come back. WCAG 2.2.1 wants 20 seconds or more for a
 * person to do what stops the time.
 */
export const LOST_CARD_MS = 30_000

/**
 * The card slot as one value: two slots of a dual reader count as one. `insertion` grows with each card that comes in,
 * also over restarts of the device process. Another state is always reported between two cards.
 */
export const cardState = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('no-reader') }),
  z.strictObject({ state: z.literal('empty') }),
  z.strictObject({ state: z.literal('mute') }),
  z.strictObject({
    state: z.literal('present'),
    atr: z.string(),
    insertion: z.number().int(),
    contactless: z.boolean(),
  }),
  /**
   * A contactless card has left the field. If it returns within the grace time, it is `present` again with the same
   * insertion, and a log-in under way starts again from SELECT. Otherwise, or with another card, the state is `empty`.
   */
  z.strictObject({ state: z.literal('lost'), insertion: z.number().int() }),
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
  /**
   * `broken`: it does not parse, lacks a page, or is damaged. `too-large`: in bytes, pages, pixels or memory.
   * `too-slow`: it takes longer to draw than any certificate. `too-small`: no sheet so short can be cut off. `blank`: a
   * page has nothing on it.
   */
  z.strictObject({
    kind: z.literal('pdf-refused'),
    reason: z.enum(['encrypted', 'broken', 'too-large', 'too-slow', 'too-small', 'blank']),
  }),
  z.strictObject({ kind: z.literal('printer-busy') }),
])
export type PrintFailure = z.infer<typeof printFailure>

export const deviceMethods = {
  'card.read': { params: z.strictObject({}), result: cardReadout, failure: cardFailure },
  /**
   * VERIFY and signature of the 32-byte challenge in one PC/SC transaction; then the card is reset. `pin` is 5 to 8
   * ASCII digits (8 for a CIE); null: the person types it on the reader's keypad. The device process overwrites its
   * copy. A PIN is never sent again when its fate is unknown.
   */
  'card.login': {
    params: z.strictObject({ pin: bytes.nullable(), challenge: bytes }),
    result: loginProof,
    failure: cardFailure,
  },
  /** Reads a CIE's travel document by the six digits on its front (PACE). */
  'card.travel-document': {
    params: z.strictObject({ can: z.string().regex(/^\d{6}$/) }),
    result: travelDocument,
    failure: cardFailure,
  },
  /**
   * The person asks for more time to put the lost card back: its `LOST_CARD_MS` begin anew. `lost` false: no card is
   * lost, or it is gone for good already.
   */
  'card.wait': { params: z.strictObject({}), result: z.strictObject({ lost: z.boolean() }), failure: z.never() },
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
  /** The words of a PDF, as a reader's program finds them; empty where it has pictures of words. */
  'pdf.text': {
    params: z.strictObject({ pdf: bytes }),
    result: z.strictObject({ text: z.string() }),
    failure: printFailure,
  },
  /** Nothing of the visit that has ended stays in the device process's memory. */
  'memory.forget': { params: z.strictObject({}), result: z.strictObject({}), failure: z.never() },
  /** Zeros there and back: they take the places in shared memory where messages of the visit have lain. */
  'memory.fill': {
    params: z.strictObject({ zeros: bytes }),
    result: z.strictObject({ zeros: bytes }),
    failure: z.never(),
  },
} as const
export type DeviceMethod = keyof typeof deviceMethods
export type DeviceParams<M extends DeviceMethod> = z.infer<(typeof deviceMethods)[M]['params']>
export type DeviceResult<M extends DeviceMethod> = z.infer<(typeof deviceMethods)[M]['result']>
export type DeviceFailure<M extends DeviceMethod> = z.infer<(typeof deviceMethods)[M]['failure']>

export const deviceEvent = z.discriminatedUnion('event', [
  /**
   * First message of a device process. `cie`: the reason why it cannot read CIE, if any (`key-refused`: wrong digest).
   */
  z.strictObject({
    event: z.literal('ready'),
    versions: z.record(z.string(), z.string()),
    cie: z.enum(['ready', 'not-configured', 'key-refused']),
  }),
  z.strictObject({ event: z.literal('card'), card: cardState }),
  /** Last message of a device process that cannot go on; `reason` is a code. */
  z.strictObject({ event: z.literal('broken'), reason: z.string().regex(/^[\w.:-]{1,64}$/) }),
  z.strictObject({ event: z.literal('printer'), status: printerStatus }),
  /**
   * `taken` and `retracted` come from a printer that holds a sheet out, some time after its page was acknowledged. They
   * concern only the sheet that is still held when its job ends; the printer dropped the ones before.
   */
  z.strictObject({
    event: z.literal('print'),
    job: z.string(),
    state: z.enum(['rendered', 'sent', 'acknowledged', 'taken', 'retracted']),
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
