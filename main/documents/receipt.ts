import { createHash } from 'node:crypto'
import type { CertificateType } from '../../contract/catalogue.ts'
import type { IssuedOutcome } from '../../contract/gateway.ts'
import type { ReceiptDocument, ReceiptLine } from '../../contract/print.ts'
import type { Language } from '../../contract/view.ts'
import { dateTime, texts, titleOf } from './texts.ts'

export interface Place {
  totem: string
  office: string
}

const text = (
  content: string,
  size: 1 | 2 | 3 = 1,
  { bold = false, align = 'left' }: { bold?: boolean; align?: 'left' | 'center' } = {},
): ReceiptLine => ({ kind: 'text', text: content, size, bold, align })
const fact = (label: string, value: string): ReceiptLine => ({ kind: 'fact', label, value })
const rule: ReceiptLine = { kind: 'rule' }
const space: ReceiptLine = { kind: 'space' }

function sheet(title: string, language: Language, { office }: Place, body: ReceiptLine[]): ReceiptDocument {
  return {
    lines: [
      text(texts[language].product, 2, { bold: true }),
      text(office, 1),
      rule,
      text(title, 3, { bold: true }),
      space,
      ...body,
    ],
  }
}

/**
 * What the person keeps of an issue. Says what this totem did and nothing that only the Ministry can vouch for
 * (invariant 10). No name and no codice fiscale: a receipt is easily left behind.
 */
export function receiptFor(
  { operation, protocol, types, pdf }: IssuedOutcome,
  { pages, at, language, place }: { pages: number; at: string; language: Language; place: Place },
): ReceiptDocument {
  const words = texts[language]
  const fingerprint = createHash('sha256').update(Buffer.from(pdf, 'base64')).digest('hex')
  return sheet(words.receipt.title, language, place, [
    fact(words.receipt.document, titleOf(language, types)),
    fact(words.date, dateTime(at, language)),
    fact(words.totem, place.totem),
    fact(words.protocol, protocol),
    fact(words.operation, operation),
    fact(words.pages, String(pages)),
    fact(words.amount, words.free),
    space,
    {
      kind: 'qr',
      data: `TP1;op=${operation};anpr=${protocol};sha256=${fingerprint}`,
      caption: words.receipt.caption,
    },
    space,
    text(words.receipt.note),
  ])
}

/** What the person carries away when the line is down. It certifies nothing and says so (DESIGN.md step 7). */
export function slipFor(
  {
    operation,
    types,
    requestedAt,
    code,
  }: { operation: string; types: CertificateType[]; requestedAt: string; code: string },
  { until, language, place }: { until: string; language: Language; place: Place },
): ReceiptDocument {
  const words = texts[language]
  return sheet(words.slip.title, language, place, [
    text(words.slip.lead),
    text(words.slip.safe, 1, { bold: true }),
    space,
    text(words.slip.code),
    text(code, 3, { bold: true }),
    space,
    fact(words.slip.requested, titleOf(language, types)),
    fact(words.date, dateTime(requestedAt, language)),
    fact(words.totem, place.totem),
    fact(words.operation, operation),
    fact(words.slip.until, dateTime(until, language)),
    space,
    text(words.slip.how),
    { kind: 'qr', data: `TP1;op=${operation};code=${code}`, caption: words.slip.caption },
    space,
    text(words.slip.note, 1, { bold: true }),
  ])
}
