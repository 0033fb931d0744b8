import type { CertificateLanguage } from '../../../contract/catalogue.ts'

/** What the sheet says before the facts, and where they end: the words of the law, the protocol. */
const BEFORE = /certifica che:?$/i
const AFTER = /^(rilasciat|ai sensi|il presente|protocollo|codice di verifica|validità)/i
/** People stand behind the holder: the screen shows enough of it for them to recognise their own, as the visura does. */
const CODICE_FISCALE = /\b[A-Z]{6}[\dL-NP-V]{2}[A-Z][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]\b/g
const masked = (code: string) => `${code.slice(0, 3)}${'•'.repeat(code.length - 5)}${code.slice(-2)}`
/**
 * On a sheet in two languages each sentence stands twice. Small words tell which is which; a line without any goes on with
 * the sentence before it, and a line of capitals alone is a name.
 */
const words = (...all: string[]) => new RegExp(`(?<!\\p{L})(${all.join('|')})(?!\\p{L})`, 'u')
const ITALIAN = words('il', 'di', 'dell?', 'della', 'nell', 'con', 'dal', 'nat[oa]', 'risulta', 'codice', 'iscritt[oa]')
const SECOND: Record<Exclude<CertificateLanguage, 'IT'>, RegExp> = {
  DE: words(
    ...['der', 'die', 'das', 'dem', 'des', 'dass', 'im', 'am', 'ist', 'mit', 'und', 'seit', 'hat', 'Steuernummer'],
  ),
  FR: words(...['est', 'née?', 'dans', 'du', 'des', 'les', 'au', 'avec', 'depuis', 'et', 'code fiscal']),
  SL: words(...['je', 'v', 'na', 'dne', 'ki', 'rojen', 'rojena', 'davčna', 'občine', 'ima', 'naslednj[ae]']),
}
/** More would not stand on the screen in large letters; the picture of the sheet has the rest. */
const MOST = 220

/**
 * The facts that a sheet of ANPR certifies, as it words them: what stands between "si certifica che" and the sentences of
 * the law. Uncertain: the Ministry publishes no sample of its sheets; where the words are others, there are no facts here,
 * and the person looks at the picture of the sheet.
 */
export function factsOf(text: string, language: CertificateLanguage): string {
  const lines = text.split(/\s*[\r\n]+\s*/).filter((line) => line !== '')
  const first = lines.findIndex((line) => BEFORE.test(line)) + 1
  if (first === 0) return ''
  const last = lines.findIndex((line, index) => index >= first && AFTER.test(line))
  // What begins such a sheet is the opening in its second language.
  let italian = language === 'IT'
  const facts = lines
    .slice(first, last === -1 ? first : last)
    .filter((line) => {
      if (language !== 'IT' && SECOND[language].test(line)) italian = false
      else if (ITALIAN.test(line) || /^[\p{Lu}ß\s’'-]+$/u.test(line)) italian = true
      return italian
    })
    .join(' ')
    .replaceAll(CODICE_FISCALE, masked)
  return facts.length <= MOST ? facts : `${facts.slice(0, facts.lastIndexOf(' ', MOST))} …`
}
