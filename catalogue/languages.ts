import type { CertificateLanguage } from '../contract/catalogue.ts'
import { type Language, language } from '../contract/language.ts'

/** A comune by its Italian name and the letters of its province. */
export interface Comune {
  comune: string
  province: string
}

/**
 * Comuni of L. 38/2001 art. 4 (DPR 12/9/2007), by their Italian name; ANPR writes some as `SGONICO-ZGONIK`. In some of
 * them the law covers certain hamlets alone; a paper in two languages is correct in the whole comune. Uncertain: the
 * list has the 32 comuni that the decree counts, and was not read in the Gazzetta itself.
 */
const SLOVENE: Readonly<Record<string, readonly string[]>> = {
  TS: ['DUINO AURISINA', 'MONRUPINO', 'MUGGIA', 'SAN DORLIGO DELLA VALLE', 'SGONICO', 'TRIESTE'],
  GO: [
    ...['CORMONS', 'DOBERDÒ DEL LAGO', 'GORIZIA', 'MONFALCONE', 'RONCHI DEI LEGIONARI', 'SAGRADO'],
    ...['SAN FLORIANO DEL COLLIO', "SAVOGNA D'ISONZO"],
  ],
  UD: [
    ...['ATTIMIS', 'CIVIDALE DEL FRIULI', 'DRENCHIA', 'FAEDIS', 'GRIMACCO', 'LUSEVERA', 'MALBORGHETTO VALBRUNA'],
    ...['NIMIS', 'PREPOTTO', 'PULFERO', 'RESIA', 'SAN LEONARDO', 'SAN PIETRO AL NATISONE', 'SAVOGNA', 'STREGNA'],
    ...['TAIPANA', 'TARVISIO', 'TORREANO'],
  ],
}

/**
 * The language of table 14 that the law puts beside Italian in a comune, or null: German in the province of Bolzano (DPR
 * 670/1972 art. 99, DPR 574/1988), French in Valle d’Aosta (L. cost. 4/1948 art. 38), Slovene in the comuni above. ANPR
 * has no code for Ladin, which the law knows too.
 */
export function secondLanguageOf({ comune, province }: Comune): Exclude<CertificateLanguage, 'IT'> | null {
  if (province === 'BZ') return 'DE'
  if (province === 'AO') return 'FR'
  const name = comune.toLocaleUpperCase('it').replaceAll('’', "'")
  const slovene = SLOVENE[province]?.some(
    (one) => name === one || name.startsWith(`${one}-`) || name.startsWith(`${one}/`),
  )
  return slovene ? 'SL' : null
}

/**
 * Languages that a certificate of ANPR can have beside Italian. French has a code in table 14, and the Ministry says
 * that there are no certificates in it (italia/anpr issues 161 and 863); uncertain for how long.
 */
export const ISSUED_IN: readonly CertificateLanguage[] = ['DE', 'SL']

/**
 * In Bolzano Italian and German stand side by side. Elsewhere the second language is given to whoever asks for it (L.
 * 38/2001 art. 8). Uncertain: that in Bolzano both are what a citizen wants who says nothing.
 */
const BOTH_BY_ITSELF: readonly CertificateLanguage[] = ['DE']

/**
 * In which languages a resident of this comune may have a certificate, the usual one first. It depends on the comune of
 * residence, and not on that of the totem (italia/anpr issue 2971). Null: no comune of Italy, or unknown.
 */
export function languagesFor(
  residence: Comune | null,
  issuedIn: readonly CertificateLanguage[] = ISSUED_IN,
): readonly [CertificateLanguage, ...CertificateLanguage[]] {
  const second = residence && secondLanguageOf(residence)
  if (second === null || !issuedIn.includes(second)) return ['IT']
  return BOTH_BY_ITSELF.includes(second) ? [second, 'IT'] : ['IT', second]
}

/** The languages of a totem's screen: Italian, the place's own, English, and then those of other places. */
export function screenLanguagesAt(place: Comune): Language[] {
  const first = ['it', secondLanguageOf(place)?.toLowerCase(), 'en']
  const rank = (one: Language) => (first.includes(one) ? first.indexOf(one) : first.length)
  return [...language.options].sort((a, b) => rank(a) - rank(b))
}
