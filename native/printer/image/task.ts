import type { PrintFailure } from '../../../contract/device.ts'
import { err, type Result } from '../../../contract/result.ts'
import type { GreyImage } from './grey.ts'
import type { Dots } from './ink.ts'

// What pdf.ts asks of its thread (worker.ts).

export type PdfRefused = Extract<PrintFailure, { kind: 'pdf-refused' }>
export const refusedPdf = (reason: PdfRefused['reason']) => err<PdfRefused>({ kind: 'pdf-refused', reason })

/** How wide a page is drawn, in its own proportions: so many pixels, or so many to the millimetre. */
export type Scale = { width: number } | { pixelsPerMm: number }

/** What a page is printed on. */
export interface Paper {
  dotsPerMm: number
  /** Dots across. A wider page is drawn smaller. */
  width: number
  /** The paper has no end, so a page that lies on its side and is too wide for it is turned. */
  roll: boolean
}

export type PdfTask = { document: number } & (
  | { kind: 'open'; bytes: Uint8Array }
  | { kind: 'pixels'; page: number; scale: Scale }
  | { kind: 'dots'; page: number; paper: Paper }
  | { kind: 'text' }
  | { kind: 'close' }
)
export type PdfAnswer =
  | { kind: 'opened'; pages: number }
  | { kind: 'pixels'; image: GreyImage }
  | { kind: 'dots'; dots: Dots }
  | { kind: 'text'; text: string }
  | { kind: 'closed' }
/** `spent`: the thread must do nothing more. */
export interface PdfReply {
  answer: Result<PdfAnswer, PdfRefused>
  spent: boolean
}
