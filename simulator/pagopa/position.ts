import { z } from 'zod'

/** GPD writes instants with and without a zone; without one they are UTC. */
const instant = z
  .string()
  .refine(
    (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/.test(text) && !Number.isNaN(instantOf(text)),
    'no date-time',
  )

/** Milliseconds of a date-time of GPD. */
export const instantOf = (text: string): number => Date.parse(text.endsWith('Z') ? text : `${text}Z`)

const cents = z.number().int().min(1)

const transfer = z
  .object({
    idTransfer: z.enum(['1', '2', '3', '4', '5']),
    amount: cents,
    organizationFiscalCode: z.string().optional(),
    remittanceInformation: z.string().max(140),
    category: z.string().min(1),
    iban: z.string().optional(),
    postalIban: z.string().optional(),
    stamp: z
      .object({
        hashDocument: z.string().max(72),
        stampType: z.string().length(2),
        provincialResidence: z.string().regex(/^[A-Z]{2}$/),
      })
      .optional(),
  })
  .refine(({ iban, stamp }) => (iban === undefined) !== (stamp === undefined), 'iban and stamp exclude each other')

const paymentOption = z
  .object({
    nav: z
      .string()
      .regex(/^\d{18}$/)
      .optional(),
    iuv: z.string().regex(/^\d{1,35}$/),
    amount: cents,
    description: z.string().max(140),
    isPartialPayment: z.boolean(),
    dueDate: instant,
    retentionDate: instant.optional(),
    fee: z.number().int().min(0).optional(),
    transfer: z.array(transfer).min(1).max(5),
  })
  .refine(
    ({ amount, transfer }) => transfer.reduce((sum, each) => sum + each.amount, 0) === amount,
    'amounts of transfers',
  )
  .refine(
    ({ transfer }) => new Set(transfer.map(({ idTransfer }) => idTransfer)).size === transfer.length,
    'idTransfer twice',
  )

/** PaymentPositionModel of GPD's OpenAPI file, version 1. Fields that it does not name are passed over. */
const model = z.object({
  iupd: z.string().min(1),
  type: z.enum(['F', 'G']),
  fiscalCode: z.string().min(1),
  fullName: z.string().min(1),
  companyName: z.string().min(1).max(140),
  officeName: z.string().max(140).optional(),
  switchToExpired: z.boolean().default(false),
  validityDate: instant.nullish(),
  paymentOption: z.array(paymentOption).min(1),
})
export type PositionModel = z.infer<typeof model>

/** Reads a position, and says what GPD finds wrong with it (its 400). */
export function positionIn(body: unknown, now: Date): { position: PositionModel } | { wrong: string } {
  const read = model.safeParse(body)
  if (!read.success) {
    const [issue] = read.error.issues
    return { wrong: [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ') }
  }
  const { validityDate, paymentOption: options } = read.data
  for (const { dueDate } of options) {
    if (instantOf(dueDate) < +now) return { wrong: 'dueDate is past' }
    if (validityDate && instantOf(dueDate) < instantOf(validityDate)) return { wrong: 'dueDate before validityDate' }
  }
  // Several options of one position are instalments: all partial, or one of the whole.
  if (options.length > 1 && options.some(({ isPartialPayment }) => !isPartialPayment))
    return { wrong: 'several options, and not all partial' }
  return { position: read.data }
}
