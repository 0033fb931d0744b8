import { address, addressAbroad, history, secondAddress } from './addresses.ts'
import { omocodiaOf } from './codice-fiscale.ts'
import type { Cittadinanza, Forma, Generalita, Gruppo, Scheda } from './model.ts'
import { doubleSurnames, men, surnames, women } from './names.ts'
import { birthStates, existedOn, homes, type Place, places } from './places.ts'
import type { Chance } from './random.ts'
import { add, type Being, bornAbroad, bornIn, codeOf, type Draft, draft } from './scheda.ts'

/** What is given out once in a population. */
export interface Codes {
  /** The first 8 characters of the next ID ANPR. */
  anpr(): string
  /** The code itself, or an omocodia when somebody has it. */
  free(code: string): string
}

/** Codes that nobody of `taken` has. */
export function codesFrom(seed: number, taken: { codes: Iterable<string>; ids: Iterable<string> }): Codes {
  const used = new Set(taken.codes)
  const ids = new Set(taken.ids)
  // A step that shares no factor with the number of ids visits each once, and never in order.
  let next = (Math.abs(seed) * 7919) % IDS
  const anpr = (): string => {
    next = (next + 611_953_307) % IDS
    const [first, second, last] = [next % 26, Math.floor(next / 26) % 26, Math.floor(next / 676) % 26].map(
      (value) => LETTERS[value] ?? '',
    )
    const id = `${first}${second}${String(Math.floor(next / 17_576)).padStart(5, '0')}${last}`
    return ids.has(id) ? anpr() : id
  }
  return {
    anpr,
    free(code) {
      let free = code
      for (let times = 1; used.has(free) && times <= 7; times++) free = omocodiaOf(code, times)
      used.add(free)
      return free
    },
  }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Two letters, five digits and a letter. */
const IDS = 26 ** 3 * 10 ** 5

/** What a person of a household is known by beforehand. */
export interface About {
  sesso?: Generalita['sesso']
  /** Years of birth, from and to. */
  years?: [number, number]
  statoCivile?: Being['statoCivile']
  cognome?: string
  nome?: string
  /** Names may lack. */
  without?: 'cognome' | 'nome'
  /** Where they may have been born; default any comune of that day. */
  bornIn?: readonly Place[]
  abroad?: true
  nascita?: Being['nascita']
  cittadinanza?: Cittadinanza[]
  codiceFiscale?: string | null
}

/** A household that is being made: its people come from chance, but for what is said of them. */
export interface Household {
  chance: Chance
  draft: Draft
  place: Place
  person(legame: string, forme: Forma[], about?: About): Scheda
}

/** `where`: a comune with a second language, one that has none matters to nobody, or abroad. */
export function household(
  chance: Chance,
  codes: Codes,
  id: string,
  tipoLegame: Gruppo['tipoLegame'],
  {
    within = homes,
    about = {},
    convivenza = false,
  }: { within?: readonly Place[]; about?: Partial<Gruppo['famigliaConvivenza']>; convivenza?: boolean } = {},
): Household {
  const place = chance.pick(within)
  const since = chance.day(1990, 2023)
  const residenza =
    tipoLegame === '5'
      ? [addressAbroad(chance, since), address(chance, place, chance.day(1950, 1985))]
      : convivenza
        ? [address(chance, place, since)]
        : history(chance, place, since)
  const made = draft(id, tipoLegame, residenza, about)
  const altraLingua = tipoLegame === '5' ? undefined : secondAddress(chance, place)

  function person(legame: string, forme: Forma[], about: About = {}): Scheda {
    const sesso = about.sesso ?? chance.pick(['M', 'F'] as const)
    const [first, last] = about.years ?? [1935, 2006]
    const birth = birthOf(chance, about, first, last)
    const own = chance.one(15) ? chance.pick(doubleSurnames) : chance.pick(surnames)
    const one: Being = {
      id: `${id}-${made.schede.length + 1}`,
      anpr: codes.anpr(),
      ...(about.without !== 'cognome' && { cognome: about.cognome ?? own }),
      ...(about.without !== 'nome' && { nome: about.nome ?? givenName(chance, sesso) }),
      sesso,
      ...birth,
      statoCivile: about.statoCivile ?? '1',
      ...(about.cittadinanza && { cittadinanza: about.cittadinanza }),
    }
    const codiceFiscale = about.codiceFiscale === undefined ? codes.free(codeOf(one)) : about.codiceFiscale
    const scheda = add(made, { ...one, codiceFiscale }, legame, forme)
    if (altraLingua) scheda.altraLingua = altraLingua
    return scheda
  }
  return { chance, draft: made, place, person }
}

function givenName(chance: Chance, sesso: Generalita['sesso']): string {
  const names = sesso === 'F' ? women : men
  const name = chance.pick(names)
  return chance.one(6) ? `${name} ${chance.pick(names)}` : name
}

/** A day of birth, and a place that existed on it. */
function birthOf(chance: Chance, about: About, first: number, last: number): Pick<Being, 'nato' | 'nascita'> {
  const nato = chance.day(first, last)
  if (about.nascita) return { nato, nascita: about.nascita }
  if (about.abroad) return { nato, nascita: bornAbroad(chance.pick(birthStates)) }
  for (;;) {
    const place = chance.pick(about.bornIn ?? places)
    if (existedOn(place, nato)) return { nato, nascita: bornIn(place) }
    if (!about.bornIn) continue
    // A former comune: somebody born while it was one.
    const { since, until } = place
    const from = Math.max(Number(since.slice(0, 4)) + 1, 1925)
    const to = Math.min(Number(until.slice(0, 4)) - 1, last)
    if (from <= to) return { nato: chance.day(from, to), nascita: bornIn(place) }
  }
}
