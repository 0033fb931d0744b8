import { z } from 'zod'
import { commandRefusal, totemCommandKinds } from '../command.ts'
import { count, isoInstant, operationId, totemId } from '../identity.ts'
import { reason } from './prose.ts'

/**
 * What can be ordered at the console: the totem's own commands, and three that the gateway carries out. `revoke`: the totem is let
 * in no more. `pause-updates`, `resume-updates`: whether it takes releases.
 */
export const orderKinds = [...totemCommandKinds, 'revoke', 'pause-updates', 'resume-updates'] as const
export type OrderKind = (typeof orderKinds)[number]
/** These wait for a second person, however few totems they are about. */
export const SECOND_PERSON: readonly OrderKind[] = ['restore', 'revoke', 'pause-updates', 'resume-updates']

/** How many totems one person may order something of, within an hour: 50, or 5 % of the fleet where that is less. */
export const aloneBound = (fleet: number): number => Math.max(5, Math.min(50, Math.floor(fleet * 0.05)))

export const orderWish = z.strictObject({
  kind: z.enum(orderKinds),
  args: z.record(z.string().max(20), z.union([z.string().max(40), z.int()])).default({}),
  totems: z
    .array(totemId)
    .min(1)
    .max(1_000)
    .refine((all) => new Set(all).size === all.length, 'twice'),
  reason,
})
const orderState = z.enum(['proposed', 'lapsed', 'withdrawn', 'issued', 'stopped'])
export const orderMade = z.strictObject({ order: operationId, state: orderState })
export const orderNamed = z.strictObject({ order: operationId })

/** `lapsed`: nobody has approved it within a day. `stopped`: by somebody, or because too many totems would not. */
export type OrderState = z.infer<typeof orderState>
const commandState = z.enum(['waiting', 'issued', 'fetched', 'done', 'refused', 'expired', 'stopped'])
export type CommandState = z.infer<typeof commandState>

export const ordersQuery = z.strictObject({ totem: totemId.optional() })
/** Newest first. `own`: who asks has proposed it. `second`: it needs another person. `commands`: the first fifty of its totems in sight. */
export const orders = z.strictObject({
  orders: z.array(
    z.strictObject({
      order: operationId,
      kind: z.enum(orderKinds),
      args: z.record(z.string(), z.union([z.string(), z.int()])),
      reason: z.string(),
      state: orderState,
      stopped: z.enum(['withdrawn', 'refusals']).nullable(),
      second: z.boolean(),
      own: z.boolean(),
      proposedBy: z.string(),
      proposedAt: isoInstant,
      approvedBy: z.string().nullable(),
      approvedAt: isoInstant.nullable(),
      counts: z.record(commandState, count),
      commands: z.array(
        z.strictObject({
          command: operationId,
          totem: totemId,
          state: commandState,
          refusal: commandRefusal.nullable(),
          found: z.array(z.strictObject({ what: z.string(), outcome: z.string() })),
          issuedAt: isoInstant.nullable(),
          fetchedAt: isoInstant.nullable(),
          endedAt: isoInstant.nullable(),
          expiresAt: isoInstant.nullable(),
        }),
      ),
    }),
  ),
  at: isoInstant,
})
