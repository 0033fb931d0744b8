import { z } from 'zod'

/** One line of a receipt, independent of any printer's language. Text is Unicode; `size` 1 is ~3 mm capitals. */
const receiptLine = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('text'),
    text: z.string(),
    size: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    bold: z.boolean(),
    align: z.enum(['left', 'center']),
  }),
  /** Name of a fact on the left, its value in a column of its own. */
  z.strictObject({ kind: z.literal('fact'), label: z.string(), value: z.string() }),
  z.strictObject({ kind: z.literal('rule') }),
  z.strictObject({ kind: z.literal('space') }),
  /** Level Q: receipts are folded and get dirty. */
  z.strictObject({ kind: z.literal('qr'), data: z.string().max(600), caption: z.string() }),
])
export type ReceiptLine = z.infer<typeof receiptLine>

export const receiptDocument = z.strictObject({ lines: z.array(receiptLine).min(1).max(200) })
export type ReceiptDocument = z.infer<typeof receiptDocument>
