/**
 * Where a CNS keeps its authentication certificate and key: AgID's CNS file system first, then what other issues do.
 */
export interface CnsLayout {
  /** AID, in hex, of the application that holds all its files; null = the files are the card's own. */
  application: string | null
  /** Path of the certificate, in hex without 3F00. */
  certificate: string
  /** DF that must be current while the key is used; null = any. */
  keyFolder: string | null
  keyReference: number
}

/** EF.Dati_personali and EF.ID_Carta have the same paths in every layout. */
export const EF_DATI_PERSONALI = '11001102'
export const EF_ID_CARTA = '10001003'

/** JSign4, the application that the ST card of 2022 shows over the air. */
const ST_JSIGN4 = 'a00000009501004d'

/** In the order in which they are tried. The standard layout is first because it is by far the most common. */
export const LAYOUTS: readonly CnsLayout[] = [
  { application: null, certificate: '11001101', keyFolder: null, keyReference: 0x01 },
  // IDEMIA since 2021, by contacts and over the air. Outside this DF its key answers "not usable".
  { application: null, certificate: '140090012002', keyFolder: '14009002', keyReference: 0x02 },
  { application: ST_JSIGN4, certificate: '11001101', keyFolder: null, keyReference: 0x01 },
]

/**
 * Models that are known by their application and cannot be used yet. ACe 2025 is the Actalis card of that year (AID:
 * OpenSC issue 3804): its certificate is known (DA01/C001), its PIN and key references are not. A wrong guess would cost
 * the holder tries, so the card is named and refused.
 */
export const UNSUPPORTED = [{ application: 'a000000530000b104001021a', model: 'ace-2025' }] as const
