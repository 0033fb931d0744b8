import type { PrintSheet } from '../../contract/device.ts'
import type { Language } from '../../contract/language.ts'
import type { Devices } from '../devices/index.ts'
import { paperOf } from '../documents/pdf.ts'
import { type PaperSentence, spokenPaper } from '../documents/spoken.ts'

/**
 * What stands on a sheet, sentence by sentence, each with the language of its voice; null: its words cannot be had. A
 * receipt is in the visit's language, a paper of the totem's begins with it, and ANPR's is read in Italian.
 */
export async function wordsOnSheet(
  sheet: PrintSheet,
  visits: Language,
  devices: Pick<Devices, 'call'>,
): Promise<PaperSentence[] | null> {
  const each = (lang: Language, texts: readonly string[]) => texts.map((text) => ({ lang, text }))
  if (sheet.kind === 'receipt')
    return each(
      visits,
      sheet.document.lines.flatMap((line) => wordsOfLine(line)),
    )
  const paper = paperOf(sheet.pdf)
  if (paper) return spokenPaper(paper, visits)
  const read = await devices.call('pdf.text', { pdf: sheet.pdf })
  return read.ok ? each('it', sentences(read.value.text)) : null
}

type Line = Extract<PrintSheet, { kind: 'receipt' }>['document']['lines'][number]
function wordsOfLine(line: Line): string[] {
  if (line.kind === 'text') return [line.text]
  if (line.kind === 'fact') return [`${line.label}: ${line.value}`]
  return line.kind === 'qr' ? [line.caption] : []
}

/** A line that begins in the middle of a sentence belongs to the line before. */
export function sentences(text: string): string[] {
  const found: string[] = []
  for (const line of text.split(/\r?\n|\f/).map((one) => one.replaceAll(/\s+/g, ' ').trim())) {
    const last = found.at(-1)
    if (line === '') continue
    if (last !== undefined && (/^\p{Ll}/u.test(line) || /[,;’'-]$/.test(last)))
      found[found.length - 1] = `${last} ${line}`
    else found.push(line)
  }
  return found
}
