/**
 * Comuni of L. 38/2001 art. 4 (DPR 12/9/2007), by their Italian name; ANPR writes some as `SGONICO-ZGONIK`. In some of
 * them the law covers certain hamlets alone; a form in two languages is correct in the whole comune.
 */
const SLOVENE: Readonly<Record<string, readonly string[]>> = {
  TS: ['DUINO AURISINA', 'MONRUPINO', 'MUGGIA', 'SAN DORLIGO DELLA VALLE', 'SGONICO', 'TRIESTE'],
  GO: [
    ...['CORMONS', 'DOBERDÒ DEL LAGO', 'GORIZIA', 'MONFALCONE', 'RONCHI DEI LEGIONARI', 'SAGRADO'],
    ...['SAN FLORIANO DEL COLLIO', "SAVOGNA D'ISONZO"],
  ],
  UD: [
    ...[
      'ATTIMIS',
      'CIVIDALE DEL FRIULI',
      'DRENCHIA',
      'FAEDIS',
      'GRIMACCO',
      'LUSEVERA',
      'MALBORGHETTO VALBRUNA',
      'NIMIS',
    ],
    ...['PREPOTTO', 'PULFERO', 'RESIA', 'SAN LEONARDO', 'SAN PIETRO AL NATISONE', 'SAVOGNA', 'STREGNA', 'TAIPANA'],
    ...['TARVISIO', 'TORREANO'],
  ],
}

/**
 * The language beside Italian on a form at the totem's place, or null: German in the province of Bolzano (DPR
 * 574/1988), Slovene in the comuni above. The law asks for French (L. cost. 4/1948), Ladin (DPR 574/1988, D.Lgs.
 * 592/1993) or Walser German in other places; these have no words here yet.
 */
export function secondLanguage({ comune, province }: { comune: string; province: string }): 'de' | 'sl' | null {
  if (province === 'BZ') return 'de'
  const name = comune.toLocaleUpperCase('it').replaceAll('’', "'")
  const slovene = SLOVENE[province]?.some(
    (one) => name === one || name.startsWith(`${one}-`) || name.startsWith(`${one}/`),
  )
  return slovene ? 'sl' : null
}
