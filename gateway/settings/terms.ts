import { z } from 'zod'
import { ISSUED_IN } from '../../catalogue/languages.ts'
import { certificateLanguage } from '../../contract/catalogue.ts'

/** What the catalogue cannot settle for good about certificates. Its own values count where nothing is set. */
export const terms = z.strictObject({
  /** Languages that ANPR gives certificates in beside Italian. */
  languages: z.array(certificateLanguage.exclude(['IT'])).default([...ISSUED_IN] as ('DE' | 'SL')[]),
})
export type Terms = z.output<typeof terms>
