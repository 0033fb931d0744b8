import { CHARGES, grouped, settlementOf } from '../../../catalogue/bollo.ts'
import type { Charges } from '../../../contract/bollo.ts'
import type { Language } from '../../../contract/language.ts'
import { noticeQr, type Payment } from '../../../contract/pagopa.ts'
import { forClerk } from '../../documents/clerk.ts'
import { type Block, type Fact, type Paper, type Place, said } from '../../documents/model.ts'
import { dateTime, day, texts, titleOf } from '../../documents/texts.ts'
import { required } from '../../visit/visit.ts'
import { reasonIn } from './reasons.ts'

interface Spoken {
  /** What a certificate costs here: they say what a notice is made of. */
  charges?: Charges | undefined
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
    refundLead: 'I soldi di questo pagamento tornano a chi ha pagato.',
    receipt: 'Numero della ricevuta',
    why: 'Perché',
    next: 'Che cosa succede ora',
    refundHow: 'L’ente creditore restituisce {amount} a chi ha pagato. Non serve fare domanda.',
    refundBy: 'I soldi arrivano entro il {day}.',
    ask: 'Per informazioni',
    askHow: '{contact}. Serve il numero della ricevuta, che è su questo foglio.',
    counter: 'Lo sportello di questo ufficio',
  },
  de: {
    title: 'PAGOPA-ZAHLUNGSMITTEILUNG',
    what: 'Stempelsteuer',
    amount: 'Betrag',
    notice: 'Kodex der Mitteilung',
    body: 'Steuernummer der Gläubigerkörperschaft',
    creditor: 'Gläubigerkörperschaft',
    due: 'Zu bezahlen bis',
    where:
      'Bezahlen Sie mit der App Ihrer Bank oder IO, am Schalter dieses Postamts, in einer Bank oder Trafik: Der Code genügt.',
    afterwards:
      'Nach der Zahlung: Kommen Sie mit derselben Karte zu einem Totem zurück. Die Bescheinigung kostet nichts weiter.',
    safe: 'Sie zahlen nur einmal. Eine zweite Zahlung wird erstattet.',
    alt: 'QR-Code der pagoPA-Mitteilung',
    refundTitle: 'ZAHLUNG WIRD ERSTATTET',
    refundLead: 'Das Geld dieser Zahlung kommt zu der Person zurück, die bezahlt hat.',
    receipt: 'Nummer der Quittung',
    why: 'Warum',
    next: 'Was nun geschieht',
    refundHow: 'Die Gläubigerkörperschaft erstattet {amount} der Person, die bezahlt hat. Ein Antrag ist nicht nötig.',
    refundBy: 'Das Geld kommt bis {day}.',
    ask: 'Auskunft',
    askHow: '{contact}. Sie brauchen die Nummer der Quittung von diesem Blatt.',
    counter: 'Der Schalter dieses Amtes',
  },
  fr: {
    title: 'AVIS DE PAIEMENT PAGOPA',
    what: 'Droit de timbre',
    amount: 'Montant',
    notice: 'Code de l’avis',
    body: 'Code fiscal du créancier',
    creditor: 'Créancier',
    due: 'À payer avant le',
    where:
      'Le paiement se fait avec l’appli de la banque ou IO, au guichet de ce bureau de poste, en banque ou au bureau de tabac : le code suffit.',
    afterwards: 'Après le paiement : revenez à un totem avec la même carte. Le certificat est prêt sans autres frais.',
    safe: 'Vous payez une seule fois. Un second paiement est remboursé.',
    alt: 'Code QR de l’avis pagoPA',
    refundTitle: 'PAIEMENT À REMBOURSER',
    refundLead: 'L’argent de ce paiement revient à la personne qui a payé.',
    receipt: 'Numéro du reçu',
    why: 'Pourquoi',
    next: 'Ce qui suit',
    refundHow: 'Le créancier rembourse {amount} à la personne qui a payé. Aucune demande n’est nécessaire.',
    refundBy: 'L’argent arrive avant le {day}.',
    ask: 'Renseignements',
    askHow: '{contact}. Il faut le numéro du reçu, qui est sur cette feuille.',
    counter: 'Le guichet de ce bureau',
  },
  sl: {
    title: 'PLAČILNI NALOG PAGOPA',
    what: 'Kolkovina',
    amount: 'Znesek',
    notice: 'Koda naloga',
    body: 'Davčna številka upnika',
    creditor: 'Upnik',
    due: 'Plačati do',
    where:
      'Plačate z aplikacijo svoje banke ali IO, na okencu tega poštnega urada, v banki ali v trafiki: zadostuje koda.',
    afterwards: 'Po plačilu: vrnite se k totemu z isto kartico. Potrdilo je pripravljeno brez drugih stroškov.',
    safe: 'Plačate samo enkrat. Drugo plačilo se vrne.',
    alt: 'Koda QR naloga pagoPA',
    refundTitle: 'PLAČILO ZA VRAČILO',
    refundLead: 'Denar tega plačila se vrne osebi, ki je plačala.',
    receipt: 'Številka potrdila o plačilu',
    why: 'Zakaj',
    next: 'Kaj sledi zdaj',
    refundHow: 'Upnik vrne {amount} osebi, ki je plačala. Vloge ni treba.',
    refundBy: 'Denar pride do {day}.',
    ask: 'Informacije',
    askHow: '{contact}. Potrebna je številka potrdila o plačilu s tega lista.',
    counter: 'Okence tega urada',
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
    safe: 'You pay only once. A second payment is refunded.',
    alt: 'QR code of the pagoPA notice',
    refundTitle: 'PAYMENT TO BE REFUNDED',
    refundLead: 'This payment is refunded to the person who paid.',
    receipt: 'Receipt number',
    why: 'Why',
    next: 'What happens now',
    refundHow: 'The creditor refunds {amount} to the person who paid. You do not need to apply.',
    refundBy: 'The money arrives by {day}.',
    ask: 'For information',
    askHow: '{contact}. You need the receipt number, which is on this sheet.',
    counter: 'The counter of this office',
  },
} satisfies Record<Language, unknown>

