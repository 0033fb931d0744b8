import { SMALL } from '../../contract/polis.ts'

// What is counted of fewer people than SMALL could show one of them. Such a number is hidden wherever figures leave their
// ente, and with it others from which it would follow. Zero is no person, and is shown; totals are exact.

/** Null: hidden. */
export type Shown = number | null

const sumOf = (cells: readonly number[]) => cells.reduce((sum, each) => sum + each, 0)
const isSmall = (count: number) => count > 0 && count < SMALL

/**
 * Which numbers of a list are hidden where its total is known: the small ones, and the next larger ones, until two or more
 * are missing and they are not few together. A total that is small itself is to be hidden too (`totalShown`).
 */
export function hiddenIn(list: readonly number[]): boolean[] {
  const hidden = list.map(isSmall)
  if (!hidden.includes(true)) return hidden
  const others = list.map((_, at) => at).filter((at) => (list[at] ?? 0) >= SMALL)
  others.sort((one, other) => (list[one] ?? 0) - (list[other] ?? 0))
  for (const at of others) {
    const missing = list.filter((_, each) => hidden[each])
    if (missing.length > 1 && sumOf(missing) >= SMALL) break
    hidden[at] = true
  }
  return hidden
}

export const totalShown = (list: readonly number[]): Shown => {
  const total = sumOf(list)
  return isSmall(total) ? null : total
}

/**
 * The same for lists within a list, such as the offices of each region: a part whose own total is hidden shows no number of
 * its list, because the total would follow from them.
 */
export function hiddenWithin(parts: readonly (readonly number[])[]): {
  hidden: { parts: boolean[]; lists: boolean[][] }
} {
  const whole = hiddenIn(parts.map(sumOf))
  const lists = parts.map((list, at) => (whole[at] ? list.map((count) => count > 0) : hiddenIn(list)))
  return { hidden: { parts: whole, lists } }
}

export const shownOf = (list: readonly number[], hidden: readonly boolean[]): Shown[] =>
  list.map((count, at) => (hidden[at] ? null : count))

/** A table that can leave: `rows` and `columns` say which of the first table each line is made of. */
export interface MaskedTable {
  rows: number[][]
  columns: number[][]
  cells: Shown[][]
  rowTotals: Shown[]
  columnTotals: Shown[]
  total: Shown
}

/**
 * A table with exact totals of rows, columns and all. Lines that a list of the totals alone would hide (`hiddenRows`, where
 * that list is told elsewhere) are one line together, so that table and list say the same and each total is large or zero.
 */
export function maskedTable(
  table: readonly (readonly number[])[],
  hiddenRows = hiddenIn(table.map(sumOf)),
): MaskedTable {
  const width = table[0]?.length ?? 0
  const columnsOf = (of: readonly (readonly number[])[]) =>
    Array.from({ length: width }, (_, x) => sumOf(of.map((row) => row[x] ?? 0)))
  const rows = gathered(hiddenRows)
  const columns = gathered(hiddenIn(columnsOf(table)))
  const whole = rows.map((ys) => columns.map((xs) => sumOf(ys.flatMap((y) => xs.map((x) => table[y]?.[x] ?? 0)))))
  const total = totalShown(table.map(sumOf))
  const cells = total === null ? whole.map((row) => row.map((cell) => (cell > 0 ? null : 0))) : suppressed(whole)
  const totals = (sums: readonly number[]) => sums.map((sum) => (total === null && sum > 0 ? null : sum))
  return {
    ...{ rows, columns, cells, total },
    rowTotals: totals(whole.map(sumOf)),
    columnTotals: totals(columns.map((_, x) => sumOf(whole.map((row) => row[x] ?? 0)))),
  }
}

/** Lines in their order; those that their totals hide are the last, as one. */
function gathered(hidden: readonly boolean[]): number[][] {
  const places = hidden.map((_, at) => at)
  const together = places.filter((at) => hidden[at])
  return [...places.filter((at) => !hidden[at]).map((at) => [at]), ...(together.length > 0 ? [together] : [])]
}

/**
 * The cells of a table whose totals are all large or zero, and told. Each small cell stands at a corner of a rectangle that
 * is hidden whole: moving one from corner to corner changes no total, so nobody can say which it was. Afterwards no row and
 * no column has a single hidden cell, or hidden ones that are few together. A zero is hidden only where nothing else will do.
 */
export function suppressed(table: readonly (readonly number[])[]): Shown[][] {
  const at = (y: number, x: number) => table[y]?.[x] ?? 0
  const width = table[0]?.length ?? 0
  const hides = table.map((row) => row.map(isSmall))
  const isHidden = (y: number, x: number) => hides[y]?.[x] ?? false
  const hide = (y: number, x: number) => {
    const row = hides[y]
    if (row) row[x] = true
  }
  const ys = table.map((_, y) => y).filter((y) => table[y]?.some((cell) => cell > 0))
  const xs = Array.from({ length: width }, (_, x) => x).filter((x) => table.some((row) => (row[x] ?? 0) > 0))
  const lines: [number, number][][] = [
    ...ys.map((y) => xs.map((x) => [y, x] as [number, number])),
    ...xs.map((x) => ys.map((y) => [y, x] as [number, number])),
  ]
  /** A hidden zero says more than it spares. */
  const dear = sumOf(table.map(sumOf)) + 1
  const costOf = (y: number, x: number) => (isHidden(y, x) ? 0 : at(y, x) || dear)

  /** Hides the cheapest rectangle with this cell at a corner, around which one can be moved. */
  function enclose(y: number, x: number): void {
    let best: { cost: number; corners: [number, number][] } | null = null
    for (const otherY of ys) {
      if (otherY === y) continue
      for (const otherX of xs) {
        if (otherX === x) continue
        const moves = at(y, otherX) > 0 && at(otherY, x) > 0
        const movesBack = at(y, x) > 0 && at(otherY, otherX) > 0
        if (!moves && !movesBack) continue
        const corners: [number, number][] = [
          [y, otherX],
          [otherY, x],
          [otherY, otherX],
        ]
        const cost = corners.reduce((sum, [oneY, oneX]) => sum + costOf(oneY, oneX), 0)
        if (best === null || cost < best.cost) best = { cost, corners }
        if (cost === 0) return
      }
    }
    for (const [oneY, oneX] of best?.corners ?? []) hide(oneY, oneX)
  }

  for (const y of ys) for (const x of xs) if (isSmall(at(y, x))) enclose(y, x)
  for (let changed = true; changed; ) {
    changed = false
    for (const line of lines) {
      const hidden = line.filter(([y, x]) => isHidden(y, x))
      if (hidden.length === 0) continue
      const [first] = hidden
      if (hidden.length === 1 && first) {
        enclose(...first)
        changed = true
      } else if (hidden.reduce((sum, [y, x]) => sum + at(y, x), 0) < SMALL) {
        const others = line.filter(([y, x]) => !isHidden(y, x) && at(y, x) > 0)
        const [next] = others.sort(([oneY, oneX], [y, x]) => at(oneY, oneX) - at(y, x))
        if (!next) continue
        hide(...next)
        changed = true
      }
    }
  }
  return table.map((row, y) => row.map((cell, x) => (isHidden(y, x) ? null : cell)))
}
