import { ok, type Result } from '../../contract/result.ts'
import type { Scheda } from '../population/model.ts'
import { type Registry, registry } from '../population/registry.ts'
import type { Language } from './certificate/wording.ts'
import { type AnprError, refusal } from './errors.ts'
import { type Payment, type PaymentWish, settled } from './payment.ts'
import { type Case, decide, TYPES } from './rules.ts'

export interface CertificateWish extends PaymentWish {
  types: readonly string[]
  languages: readonly string[]
  /** ID ANPR. */
  subject: string
  requester?: string | undefined
  /** 1 somebody else, 2 the subject, 3 a public administration. */
  tipoRichiedente: string
  /** The day of type 20; today where it is missing. */
  at?: string | undefined
}

export interface CertificateGrant extends Case, Payment {
  types: string[]
  languages: Language[]
  paEstera: string
  at: string
}

const LANGUAGES: Record<string, Language> = { IT: 'it', DE: 'de', SL: 'sl' }

/** Italian always, and at most the second language of the comune of residence. French is not available (issue 863). */
function languagesOf(wish: readonly string[], { altraLingua = [] }: Scheda): Language[] | null {
  const known = wish.map((code) => LANGUAGES[code])
  const offered = wish.every((code) => code === 'IT' || altraLingua.some(({ idLingua }) => idLingua === code))
  if (!offered || known.length > 2 || new Set(known).size < known.length || !known.includes('it')) return null
  return ['it', ...known.filter((one) => one !== undefined && one !== 'it')] as Language[]
}

let population: Registry | undefined
/** The population, put together at its first use. */
export const inRegistry = (): Registry => {
  population ??= registry()
  return population
}

/** What ANPR grants of a wish, and its refusals. */
export function grant(
  wish: CertificateWish,
  day: string,
  authorisation: string | null = null,
): Result<CertificateGrant, AnprError> {
  const types = TYPES.filter((type) => wish.types.includes(type))
  if (types.length === 0 || types.length !== wish.types.length) return refusal('999')
  if (!['1', '2', '3'].includes(wish.tipoRichiedente)) return refusal('999')
  const paid = settled(wish, authorisation)
  if (!paid.ok) return paid
  const people = inRegistry()
  const subject = people.byIdAnpr(wish.subject)
  if (!subject) return refusal('EN122')
  const own = wish.tipoRichiedente === '2'
  if (wish.requester !== undefined && own !== (wish.subject === wish.requester)) return refusal('999')
  const asks = own ? wish.subject : wish.requester
  const requester = asks === undefined ? undefined : people.byIdAnpr(asks)
  if (asks !== undefined && !requester) return refusal('EN122')
  const { gruppo, membri } = people.familyOf(subject)
  const one = { subject, gruppo, membri, requester, day }
  const refused = decide(types, one, wish.tipoRichiedente === '3')
  if (refused) return refusal(refused.code, refused.what)
  const languages = languagesOf(wish.languages, subject)
  if (!languages) return refusal('999')
  return ok({ ...one, ...paid.value, types, languages, paEstera: wish.paEstera, at: wish.at ?? day })
}
