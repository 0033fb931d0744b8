import { createHash } from 'node:crypto'
import type { IssuedOutcome } from '../../../contract/gateway.ts'
import type { Place } from '../../documents/model.ts'
import type { Sheet, VisitId, VisitServices } from '../../visit/services.ts'
import { receiptFor, receiptPaper, slipFor, slipPaper } from './receipt.ts'
import { type Marks, markedReceipt, markedSheet } from './reprint.ts'
import type { Slip } from './visit.ts'

export interface SheetsOptions {
  place: Place
  /** An office printer has no letters of its own for receipts. */
  pdfOnly?: boolean
  /** How long an outcome waits to be collected (ms). */
  keepMs: number
  now(): Date
}

/** The sheets of a certificate: ANPR's own, untouched, and the totem's receipt or slip. */
export function createSheets({ place, pdfOnly = false, keepMs, now }: SheetsOptions): VisitServices['sheets'] {
  return {
    certificate: (outcome: IssuedOutcome): Sheet => {
      return () => ({ kind: 'pdf', pdf: Buffer.from(outcome.pdf, 'base64') })
    },

    receipt: ({ language }: VisitId, outcome: IssuedOutcome, pages: number): Sheet => {
      return ({ reprint, reprinted, code }) => {
        const at = now().toISOString()
        const { operation, types, protocol } = outcome
        const pdfSha256 = createHash('sha256').update(Buffer.from(outcome.pdf, 'base64')).digest('hex')
        const verification = code({ document: 'receipt', issuedAt: at, operation, types, protocol, pdfSha256, pages })
        const printed = { pages, at, language, place, verification }
        const marks: Marks = { sheet: reprint, certificate: reprinted('certificate') }
        return pdfOnly
          ? markedSheet(receiptPaper(outcome, printed), language, marks)
          : { kind: 'receipt', document: markedReceipt(receiptFor(outcome, printed), language, marks) }
      }
    },

    slip: ({ language }: VisitId, { operation, types, requestedAt }: Slip): Sheet => {
      return ({ reprint, code }) => {
        const until = new Date(Date.parse(requestedAt) + keepMs).toISOString()
        const verification = code({ document: 'slip', issuedAt: requestedAt, validUntil: until, operation, types })
        const slip = { operation, types, requestedAt }
        const printed = { until, language, place, verification }
        const marks: Marks = { sheet: reprint, certificate: false }
        return pdfOnly
          ? markedSheet(slipPaper(slip, printed), language, marks)
          : { kind: 'receipt', document: markedReceipt(slipFor(slip, printed), language, marks) }
      }
    },
  }
}
