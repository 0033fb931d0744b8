import { z } from 'zod'
import { bollo, charged } from '../bollo.ts'
import { certificateLanguage, certificateTheme, certificateType, purpose, sheetTypes } from '../catalogue.ts'
import { familySheet, ownRecord, preview, problem, refusalKind } from '../gateway.ts'
import { base64, idAnpr, isCodiceFiscale, isoInstant, operationId, personName } from '../identity.ts'
import { ownAccesses } from '../own-requests.ts'
import { officeId } from './people.ts'

// The counter (sportello): an operator with a smart card, a citizen with a document, and an office printer.

/** A document by which an operator recognises somebody. A paper identity card has its place so that it is refused by name. */
export const documentKinds = ['cie', 'paper-card', 'passport', 'driving-licence', 'residence-permit'] as const
export const identityDocument = z
  .strictObject({
    kind: z.enum(documentKinds),
    number: z
      .string()
      .transform((text) => text.replace(/\s/g, '').toUpperCase())
      .refine((text) => /^[A-Z0-9]{5,20}$/.test(text)),
    issuer: z
      .string()
      .trim()
      .regex(/^[^\p{C}]+$/u)
      .max(80),
    /** Null: it has no end, as an identity card of somebody over seventy. */
    expires: z.iso.date().nullable(),
  })
  .refine(({ kind, expires }) => expires !== null || kind === 'cie', { path: ['expires'] })
export type IdentityDocument = z.output<typeof identityDocument>

/**
 * Why nothing comes of it. Beside what totems are told: the document counts no more; the person is a minor, for whom a parent of
 * the family asks; it is the operator, or somebody of the operator's family sheet; the operator has recognised more people within
 * an hour than anybody serves; a totem's request was printed or given before, of which there is no second sheet, or a counted one.
 */
export const counterRefusal = z.enum([
  ...refusalKind.options,
  'document-void',
  'document-expired',
  'minor-alone',
  'operator-self',
  'operator-family',
  'too-many-visits',
  'already-given',
  'reprint-only',
])
export type CounterRefusal = z.infer<typeof counterRefusal>
const refused = z.strictObject({
  became: z.literal('refused'),
  problem: z.strictObject({ ...problem.shape, kind: counterRefusal }),
})

/** An operation whose answer did not come, or whose paper nobody has answered for ten minutes: the operator says what became of it. */
const paperState = z.enum(['unknown', 'to-answer', 'incerto', 'printed', 'void'])
const paper = z.strictObject({
  operation: operationId,
  madeAt: isoInstant,
  types: sheetTypes.nullable(),
  state: paperState,
  prints: z.number().int(),
})
/** The counter of this session. `offices`: where its person may work. `open`: papers that nobody has answered for yet. */
export const counterNow = z.strictObject({
  offices: z.array(officeId),
  counter: z.strictObject({ office: officeId, station: z.string() }).nullable(),
  open: z.array(paper),
})
export const counterOpened = z.strictObject({ office: officeId, desk: z.number().int().min(1).max(99) })

/** `inPerson`: the operator declares that the person stands there and is the one of the document. */
export const identification = z.strictObject({
  codiceFiscale: z
    .string()
    .transform((text) => text.normalize('NFKC').replace(/\s/g, '').toUpperCase())
    .refine(isCodiceFiscale),
  document: identityDocument,
  inPerson: z.literal(true),
})

const due = z.enum(['no-certificate', 'bollo', 'exempt'])
/** `visit`: opens what follows, and closes with it. `apart`: types that may not share a sheet. */
export const identified = z.discriminatedUnion('became', [
  z.strictObject({
    became: z.literal('identified'),
    visit: z.string(),
    until: isoInstant,
    person: personName,
    sheet: familySheet,
    uses: z.array(z.strictObject({ purpose, due, law: z.string().nullable() })),
    themes: z.array(z.strictObject({ theme: certificateTheme, types: z.array(certificateType) })),
    apart: z.array(z.tuple([certificateType, certificateType])),
  }),
  refused,
])

