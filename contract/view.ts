import { z } from 'zod'
import { certificateType, exemption, purpose } from './catalogue.ts'
import { printerStatus } from './device.ts'
import { anprPerson } from './document.ts'
import { evidenceRefusals } from './evidence.ts'
import { isoInstant, operationId } from './identity.ts'

/**
 * What the renderer shows: main owns the visit's truth and pushes one `View` after each change. Everything that the
 * screen needs is in it and nothing else; texts are the renderer's (locales), facts are here.
 */
export const language = z.enum(['it', 'en'])
export type Language = z.infer<typeof language>

/** Progress with names, shown as steps from `card` on; null where there is no progress to show. */
export const steps = ['card', 'person', 'certificate', 'purpose', 'confirm', 'paper'] as const

/** Why a card or its holder was turned away; each has its own sentence (what happened, what is safe, what now). */
export const refusal = z.enum([
  ...evidenceRefusals,
  'card-unknown',
  'card-mute',
  'card-removed',
  'card-error',
  'card-busy',
  'personal-data-malformed',
  'certificate-truncated',
  'codice-fiscale-differs',
  'card-cloned',
  /** EF.SOD: its signature, its signer or the hash of a file is wrong. */
  'card-altered',
  'secure-messaging-failed',
  'reader-not-capable',
  'cie-unavailable',
  'pin-blocked',
  'pin-not-entered',
  /** Three times in one visit. */
  'wrong-can',
  'person-not-found',
  'not-in-family',
  'certificate-not-issuable',
  'visura-refused',
  'certificate-unprintable',
  'session-refused',
])
export type Refusal = z.infer<typeof refusal>

export const outOfService = z.enum(['storage-full', 'reader-unavailable', 'device-unavailable'])
export type OutOfService = z.infer<typeof outOfService>

const certificateChoice = { types: z.array(certificateType).min(1).max(2) }
/** First names and surname as ANPR gives them. */
const person = z.strictObject({ name: z.string(), surname: z.string() })
/** What the totem writes for the person who stands there and keeps nothing of. */
export const writtenDocument = z.enum(['declaration', 'atto-notorio', 'visura'])
export type WrittenDocument = z.infer<typeof writtenDocument>
const document = z.enum(['certificate', 'receipt', 'slip', ...writtenDocument.options])
/** What a recognised person can come for. */
export const service = z.enum(['certificate', 'visura', 'declaration'])
export type Service = z.infer<typeof service>