const fact = (label: string, value: string): Fact => ({ label: said(label), value, source: null })
const amountOf = (cents: number, language: Language) =>
  new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }).format(cents / 100)

/** Bollo and diritti, each with its sum, where a notice takes both. */
function partsOf(cents: number, charges: Charges, language: Language): Fact[] {
  const { bollo, diritti } = settlementOf({ kind: 'pagopa', notice: null }, charges).cents
  if (diritti === 0 || bollo + diritti !== cents) return []
  return [
    fact(words[language].what, amountOf(bollo, language)),
    fact(texts[language].diritti, amountOf(diritti, language)),
  ]
}

/** The notice, to be paid by an app or at a counter. It names nobody: a paper is easily left behind. */
export function noticePaper(payment: Payment, { language, place, at, charges = CHARGES }: Spoken): Paper {
  const own = words[language]
  // At a counter an Italian clerk reads it.
  const both = (key: 'amount' | 'notice' | 'creditor' | 'body' | 'due') =>
    language === 'it' ? own[key] : `${own[key]} / ${words.it[key]}`
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
          fact(both('amount'), amountOf(cents, language)),
          ...partsOf(cents, charges, language),
          fact(both('notice'), grouped(notice)),
          fact(both('creditor'), creditor.name),
          fact(both('body'), creditor.codiceFiscale),
          fact(both('due'), dateTime(dueAt, language)),
        ],
      },
      // Version 4, as pagoPA prints every notice.
      { kind: 'qr', text: noticeQr(payment), version: 4, beside: [said(own.where)], alt: own.alt },
      { kind: 'paragraph', style: 'strong', text: said(own.afterwards) },
      { kind: 'paragraph', style: 'body', text: said(own.safe) },
      ...forClerk('notice', language),
    ],
  }
}

/** What a person takes home whose money goes back: why, what happens now, when, whom to ask, and the numbers for that. */
export function refundPaper(payment: Payment, { language, place, at }: Spoken): Paper {
  const own = words[language]
  const { notice, creditor, types } = payment
  const { receipt, cents, reason, by } = required(payment.refund, 'refund')
  const { title, now } = reasonIn(language, reason)
  const amount = amountOf(cents, language)
  const heading = (text: string): Block => ({ kind: 'heading', text: said(text) })
  const paragraph = (text: string, style: 'body' | 'strong' = 'body'): Block => ({
    kind: 'paragraph',
    style,
    text: said(text),
  })
  return {
    languages: [language],
    title: said(own.refundTitle),
    subtitle: said(`${own.what}: ${titleOf(language, types)}`),
    ...{ at, ...place, operation: payment.payment },
    blocks: [
      paragraph(own.refundLead, 'strong'),
      {
        kind: 'facts',
        facts: [
          fact(own.amount, amount),
          fact(own.receipt, receipt),
          fact(own.notice, grouped(notice)),
          fact(own.creditor, creditor.name),
          fact(own.body, creditor.codiceFiscale),
        ],
      },
      heading(own.why),
      paragraph(`${title}.`, 'strong'),
      paragraph(now),
      heading(own.next),
      paragraph(own.refundHow.replace('{amount}', amount)),
      paragraph(own.refundBy.replace('{day}', day(by, language)), 'strong'),
      heading(own.ask),
      paragraph(own.askHow.replace('{contact}', creditor.contact ?? own.counter)),
      ...forClerk('refund', language),
    ],
  }
}
