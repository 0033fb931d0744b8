import { readFileSync } from 'node:fs'
import type { AltraLingua, Cittadinanza, Comune, Localita } from './model.ts'

/** A comune under one name, in one time. */
export interface Place {
  belfiore: string
  /** ISO dates; '' = still so. */
  since: string
  until: string
  comune: Comune
  /** Its second language, and its name there. */
  second?: { language: AltraLingua['idLingua']; name: string }
}

export interface State {
  belfiore: string
  localita: Localita
  alpha3: string
  cittadinanza: Cittadinanza
}

const rows = (file: string): string[][] =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .slice(1)
    .map((line) => line.split(';'))

export const places: readonly Place[] = rows('comuni.csv').map(
  ([belfiore = '', since = '', until = '', istat = '', sigla = '', name = '', language = '', second = '']) => ({
    belfiore,
    since,
    until,
    comune: { nomeComune: name, codiceIstat: istat, siglaProvinciaIstat: sigla },
    ...(language && { second: { language: language as AltraLingua['idLingua'], name: second } }),
  }),
)

/** Comuni where one can live today. */
export const homes: readonly Place[] = places.filter(({ until }) => until === '')
const current = new Map(homes.map((place) => [place.belfiore, place]))
/** Comuni that live on under another name, and those that no longer are. */
export const renamed = places.filter(({ until, belfiore, comune }) => {
  const now = current.get(belfiore)
  return until > '1940' && now !== undefined && now.comune.nomeComune !== comune.nomeComune
})
export const ceased = places.filter(({ until, belfiore }) => until > '1950' && !current.has(belfiore))

export const existedOn = ({ since, until }: Place, day: string): boolean =>
  since <= day && (until === '' || day <= until)

const states: readonly State[] = rows('stati.csv')
  .filter(([, , , , , nascita]) => nascita === 'S')
  .map(([name = '', istat = '', belfiore = '', alpha3 = '']) => ({
    belfiore,
    alpha3,
    localita: { descrizioneStato: name, codiceStato: istat },
    cittadinanza: { descrizioneStato: name, codiceStato: istat },
  }))

/** States where one can be born and whose code a codice fiscale can hold. */
export const birthStates = states.filter(({ belfiore }) => belfiore !== '')

/** The comune of today that bears that Belfiore code. */
export function comuneOf(belfiore: string): Place {
  const found = current.get(belfiore)
  if (!found) throw new Error(`no comune of today has the code ${belfiore}`)
  return found
}

/** The comune under the name that it bore that day. */
export function comuneOn(belfiore: string, day: string): Place {
  const found = places.find((place) => place.belfiore === belfiore && existedOn(place, day))
  if (!found) throw new Error(`no comune had the code ${belfiore} on ${day}`)
  return found
}

export function stateOf(alpha3: string): State {
  const found = states.find((state) => state.alpha3 === alpha3)
  if (!found) throw new Error(`no state has the code ${alpha3}`)
  return found
}
