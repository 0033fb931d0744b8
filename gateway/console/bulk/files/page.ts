import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import type { ResultRow } from './results.ts'

/** What stands above the answer: whose consultation it was, and why. */
export interface PageHead {
  richiesta: string
  comune: string
  fruitore: string
  ufficio: string
  servizio: string
  motivo: string
  protocollo: string
  baseGiuridica: string
}

const font = (name: string) => fileURLToPath(new URL(`../../../../assets/fonts/${name}.ttf`, import.meta.url))
const [MARGIN, LABEL, WIDTH] = [56, 170, 595 - 2 * 56]
const [INK, GREY] = ['#17324D', '#5A6A7A']

const OUTCOMES: Record<ResultRow['esito'], string> = {
  ...{ formale: 'Riga non inviata: i dati non erano corretti', doppione: 'Doppione di un’altra riga' },
  ...{ da_fare: 'Non chiesta', id_risolto: 'Non chiesta', chiesta: 'Senza risposta' },
  ...{ trovato: 'Trovato', non_trovato: 'Non trovato in ANPR', ambiguo: 'Più persone corrispondono' },
  ...{ fuori_territorio: 'Fuori dal territorio della convenzione', errore: 'Errore di ANPR' },
  non_risposto: 'ANPR non ha risposto',
}

/** One person's answer on a page, for a file that is kept on paper. It is no certificate, and says so. */
export async function pageOf(row: ResultRow, ways: readonly string[], head: PageHead, at: Date): Promise<Uint8Array> {
  const info = { Title: 'Esito di una consultazione di ANPR', Creator: 'Totem Polis', CreationDate: at }
  const pdf = new PDFDocument({ size: 'A4', margin: MARGIN, lang: 'it', displayTitle: true, info })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((resolve, reject) => pdf.on('end', resolve).on('error', reject))
  pdf.registerFont('text', font('TitilliumWeb-Regular')).registerFont('strong', font('TitilliumWeb-SemiBold'))

  const line = (label: string, value: string) => {
    if (value === '') return
    const top = pdf.y
    pdf
      .font('text')
      .fontSize(10)
      .fillColor(GREY)
      .text(label, MARGIN, top, { width: LABEL - 12 })
    const under = pdf.y
    pdf
      .fontSize(11)
      .fillColor(INK)
      .text(value, MARGIN + LABEL, top, { width: WIDTH - LABEL })
    pdf.y = Math.max(pdf.y, under) + 5
  }
  const part = (title: string) => {
    pdf.y += 14
    pdf.font('strong').fontSize(13).fillColor(INK).text(title, MARGIN)
    pdf
      .moveTo(MARGIN, pdf.y + 2)
      .lineTo(MARGIN + WIDTH, pdf.y + 2)
      .lineWidth(0.5)
      .strokeColor(GREY)
      .stroke()
    pdf.y += 10
  }

  pdf.font('strong').fontSize(20).fillColor(INK).text('Esito di una consultazione di ANPR', MARGIN, MARGIN)
  pdf.font('text').fontSize(10).fillColor(GREY)
  pdf.text('Non è un certificato. Si usa per il solo procedimento indicato, e non si dà ad altri.', MARGIN)
  part('Richiesta')
  line('Comune che autorizza', head.comune)
  line('Chi ha chiesto', [head.fruitore, head.ufficio].filter(Boolean).join(', '))
  line('Consultazione', head.servizio)
  line('Motivo', head.motivo)
  line('Protocollo', head.protocollo)
  line('Base giuridica', head.baseGiuridica)
  line('Numero della richiesta', head.richiesta)
  part('Persona')
  line('Riferimento', row.riferimento)
  line('Codice fiscale', row.codFiscale)
  line('ID ANPR', row.idAnpr)
  line('Alla data', row.dataRiferimento)
  part('Risposta')
  line('Esito', OUTCOMES[row.esito])
  line('Codice', row.errore)
  line('Spiegazione', row.messaggio)
  for (const way of ways) line(nameOfWay(way), row.fields[way] ?? '')
  line('Interrogato alle', row.interrogatoAlle)
  line('Operazione di ANPR', row.idOperazioneAnpr)
  line('Transazione (GovWay)', row.govwayId)
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

/** `residenza.indirizzo.comune.nomeComune`: Residenza, nome comune. */
function nameOfWay(way: string): string {
  const steps = way.split('.')
  const [first = '', last = ''] = [steps[0], steps.at(-1)]
  const words = last.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return steps.length > 1
    ? `${first[0]?.toUpperCase()}${first.slice(1).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}, ${words}`
    : words
}
