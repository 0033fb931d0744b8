import { z } from 'zod'
import { isoInstant, operationId } from '../identity.ts'
import { type OrderKind, orderKinds } from './commands.ts'
import { reason } from './prose.ts'
import { region } from './regions.ts'

/**
 * What a grant makes of a person. The second line are the registry's officers: TOP decides for a comune what other bodies may
 * learn from it, ADMIN names who asks in an office of such a body, STANDARD asks, SPORTELLO serves citizens at a post office.
 */
export const roles = [
  ...(['OPERATORE', 'CAMPO', 'PIATTAFORMA', 'AUDITOR'] as const),
  ...(['TOP', 'ADMIN', 'STANDARD', 'SPORTELLO'] as const),
] as const
export const role = z.enum(roles)
export type Role = (typeof roles)[number]

/** What can be asked at the console: each route names one (api.ts), and the matrix says who may. */
const plainActions = [
  'fleet.see',
  'fleet.note',
  'log.export',
  'alarms.handle',
  'commands.order',
  'commands.approve',
  'maintenance.plan',
  'operations.see',
  'operations.redrive',
  'payments.refunded',
  'grants.see',
  'grants.decide',
  'audit.see',
  'audit.export',
  'cards.see',
  'cards.decide',
  'counter.serve',
  'enti.see',
  'enti.register',
  'profiles.see',
  'profiles.decide',
  'bulk.see',
  'bulk.make',
  'bulk.validate',
  'bulk.results',
  'history.search',
  'accounts.see',
  'anomalies.see',
  'anomalies.close',
  'statistics.see',
  'statistics.exact',
  'statistics.write',
] as const
/** `command.KIND`: to order this of a totem, or to propose it. */
export type Action = (typeof plainActions)[number] | `command.${OrderKind}`
export const actions: readonly [Action, ...Action[]] = [
  ...plainActions,
  ...orderKinds.map((kind) => `command.${kind}` as const),
]

/** ISTAT's code of a comune. */
export const comuneId = z.string().regex(/^\d{6}$/)
/** Another body than a comune: a short code of capitals. */
export const fruitoreId = z.string().regex(/^[A-Z][A-Z0-9-]{1,19}$/)
export const officeId = z.string().regex(/^[A-Z0-9][A-Z0-9-]{0,19}$/)

/**
 * Over what a grant reaches: the whole fleet, the totems of a region, or those of one post office; a comune, or an office
 * (`ufficio`) of another body (`ente`) as far as that comune lets the body ask: each comune has its own people in it.
 */
export const scope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('flotta') }),
  z.strictObject({ kind: z.literal('regione'), region }),
  z.strictObject({ kind: z.literal('ufficio'), office: officeId }),
  z.strictObject({ kind: z.literal('ente'), ente: comuneId }),
  z.strictObject({ kind: z.literal('ufficio-ente'), ente: fruitoreId, ufficio: officeId, comune: comuneId }),
])
export type Scope = z.infer<typeof scope>

/** Keyed hash of somebody's codice fiscale, as the gateway makes it: two accounts of one person have one. */
export const personRef = z.string().regex(/^[\w-]{43}$/)

/** `answer`: what the session may do. `csrf`: to be sent with each POST in `x-csrf`. `freshUntil`: for what needs a log-in of just now. */
export const me = z.strictObject({
  person: personRef,
  name: z.string(),
  grants: z.array(z.strictObject({ role, scope, until: isoInstant })),
  may: z.array(z.enum(actions)),
  csrf: z.string(),
  /**
   * Of a log-in by smart card: the operator's number, until when the card's handshake is good for an issue, and the counter at
   * which they work, if they have said at which.
   */
  card: z
    .strictObject({
      number: z.string(),
      goodUntil: isoInstant,
      counter: z.strictObject({ office: z.string(), station: z.string() }).nullable(),
    })
    .nullable(),
  freshUntil: isoInstant,
  endsAt: isoInstant,
  version: z.string(),
  at: isoInstant,
})

export const ownSessions = z.strictObject({
  sessions: z.array(
    z.strictObject({
      /** Names the session, and opens nothing. */
      session: operationId,
      beganAt: isoInstant,
      seenAt: isoInstant,
      isThis: z.boolean(),
    }),
  ),
})
export const sessionNamed = z.strictObject({ session: operationId })
export const done = z.strictObject({ done: z.literal(true) })

/** Whom a grant can be given: everybody who has signed in once. */
export const knownPeople = z.strictObject({
  people: z.array(z.strictObject({ person: personRef, name: z.string(), seenAt: isoInstant })),
})

/**
 * `proposed`: waits for a second person. `given` counts between `from` and `until`. `unused`, `unconfirmed`: suspended, because
 * nobody used it for 90 days, or nobody confirmed it; a confirmation makes it count again.
 */
const grantState = z.enum(['proposed', 'given', 'unused', 'unconfirmed', 'revoked', 'ended'])
const grantTerms = { holder: personRef, role, scope, from: isoInstant, until: isoInstant, reason }
export const grantWish = z.strictObject(grantTerms)
export const grants = z.strictObject({
  grants: z.array(
    z.strictObject({
      ...grantTerms,
      reason: z.string(),
      grant: operationId,
      holderName: z.string().nullable(),
      state: grantState,
      proposedBy: z.string(),
      approvedBy: z.string().nullable(),
      revokedBy: z.string().nullable(),
      usedAt: isoInstant.nullable(),
      /** From when it is to be confirmed, and until when it counts without. */
      confirmFrom: isoInstant.nullable(),
      confirmBy: isoInstant.nullable(),
    }),
  ),
})
export const grantNamed = z.strictObject({ grant: operationId })
export const grantMade = z.strictObject({ grant: operationId })
