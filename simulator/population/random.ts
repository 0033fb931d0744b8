/** Uniform numbers below 1 from a seed (mulberry32): whole numbers only, so that every machine draws the same. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Choices drawn from a seed. */
export interface Chance {
  /** True once in `times`. */
  one(times: number): boolean
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number
  pick<T>(from: readonly T[]): T
  /** A day of one of those years, ISO. */
  day(firstYear: number, lastYear: number): string
}

export function chanceFrom(seed: number): Chance {
  const random = randomFrom(seed)
  const int = (low: number, high: number) => low + Math.floor(random() * (high - low + 1))
  const two = (value: number) => String(value).padStart(2, '0')
  return {
    int,
    one: (times) => random() * times < 1,
    pick: (from) => {
      const picked = from[int(0, from.length - 1)]
      if (picked === undefined) throw new Error('nothing to pick from')
      return picked
    },
    day: (firstYear, lastYear) => `${int(firstYear, lastYear)}-${two(int(1, 12))}-${two(int(1, 28))}`,
  }
}