export const screen = z.discriminatedUnion('screen', [
  z.strictObject({ screen: z.literal('starting') }),
  /** Says it before asking for anything (no visit can begin). */
  z.strictObject({ screen: z.literal('out-of-service'), reason: outOfService }),
  z.strictObject({ screen: z.literal('attract'), printing: z.boolean(), online: z.boolean() }),
  z.strictObject({ screen: z.literal('language') }),
  z.strictObject({ screen: z.literal('card') }),
  z.strictObject({ screen: z.literal('card-reading') }),
  /**
   * `triesLeft` null: not known (no try was wrong yet). `pinPad`: typed on the reader's own keypad (`usePinPad`).
   * `expiry`: a CIE whose holder may see by its CAN when it expires (`askExpiry`).
   */
  z.strictObject({
    screen: z.literal('pin'),
    card: z.enum(['cns', 'cie']),
    pinPad: z.boolean(),
    triesLeft: z.number().nullable(),
    wrong: z.boolean(),
    expiry: z.boolean(),
  }),
  /** One try is left: the card would be blocked after it. Only an explicit yes goes on. */
  z.strictObject({ screen: z.literal('last-try') }),
  /** `pinPad`: the reader waits for the PIN on its keypad. */
  z.strictObject({ screen: z.literal('pin-checking'), card: z.enum(['cns', 'cie']), pinPad: z.boolean() }),
  /** The six digits on the front of a CIE. */
  z.strictObject({ screen: z.literal('can'), wrong: z.boolean() }),
  z.strictObject({ screen: z.literal('can-checking') }),
  /** What a CIE says of itself to whoever holds it: possession, not identity; nothing can be asked for from here. */
  z.strictObject({ screen: z.literal('card-expiry'), holder: person, expires: z.iso.date(), expired: z.boolean() }),
  /** The card has proved who this is; the gateway is being asked for the family sheet. */
  z.strictObject({ screen: z.literal('recognised'), holder: person }),
  /** Certificates that an earlier visit left to be collected. */
  z.strictObject({
    screen: z.literal('collect'),
    holder: person,
    waiting: z.array(z.strictObject({ operation: operationId, ...certificateChoice, requestedAt: isoInstant })).min(1),
  }),
  /** `notices`: requests of earlier visits that nothing came of, which their holder has not been told of. */
  z.strictObject({
    screen: z.literal('menu'),
    holder: person,
    online: z.boolean(),
    notices: z.array(
      z.strictObject({
        operation: operationId,
        became: z.enum(['refused', 'expired', 'aside']),
        requestedAt: isoInstant,
      }),
    ),
  }),
  /**
   * The holder's own data in ANPR; null while it is asked. The codice fiscale is masked: the whole of it is on the paper,
   * and people stand behind (anpr.md §8.2).
   */
  z.strictObject({ screen: z.literal('visura'), person: anprPerson.nullable() }),
  /** A visura is of this moment or none: it needs the line. */
  z.strictObject({ screen: z.literal('visura-unavailable') }),
  /** `index` is what `choosePerson` answers with. Offline there is only the holder. */
  z.strictObject({
    screen: z.literal('person'),
    people: z.array(
      z.strictObject({
        index: z.number(),
        name: z.string(),
        surname: z.string(),
        yearOfBirth: z.number().nullable(),
        /** ANPR table 5 code; null where unknown. */
        relation: z.string().nullable(),
        self: z.boolean(),
      }),
    ),
    online: z.boolean(),
  }),
  z.strictObject({ screen: z.literal('certificate'), subject: person, options: z.array(certificateType) }),
  /** `more` false: publicBody, privateParty and the commonest exempt uses; true: the other exempt uses. */
  z.strictObject({ screen: z.literal('purpose'), options: z.array(purpose), more: z.boolean() }),
  /**
   * No certificate is needed: a dichiarazione sostitutiva does the same job, free, and is printed here
   * (`printDeclaration`). It is the holder's: of another person's certificate only what the holder may declare stays in
   * `types`, and `forAnother` says that one was chosen. `anybody`: the person came for it, no certificate was asked for.
   * `attoNotorio`: the form of art. 47 is offered beside it; to a private party it takes an authenticated signature and a
   * bollo, which no totem can give (anpr.md §1.8).
   */
  z.strictObject({
    screen: z.literal('declaration'),
    for: z.enum(['publicBody', 'privateParty', 'anybody']),
    attoNotorio: z.boolean(),
    declarant: person,
    types: z.array(certificateType).max(2),
    forAnother: z.boolean(),
  }),
  /** The sheet as it will be; `null` while it is fetched. Pixels come by the `previewPage` method. */
  z.strictObject({ screen: z.literal('preview'), pages: z.number().nullable(), subject: person, ...certificateChoice }),
  z.strictObject({
    screen: z.literal('confirm'),
    subject: person,
    ...certificateChoice,
    exemption,
    /** Offline the request is recorded and the certificate is collected later. */
    online: z.boolean(),
  }),
  z.strictObject({ screen: z.literal('issuing') }),
  /** `band` of `bands` of the page that is coming out. */
  z.strictObject({
    screen: z.literal('printing'),
    document,
    page: z.number(),
    pages: z.number(),
    band: z.number(),
    bands: z.number(),
  }),
  /** The sheet that was coming out is void. `resumable`: the fault has cleared, the page can be printed anew. */
  z.strictObject({
    screen: z.literal('print-fault'),
    document,
    status: printerStatus,
    page: z.number(),
    resumable: z.boolean(),
  }),
  z.strictObject({
    screen: z.literal('done'),
    outcome: z.enum(['printed', 'queued', 'kept', 'nothing']),
    /** What `outcome` tells of. */
    document: z.enum(['certificate', ...writtenDocument.options]),
    /** Spoken and printed in two groups of four; null unless something waits to be collected. */
    collectCode: z.string().nullable(),
    cardPresent: z.boolean(),
  }),
  z.strictObject({
    screen: z.literal('refused'),
    reason: refusal,
    anpr: z.string().nullable(),
    card: z.enum(['cns', 'cie']).nullable(),
    /** When the card expired or becomes valid, where that is the reason. */
    date: z.iso.date().nullable(),
    cardPresent: z.boolean(),
  }),
  z.strictObject({ screen: z.literal('goodbye'), cardPresent: z.boolean() }),
])
export type Screen = z.infer<typeof screen>
export type ScreenOf<S extends Screen['screen']> = Extract<Screen, { screen: S }>

export const view = z.strictObject({
  /** Grows with each push, so that a late message is never shown over a newer one. */
  revision: z.number(),
  language,
  screen,
  step: z.enum(steps).nullable(),
  canGoBack: z.boolean(),
  canLeave: z.boolean(),
  /** Set while the idle warning is up; the visit ends when it reaches 0 unless the person says they are here. */
  idle: z.strictObject({ secondsLeft: z.number() }).nullable(),
  /** A contactless card has left the field and is asked back; the screen is covered meanwhile. */
  cardLost: z.boolean(),
  /** The card of this visit lies, or lay last, on the contactless reader: what is drawn is that one. */
  contactless: z.boolean(),
  totem: z.strictObject({ id: z.string(), office: z.string(), comune: z.string(), mmPerPixel: z.number() }),
})
export type View = z.infer<typeof view>
