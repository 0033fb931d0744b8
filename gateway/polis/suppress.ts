import { SMALL } from '../../contract/polis.ts'

/**
 * Hides what could show a single person: counts from 1 to 4, and then others of the same row or column, so that what is
 * hidden cannot be worked out from a total. Zero is shown, totals are exact. Null: hidden.
 */
export function suppressed(table: readonly (readonly number[])[]): (number | null)[][] {
  const hides = table.map((row) => row.map((cell) => cell > 0 && cell < SMALL))
  const width = table[0]?.length ?? 0
  const lines = [
    ...table.map((row, y) => row.map((_, x) => [y, x] as const)),
    ...Array.from({ length: width }, (_, x) => table.map((_row, y) => [y, x] as const)),
  ]
  const at = ([y, x]: readonly [number, number]) => table[y]?.[x] ?? 0
  const isHidden = ([y, x]: readonly [number, number]) => hides[y]?.[x] ?? false
  for (let changed = true; changed; ) {
    changed = false
    for (const line of lines) {
      const own = line.filter(isHidden)
      const sum = own.reduce((total, cell) => total + at(cell), 0)
      if (own.length === 0 || (own.length > 1 && sum >= SMALL)) continue
      const [next] = line.filter((cell) => !isHidden(cell) && at(cell) > 0).sort((one, other) => at(one) - at(other))
      if (!next) continue
      const row = hides[next[0]]
      if (row) row[next[1]] = true
      changed = true
    }
  }
  return table.map((row, y) => row.map((cell, x) => (hides[y]?.[x] ? null : cell)))
}
