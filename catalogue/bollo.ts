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

/**
 * Euro cents that one sheet costs, however many types share it. `exemption` null: a use that is not exempt. ANPR refuses a
 * bollo of nothing without exemption (EN208), and diritti for a use that is free of them (EN217).
 */
export function chargesOf(exemption: Exemption | null): { bollo: number; diritti: number } {
  if (exemption === null) return { bollo: BOLLO, diritti: DIRITTI }
  return { bollo: 0, diritti: exemptions[exemption].diritti ? 0 : DIRITTI }
}
