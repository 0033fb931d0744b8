import type { CertificateLanguage } from '../contract/catalogue.ts'

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
 * Ladin stands third in the valleys of Gardena and Badia (DPR 574/1988, art. 32), and beside Italian in Fassa (D.Lgs.
 * 592/1993). Not Castelrotto, of which only hamlets are in the valley.
 */
const LADIN: Readonly<Record<string, readonly string[]>> = {
  BZ: [
    ...['BADIA', 'CORVARA IN BADIA', 'LA VALLE', 'MAREBBE', 'ORTISEI', 'SAN MARTINO IN BADIA'],
    ...['SANTA CRISTINA VALGARDENA', 'SELVA DI VAL GARDENA'],
  ],
  TN: ['CAMPITELLO DI FASSA', 'CANAZEI', 'MAZZIN', 'MOENA', 'SAN GIOVANNI DI FASSA', 'SORAGA DI FASSA'],
}

/** Comuni of the Walser, who have German beside French (L. cost. 4/1948 art. 40-bis). */
const WALSER: Readonly<Record<string, readonly string[]>> = {
  AO: ['GRESSONEY LA TRINITE', 'GRESSONEY SAINT JEAN', 'ISSIME'],
}

/** A name as a technician or ANPR writes it: `Duino-Aurisina`, `CORMÒNS`, `SGONICO-ZGONIK`, `Savogna d’Isonzo`. */
const lettersOf = (name: string) =>
  name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLocaleUpperCase('it')
    .replaceAll(/[^\p{L}]+/gu, ' ')
    .trim()

/** Whether the table has the comune, which may have its name in a second language after its own. */
function isIn(table: Readonly<Record<string, readonly string[]>>, { comune, province }: Comune): boolean {
  const name = `${lettersOf(comune)} `
  return table[province]?.some((one) => name.startsWith(`${lettersOf(one)} `)) ?? false
}

/**
 * The language of table 14 that the law puts beside Italian in a comune, or null: German in the province of Bolzano (DPR
 * 670/1972 art. 99, DPR 574/1988), French in Valle d’Aosta (L. cost. 4/1948 art. 38), Slovene in the comuni above. ANPR
 * has no code for Ladin, which the law knows too.
 */
export function secondLanguageOf({ comune, province }: Comune): Exclude<CertificateLanguage, 'IT'> | null {
  if (province === 'BZ') return 'DE'
  if (province === 'AO') return 'FR'
  return isIn(SLOVENE, { comune, province }) ? 'SL' : null
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

/** Languages of the place by their code in ISO 639, those of the law first; Ladin, which the screens do not speak yet, too. */
function languagesOf(place: Comune): string[] {
  const second = secondLanguageOf(place)?.toLowerCase()
  return [
    'it',
    ...(second ? [second] : []),
    ...(isIn(LADIN, place) ? ['lld'] : []),
    ...(isIn(WALSER, place) ? ['de'] : []),
  ]
}

/** Those of these languages that the screens speak: Italian, the place's own, English, and then those of other places. */
export function screenLanguagesAt<L extends string>(place: Comune, spoken: readonly L[]): L[] {
  const first = [...languagesOf(place), 'en']
  const rank = (one: L) => (first.includes(one) ? first.indexOf(one) : first.length)
  return [...spoken].sort((a, b) => rank(a) - rank(b))
}
