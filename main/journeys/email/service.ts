import { ulid } from 'ulid'
import { err, ok } from '../../../contract/result.ts'
import { receiptSheet } from '../../print/receipt-sheet.ts'
import { type LetterOptions, sendLetter } from '../../sync/letter.ts'
import type { VisitServices } from '../../visit/services.ts'
import { codePaper } from './slip.ts'

export interface EmailOptions extends LetterOptions {
  pdfOnly?: boolean
}

/** Has links to documents sent by mail. */
export function createEmail(options: EmailOptions): Pick<VisitServices, 'sendByEmail' | 'codeSlip'> {
  const { journal, place, now } = options
  return {
    async sendByEmail({ session, language }, { token }, { pdf, about, to }) {
      const { became, code } = await sendLetter(options, { token, pdf, about, to, language })
      journal.record('visit.email', { session, became })
      if (became !== 'handed-over' && became !== 'waiting') return err({ kind: became })
      return ok({ operation: ulid(), code, handedOver: became === 'handed-over' })
    },
    codeSlip: ({ language }, { operation, code }) => {
      const paper = codePaper({ operation, code }, { language, place, at: now() })
      return receiptSheet(paper, options.pdfOnly ?? false)
    },
  }
}
