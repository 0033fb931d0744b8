import type { Bollo } from '../contract/bollo.ts'
import type { Exemption, Purpose } from '../contract/catalogue.ts'
import { exemptions } from './exemptions.ts'

/** Imposta di bollo on a certificato anagrafico in euro cents (DPR 642/1972; 16 euro since DL 43/2013 art. 7-bis). */
const BOLLO = 1600
/**
 * Diritti di segreteria in euro cents. At a comune's counter they are 52 with bollo and 26 without (L. 604/1962 Tab. D), but
 * many comuni ask none online and this channel adds no cost. Uncertain: whether a comune may ask for its own here.
 */
const DIRITTI = 0

/** What a use means for the person: no certificate at all, bollo, or a certificate that is free. */
export type Due =
  | { kind: 'no-certificate' }
  | { kind: 'bollo'; cents: number }
  | { kind: 'exempt'; exemption: Exemption }

/**
 * A public body or a public-service operator may not take a certificate (art. 40 DPR 445/2000), so the free dichiarazione
 * sostitutiva of art. 46 serves there. A private party may, with bollo. The other uses are exempt.
 */
export function dueFor(purpose: Purpose): Due {
  if (purpose === 'publicBody') return { kind: 'no-certificate' }
  if (purpose === 'privateParty') return { kind: 'bollo', cents: BOLLO }
  return { kind: 'exempt', exemption: purpose }
}

/** How a bollo is settled: for which use, what it costs on this sheet, and what proves that (the law, or a number). */
export interface Settlement {
  use: Purpose
  /** Euro cents of one sheet, however many types share it. */
  cents: { bollo: number; diritti: number }
  /** Table 39 of ANPR (`esenzioneBollo`): 0 for a use that is not exempt. */
  esenzioneBollo: string
  /** `bolloVirtuale` of ANPR: 1 virtual, 2 contrassegno, 9 other; null where no bollo is due. */
  bolloVirtuale: '1' | '2' | '9' | null
  reference: string
}

/**
 * What a bollo means to ANPR and on paper. ANPR refuses a bollo of nothing without exemption (EN208), and diritti for a use
 * that is free of them (EN217).
 */
export function settlementOf(bollo: Bollo): Settlement {
  const { code, law, diritti } = exemptions[bollo.exemption]
  return {
    use: bollo.exemption,
    cents: { bollo: 0, diritti: diritti ? 0 : DIRITTI },
    esenzioneBollo: code,
    bolloVirtuale: null,
    reference: law,
  }
}
