import type { PrintSheet } from '../../../contract/device.ts'
import type { Language } from '../../../contract/language.ts'
import type { ReceiptDocument, ReceiptLine } from '../../../contract/print.ts'
import { type Paper, said } from '../../documents/model.ts'
import { renderPdf } from '../../documents/pdf.ts'

/** Says whether this sheet, or the certificate that it goes with, came out before, in whole or in part. */
export interface Marks {
  sheet: boolean
  certificate: boolean
}

const words: Record<Language, { title: string; sheet: string; certificateTitle: string; certificate: string }> = {
  it: {
    title: 'RISTAMPA',
    sheet: 'Questo foglio è stampato di nuovo: può esisterne un’altra copia.',
    certificateTitle: 'RISTAMPA DEL CERTIFICATO',
    certificate: 'Il certificato è stampato di nuovo, in tutto o in parte: possono esisterne altri fogli.',
  },
  de: {
    title: 'NACHDRUCK',
    sheet: 'Dieses Blatt wurde noch einmal gedruckt: Eine andere Kopie kann bestehen.',
    certificateTitle: 'NACHDRUCK DER BESCHEINIGUNG',
    certificate:
      'Die Bescheinigung wurde ganz oder zum Teil noch einmal gedruckt: Andere Blätter davon können bestehen.',
  },
  fr: {
    title: 'RÉIMPRESSION',
    sheet: 'Cette feuille est imprimée de nouveau : une autre copie peut exister.',
    certificateTitle: 'RÉIMPRESSION DU CERTIFICAT',
    certificate: 'Le certificat est imprimé de nouveau, en tout ou en partie : d’autres feuilles peuvent exister.',
  },
  sl: {
    title: 'PONATIS',
    sheet: 'Ta list je natisnjen znova: lahko obstaja še en izvod.',
    certificateTitle: 'PONATIS POTRDILA',
    certificate: 'Potrdilo je v celoti ali delno natisnjeno znova: lahko obstajajo drugi listi.',
  },
  en: {
    title: 'REPRINT',
    sheet: 'This sheet is printed again: another copy of it may exist.',
    certificateTitle: 'REPRINT OF THE CERTIFICATE',
    certificate: 'The certificate is printed again, in whole or in part: other sheets of it may exist.',
  },
}

/**
 * Marks a reprint at the head of the sheet. The receipt marks its certificate too, because the totem never writes on
 * ANPR's sealed PDF (invariant 10).
 */
export function markedReceipt(document: ReceiptDocument, language: Language, marks: Marks): ReceiptDocument {
  const { title, sheet, certificateTitle, certificate } = words[language]
  const stamps = [
    ...(marks.sheet ? stamp(title, sheet) : []),
    ...(marks.certificate ? stamp(certificateTitle, certificate) : []),
  ]
  return { lines: [...stamps, ...document.lines] }
}

/** Marks a reprint on a paper that is printed as a PDF. */
export async function markedSheet(paper: Paper, language: Language, marks: Marks): Promise<PrintSheet> {
  const { certificate } = words[language]
  const blocks = marks.certificate
    ? [{ kind: 'warning' as const, text: said(certificate) }, ...paper.blocks]
    : paper.blocks
  return { kind: 'pdf', pdf: await renderPdf({ ...paper, reprint: marks.sheet, blocks }) }
}

const stamp = (title: string, sentence: string): ReceiptLine[] => [
  { kind: 'text', text: title, size: 2, bold: true, align: 'center' },
  { kind: 'text', text: sentence, size: 1, bold: false, align: 'left' },
  { kind: 'rule' },
]
