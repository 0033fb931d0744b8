import { z } from 'zod'
import { sheetTypes } from '../catalogue.ts'
import { isoInstant, operationId } from '../identity.ts'
import { ownAccess, withdrawal } from '../own-requests.ts'
import { service, takenHome } from './lists.ts'

/** What became of a person's requests, here and at every other totem; and who looked at their data. */

/** Of a payment: nobody has paid its notice; it waits for its certificate; its money goes back. */
export const paymentStates = ['unpaid', 'paid', 'refund'] as const

/**
 * `recorded`: not sent yet. `sent`: ANPR has not answered. `ready`: waits here to be collected. `elsewhere`: issued at
 * another totem, which alone knows whether it was collected. `aside`: support looks at it. `mailed`, `opened`: its link went
 * by e-mail, and was opened by its digits. `domicile`, `delivered`: it went to the digital domicile, and is in that box for
 * certain. `returned`: neither arrived.
 * Those of a payment come first, because they ask something of the person.
 */
export const requestState = z.enum([
  ...paymentStates,
  ...['recorded', 'sent', 'ready', 'elsewhere', 'collected', 'refused', 'expired', 'aside', 'withdrawn'],
  ...['mailed', 'opened', 'domicile', 'delivered', 'returned'],
] as const)

/**
 * `operation` of a payment: its own id. `types` null: only the gateway knows them, and there is no line. `office` null: this
 * totem, or every one for a payment. `day`: last day to pay, when the money should be
 * back, or when its mail left. `again`: where its paper
 * can be had here; null: nowhere, or nothing more is to be had.
 */
export const ownRequest = z.strictObject({
  operation: operationId,
  document: takenHome,
  types: sheetTypes.nullable(),
  requestedAt: isoInstant,
  state: requestState,
  office: z.string().nullable(),
  day: isoInstant.nullable(),
  again: service.nullable(),
  /** Its person may withdraw it: it never left this totem, or ANPR has not answered, and the line is there to ask. */
  withdrawable: z.boolean(),
})
export type OwnRequest = z.infer<typeof ownRequest>

export const screens = [
  /** `requests` null while the gateway is asked. `whole` false: without the line these are this totem's alone. */
  z.strictObject({ screen: z.literal('requests'), requests: z.array(ownRequest).nullable(), whole: z.boolean() }),
  z.strictObject({ screen: z.literal('request'), request: ownRequest }),
  /** What came of a withdrawal; `unknown`: no answer came. */
  z.strictObject({
    screen: z.literal('request-withdrawal'),
    ...{ became: withdrawal.shape.became, canPrint: z.boolean() },
  }),
  /** Newest first; null while the gateway is asked. `here`: at this totem. */
  z.strictObject({
    screen: z.literal('accesses'),
    accesses: z
      .array(
        ownAccess
          .pick({ at: true, by: true, operator: true, looked: true, types: true, uses: true })
          .extend({ office: z.string(), here: z.boolean() }),
      )
      .nullable(),
  }),
  /** The log is the gateway's: it needs the line. */
  z.strictObject({ screen: z.literal('accesses-unavailable') }),
] as const

export const steps = {
  requests: null,
  request: null,
  'request-withdrawal': null,
  accesses: null,
  'accesses-unavailable': null,
} as const

export const answers = [
  z.strictObject({ type: z.literal('chooseRequest'), index: z.number().int().min(0).max(1_000) }),
  z.strictObject({ type: z.literal('withdrawRequest') }),
  z.strictObject({ type: z.literal('printWithdrawal') }),
] as const
