import {
  isSpecial,
  type ProfileTerms,
  type Territorio,
  territories,
  toReason,
} from '../../../contract/console/profiles.ts'
import type { AgreementTerms } from '../../../contract/console/registry.ts'

/** Pure: which field of a profile is wrong, by its path; null: none. */
export function faultOfProfile({ servizi, sezioni, perche, chiavi, dal, al, righeMax, righeGiorno }: ProfileTerms) {
  for (const [field, list] of Object.entries({ servizi, sezioni, chiavi }))
    if (new Set<string>(list).size < list.length) return field
  // By name, each of them and no other: nothing special comes along unnoticed.
  const wanted = toReason(servizi, sezioni).map(({ code }): string => code)
  const missing = wanted.find((code) => !(code in perche)) ?? Object.keys(perche).find((code) => !wanted.includes(code))
  if (missing !== undefined) return `perche.${missing}`
  if (al < dal) return 'al'
  return righeGiorno < righeMax ? 'righeGiorno' : null
}

const width = (territorio: Territorio) => territories.indexOf(territorio)

/** Pure: which field of an agreement does not go with its profile; null: none. */
export function faultOfAgreement(
  { comune, territorio, comuni, silenzio, quote, dal, al }: AgreementTerms,
  profile: Pick<ProfileTerms, 'territorio' | 'servizi' | 'sezioni' | 'righeMax'>,
) {
  if (al < dal) return 'al'
  if (width(territorio) > width(profile.territorio)) return 'territorio'
  const names = comuni.length > 0 && !comuni.includes(comune) && new Set(comuni).size === comuni.length
  if (territorio === 'comuni' ? !names : comuni.length > 0) return 'comuni'
  const { personaGiorno, ufficioGiorno, mese } = quote
  if ((personaGiorno ?? 0) > (ufficioGiorno ?? mese ?? Number.POSITIVE_INFINITY)) return 'quote.personaGiorno'
  if ((ufficioGiorno ?? 0) > (mese ?? Number.POSITIVE_INFINITY)) return 'quote.ufficioGiorno'
  if (silenzio === null) return null
  // Nobody's silence opens all of Italy, or what a profile has of parents and marriages.
  if (territorio === 'italia' || isSpecial(profile.servizi, profile.sezioni)) return 'silenzio'
  return silenzio.righeMax > profile.righeMax ? 'silenzio.righeMax' : null
}
