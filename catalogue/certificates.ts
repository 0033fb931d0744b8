import { type CertificateType, type CertifiedFact, certifiedFact, type ValidMonths } from '../contract/catalogue.ts'

/**
 * What stands first on the screen: the two types that are asked for most (ANPR's open data), and for whoever lives in a
 * convivenza what takes the place of the second.
 */
export const askedMost: readonly CertificateType[] = ['8', '12', '14']

/** Types of table 13 that only an office gives: `certificateType` of the contract refuses them. */
type OfficeType = '2' | '4' | '6' | '9' | '20'
/** Every code of ANPR table 13. */
export type TableType = CertificateType | OfficeType

interface Certificate {
  /** The name in table 13, after "Certificato". */
  name: string
  /** Where its subject must be enrolled: among residents (APR), among Italians abroad (AIRE), or in either. */
  register: 'APR' | 'AIRE' | 'either'
  /**
   * Who may ask. `family`: an adult of the subject's famiglia anagrafica, the subject included (EN169). `partners`: one
   * of the two whom the contract binds (EN356). `office`: nobody by self-service; the ufficio anagrafe gives it.
   */
  askedBy: 'family' | 'partners' | 'office'
  /**
   * Letters of art. 46 c. 1 DPR 445/2000 for declaring the same facts. None: no declaration replaces the certificate.
   */
  declares: readonly CertifiedFact[]
  /** Months of validity; null: its facts cannot change, so it never lapses. */
  validMonths: 3 | null
}

/**
 * ANPR table 13 with the rules of certificati anagrafici (arts. 33 and 35 DPR 223/1989). Each carries bollo unless its
 * use is exempt (catalogue/bollo.ts). Types 1 and 3 carry it too: L. 405/1990 art. 7 frees extracts of stato civile,
 * and these are anagrafici.
 *
 * Uncertain; ask the Ministry before relying on it:
 * - validity: 3 months by art. 33 DPR 223/1989 and the ANPR portal, 6 by art. 41 DPR 445/2000. Birth and death have no
 *   end by art. 41, but ANPR's own check of the QR code ends with the portal's three months.
 * - register: ANPR's open data show a few APR types given to people enrolled in AIRE.
 * - type 1 of somebody enrolled in AIRE: only if born in Italy (EN410).
 * - the two electoral certificates that ANPR gives since 2022: their codes are not in table 13, so they are not here.
 */
export const certificates: Record<TableType, Certificate> = {
  '1': { name: 'Anagrafico di nascita', register: 'either', askedBy: 'family', declares: ['a'], validMonths: null },
  '2': { name: 'Anagrafico di morte', register: 'APR', askedBy: 'office', declares: [], validMonths: null },
  '3': { name: 'Anagrafico di matrimonio', register: 'either', askedBy: 'family', declares: ['dd'], validMonths: 3 },
  '4': { name: 'di Cancellazione anagrafica', register: 'APR', askedBy: 'office', declares: [], validMonths: 3 },
  '5': { name: 'di Cittadinanza', register: 'either', askedBy: 'family', declares: ['c'], validMonths: 3 },
  '6': { name: 'storico di Cittadinanza', register: 'APR', askedBy: 'office', declares: [], validMonths: 3 },
  '7': { name: 'di Esistenza in vita', register: 'APR', askedBy: 'family', declares: ['g'], validMonths: 3 },
  '8': { name: 'di Residenza', register: 'APR', askedBy: 'family', declares: ['b'], validMonths: 3 },
  '9': { name: 'storico di Residenza', register: 'either', askedBy: 'office', declares: [], validMonths: 3 },
  '10': { name: 'di Residenza AIRE', register: 'AIRE', askedBy: 'family', declares: ['b'], validMonths: 3 },
  '11': { name: 'di Stato civile', register: 'APR', askedBy: 'family', declares: ['e'], validMonths: 3 },
  '12': { name: 'di Stato di famiglia', register: 'APR', askedBy: 'family', declares: ['f'], validMonths: 3 },
  '13': {
    name: 'di Stato di famiglia e di stato civile',
    register: 'APR',
    askedBy: 'family',
    declares: ['e', 'f'],
    validMonths: 3,
  },
  '14': { name: 'di Residenza in convivenza', register: 'APR', askedBy: 'family', declares: ['b'], validMonths: 3 },
  '15': { name: 'di Stato di famiglia AIRE', register: 'AIRE', askedBy: 'family', declares: ['f'], validMonths: 3 },
  '16': {
    name: 'di Stato di famiglia con rapporti di parentela',
    register: 'APR',
    askedBy: 'family',
    declares: ['f'],
    validMonths: 3,
  },
  '17': { name: 'di Stato Libero', register: 'APR', askedBy: 'family', declares: ['e'], validMonths: 3 },
  '18': {
    name: 'Anagrafico di Unione Civile',
    register: 'either',
    askedBy: 'family',
    declares: ['dd'],
    validMonths: 3,
  },
  // The contract stands in the anagrafe and not in the registers of letter dd (L. 76/2016 art. 1 c. 52).
  '19': { name: 'di Contratto di Convivenza', register: 'either', askedBy: 'partners', declares: [], validMonths: 3 },
  '20': {
    name: 'Storico di Residenza alla data',
    register: 'either',
    askedBy: 'office',
    declares: [],
    validMonths: 3,
  },
}

