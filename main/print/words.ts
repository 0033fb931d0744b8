import type { PrintSheet } from '../../contract/device.ts'
import type { Devices } from '../devices/index.ts'

/** What stands on a sheet, sentence by sentence, as it is read aloud; null: its words cannot be had. */
export async function wordsOnSheet(sheet: PrintSheet, devices: Pick<Devices, 'call'>): Promise<string[] | null> {
  if (sheet.kind === 'receipt') return sheet.document.lines.flatMap((line) => wordsOfLine(line))
  const read = await devices.call('pdf.text', { pdf: sheet.pdf })
  return read.ok ? sentences(read.value.text) : null
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
