import { z } from 'zod'

/** ANPR table 13 codes that this totem issues. */
export const certificateTypes = ['8', '12'] as const
export const certificateType = z.enum(certificateTypes)
export type CertificateType = z.infer<typeof certificateType>
/** What may stand on one sheet. */
export const sheetTypes = z.array(certificateType).min(1).max(2)

/** Field names are locale keys; codes are ANPR table 39 (`esenzioneBollo`). */
export const exemptions = {
  processuale: { esenzioneBollo: '3', law: 'art. 18 DPR 115/2002' },
  pensioneEstera: { esenzioneBollo: '9', law: 'art. 9 Tab. B DPR 642/1972' },
  onlus: { esenzioneBollo: '1', law: 'art. 27-bis Tab. B DPR 642/1972' },
  societaSportive: { esenzioneBollo: '2', law: 'art. 8-bis Tab. B DPR 642/1972' },
  interdizione: { esenzioneBollo: '5', law: 'art. 13 Tab. B DPR 642/1972' },
  adozione: { esenzioneBollo: '6', law: 'art. 82 L. 184/1983' },
  separazione: { esenzioneBollo: '7', law: 'art. 19 L. 74/1987' },
} as const
export type Exemption = keyof typeof exemptions
export const exemption = z.enum(Object.keys(exemptions) as [Exemption, ...Exemption[]])

/**
 * Who the paper is for, asked before any bollo (invariant 6). A public body or public-service operator may not
 * take a certificate (art. 40 DPR 445/2000): it leads to the free dichiarazione sostitutiva. A private party
 * means bollo of 16 euro. The rest are uses that the law exempts.
 */
export const purpose = z.enum(['publicBody', 'privateParty', ...(Object.keys(exemptions) as Exemption[])])
export type Purpose = z.infer<typeof purpose>

/** Art. 40 DPR 445/2000: a certificate without this sentence is null. */
export const ART_40 =
  'Il presente certificato non può essere prodotto agli organi della pubblica amministrazione o ai privati gestori di pubblici servizi'
