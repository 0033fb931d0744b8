import { z } from 'zod'
import { bollo, charged, charges } from './bollo.ts'
import { type Caller, callerText } from './caller.ts'
import { certificateLanguage, certificateType, sheetTypes } from './catalogue.ts'
import { anprPerson, belonging, partialDate, registeredPerson } from './document.ts'
import { evidence, evidenceRefusals, gatewayChallenge, isFormerEvidence } from './evidence.ts'
import { base64, idAnpr, isoInstant, operationId } from './identity.ts'
import { issueRefusal } from './issue-refusal.ts'
import { way } from './journeys/lists.ts'
import { closedOffers } from './offers.ts'

/**
 * Totem ↔ gateway: HTTPS with mutual TLS, JSON. The gateway knows a totem by its client certificate (subject CN = totem
 * id). Every refusal is a `problem`; an answer that does not parse counts as no answer. `v1` is the version of the
 * whole. Bodies may be gzip both ways (`content-encoding`). 429 and 503 carry `Retry-After` in seconds: nothing was
 * done, and the totem asks again then, or earlier when a citizen stands there.
 *
 *   GET  /v1/status                    → status          is the line up, what time is it
 *   POST /v1/challenges                → challengeGiven  what the next card signs
 *   POST /v1/sessions                  evidence → session      201; 403 problem
 *   GET  /v1/sessions/current/family   (Bearer) → familySheet
 *   GET  /v1/sessions/current/visura   (Bearer) → ownRecordAnswer
 *   POST /v1/sessions/current/person   (Bearer) personRequest → personDetail (contract/person.ts)
 *   POST /v1/sessions/current/end      (Bearer) → sessionEnded   the visit is over
 *   GET  /v1/sessions/current/requests (Bearer) → ownRequests (contract/own-requests.ts)
 *   GET  /v1/sessions/current/accesses?counter= (Bearer) → ownAccessesTold (contract/own-requests.ts)
 *   POST /v1/previews                  (Bearer) previewRequest → preview
 *   /v1/payments…                      contract/pagopa.ts
 *   POST /v1/operations                submission → submissionResult
 *   GET  /v1/operations                → operationList   what the gateway holds of this totem
 *   GET  /v1/outcomes?after=&wait=&receipt= → outcomePage     what was settled since; held open until there is some
 *   POST /v1/heartbeat?closed=         heartbeat → heartbeatAnswer (contract/heartbeat.ts, contract/offers.ts)
 *   POST /v1/readiness                 readinessSheet → readinessTaken (contract/readiness.ts)
 *   GET  /v1/keys                      → gatewayKeysAnswer (contract/gateway-keys.ts)
 *   GET  /v1/outcome-key               → outcomeKeyAnswer (contract/gateway-keys.ts)
 *   POST /v1/journal                   journalBatch → journalReceipt (contract/journal.ts)
 *   POST /v1/handovers                 handoverOffer → handoverGiven (contract/handover.ts) 201
 *   GET  /v1/handovers?id=             → handoverState
 *   POST /v1/handovers/withdrawn       handoverQuery → handoverWithdrawn
 *   POST /v1/letters                   (Bearer) letterOffer → letterTaken (contract/letter.ts) 201
 *   GET  /v1/letters?id=               → letterState
 *   GET  /v1/trust                     → trustBundle (contract/trust.ts)
 *   GET  /v1/trust/crls/<sha256>       → a CRL, DER
 *   GET  /v1/commands?after=           → commandsAnswer (contract/command.ts)
 *   POST /v1/commands/outcomes         commandOutcomes → commandOutcomesTaken (contract/command.ts)
 *   POST /v1/commands/outcome-key      outcomeKeyOffered → outcomeKeyTaken (contract/command.ts)
 *   GET  /v1/releases                  → releasesAnswer (contract/release.ts)
 *   GET  /v1/releases/<sha256>         → bytes of a file, by `Range`
 */
export const status = z.strictObject({ at: isoInstant, version: z.string() })

/**
 * What a log-in answers (contract/evidence.ts `challenge`). Each heartbeat brings one, so that a totem whose line goes
 * away has a recent one. A totem asks for another when a card is put in.
 */
