import type { Paper } from '../documents/model.ts'
import { renderPdf } from '../documents/pdf.ts'
import { receiptLines } from '../documents/receipt-lines.ts'
import type { Sheet } from '../visit/services.ts'

/** A paper of a few lines, as a receipt; `pdfOnly`: an office printer has no letters of its own for it. */
export const receiptSheet =
  (paper: Paper, pdfOnly: boolean): Sheet =>
  async ({ reprint }) =>
    pdfOnly
      ? { kind: 'pdf', pdf: await renderPdf({ ...paper, reprint }) }
      : { kind: 'receipt', document: receiptLines(paper) }
