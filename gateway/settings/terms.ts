import { z } from 'zod'
import { CHARGES } from '../../catalogue/bollo.ts'
import { isComune } from '../../catalogue/istat-codes.ts'
import { ISSUED_IN } from '../../catalogue/languages.ts'
import { type Charges, charges } from '../../contract/bollo.ts'
import { certificateLanguage, validMonths } from '../../contract/catalogue.ts'

const { bollo, diritti } = charges.shape

/** What the catalogue cannot settle for good about certificates. Its own values count where nothing is set. */
export const terms = z
  .strictObject({
    /** Languages that ANPR gives certificates in beside Italian. */
    languages: z.array(certificateLanguage.exclude(['IT'])).default([...ISSUED_IN] as ('DE' | 'SL')[]),
    /** Imposta di bollo in euro cents. */
    bollo: bollo.default(CHARGES.bollo),
    /**
     * Diritti di segreteria in euro cents, everywhere and in single comuni by their ISTAT code. Uncertain: whether a comune
     * may ask for its own on this channel.
     */
    diritti: diritti.default(CHARGES.diritti),
    dirittiOf: z.record(z.string(), diritti).default({}),
    /** ISTAT codes of comuni that are younger than the archive of catalogue/istat-codes.ts, which ends in May 2023. */
    newComuni: z.array(z.string().regex(/^\d{6}$/, 'an ISTAT code has six digits')).default([]),
    /**
     * Months of validity by code of table 13, null without end. Uncertain: 3 by art. 33 DPR 223/1989, 6 by art. 41 DPR
     * 445/2000 as some comuni read it.
     */
    validMonths: validMonths.default({}),
  })
  .superRefine(({ dirittiOf, newComuni }, { addIssue }) => {
    for (const code of Object.keys(dirittiOf))
      if (!isComune(code) && !newComuni.includes(code))
        addIssue({
          code: 'custom',
          path: ['dirittiOf', code],
          message: `${code} is the ISTAT code of no comune: a new one stands in newComuni too`,
        })
  })
export type Terms = z.output<typeof terms>

/** What a certificate costs a resident of this comune (ISTAT code; null: it is not known, or abroad). */
/** Do diritti depend on where the person lives? */
export const variesByComune = ({ dirittiOf }: Terms): boolean => Object.keys(dirittiOf).length > 0

export const chargesIn = ({ bollo, diritti, dirittiOf }: Terms, comune: string | null): Charges => ({
  bollo,
  diritti: dirittiOf[comune ?? ''] ?? diritti,
})