export const challengeGiven = z.strictObject({ challenge: gatewayChallenge })
export const heartbeatAnswer = z.strictObject({
  ...status.shape,
  ...challengeGiven.shape,
  closed: closedOffers.optional(),
  /** Serial of the newest command that waits for this totem, for one that says in its heartbeat which it knows. */
  command: z.int().min(1).exactOptional(),
})

/** A session opens only by a challenge that the gateway gave its totem so short a time ago, and that opened none before. */
export const SESSION_CHALLENGE_MS = 5 * 60_000
/** What one log-in may ask for, each another person, certificate or use. A visit asks for one or two. */
export const LOGIN_REQUESTS = 6

/**
 * `statement-stale`: the session's challenge is older than five minutes. `challenge-unknown`: the gateway did not give
 * this challenge to this caller. `session-spent`: the session has asked as much as one may. `evidence-spent`: the
 * log-in, or its person at this totem today, has asked as much as one may, or the same before. `evidence-late`: the
 * gateway has heard the totem for longer than a visit and its way here take, and the request did not come.
 */
export const refusalKind = z.enum([
  ...evidenceRefusals,
  'statement-stale',
  'statement-replayed',
  'statement-other-caller',
  'challenge-unknown',
  'evidence-late',
  'evidence-spent',
  'person-not-found',
  'not-in-family',
  ...issueRefusal.options,
  'contrassegno-used',
  /** Its person has withdrawn the request. */
  'withdrawn',
  /** No mail can reach the domain of this address. */
  'address-unknown',
  /** The notice has not been paid, is not this person's for this certificate, or has paid for one. */
  'payment-missing',
  /** This gateway takes no payments, or pagoPA does not answer. */
  'payment-unavailable',
  'session-expired',
  'session-spent',
  'request-malformed',
  'request-outdated',
  'request-expired',
  'journal-too-much-today',
  /** No answer of ANPR came. */
  'anpr-unavailable',
  /** ANPR's answer to this question cannot be read, or is about somebody who was not asked for. */
  'anpr-unreadable',
  'anpr-other-person',
])
export type RefusalKind = z.infer<typeof refusalKind>

/** `anpr`: ANPR's own error code (e.g. EN286), which the citizen sees as a reference for the ufficio anagrafe. */
export const problem = z.strictObject({ kind: refusalKind, anpr: z.string().nullable() })
export type Problem = z.infer<typeof problem>

export const session = z.strictObject({
  token: z.string(),
  expires: isoInstant,
  holder: z.strictObject({ idAnpr }),
  /** How documents can be taken home here besides on paper. Absent in an answer of an earlier gateway. */
  ways: z.array(way.exclude(['paper'])).exactOptional(),
})
export type Session = z.infer<typeof session>

export const sessionEnded = z.strictObject({})

/**
 * Name and year of birth only, until a person is picked (GDPR art. 5.1.c). `idAnpr` null: ANPR has not told it, and no
 * certificate can be asked about them. `name` or `surname` may be empty: not everybody has both.
 */
export const familyMember = z.strictObject({
  idAnpr: idAnpr.nullable(),
  name: z.string(),
  surname: z.string(),
  /** For the word of the kinship: wife, son. */
  sex: registeredPerson.shape.sex,
  yearOfBirth: z.number().int().nullable(),
  ...belonging,
  self: z.boolean(),
  /** ANPR keeps those who died on the sheet; nothing is asked about them. */
  deceased: z.boolean(),
  /** Certificates that the gateway would refuse the holder about this person, by what it knows before it asks for one. */
  blocked: z.array(z.strictObject({ ...problem.shape, type: certificateType })),
})
export type FamilyMember = z.infer<typeof familyMember>
/** An identity card as the register has it; `expires` is read there and never computed, `cancelled`: since when it is void. */
export const identityCard = z.strictObject({
  kind: z.enum(['paper', 'electronic']).nullable(),
  expires: partialDate.nullable(),
  cancelled: partialDate.nullable(),
})
export type IdentityCard = z.infer<typeof identityCard>
/** `card`: the holder's; null: the register names none. `languages`: in which a certificate of these people may be asked for, by their comune; the usual one stands first. `charges`: what one costs them. */
export const familySheet = z.strictObject({
  members: z.array(familyMember).min(1),
  languages: z.array(certificateLanguage).min(1),
  charges,
  card: identityCard.nullable(),
})
export type FamilySheet = z.infer<typeof familySheet>

