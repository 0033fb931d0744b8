import { createHash } from 'node:crypto'
import type { CertificateType } from '../../contract/catalogue.ts'
import type { IssuedOutcome } from '../../contract/gateway.ts'
import type { ReceiptDocument } from '../../contract/print.ts'
import type { Language } from '../../contract/view.ts'
import { type Block, type Fact, type Paper, said } from './model.ts'
import { receiptLines } from './receipt-lines.ts'
import { dateTime, texts, titleOf } from './texts.ts'

export interface Place {
  totem: string
  office: string
}

const paragraph = (text: string, style: 'body' | 'strong' = 'body'): Block => ({
  kind: 'paragraph',
  style,
  text: said(text),
})
const fact = (label: string, value: string): Fact => ({ label: said(label), value, source: null })

/**
 * What the person keeps of an issue. Says what this totem did and nothing that only the Ministry can vouch for
 * (invariant 10). No name and no codice fiscale: a receipt is easily left behind. `code`: the verification code; without
 * one, the same facts unsigned.
 */
export function receiptPaper(
  { operation, protocol, types, pdf }: IssuedOutcome,
  { pages, at, language, place, code }: { pages: number; at: string; language: Language; place: Place; code?: string },
): Paper {
  const words = texts[language]
  const fingerprint = createHash('sha256').update(Buffer.from(pdf, 'base64')).digest('hex')
  return {
    languages: [language],
    title: said(words.receipt.title),
    subtitle: null,
    at: new Date(at),
    ...place,
    operation,
    blocks: [
      {
        kind: 'facts',
        facts: [
          fact(words.receipt.document, titleOf(language, types)),
          fact(words.date, dateTime(at, language)),
          fact(words.totem, place.totem),
          fact(words.protocol, protocol),
          fact(words.operation, operation),
          fact(words.pages, String(pages)),
          fact(words.amount, words.free),
        ],
      },
      {
        kind: 'qr',
        text: code ?? `TP1;op=${operation};anpr=${protocol};sha256=${fingerprint}`,
        beside: [said(words.receipt.caption)],
        alt: words.receipt.codeAlt,
      },
      paragraph(words.receipt.note),
    ],
  }
}

/** What the person carries away when the line is down. It certifies nothing and says so (DESIGN.md step 7). */
export function slipPaper(
  {
    operation,
    types,
    requestedAt,
    code,
  }: { operation: string; types: CertificateType[]; requestedAt: string; code: string },
  { until, language, place }: { until: string; language: Language; place: Place },
): Paper {
  const words = texts[language]
  return {
    languages: [language],
    title: said(words.slip.title),
    subtitle: null,
    at: new Date(requestedAt),
    ...place,
    operation,
    blocks: [
      paragraph(words.slip.lead),
      paragraph(words.slip.safe, 'strong'),
      { kind: 'code', label: said(words.slip.code), code },
      {
        kind: 'facts',
        facts: [
          fact(words.slip.requested, titleOf(language, types)),
          fact(words.date, dateTime(requestedAt, language)),
          fact(words.totem, place.totem),
          fact(words.operation, operation),
          fact(words.slip.until, dateTime(until, language)),
        ],
      },
      paragraph(words.slip.how),
      {
        kind: 'qr',
        text: `TP1;op=${operation};code=${code}`,
        beside: [said(words.slip.caption)],
        alt: words.slip.codeAlt,
      },
      paragraph(words.slip.note, 'strong'),
    ],
  }
}

/** The receipt for a receipt head. */
export const receiptFor = (...told: Parameters<typeof receiptPaper>): ReceiptDocument =>
  receiptLines(receiptPaper(...told))

/** The slip for a receipt head. */
export const slipFor = (...told: Parameters<typeof slipPaper>): ReceiptDocument => receiptLines(slipPaper(...told))
