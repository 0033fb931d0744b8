import { readFile } from 'node:fs/promises'
import { type Region, region } from '../../contract/console/regions.ts'

const FOLDER = new URL('../../assets/comuni/', import.meta.url)
const FOUND = 20

export interface Comune {
  istat: string
  name: string
  /** The second official name, in a comune of two languages. */
  other: string | null
  region: Region
  province: string
  population: number | null
  /** Longitude and latitude. */
  point: [number, number] | null
}

export interface Found {
  comune: Comune
  /** It was found by the name of a comune that is part of it now. */
  formerly: { name: string; until: string } | null
}

/** The comuni of Italy (assets/comuni/), which nobody has to look for by the letter. */
export interface Comuni {
  all: readonly Comune[]
  byIstat: ReadonlyMap<string, Comune>
  /** A comune by its name as an office's address writes it; several may have one name, but not in one region. */
  named(name: string, region: string | null): Comune | null
  /** Whole words first, then words that begin so, each time the larger comune first. Former names lead to today's. */
  search(q: string): Found[]
}

/** Letters as a person types them who has no accents at hand. */
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\d]+/u)
    .filter(Boolean)

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(';'))

export async function readComuni(): Promise<Comuni> {
  const [own, former] = await Promise.all(
    ['comuni.csv', 'ceased.csv'].map((name) => readFile(new URL(name, FOLDER), 'utf8')),
  )
  return comuniOf(own ?? '', former ?? '')
}

function comuniOf(own: string, former: string): Comuni {
  const all = linesOf(own).map(([istat = '', name = '', other, code, province = '', people, latitude, longitude]) => ({
    ...{ istat, name, other: other || null, region: region.parse(code), province },
    population: people ? Number(people) : null,
    point: latitude && longitude ? ([Number(longitude), Number(latitude)] as [number, number]) : null,
  }))
  const byIstat = new Map(all.map((comune) => [comune.istat, comune]))
  const byName = Map.groupBy(all, ({ name }) => wordsOf(name).join(' '))
  const entries = [
    ...all.flatMap((comune) =>
      [comune.name, comune.other].flatMap((name) => (name ? [{ words: wordsOf(name), comune, formerly: null }] : [])),
    ),
    ...linesOf(former).flatMap(([name = '', , until = '', successor = '']) => {
      const comune = byIstat.get(successor)
      return comune ? [{ words: wordsOf(name), comune, formerly: { name, until } }] : []
    }),
  ]
  return {
    all,
    byIstat,
    named(name, where) {
      const found = (byName.get(wordsOf(name).join(' ')) ?? []).filter((each) => !where || each.region === where)
      return found.length === 1 ? (found[0] ?? null) : null
    },
    search(q) {
      const asked = wordsOf(q).slice(0, 6)
      if (asked.length === 0) return []
      const matching = entries
        .filter(({ words }) => asked.every((word) => words.some((each) => each.startsWith(word))))
        .map((entry) => ({ ...entry, isWhole: asked.every((word) => entry.words.includes(word)) }))
        .sort(
          (one, other) =>
            Number(other.isWhole) - Number(one.isWhole) ||
            Number(one.formerly !== null) - Number(other.formerly !== null) ||
            (other.comune.population ?? 0) - (one.comune.population ?? 0),
        )
      const seen = new Set<string>()
      return matching
        .filter(({ comune: { istat } }) => !seen.has(istat) && seen.add(istat))
        .slice(0, FOUND)
        .map(({ comune, formerly }) => ({ comune, formerly }))
    },
  }
}