/**
 * The holder's own data. `reference`: idOperazioneANPR of each consultation that it took, empty where ANPR gave none;
 * `at`: when ANPR answered.
 */
export const ownRecord = z.strictObject({ person: anprPerson, reference: z.string(), at: isoInstant })
/** As the gateway answers it: a codice fiscale that ANPR has not told is null. The totem knows it by the card. */
export const ownRecordAnswer = ownRecord.extend({ person: anprPerson.extend({ codiceFiscale: z.string().nullable() }) })
export type OwnRecordAnswer = z.infer<typeof ownRecordAnswer>
export type OwnRecord = z.infer<typeof ownRecord>

/**
 * `subject` null: the holder of the card (offline the totem knows no ID ANPR). `language` null: what is usual in the
 * comune of residence, which the totem does not know offline.
 */
const wanted = {
  subject: idAnpr.nullable(),
  types: sheetTypes,
  bollo,
  language: certificateLanguage.nullable(),
}
/** A totem of an earlier version names no language in a preview. */
export const previewRequest = z.strictObject({ ...wanted, subject: idAnpr, language: wanted.language.default('IT') })
export type PreviewRequest = z.infer<typeof previewRequest>
export const preview = z.strictObject({ pdf: base64 })

/**
 * How requests and outcomes are sealed: direct agreement (RFC 7518 §4.6). ECDH-ES+A256KW is not used: Electron's
 * BoringSSL has no AES key wrap (jose fails there with "Unknown cipher"), and one recipient needs no key to be wrapped.
 */
export const sealing = { alg: 'ECDH-ES', enc: 'A256GCM' } as const
export const REQUEST_TYP = 'totem-request+jwe'
export const OUTCOME_TYP = 'totem-outcome+jwe'
const RECEIPT_TYP = 'totem-receipt+jwe'

/**
 * Protected header of a sealed request. It is authenticated with the content (RFC 7516 §5.1, step 14), so that a
 * request that was sealed for one operation, caller and kind opens for no other. `op` is the operation id, `kid` names
 * the receiver's key.
 */
export const requestHeader = (
  kid: string,
  { operation, caller, kind }: { operation: string; caller: Caller; kind: CertificateRequest['kind'] },
) => ({ ...sealing, kid, typ: REQUEST_TYP, op: operation, caller: callerText(caller), kind }) as const

/** Protected header of an outcome, which is sealed to the totem in whose queue it waits. */
export const outcomeHeader = (
  kid: string,
  { operation, totem, kind }: { operation: string; totem: string; kind: CertificateRequest['kind'] },
) => ({ ...sealing, kid, typ: OUTCOME_TYP, op: operation, totem, kind }) as const

/** Protected header of the receipt of a page of outcomes, sealed as these are. */
export const receiptHeader = (kid: string, { totem, cursor }: { totem: string; cursor: number }) =>
  ({ ...sealing, kid, typ: RECEIPT_TYP, totem, cursor }) as const

/** True if it was sealed with just this header: the rule of both receivers. */
export const isSealedAs = (header: object, wanted: object): boolean =>
  Object.entries(wanted).every(([name, value]) => (header as Record<string, unknown>)[name] === value)

/** Version of a request's text. A sealed request may wait for 30 days, and meet another version of the gateway. */
export const REQUEST_VERSION = 3

/** The request as the gateway sees it after opening the JWE. Only the gateway can read it. */
export const certificateRequest = z.strictObject({
  version: z.literal(REQUEST_VERSION),
  operation: operationId,
  kind: z.literal('certificate'),
  ...wanted,
  requestedAt: isoInstant,
  evidence,
})
export type CertificateRequest = z.infer<typeof certificateRequest>

const versioned = z.looseObject({ version: z.number().int().positive() })

/**
 * Says how old a text is that is no `certificateRequest`; version 1 did not carry its number. `former`: no gateway
 * takes it any more. `later`: a newer totem wrote it, and a newer gateway will read it. Null: it is no request of
 * another version.
 */
export function requestAge(read: unknown): 'former' | 'later' | null {
  const { data } = versioned.safeParse(read)
  if (data) return data.version === REQUEST_VERSION ? null : data.version < REQUEST_VERSION ? 'former' : 'later'
  return isFormerEvidence((read as { evidence?: unknown } | null | undefined)?.evidence) ? 'former' : null
}

