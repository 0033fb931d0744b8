/** A kind of CNS: its answer to reset, and the places of its files. Paths in hex, without 3F00. */
export interface Profile {
  atr: string
  pinReference: number
  /** The application that holds the files; null = they are the card's own. */
  application: string | null
  certificate: string
  /** The DF that must be current for the private key to be usable; null = any. */
  keyFolder: string | null
  keyReference: number
  /** Files are selected from the current DF (P1=09), and not from the MF (P1=08). */
  relativePaths?: boolean
  /** The card knows no command chaining: RSA-2048 needs an extended APDU. */
  extendedOnly?: boolean
}

const STANDARD = {
  pinReference: 0x10,
  application: null,
  certificate: '11001101',
  keyFolder: null,
  keyReference: 0x01,
} as const
const IDEMIA = { ...STANDARD, certificate: '140090012002', keyFolder: '14009002', keyReference: 0x02 } as const

/**
 * Every kind of CNS that the totem is tried with. The answers to reset are real (OpenSC, pcsc-tools), with two exceptions.
 * Of the three over the air after ST's only the first bytes are known. Those of the old CIE and the Actalis card are made
 * up. OpenSC 0.23 signs with RSA-2048 only on cards of version 1.1, so ober11 is the Oberthur card raised to it.
 */
export const CNS_PROFILES = {
  ober10: { ...STANDARD, atr: '3BFF1800008131FE45006B05052000012101434E5310318079' },
  ober11: { ...STANDARD, atr: '3BFF1800008131FE45006B05052000012101434E5311318078' },
  /** ST Incard expects its PIN reference with the top bit set. */
  incard11: { ...STANDARD, atr: '3BFF1800FF8131FE55006B02090303011101434E531131808C', pinReference: 0x90 },
  /** An old card: version 1.0, meant for RSA-1024. */
  athena10: { ...STANDARD, atr: '3BDF18008131FE7D006B040C0184011101434E53103180FC' },
  cardos10: { ...STANDARD, atr: '3BFF1800FFC10A31FE55006B0508C80C011101434E5310318005' },
  idemia2021: { ...IDEMIA, atr: '3BFF1800008131FE45006B0505912001F101434E5310318038' },
  'st-nfc': { ...STANDARD, atr: '3B80800101', application: 'a00000009501004d', extendedOnly: true },
  'idemia-nfc': { ...IDEMIA, atr: '3B8B80010031C164000000000090000E' },
  'nfc-88': { ...STANDARD, atr: '3B88800100000000434E530057' },
  'nfc-8c': { ...STANDARD, atr: '3B8C80015000000000000000000000005D' },
  /** ACe 2025: the totem cannot log in with it (its PIN and key references here are made up). */
  actalis2025: {
    ...STANDARD,
    atr: '3B888131FE45000000000000000083',
    application: 'a000000530000b104001021a',
    certificate: 'da01c001',
    relativePaths: true,
  },
  /** CIE 2.0: it has files where a CNS has them, and is no CNS. */
  'old-cie': { ...STANDARD, atr: '3BFF1800FFC10A31FE55006B0508C80502495449442020318041' },
} as const satisfies Record<string, Profile>
export type CnsProfile = keyof typeof CNS_PROFILES
