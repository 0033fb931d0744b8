import { z } from 'zod'
import { ok } from '../../contract/result.ts'
import { failure, type Heard, NO_TRACE } from './answers.ts'
import type { Answered } from './transport.ts'

/** Where a person wants to be reached with legal effect (art. 3-bis and 6-quater CAD). */
export interface Domicile {
  address: string
  /** What they practise, where it is the address of a professional; null: their own. */
  profession: string | null
}

/** More than anybody has; what a screen can offer is less. */
const MOST = 20
const extracted = z.looseObject({
  codiceFiscale: z.string(),
  digitalAddress: z
    .array(
      z.looseObject({
        digitalAddress: z.email(),
        practicedProfession: z.string().max(200).optional(),
        usageInfo: z.looseObject({ dateEndValidity: z.string().optional() }).optional(),
      }),
    )
    .max(MOST),
})
/** INAD's own refusal, by which its 404 is told apart from that of an address that does not exist. */
const problem = z.looseObject({ status: z.coerce.number(), detail: z.string() })

const OK = 200
const NONE = 404
const TOO_MANY = 429
const FAULT = 500

/** What INAD's `extract` says of this person; an address that has ended is left out. */
export function domicilesIn(
  { status, body, transaction }: Answered,
  codiceFiscale: string,
  now: Date,
): Heard<readonly Domicile[]> {
  const trace = { ...NO_TRACE, transactions: transaction === null ? [] : [transaction] }
  const told = (result: Heard<readonly Domicile[]>['result']) => ({ result, trace })
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    json = undefined
  }
  if (status === OK) {
    const read = extracted.safeParse(json)
    if (!read.success) return told(failure('anpr-unreadable', 'no-answer'))
    if (read.data.codiceFiscale !== codiceFiscale) return told(failure('anpr-other-person', 'other-codice-fiscale'))
    const good = read.data.digitalAddress.filter(({ usageInfo }) => !hasEnded(usageInfo?.dateEndValidity, now))
    return told(ok(good.map((one) => ({ address: one.digitalAddress, profession: one.practicedProfession || null }))))
  }
  if (status === NONE && problem.safeParse(json).success) return told(ok([]))
  if (status === TOO_MANY) return told(failure('anpr-busy', `http-${status}`))
  return told(failure(status < FAULT ? 'anpr-misconfigured' : 'anpr-unavailable', `http-${status}`))
}

/** SECURITY: an end that nobody can read counts as one: a PEC to a box that was given up reaches nobody. */
const hasEnded = (end: string | undefined, now: Date) => end !== undefined && !(Date.parse(end) > +now)
