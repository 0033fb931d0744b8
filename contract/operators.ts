import { z } from 'zod'
import { deskId } from './caller.ts'
import { keyKind, orderWish } from './enrolment.ts'
import { count, isoInstant, operationId, totemId } from './identity.ts'
import { release } from './release.ts'
import { cardFingerprint } from './service.ts'

/**
 * Operators' questions to the gateway, on a listener of their own: HTTPS, JSON, and an operator's bearer token but for
 * the last two. The role `metrics` may ask for /metrics, `read` for all that is read, `write` for everything.
 *   GET  /v1/operator/operations   → operatedOperations
 *   GET  /v1/operator/totems       → operatedTotems
 *   GET  /v1/operator/journal      → journalTroubles
 *   POST /v1/operator/redrive      → redriven
 *   GET  /v1/operator/refunds      → paidRefunds
 *   POST /v1/operator/refunds      refundDone → refundMade
 *   GET  /v1/operator/letters      → operatedLetters
 *   GET  /v1/operator/orders       → operatedOrders
 *   POST /v1/operator/orders       ordersWished → ordersMade
 *   POST /v1/operator/orders/withdraw    orderNamed → orderWithdrawn
 *   GET  /v1/operator/enrolled     → operatedEnrolled
 *   POST /v1/operator/enrolled/withdraw  totemNamed → totemWithdrawn
 *   GET  /v1/operator/releases     → fleetReleases
 *   POST /v1/operator/releases     releaseOrder → releaseOrdered
 *   GET  /metrics                  in Prometheus' text
 *   GET  /healthz                  200 while the process answers
 *   GET  /readyz                   200 when it can do its work; 503 from the beginning of its stop
 */
export const operatedOperations = z.strictObject({
  operations: z.array(
    z.strictObject({
      operation: operationId,
      /** Or the counter that asked. */
      totem: z.union([totemId, deskId]),
      /** `dead`: given up until an operator redrives it. */
      state: z.enum(['pending', 'dead', 'issued', 'refused']),
      refusal: z.string().nullable(),
      /** `idOperazioneClient`: what ANPR knows the operation by. */
      anprId: z.string(),
      /** GovWay-Transaction-ID of the calls that settled it, which the Ministry's service desk asks for. */
      gateTransaction: z.string().nullable(),
      receivedAt: isoInstant,
      settledAt: isoInstant.nullable(),
    }),
  ),
})

/** `at`: the gateway's clock. `heartbeat`: as the totem sent it, perhaps with another version of its software. */
export const operatedTotems = z.strictObject({
  totems: z.array(z.strictObject({ totem: totemId, at: isoInstant, heartbeat: z.record(z.string(), z.unknown()) })),
})

/**
 * fork: two histories of one chain. older-chain: a chain went on after a later one had begun. Either means that the
 * totem is there twice, or was put back to an earlier day. gap: entries from here on came without those before. broken:
 * this entry does not fit the one before, or says what the closed list does not have; the gateway did not take it in.
 */
export const troubleKind = z.enum(['fork', 'older-chain', 'gap', 'broken'])

/** Sync logs that do not fit, newest first. */
export const journalTroubles = z.strictObject({
  troubles: z.array(
    z.strictObject({
      totem: totemId,
      chain: operationId,
      kind: troubleKind,
      seq: z.number().int().min(0),
      at: isoInstant,
    }),
  ),
})

/** How many of the dead got another chance, at most 1,000 a call. */
export const redriven = z.strictObject({ redriven: z.number().int().min(0) })

/**
 * Money that must go back. `refused`: the register refuses the certificate for good (`refusal`); `paid-twice`: a second
 * payment for the same certificate; `wrong-amount`: another sum than the notice's. No person stands here: the PSP knows
 * its payer by the receipt.
 */
export const openRefund = z.strictObject({
  receipt: z.string(),
  payment: operationId,
  notice: z.string(),
  cents: z.number().int(),
  why: z.enum(['refused', 'paid-twice', 'wrong-amount']),
  refusal: z.string().nullable(),
  totem: totemId.nullable(),
  operation: operationId.nullable(),
  askedAt: isoInstant,
})
export type OpenRefund = z.infer<typeof openRefund>
export const paidRefunds = z.strictObject({ refunds: z.array(openRefund) })
/** An operator has paid it back. `refunded` false: there is no such refund, or it was paid back before. */
export const refundDone = z.strictObject({ receipt: z.string().max(35) })
export const refundMade = z.strictObject({ refunded: z.boolean() })

/**
 * Documents that went by mail, newest first, and what became of each. `message`: its Message-ID, as the mail servers' logs
 * have it. `why`: the status code of a report (RFC 3463). `receipts`: what PEC providers have signed, by their own
 * `identifier`.
 */
export const operatedLetters = z.strictObject({
  letters: z.array(
    z.strictObject({
      message: z.string(),
      totem: totemId,
      way: z.enum(['email', 'domicilio']),
      state: z.enum(['waiting', 'handed-over', 'accepted', 'delivered', 'refused', 'bounced']),
      why: z.string().nullable(),
      at: isoInstant,
      receipts: z.array(
        z.strictObject({ kind: z.string(), identifier: z.string(), provider: z.string(), at: isoInstant }),
      ),
    }),
  ),
})
export type OperatedLetter = z.infer<typeof operatedLetters>['letters'][number]

/**
 * `open`: nobody has come with the code yet. `begun`: a machine has, and has not got its configuration. `done`: it is the
 * totem. `withdrawn`: by an operator. `disputed`: a second machine came with the code, and both are shut out. `closed`: ten
 * wrong tries. An order that is not done in time is `open` or `begun` with an `expiresAt` in the past.
 */
export const orderState = z.enum(['open', 'begun', 'done', 'withdrawn', 'disputed', 'closed'])
export type OrderState = z.infer<typeof orderState>

