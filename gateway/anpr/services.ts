import { z } from 'zod'

/** The Ministry's consultations on PDND: C003 to C014 say whether something is so, the others what the register holds. */
const CONSULTATIONS = [
  'C003',
  'C004',
  'C005',
  'C006',
  'C007',
  'C008',
  'C009',
  'C010',
  'C011',
  'C012',
  'C013',
  'C014',
  'C015',
  'C016',
  'C017',
  'C018',
  'C019',
  'C020',
  'C021',
  'C022',
  'C023',
  'C024',
  'C025',
  'C026',
  'C029',
  'C030',
] as const

export type Consultation = (typeof CONSULTATIONS)[number]
/** Of those that tell a person's data, the ones that somebody here asks. */
export type Telling = Extract<Consultation, 'C015' | 'C017' | 'C018' | 'C020' | 'C026' | 'C029'>
/** INAD is no service of ANPR's: it stands behind the same vouchers, and is counted and watched like them. */
export const service = z.enum([...CONSULTATIONS, 'ANPR-Certificazione', 'INAD'])
export type Service = z.infer<typeof service>