const ofVisit = { visit: z.string().max(100) }
export const visitNamed = z.strictObject(ofVisit)
const wanted = { subject: idAnpr, types: sheetTypes, bollo, language: certificateLanguage }
export const counterPreviewWish = z.strictObject({ ...ofVisit, ...wanted })
export const counterPreview = z.discriminatedUnion('became', [
  z.strictObject({ became: z.literal('shown'), ...preview.shape }),
  refused,
])

/** `operation`: fixed by the page before it asks, and kept over every retry. */
export const counterIssueWish = z.strictObject({ ...ofVisit, ...wanted, operation: operationId })
/** What the person takes home besides: the operator stands there by number. */
const receipt = z.strictObject({
  at: isoInstant,
  office: z.string(),
  operator: z.string(),
  operation: operationId,
  types: sheetTypes,
  protocol: z.string(),
  idOperazioneAnpr: z.string(),
  cents: charged.nullable(),
  reference: z.string(),
  validMonths: z.number().int().nullable(),
  /** Which reprint of a totem's request it is. */
  reprint: z.number().int(),
})
export type CounterReceipt = z.infer<typeof receipt>
/** `sheet`: for which the operator answers. `unknown`: no answer came. The same operation is asked again, and has effect once. */
export const counterIssued = z.discriminatedUnion('became', [
  z.strictObject({ became: z.literal('issued'), sheet: operationId, pdf: base64, receipt }),
  z.strictObject({ became: z.literal('unknown') }),
  refused,
])

/**
 * What the person has asked for at totems, and may be given here; what came out well is left out. `needs-mark`: the digits of its
 * mark are asked again. `given`: a counter has given it before, so that this is a reprint.
 */
export const counterWaiting = z.strictObject({
  requests: z.array(
    z.strictObject({
      totem: z.string(),
      operation: operationId,
      office: z.string().nullable(),
      types: sheetTypes,
      receivedAt: isoInstant,
      state: z.enum(['here', 'needs-mark', 'pending']),
      given: z.boolean(),
    }),
  ),
})
/** `sheet`: fixed by the page before it asks, and kept over every retry. `reprint`: a sheet in place of one that did not come out. */
export const counterCollectWish = z.strictObject({
  ...ofVisit,
  sheet: operationId,
  reprint: z.boolean(),
  totem: z.string().max(20),
  operation: operationId,
  mark: z.strictObject({ number: z.string().regex(/^\d{14}$/), issued: z.iso.date() }).nullable(),
})

/** A sheet for a public office, which takes no certificate: the words of the totem's form, and the person's own data. */
export const counterDeclaration = z.discriminatedUnion('became', [
  z.strictObject({
    became: z.literal('shown'),
    operation: operationId,
    record: ownRecord.shape.person.extend({ codiceFiscale: z.string().nullable() }),
    words: z.strictObject({
      title: z.string(),
      subtitle: z.string(),
      declarant: z.string(),
      aware: z.string(),
      declares: z.string(),
      topics: z.record(z.string(), z.string()),
      use: z.string(),
      conditions: z.string(),
    }),
  }),
  refused,
])

/** Who has seen this person's data, as a totem tells it. */
export const counterAccesses = z.discriminatedUnion('became', [
  z.strictObject({ became: z.literal('shown'), ...ownAccesses.shape }),
  refused,
])

/** `good`: it came out well; else it is printed again, and counted. */
export const counterPrinted = z.strictObject({ operation: operationId, good: z.boolean() })
/** `abandoned`: nobody knows any more what became of the paper, or it was thrown away. */
export const counterAbandoned = z.strictObject({ operation: operationId })

export const dayNamed = z.strictObject({ day: z.iso.date() })
/**
 * One operator's day at one office. `reprints`: of totems' requests. `waste`: sheets that came out badly. `voided`: sheets that
 * nobody has. `marks`: marche da bollo on certificates issued.
 */
export const counterDay = z.strictObject({
  day: z.iso.date(),
  office: officeId,
  operator: z.string(),
  issued: z.number().int(),
  collected: z.number().int(),
  reprints: z.number().int(),
  declarations: z.number().int(),
  printed: z.number().int(),
  waste: z.number().int(),
  voided: z.number().int(),
  unanswered: z.number().int(),
  marks: z.number().int(),
  refused: z.number().int(),
})
