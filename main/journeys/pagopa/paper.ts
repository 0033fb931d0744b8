import { grouped } from '../../../catalogue/bollo.ts'
import type { Language } from '../../../contract/language.ts'
import { noticeQr, type Payment } from '../../../contract/pagopa.ts'
import { type Fact, type Paper, type Place, said } from '../../documents/model.ts'
import { dateTime, titleOf } from '../../documents/texts.ts'

interface Spoken {
  language: Language
  place: Place
  at: Date
}

const words = {
  it: {
    title: 'AVVISO DI PAGAMENTO PAGOPA',
    what: 'Imposta di bollo',
    amount: 'Importo',
    notice: 'Codice avviso',
    body: 'Codice fiscale ente creditore',
    creditor: 'Ente creditore',
    due: 'Da pagare entro',
    where:
      'Si paga con l’app della banca o IO, allo sportello di questo ufficio postale, in banca o dal tabaccaio: basta mostrare il codice.',
    afterwards:
      'Dopo il pagamento: tornare a un totem con la stessa tessera. Il certificato è pronto senza altre spese.',
    safe: 'Si paga una volta sola. Se arriva un secondo pagamento, viene restituito.',
    alt: 'Codice QR dell’avviso pagoPA',
    refundTitle: 'PAGAMENTO DA RESTITUIRE',
    refundLead:
      'Il bollo è stato pagato, ma il certificato non può essere rilasciato: i soldi tornano a chi ha pagato.',
    receipt: 'Numero della ricevuta',
    reason: 'Motivo',
    refundHow: 'Non serve fare nulla. Per informazioni: mostrare questo foglio allo sportello, o all’ente creditore.',
    office: 'Ufficio',
  },
  en: {
    title: 'PAGOPA PAYMENT NOTICE',
    what: 'Stamp duty',
    amount: 'Amount',
    notice: 'Notice code',
    body: 'Creditor’s tax code',
    creditor: 'Creditor',
    due: 'To be paid by',
    where:
      'Pay with the app of your bank or IO, at the counter of this post office, in a bank or at a tobacconist: the code is enough.',
    afterwards:
      'After the payment: come back to a totem with the same card. The certificate is ready at no further cost.',
    safe: 'You pay once only. A second payment is given back.',
    alt: 'QR code of the pagoPA notice',
    refundTitle: 'PAYMENT TO BE GIVEN BACK',
    refundLead: 'The stamp duty was paid, but the certificate cannot be issued: the money goes back to whoever paid.',
    receipt: 'Receipt number',
    reason: 'Reason',
    refundHow: 'Nothing needs to be done. For information: show this sheet at the counter, or to the creditor.',
    office: 'Office',
  },
} satisfies Record<Language, unknown>

const fact = (label: string, value: string): Fact => ({ label: said(label), value, source: null })
const amountOf = (cents: number, language: Language) =>
  new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }).format(cents / 100)

/** The notice, to be paid by an app or at a counter. It names nobody: a paper is easily left behind. */
export function noticePaper(payment: Payment, { language, place, at }: Spoken): Paper {
  const own = words[language]
  const { cents, notice, creditor, dueAt, types } = payment
  return {
    languages: [language],
    title: said(own.title),
    subtitle: said(`${own.what}: ${titleOf(language, types)}`),
    ...{ at, ...place, operation: payment.payment },
    blocks: [
      {
        kind: 'facts',
        facts: [
          fact(own.amount, amountOf(cents, language)),
          fact(own.notice, grouped(notice)),
          fact(own.creditor, creditor.name),
          fact(own.body, creditor.codiceFiscale),
          fact(own.due, dateTime(dueAt, language)),
        ],
      },
      // Version 4, as pagoPA prints every notice.
      { kind: 'qr', text: noticeQr(payment), version: 4, beside: [said(own.where)], alt: own.alt },
      { kind: 'paragraph', style: 'strong', text: said(own.afterwards) },
      { kind: 'paragraph', style: 'body', text: said(own.safe) },
    ],
  }
}

/** What a person takes home whose money goes back: sum, notice, receipt, reason, and where to ask. */
export function refundPaper(payment: Payment, { language, place, at }: Spoken): Paper {
  const own = words[language]
  const { cents, notice, creditor, receipt, refusal, types } = payment
  return {
    languages: [language],
    title: said(own.refundTitle),
    subtitle: said(`${own.what}: ${titleOf(language, types)}`),
    ...{ at, ...place, operation: payment.payment },
    blocks: [
      { kind: 'paragraph', style: 'strong', text: said(own.refundLead) },
      {
        kind: 'facts',
        facts: [
          fact(own.amount, amountOf(cents, language)),
          fact(own.notice, grouped(notice)),
          fact(own.receipt, receipt ?? ''),
          fact(own.reason, refusal ?? ''),
          fact(own.creditor, creditor.name),
          fact(own.office, place.office),
        ],
      },
      { kind: 'paragraph', style: 'body', text: said(own.refundHow) },
    ],
  }
}
