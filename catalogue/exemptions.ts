import type { Exemption } from '../contract/catalogue.ts'

interface ExemptUse {
  /** `esenzioneBollo` of a request. */
  code: string
  /** Name of the use in table 39. */
  use: string
  /** The law that exempts it, as the screen cites it. */
  law: string
  /** By table 39 the use is free of diritti di segreteria too. */
  diritti: boolean
  destination: Destination
}

/**
 * `paEstera` of a request, which decides the sentence of art. 40 DPR 445/2000 on the sheet: 0 the ordinary one, 1 for a
 * foreign administration, 2 for procedures under the immigration law, 3 for court cases, 4 for use abroad. ANPR takes 2
 * and 3 beside an exemption alone (EN345). Uncertain: how 1 and 4 differ in print.
 */
export type Destination = '0' | '1' | '2' | '3' | '4'

/**
 * Uses that no citizen chooses: the court's own expert, a comune that renames streets, one office writing to another.
 */
type OfficialUse = 'consulente' | 'toponomastica' | 'scambioAtti'

/**
 * ANPR table 39: uses free of imposta di bollo. Tab. B is that of DPR 642/1972. Code 99, any other reason, is left out:
 * it takes a text of its own (EN281, EN282), and the citizen would have to guess the law that frees the use. So there is
 * no use for procedures under the immigration law (destination 2): table 39 has no code for them but 99. Nor is there one
 * for use abroad with bollo (destination 4): nobody has published how ANPR wants its bollo, and how 4 and 1 differ.
 *
 * Uncertain: guardianship, adoption and separation are cases before a court, so their destination is 3 here.
 */
export const exemptions: Record<Exemption | OfficialUse, ExemptUse> = {
  onlus: { code: '1', use: 'ONLUS', law: 'art. 27-bis Tab. B DPR 642/1972', diritti: false, destination: '0' },
  societaSportive: {
    code: '2',
    use: 'Società sportive',
    law: 'art. 8-bis Tab. B DPR 642/1972',
    diritti: false,
    destination: '0',
  },
  // With circ. Agenzia delle entrate 70/E of 14 August 2002.
  processuale: { code: '3', use: 'Processuale', law: 'art. 18 DPR 115/2002', diritti: false, destination: '3' },
  consulente: {
    code: '4',
    use: 'CTU, curatore fallimentare',
    law: 'art. 16 Tab. B DPR 642/1972',
    diritti: true,
    destination: '3',
  },
  // With circ. Ministero della giustizia of 5 February 2007.
  interdizione: {
    code: '5',
    use: 'Interdizione, inabilitazione, amministrazione di sostegno',
    law: 'art. 13 Tab. B DPR 642/1972',
    diritti: false,
    destination: '3',
  },
  // With art. 13 Tab. B.
  adozione: {
    code: '6',
    use: 'Adozione, affidamento, tutela minori',
    law: 'art. 82 L. 184/1983',
    diritti: true,
    destination: '3',
  },
  separazione: { code: '7', use: 'Separazione, divorzio', law: 'art. 19 L. 74/1987', diritti: true, destination: '3' },
  toponomastica: {
    code: '8',
    use: 'Variazione toponomastica stradale e numerazione civica',
    law: 'art. 16 c. 8 L. 537/1993',
    diritti: false,
    destination: '0',
  },
  pensioneEstera: {
    code: '9',
    use: 'Pensione estera',
    law: 'art. 9 Tab. B DPR 642/1972',
    diritti: false,
    destination: '1',
  },
  scambioAtti: {
    code: '10',
    use: 'Scambio di atti fra PP.AA.',
    law: 'art. 16 Tab. B DPR 642/1972',
    diritti: true,
    destination: '0',
  },
}
