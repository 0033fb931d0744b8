import { settlementOf } from '../../../catalogue/bollo.ts'
import type { CertificateType } from '../../../contract/catalogue.ts'
import type { IssuedOutcome } from '../../../contract/gateway.ts'
import type { Language } from '../../../contract/language.ts'
import type { ReceiptDocument } from '../../../contract/print.ts'
import { forClerk } from '../../documents/clerk.ts'
import { type Block, type Fact, type Paper, type Place, said } from '../../documents/model.ts'
import { receiptLines } from '../../documents/receipt-lines.ts'
import { dateTime, euro, settled, texts, titleOf } from '../../documents/texts.ts'

interface Printed {
  language: Language
  place: Place
  verification: string | null
}

const codeBlock = (text: string | null, { caption, codeAlt }: { caption: string; codeAlt: string }): Block[] =>
  text === null ? [] : [{ kind: 'qr', text, beside: [said(caption)], alt: codeAlt }]
const paragraph = (text: string, style: 'body' | 'strong' = 'body'): Block => ({
  kind: 'paragraph',
  style,
  text: said(text),
})
const fact = (label: string, value: string): Fact => ({ label: said(label), value, source: null })

/**
 * The receipt that the person keeps of an issue. It says what this totem did, and nothing that only the Ministry can
 * vouch for (invariant 10). It has no name and no codice fiscale, because a receipt is easily left behind.
 * `verification`: text of the verification code; null: none.
 */
export function receiptPaper(
  {
    operation,
    protocol,
    types,
    bollo,
    cents = bollo ? settlementOf(bollo).cents : { bollo: 0, diritti: 0 },
    validMonths = null,
  }: IssuedOutcome,
  { pages, at, language, place, verification }: Printed & { pages: number; at: string },
): Paper {
  const words = texts[language]
  const { how, proof } = settled[language][bollo?.kind ?? 'exempt']
  // The totem takes money by a notice alone.
  const paid = bollo?.kind === 'pagopa'
  const taken = euro(paid ? cents.bollo + cents.diritti : 0, language)
  const diritti = `${euro(cents.diritti, language)} (${paid ? words.dirittiPaid : words.dirittiDue})`
  const reference = bollo ? settlementOf(bollo).reference : ''
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
          ...(validMonths === null ? [] : [fact(words.valid, words.months(validMonths))]),
          fact(words.amount, `${taken} (${how})`),
          ...(cents.diritti > 0 ? [fact(words.diritti, diritti)] : []),
          ...(proof ? [fact(proof.label, reference)] : []),
        ],
      },
      ...(proof ? [paragraph(proof.note, 'strong')] : []),
      ...codeBlock(verification, words.receipt),
      paragraph(words.receipt.note),
      ...forClerk('receipt', language),
    ],
  }
}

/** The slip that a person carries away when the line is down. It certifies nothing and says so (invariant 10). */
export function slipPaper(
  { operation, types, requestedAt }: { operation: string; types: CertificateType[]; requestedAt: string },
  { until, language, place, verification }: Printed & { until: string },
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
      ...codeBlock(verification, words.slip),
      paragraph(words.slip.note, 'strong'),
      ...forClerk('slip', language),
    ],
  }
}

/** The receipt for a receipt head. */
export const receiptFor = (...told: Parameters<typeof receiptPaper>): ReceiptDocument =>
  receiptLines(receiptPaper(...told))

/** The slip for a receipt head. */
export const slipFor = (...told: Parameters<typeof slipPaper>): ReceiptDocument => receiptLines(slipPaper(...told))
