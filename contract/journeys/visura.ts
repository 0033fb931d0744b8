import { z } from 'zod'
import { anprPerson } from '../document.ts'

/** The holder's own data in ANPR, on the screen and on paper. */

export const screens = [
  /**
   * `person` is null while ANPR is asked. The codice fiscale is masked because people stand behind the holder; the
   * paper has the whole of it (art. 5(1)(c) GDPR).
   */
  z.strictObject({ screen: z.literal('visura'), person: anprPerson.nullable() }),
  /** A visura is of this moment or none: it needs the line. */
  z.strictObject({ screen: z.literal('visura-unavailable') }),
] as const

export const steps = { visura: null, 'visura-unavailable': null } as const

export const answers = [z.strictObject({ type: z.literal('printVisura') })] as const
