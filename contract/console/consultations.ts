/**
 * What ANPR can be asked about a person: its consultation services on PDND, and the sections of its data (ANPR's table 16,
 * "Dati richiesti").
 */
interface Service {
  name: string
  /** `verifica`: a value goes in and yes or no comes out. `accertamento`: data come out. `id`: the ID ANPR. */
  kind: 'verifica' | 'accertamento' | 'id'
  /** The service that answers the same question by yes or no, and is to be preferred: it tells no more than is needed. */
  verifica?: string
  /** About parents and marriages: never by silenzio-assenso, and only where a profile says by name why. */
  special?: true
}

export const services = {
  C001: { name: 'Indirizzo per le notifiche', kind: 'accertamento' },
  C002: { name: 'Generalità, esistenza in vita e residenza per comunicazioni', kind: 'accertamento' },
  C003: { name: 'Verifica generalità', kind: 'verifica' },
  C004: { name: 'Verifica decesso', kind: 'verifica' },
  C005: { name: 'Verifica matrimonio', kind: 'verifica' },
  C006: { name: 'Verifica cittadinanza', kind: 'verifica' },
  C007: { name: 'Verifica esistenza in vita', kind: 'verifica' },
  C008: { name: 'Verifica residenza', kind: 'verifica' },
  C009: { name: 'Verifica stato di famiglia', kind: 'verifica' },
  C010: { name: 'Verifica stato libero', kind: 'verifica' },
  C011: { name: 'Verifica vedovanza', kind: 'verifica' },
  C012: { name: 'Verifica paternità', kind: 'verifica' },
  C013: { name: 'Verifica maternità', kind: 'verifica' },
  C014: { name: 'Verifica unione civile', kind: 'verifica' },
  C015: { name: 'Accertamento generalità', kind: 'accertamento', verifica: 'C003' },
  C016: { name: 'Accertamento decesso', kind: 'accertamento', verifica: 'C004' },
  C017: { name: 'Accertamento matrimonio', kind: 'accertamento', verifica: 'C005', special: true },
  C018: { name: 'Accertamento cittadinanza', kind: 'accertamento', verifica: 'C006' },
  C019: { name: 'Accertamento esistenza in vita', kind: 'accertamento', verifica: 'C007' },
  C020: { name: 'Accertamento residenza', kind: 'accertamento', verifica: 'C008' },
  C021: { name: 'Accertamento stato di famiglia', kind: 'accertamento', verifica: 'C009' },
  C022: { name: 'Accertamento stato libero', kind: 'accertamento', verifica: 'C010' },
  C023: { name: 'Accertamento vedovanza', kind: 'accertamento', verifica: 'C011', special: true },
  C024: { name: 'Accertamento paternità', kind: 'accertamento', verifica: 'C012', special: true },
  C025: { name: 'Accertamento maternità', kind: 'accertamento', verifica: 'C013', special: true },
  C026: { name: 'Accertamento unione civile', kind: 'accertamento', verifica: 'C014', special: true },
  C029: { name: 'Accertamento dati anagrafici', kind: 'accertamento' },
  C030: { name: 'Accertamento ID ANPR', kind: 'id' },
  C031: { name: 'Verifica ID ANPR', kind: 'id' },
} as const satisfies Record<string, Service>
export type ServiceCode = keyof typeof services

/** Sections by their number in table 16. Its first, the whole sheet, is none to choose: a profile names what it needs. */
export const sections = {
  '2': { name: 'Generalità' },
  '3': { name: 'Stato civile' },
  '4': { name: 'Attributi del soggetto' },
  '5': { name: 'Atto di nascita' },
  '6': { name: 'Cittadinanza' },
  '7': { name: 'Altra cittadinanza' },
  '8': { name: 'Paternità', special: true },
  '9': { name: 'Maternità', special: true },
  '10': { name: 'Residenza' },
  '11': { name: 'Dati traslitterati' },
  '12': { name: 'Tutore dell’intestatario' },
  '13': { name: 'Matrimonio', special: true },
  '14': { name: 'Vedovanza', special: true },
  '15': { name: 'Annullamento del matrimonio', special: true },
  '16': { name: 'Carta d’identità' },
  '17': { name: 'Permesso di soggiorno' },
  '18': { name: 'Lista elettorale' },
  '19': { name: 'Lista di leva' },
  '20': { name: 'Censimento' },
  '21': { name: 'Legame con il soggetto' },
  '22': { name: 'Famiglia o convivenza', special: true },
  '23': { name: 'Professione e titolo di studio' },
  '24': { name: 'Autoveicoli' },
  '25': { name: 'Domicilio digitale' },
  '26': { name: 'Dati di iscrizione' },
  '27': { name: 'Dati di cancellazione' },
  '28': { name: 'Dati di decesso' },
  '29': { name: 'Provenienza' },
  '30': { name: 'Destinazione' },
} as const satisfies Record<string, { name: string; special?: true }>
export type SectionCode = keyof typeof sections
