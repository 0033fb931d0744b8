import type { Bollo, Charged, Charges, Contrassegno } from '../contract/bollo.ts'
import type { Exemption, Purpose } from '../contract/catalogue.ts'
import { type Destination, exemptions } from './exemptions.ts'

/**
 * What a certificate costs where no setting says otherwise (gateway/settings/terms.ts). Bollo: DPR 642/1972, 16 euro since
 * DL 43/2013 art. 7-bis. Diritti: at a comune's counter they are 52 cents with bollo and 26 without (L. 604/1962 Tab. D);
 * many comuni ask none online, and this channel adds no cost.
 */
export const CHARGES: Charges = { bollo: 1600, diritti: { withBollo: 0, withoutBollo: 0 } }

/** The consequence of a use for the person: no certificate at all, bollo, or a certificate that is free of it. */
export type Due = { kind: 'no-certificate' } | { kind: 'bollo' } | { kind: 'exempt'; exemption: Exemption }

/**
 * A public body or a public-service operator may not take a certificate (art. 40 DPR 445/2000); the free dichiarazione
 * sostitutiva of art. 46 serves there. A private party may take one, with bollo. The other uses are exempt.
 */
export function dueFor(purpose: Purpose): Due {
  if (purpose === 'publicBody') return { kind: 'no-certificate' }
  if (purpose === 'privateParty') return { kind: 'bollo' }
  return { kind: 'exempt', exemption: purpose }
}

/** Table 39's code of a use that is not exempt. */
const NOT_EXEMPT = '0'

/** How a bollo is settled: for which use, what it costs on this sheet, and what proves that (the law, or a number). */
export interface Settlement {
  use: Purpose
  cents: Charged
  /** Table 39 of ANPR (`esenzioneBollo`): 0 for a use that is not exempt. */
  esenzioneBollo: string
  /** `bolloVirtuale` of ANPR: 1 virtual, 2 contrassegno, 9 other; null where no bollo is due. */
  bolloVirtuale: '1' | '2' | '9' | null
  reference: string
  destination: Destination
}

/**
 * The form of a bollo for ANPR and on paper. ANPR refuses a bollo of nothing without exemption (EN208), and diritti for
 * a use that is free of them (EN217).
 */
export function settlementOf(bollo: Bollo, charges: Charges = CHARGES): Settlement {
  if (bollo.kind !== 'exempt') {
    return {
      use: 'privateParty',
      cents: { bollo: charges.bollo, diritti: charges.diritti.withBollo },
      esenzioneBollo: NOT_EXEMPT,
      bolloVirtuale: bollo.kind === 'pagopa' ? '1' : '2',
      reference: grouped(bollo.kind === 'pagopa' ? (bollo.notice ?? '') : bollo.number),
      destination: '0',
    }
  }
  const { code, law, diritti, destination } = exemptions[bollo.exemption]
  return {
    use: bollo.exemption,
    cents: { bollo: 0, diritti: diritti ? 0 : charges.diritti.withoutBollo },
    esenzioneBollo: code,
    bolloVirtuale: null,
    reference: law,
    destination,
  }
}

/**
 * What a payment by pagoPA takes: bollo and diritti in one notice. The totem takes money in no other way, so beside a mark
 * or an exempt use the diritti are the comune's to ask for, and the sheet and the receipt say so.
 */
export function noticeCents(charges: Charges): number {
  const { bollo, diritti } = settlementOf({ kind: 'pagopa', notice: null }, charges).cents
  return bollo + diritti
}

/** The contrassegno telematico has been sold since 2005, so no mark is older. */
const FIRST_CONTRASSEGNO = '2005-01-01'

/**
 * True for a mark that is not younger than the certificate: it must be there before the signature (art. 11 DPR
 * 642/1972). A mark does not expire. Both are ISO dates.
 */
export const isContrassegnoOf = ({ issued }: Pick<Contrassegno, 'issued'>, day: string): boolean =>
  issued >= FIRST_CONTRASSEGNO && issued <= day

/** A number in groups of four, as a person compares it with the mark or the notice. */
export const grouped = (number: string): string => number.replace(/(\d{4})(?=\d)/g, '$1 ')
