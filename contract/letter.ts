import { z } from 'zod'
import { type Caller, callerText } from './caller.ts'
import { emailAddress } from './email-address.ts'
import { sealing } from './gateway.ts'
import { handoverOffer } from './handover.ts'
import { isoInstant, operationId } from './identity.ts'
import { takenHome } from './journeys/lists.ts'
import { language } from './language.ts'

/**
 * A document that its person takes home by e-mail: the mail holds a link, and the link opens by six digits that the totem
 * gives to the person and never writes into the mail. So a mail that goes to a stranger gives nothing away.
 */
export const LETTER_MS = 7 * 86_400_000
export const LETTER_DOWNLOADS = 3
export const LETTER_TRIES = 5
/** What one totem may send in a day: an office asks for some 200 papers, and few of them go by mail. */
export const LETTERS_PER_DAY = 100

export const letterCode = z.string().regex(/^\d{6}$/)

/** What the gateway reads when it writes the mail, and nobody before or after. */
export const letter = z.strictObject({
  to: z.string().refine((text) => emailAddress(text).ok, 'no address'),
  /** Of the document, for the link: 256 bits, base64url. */
  key: z.string().regex(/^[\w-]{43}$/),
  code: letterCode,
  language,
  /**
   * The gateway's word that `to` is the person's digital domicile (contract/domicile.ts): then the document itself goes there
   * as PEC, and no link. Absent: an address that was typed.
   */
  proof: z.string().max(200).exactOptional(),
  /** What it is, for its person's own list; `operation`: of a certificate. Absent in a letter of an earlier totem. */
  about: z.strictObject({ document: takenHome, operation: operationId.nullable() }).exactOptional(),
  /**
   * The office's name, as the person knows it. SECURITY: mail programs make a link of `www.name.it`, and the name is the
   * totem's: after each full stop stands a space, so that no stolen totem puts a link of its own into the company's mail.
   */
  office: z
    .string()
    .regex(/^[\p{L}\p{N}\p{M} .,'’()/-]{1,100}$/u)
    .transform((name) => name.replace(/\.(?=\S)/g, '. ')),
})
export type Letter = z.infer<typeof letter>

/** Protected header of a sealed letter: it opens for this document and this caller alone. */
export const letterHeader = (kid: string, { id, caller }: { id: string; caller: Caller }) =>
  ({ ...sealing, kid, typ: 'totem-letter+jwe', letter: id, caller: callerText(caller) }) as const

/** `letter`: a compact JWE of `letter` to one of the gateway's keys. */
export const letterOffer = z.strictObject({ ...handoverOffer.shape, letter: z.string().max(4_000) })
export const letterTaken = z.strictObject({})
/**
 * `handed-over`: the company's mail server has taken the mail over; nobody can say that it has arrived. `refused`: that
 * server, or a server on the way, does not take it. `bounced`: it came back. Of a PEC its providers say more: `accepted`
 * by the sender's, `delivered` into the receiver's box. A link is `delivered` when somebody has opened it by the six digits.
 * `gone`: nothing is known of it any more.
 */
const became = ['waiting', 'handed-over', 'accepted', 'delivered', 'refused', 'bounced'] as const
export const letterState = z.strictObject({ state: z.enum([...became, 'gone']) })
export type LetterState = z.infer<typeof letterState>['state']

/**
 * What became of a person's letters, at any totem, within a year (contract/own-requests.ts).
 *   GET  /v1/letters/own    (Bearer) → ownLetters
 *   POST /v1/letters/told   (Bearer) → lettersTold   the screen has shown them
 * `document` and `operation` null: an earlier totem has not said them. `told`: its person knows that it failed.
 */
export const ownLetter = z.strictObject({
  machine: z.string(),
  office: z.string().nullable(),
  document: takenHome.nullable(),
  operation: operationId.nullable(),
  /** Absent: an earlier gateway has not said it. */
  way: z.enum(['email', 'domicilio']).default('email'),
  sentAt: isoInstant,
  state: z.enum(became),
  told: z.boolean(),
})
export type OwnLetter = z.infer<typeof ownLetter>
export const ownLetters = z.strictObject({ letters: z.array(ownLetter) })
export const lettersTold = z.strictObject({})
/** It did not arrive, and will not. */
export const hasFailed = ({ state }: Pick<OwnLetter, 'state'>): boolean => state === 'refused' || state === 'bounced'
/** Its person has it, as if the paper had come out: the certificate is spent, whatever way it went. */
export const hasArrived = ({ state }: Pick<OwnLetter, 'state'>): boolean => state === 'delivered'
/** A provider that could not deliver a PEC says so within 24 hours (art. 8 DPR 68/2005). */
const PEC_HEARD_MS = 86_400_000
/**
 * To a digital domicile, where it counts from the moment that it is in the box (art. 6 CAD): while that may still be heard,
 * nobody is handed a second original. A mail to an address that somebody typed has no such word, and holds nothing back.
 */
export const isOnItsWay = ({ way, state, sentAt }: Pick<OwnLetter, 'way' | 'state' | 'sentAt'>, at: Date): boolean =>
  way === 'domicilio' && !hasArrived({ state }) && !hasFailed({ state }) && +at - Date.parse(sentAt) < PEC_HEARD_MS
export const letterClaim = z.strictObject({ code: letterCode })