/** A code of table 13 as it stands in 2026; a verification code may hold a later one. */
export const isTableType = (code: string): code is TableType => Object.hasOwn(certificates, code)

/** Types that ANPR gives on a sheet of their own alone (EN153). */
const ALONE: readonly TableType[] = ['2', '4', '6', '9', '20']
/**
 * A type, the types that it may not stand beside, and ANPR's code. Uncertain: which code ANPR gives if two rows hold.
 */
const APART: readonly (readonly [type: TableType, beside: readonly TableType[], code: string])[] = [
  ['3', ['17', '18'], 'EN152'],
  ['12', ['13', '14', '16'], 'EN154'],
  ['13', ['12', '14', '16'], 'EN155'],
  ['14', ['12', '13', '16'], 'EN156'],
  ['16', ['12', '13', '14'], 'EN157'],
  ['17', ['3', '11'], 'EN158'],
  ['11', ['13', '17'], 'EN159'],
]

/** ANPR's code for why these may not share a sheet (a certificato contestuale), or null. Order does not matter. */
export function sheetConflict(types: readonly TableType[]): string | null {
  if (types.length < 2) return null
  if (types.some((type) => ALONE.includes(type))) return 'EN153'
  const registers = new Set(types.map((type) => certificates[type].register))
  if (registers.has('APR') && registers.has('AIRE')) return 'EN287'
  const broken = APART.find(([type, beside]) => types.includes(type) && types.some((other) => beside.includes(other)))
  return broken?.[2] ?? null
}

/** Months that a sheet of these types is good for, which is as long as the first of them; null: it never lapses. */
export function validMonthsOf(types: readonly CertificateType[], set: ValidMonths = {}): number | null {
  const months = types.map((type) => set[type] ?? (type in set ? null : certificates[type].validMonths))
  return months.reduce((least, one) => (least === null || (one !== null && one < least) ? one : least), null)
}

/** Facts that a person shares with everybody of their famiglia anagrafica: f, who belongs to it. */
const SHARED: readonly CertifiedFact[] = ['f']

/**
 * The facts that the holder may declare in place of these certificates: letters of art. 46 c. 1 DPR 445/2000, each
 * once. Art. 46 is about oneself. The holder may not declare another person's residence, but may declare a shared
 * family.
 */
export function declarable(types: readonly CertificateType[], forAnother: boolean): CertifiedFact[] {
  const facts = new Set(types.flatMap((type) => certificates[type].declares))
  return certifiedFact.options.filter((letter) => facts.has(letter) && (!forAnother || SHARED.includes(letter)))
}