/** `sealed`: compact JWE to one of the gateway's keys (contract/gateway-keys.ts), header `requestHeader`. */
export const submission = z.strictObject({
  items: z
    .array(z.strictObject({ operation: operationId, sealed: z.string().max(100_000) }))
    .min(1)
    .max(50),
})
export type Submission = z.infer<typeof submission>

/**
 * One result for each item. `issued`: `outcome` is a compact JWE to a key of the totem, header `outcomeHeader`, and
 * holds `issuedOutcome`. `pending`: the request is on the gateway's disk for good, and `/v1/outcomes` will tell what
 * becomes of it. `later`: this item was not taken in, `reason` is a code, and the rest of the batch is not concerned.
 * An item that comes again gets what is known of it. Where the reason is one of `noRoom`, its totem has as much here as
 * one totem may: it keeps the request and sends no other for a while.
 */
export const noRoom = z.enum(['too-many-pending', 'too-many-today'])
const operationState = z.enum(['pending', 'issued', 'refused'])
const settled = [
  z.strictObject({ operation: operationId, state: z.literal('issued'), outcome: z.string() }),
  z.strictObject({ operation: operationId, state: z.literal('refused'), problem }),
] as const
export const submissionResult = z.strictObject({
  results: z.array(
    z.discriminatedUnion('state', [
      z.strictObject({ operation: operationId, state: z.literal('pending') }),
      z.strictObject({
        operation: operationId,
        state: z.literal('later'),
        reason: z.string().regex(/^[a-z0-9-]{1,64}$/),
      }),
      ...settled,
    ]),
  ),
})
export type SubmissionResult = z.infer<typeof submissionResult>

/**
 * Seconds that `/v1/outcomes` may be held open. TCP's keep-alives keep each NAT on the way from forgetting the line.
 */
export const LONGEST_POLL_S = 50

/**
 * The outcomes of this totem after number `after` (0: all that are still kept), oldest first, each once, bounded in
 * bytes. `cursor` is the number of the last one; `more`: ask on at once. By asking with a cursor and its receipt, the
 * totem says that it has everything up to it on its disk. A gateway that was set up anew never gave that cursor, and answers from the
 * beginning: the totem knows outcomes by their operation, so that none has effect twice.
 *
 * `receipt`: a compact JWE to a key of the totem, header `receiptHeader`, that holds `outcomeReceipt`. Only who opens
 * it can acknowledge: a stolen TLS key fetches what it cannot read, and nothing is erased for it. Null when there is
 * nothing new to acknowledge; absent for a totem that asks without `receipt`, which acknowledges nothing. The first
 * question after a start has an empty one.
 */
export const outcomePage = z.strictObject({
  cursor: z.number().int().min(0),
  more: z.boolean(),
  outcomes: z.array(z.discriminatedUnion('state', [...settled])).max(100),
  receipt: z.string().nullable().optional(),
})
export const outcomeReceipt = z.strictObject({ token: z.string().regex(/^[\w-]{1,64}$/) })
export type OutcomePage = z.infer<typeof outcomePage>
export const outcomeQuery = z.strictObject({
  after: z.coerce.number().int().min(0),
  wait: z.coerce.number().int().min(0).max(LONGEST_POLL_S),
  receipt: z.string().max(64).optional(),
})

/** `pdf`: ANPR's sealed PDF, byte for byte. `protocol`: numeroProtocolloANPR. */
export const issuedOutcome = z.strictObject({
  operation: operationId,
  types: z.array(certificateType),
  protocol: z.string(),
  idOperazioneAnpr: z.string(),
  issuedAt: isoInstant,
  /** Absent in an outcome of an earlier gateway, which knew exempt uses only. */
  bollo: bollo.optional(),
  /** What it was issued for, in euro cents. Absent in an outcome of an earlier gateway. */
  cents: charged.optional(),
  /** For how long it is good; null: it never lapses. Absent like `cents`. */
  validMonths: z.number().int().min(1).nullable().optional(),
  /** Whom of the family it was asked about, by ANPR's family sheet; null: the holder. Absent like `cents`. */
  about: z.strictObject({ name: z.string(), surname: z.string() }).nullable().optional(),
  pdf: base64,
})
export type IssuedOutcome = z.infer<typeof issuedOutcome>

export const operationList = z.strictObject({
  operations: z.array(z.strictObject({ operation: operationId, state: operationState, at: isoInstant })),
})
