import { z } from 'zod'

/**
 * ANPR table 13: the types that a citizen may ask for, in its order. catalogue/certificates.ts describes each type and
 * its rules.
 */
export const certificateType = z.enum([
  ...['1', '3', '5', '7', '8', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19'],
] as const)
export type CertificateType = z.infer<typeof certificateType>

/** Months of validity by type, where they are other than the catalogue's; null: it never lapses. */
export const validMonths = z.partialRecord(certificateType, z.number().int().min(1).max(12).nullable())
export type ValidMonths = z.infer<typeof validMonths>

/** Types that may share one sheet at most: no set of more passes `sheetConflict` (its test tries them all). */
export const MOST_ON_A_SHEET = 8
/** The types on one sheet. catalogue/certificates.ts says whether they may share it. */
export const sheetTypes = z.array(certificateType).min(1).max(MOST_ON_A_SHEET)

/**
 * ANPR table 14: `IT` is a certificate in Italian alone, another code is one in Italian and that language.
 * catalogue/languages.ts says where the law has which.
 */
export const certificateLanguage = z.enum(['IT', 'DE', 'FR', 'SL'])
export type CertificateLanguage = z.infer<typeof certificateLanguage>

/** Art. 46 c. 1 DPR 445/2000: the letters of the facts that a person may declare, and ANPR states. */
export const factLetter = z.enum([
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'z'],
  ...['aa', 'bb', 'bb-bis', 'cc', 'dd', 'ee'],
] as const)
export type FactLetter = z.infer<typeof factLetter>

/** Those of them that a certificate states, so that a dichiarazione sostitutiva can stand in its place. */
export const certifiedFact = factLetter.extract(['a', 'b', 'c', 'e', 'f', 'g', 'dd'])
export type CertifiedFact = z.infer<typeof certifiedFact>

/** Uses that the law exempts from bollo and that a citizen may choose: names of catalogue/exemptions.ts. */
export const exemption = z.enum([
  ...['processuale', 'pensioneEstera', 'onlus', 'societaSportive', 'interdizione', 'adozione', 'separazione'],
] as const)
export type Exemption = z.infer<typeof exemption>

/** The party that the paper is for, asked before any bollo (invariant 6). catalogue/bollo.ts says what each means. */
export const purpose = z.enum(['publicBody', 'privateParty', ...exemption.options])
export type Purpose = z.infer<typeof purpose>

/** Subjects under which a person finds a certificate; catalogue/themes.ts says which stand under each. */
export const certificateTheme = z.enum(['home', 'family', 'events', 'citizenship', 'abroad'])
export type CertificateTheme = z.infer<typeof certificateTheme>
