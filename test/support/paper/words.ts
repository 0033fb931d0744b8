import { execFileSync } from 'node:child_process'

/** The words of a PDF in one line, as an independent program reads them. */
export const wordsOf = (pdf: Uint8Array): string =>
  execFileSync('pdftotext', ['-', '-'], { input: pdf, encoding: 'utf8' }).replace(/\s+/g, ' ')