/** `POST /v1/operator/orders`: places for new totems, each answered by itself and in order. */
export const ordersWished = z.strictObject({ orders: z.array(orderWish).min(1).max(500) })
/** `code`: told once, and kept nowhere. `waiting`: the totem has an order that is open or begun: withdraw that one first. */
export const ordersMade = z.strictObject({
  orders: z.array(
    z.discriminatedUnion('state', [
      z.strictObject({
        state: z.literal('made'),
        order: operationId,
        totem: totemId,
        code: z.string(),
        expiresAt: isoInstant,
      }),
      z.strictObject({
        state: z.literal('refused'),
        totem: totemId,
        reason: z.enum(['waiting', 'provisioned-by-hand', 'twice']),
      }),
    ]),
  ),
})
export type OrdersMade = z.infer<typeof ordersMade>['orders']
/** `GET /v1/operator/orders`, newest first. `failures`: wrong codes so far. `machine`: the first that came with the code. */
export const operatedOrders = z.strictObject({
  orders: z.array(
    z.strictObject({
      order: operationId,
      totem: totemId,
      state: orderState,
      office: z.string(),
      softwareKey: z.boolean(),
      machine: z.string().nullable(),
      failures: z.number().int(),
      madeBy: z.string(),
      madeAt: isoInstant,
      expiresAt: isoInstant,
      endedAt: isoInstant.nullable(),
    }),
  ),
})
export const orderNamed = z.strictObject({ order: operationId })
/** False: there is no such order that waits. */
export const orderWithdrawn = z.strictObject({ withdrawn: z.boolean() })

/**
 * `GET /v1/operator/enrolled`: every totem that was enrolled. `key`: `file` is a software key, which a copied disk takes
 * along. `machine`: SHA-256 of its endorsement key, or of its key for TLS. `boot`: registers as quoted last, by number.
 * `verification`: for the list by which papers are checked (`node gateway/orders.ts keys`).
 */
export const operatedEnrolled = z.strictObject({
  totems: z.array(
    z.strictObject({
      totem: totemId,
      order: operationId,
      key: keyKind,
      machine: z.string(),
      enrolledAt: isoInstant,
      certificateEnds: isoInstant.nullable(),
      withdrawnAt: isoInstant.nullable(),
      boot: z.record(z.string(), z.string()).nullable(),
      verification: z.strictObject({ kid: z.string(), x: z.string(), y: z.string() }),
    }),
  ),
})
/** `POST /v1/operator/enrolled/withdraw`: from now on the totem is let in no more. False: it is not enrolled. */
export const totemNamed = z.strictObject({ totem: totemId })
export const totemWithdrawn = z.strictObject({ withdrawn: z.boolean() })

/**
 * `POST /v1/operator/service/grants`: proposes that a technician's card may work on a totem (`totem` null: on every one) from
 * `from` (null: now) for so many hours. Another operator approves it.
 */
export const grantWish = z.strictObject({
  card: cardFingerprint,
  totem: totemId.nullable(),
  from: isoInstant.nullable().default(null),
  hours: z
    .int()
    .min(1)
    .max(24 * 366),
})
export type GrantWish = z.output<typeof grantWish>
export const grantProposed = z.strictObject({ number: z.int() })
export const grantNamed = z.strictObject({ number: z.int().min(1) })
/** False: there was nothing to approve or to revoke, or the operator had proposed it. */
export const grantChanged = z.strictObject({ done: z.boolean() })
/** `GET /v1/operator/service/grants`, newest first. `approvedBy` null: it does not count yet. */
export const operatedGrants = z.strictObject({
  grants: z.array(
    z.strictObject({
      number: z.int(),
      card: cardFingerprint,
      totem: totemId.nullable(),
      from: isoInstant,
      until: isoInstant,
      proposedBy: z.string(),
      approvedBy: z.string().nullable(),
      revokedBy: z.string().nullable(),
      revokedAt: isoInstant.nullable(),
    }),
  ),
})
/** `POST /v1/operator/service/code`. `day`: the one that the totem shows, where it is another than today's. */
export const serviceCodeAsked = z.strictObject({ totem: totemId, day: z.iso.date().nullable().default(null) })
/** Null: the totem was not enrolled by a code, so that it has no secret. */
export const serviceCode = z.strictObject({ day: z.iso.date(), code: z.string().nullable() })

/** How releases go through the fleet (gateway/releases/rings.ts). `ring`: the last that has it, from 0. */
export const fleetReleases = z.strictObject({
  sequence: count,
  ends: isoInstant,
  listed: z.array(release),
  rollouts: z.array(
    z.strictObject({
      number: count,
      ring: count,
      urgent: z.boolean(),
      beganAt: isoInstant,
      /** A person must lift it. */
      stopped: z
        .strictObject({ at: isoInstant, why: z.enum(['rolled-back', 'silent', 'faults', 'operator']) })
        .nullable(),
      facts: z.strictObject({
        ...{ heard: count, confirmed: count, rolledBack: count },
        ...{ silent: count, visits: count, faults: count },
      }),
    }),
  ),
})

/** `hold`: this totem keeps what it has; `release`: no more. */
export const releaseOrder = z.discriminatedUnion('order', [
  z.strictObject({ order: z.literal('begin'), number: count, urgent: z.boolean() }),
  z.strictObject({ order: z.literal('stop'), number: count }),
  z.strictObject({ order: z.literal('lift'), number: count }),
  z.strictObject({ order: z.literal('hold'), totem: totemId }),
  z.strictObject({ order: z.literal('release'), totem: totemId }),
])
/** False: it had begun already, or there was nothing to stop or to lift. */
export const releaseOrdered = z.strictObject({ done: z.boolean() })
