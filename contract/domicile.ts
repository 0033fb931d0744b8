import { z } from 'zod'
import { isCodiceFiscale } from './identity.ts'

/**
 * The digital domicile of a session's person, from INAD: `POST /v1/domiciles` (Bearer). The gateway knows a person by
 * reference only, so that the totem says the codice fiscale, and the gateway that it is theirs.
 */
export const domicileQuestion = z.strictObject({
  codiceFiscale: z.string().refine(isCodiceFiscale, 'no codice fiscale'),
})
/** `proof`: the gateway's word that it has told this address of this person today. */
const domicile = z.strictObject({
  address: z.email(),
  /** What they practise, where it is a professional's address. */
  profession: z.string().nullable(),
  proof: z.string().min(1).max(200),
})
export const domiciles = z.strictObject({ domiciles: z.array(domicile).max(20) })
export type Domicile = z.infer<typeof domicile>

/** Whoever looks over a shoulder learns the box, and not whose it is. */
export function masked(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, 1)}•••${address.slice(Math.max(1, at - 1))}`
}
