/** The rows of a CSV file (RFC 4180), with comma or semicolon between cells, whichever its first line has. */
export function csvRows(text: string): string[][] {
  const whole = text.replace(/^\uFEFF/, '')
  const separator = /^[^\r\n]*;/.test(whole) ? ';' : ','
  const rows: string[][] = []
  let row: string[] = []
  // A cell in quotes, where two stand for one, or without any; then what ends it.
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^\\r\\n${separator}]*))(${separator}|\\r?\\n|\\r|$)`, 'y')
  while (cell.lastIndex < whole.length) {
    const [, quoted, bare = '', end] = cell.exec(whole) ?? []
    row.push(quoted?.replaceAll('""', '"') ?? bare)
    if (end === separator && cell.lastIndex < whole.length) continue
    if (end === separator) row.push('')
    rows.push(row)
    row = []
  }
  return rows.filter((one) => one.some((told) => told.trim() !== ''))
}

/**
 * A line of a CSV file, with its end. `quoted`: each cell stands in quotes, whatever it holds. SECURITY: what a spreadsheet
 * would take for a formula begins with an apostrophe, as OWASP advises.
 */
export const csvLine = (cells: readonly string[], { separator = ',', end = '\n', quoted = false } = {}): string =>
  `${cells
    .map((told) => (isFormula(told) ? `'${told}` : told))
    .map((told) => (quoted || /[",;\r\n]/.test(told) ? `"${told.replaceAll('"', '""')}"` : told))
    .join(separator)}${end}`

/** Full-width signs count too, and so does what stands behind spaces. A number below zero is a number. */
const isFormula = (told: string) => /^(?:[\t\r]|\s*[=+\-@＝＋－＠])/u.test(told) && !/^-\d+(?:[.,]\d+)?$/.test(told)
