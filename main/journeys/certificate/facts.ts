/** What the sheet says before the facts, and where they end: the words of the law, the protocol. */
const BEFORE = /certifica che:?$/i
const AFTER = /^(rilasciat|ai sensi|il presente|protocollo|codice di verifica|validità)/i
/** People stand behind the holder: the screen shows enough of it for them to recognise their own, as the visura does. */
const CODICE_FISCALE = /\b[A-Z]{6}[\dL-NP-V]{2}[A-Z][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]\b/g
const masked = (code: string) => `${code.slice(0, 3)}${'•'.repeat(code.length - 5)}${code.slice(-2)}`
/** More would not stand on the screen in large letters; the picture of the sheet has the rest. */
const MOST = 220

/**
 * The facts that a sheet of ANPR certifies, as it words them: what stands between "si certifica che" and the sentences of
 * the law. Uncertain: the Ministry publishes no sample of its sheets; where the words are others, there are no facts here,
 * and the person looks at the picture of the sheet.
 */
export function factsOf(text: string): string {
  const lines = text.split(/\s*[\r\n]+\s*/).filter((line) => line !== '')
  const first = lines.findIndex((line) => BEFORE.test(line)) + 1
  if (first === 0) return ''
  const last = lines.findIndex((line, index) => index >= first && AFTER.test(line))
  const facts = lines
    .slice(first, last === -1 ? first : last)
    .join(' ')
    .replaceAll(CODICE_FISCALE, masked)
  return facts.length <= MOST ? facts : `${facts.slice(0, facts.lastIndexOf(' ', MOST))} …`
}
