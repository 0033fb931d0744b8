import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SMALL } from '../../contract/polis.ts'
import { hiddenWithin, maskedTable, type Shown, shownOf, suppressed, totalShown } from './suppress.ts'

const sumOf = (cells: readonly number[]) => cells.reduce((sum, each) => sum + each, 0)
const columnsOf = <T>(table: readonly (readonly T[])[]): T[][] =>
  (table[0] ?? []).map((_, x) => table.map((row) => row[x] as T))

describe('a table with its totals', () => {
  test('small numbers are hidden, and those from which they follow (console.md §5.5)', () =>
    expect(
      suppressed([
        [120, 40, 3],
        [60, 22, 0],
        [18, 9, 7],
      ]),
    ).toEqual([
      [120, null, null],
      [60, 22, 0],
      [18, null, null],
    ]))

  test.each([
    ['nothing where all are large', [[5, 60]], [[5, 60]]],
    ['a zero is no person', [[0, 60]], [[0, 60]]],
    // With the zero shown, 8 would be the first row's total, and 3 what is left of the first column's.
    [
      'a zero goes with it where the number would follow',
      [
        [8, 0],
        [3, 9],
      ],
      [
        [null, null],
        [null, null],
      ],
    ],
  ])('%s', (_, table, shown) => expect(suppressed(table)).toEqual(shown))

  test('a line that is small as a whole is one with the next', () =>
    expect(
      maskedTable([
        [40, 20],
        [0, 3],
        [9, 12],
      ]),
    ).toEqual({
      ...{ rows: [[0], [1, 2]], columns: [[0], [1]], total: 84 },
      cells: [
        [40, 20],
        [9, 15],
      ],
      ...{ rowTotals: [60, 24], columnTotals: [49, 35] },
    }))

  test('of four people nothing is told', () =>
    expect(maskedTable([[3, 0, 1]])).toMatchObject({ cells: [[0, null]], total: null, columnTotals: [0, null] }))
})

const cell = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 8 }) }, { weight: 1, arbitrary: fc.nat({ max: 90 }) })
const tables = (rows: number, columns: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: rows }), fc.integer({ min: 1, max: columns }))
    .chain(([height, width]) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: height, maxLength: height }),
    )

/** Of the numbers behind it, for a table whose lines were gathered. */
const behind = (table: readonly (readonly number[])[], { rows, columns }: ReturnType<typeof maskedTable>) =>
  rows.map((ys) => columns.map((xs) => sumOf(ys.flatMap((y) => xs.map((x) => table[y]?.[x] ?? 0)))))

describe('whatever the numbers are', () => {
  test('no small number is shown, no line hides a single one or few together, and totals are exact', () =>
    fc.assert(
      fc.property(tables(7, 6), (table) => {
        const masked = maskedTable(table)
        const whole = behind(table, masked)
        expect(masked.cells.flat()).not.toSatisfy((all: Shown[]) => all.some((one) => one && one < SMALL))
        expect(masked.total).toBe(totalShown(table.map(sumOf)))
        if (masked.total === null) return
        expect(masked.rowTotals).toEqual(whole.map(sumOf))
        expect(masked.columnTotals).toEqual(columnsOf(whole).map(sumOf))
        for (const total of [...masked.rowTotals, ...masked.columnTotals]) expect(total === 0 || (total ?? 0) >= SMALL)
        const lines = [...whole.map((_, y) => [whole[y] ?? [], masked.cells[y] ?? []] as const)]
        const shown = columnsOf(masked.cells)
        for (const [x, column] of columnsOf(whole).entries()) lines.push([column, shown[x] ?? []])
        for (const [line, told] of lines) {
          for (const [at, one] of told.entries()) if (one !== null) expect(one).toBe(line[at])
          const hidden = line.filter((_, at) => told[at] === null)
          if (hidden.length > 0) expect(hidden.length).toBeGreaterThan(1)
          if (hidden.length > 0) expect(sumOf(hidden)).toBeGreaterThanOrEqual(SMALL)
        }
      }),
      { numRuns: 400 },
    ))

  test('who knows all that is shown finds more than one number for each that is small', () =>
    fc.assert(
      fc.property(tables(4, 4), (table) => {
        const masked = maskedTable(table)
        if (masked.total === null) return
        const whole = behind(table, masked)
        for (const [y, row] of whole.entries())
          for (const [x, one] of row.entries())
            if (one > 0 && one < SMALL) expect(isKnown(whole, masked.cells, y, x)).toBe(false)
      }),
      { numRuns: 300 },
    ))

  test('a list and the lists within it: nothing small follows from what is shown', () =>
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }), (parts) => {
        const {
          hidden: { parts: hidden, lists },
        } = hiddenWithin(parts)
        const check = (list: readonly number[], hides: readonly boolean[]) => {
          const missing = list.filter((_, at) => hides[at])
          expect(shownOf(list, hides).some((one) => one && one < SMALL)).toBe(false)
          if (totalShown(list) === null || missing.length === 0) return
          expect(missing.length).toBeGreaterThan(1)
          expect(sumOf(missing)).toBeGreaterThanOrEqual(SMALL)
        }
        check(parts.map(sumOf), hidden)
        for (const [at, list] of parts.entries()) {
          if (hidden[at]) expect(shownOf(list, lists[at] ?? []).every((one) => one === null || one === 0)).toBe(true)
          else check(list, lists[at] ?? [])
        }
      }),
      { numRuns: 400 },
    ))
})

/**
 * Whether a hidden cell has one value only among all tables with the same totals and the same cells shown. Such a table is
 * a flow through the hidden cells; the cell can change exactly where the residual graph has a way around that is not the
 * cell itself.
 */
function isKnown(table: readonly (readonly number[])[], shown: readonly (readonly Shown[])[], y: number, x: number) {
  const canGrow = wayAround(table, shown, y, x, 'grow')
  return !canGrow && !wayAround(table, shown, y, x, 'shrink')
}

function wayAround(
  table: readonly (readonly number[])[],
  shown: readonly (readonly Shown[])[],
  y: number,
  x: number,
  how: 'grow' | 'shrink',
): boolean {
  // To grow the cell, another of its row shrinks, then one of that column grows, and so on, until its own column is met.
  const isHidden = (row: number, column: number) => shown[row]?.[column] === null && !(row === y && column === x)
  const shrinks = (row: number, column: number) => isHidden(row, column) && (table[row]?.[column] ?? 0) > 0
  const leaves = how === 'grow' ? shrinks : isHidden
  const arrives = how === 'grow' ? isHidden : shrinks
  const rows = [y]
  const seenRows = new Set(rows)
  for (let row = rows.pop(); row !== undefined; row = rows.pop()) {
    for (const column of (table[0] ?? []).keys()) {
      if (!leaves(row, column)) continue
      if (column === x) return true
      for (const next of table.keys())
        if (!seenRows.has(next) && arrives(next, column)) {
          seenRows.add(next)
          rows.push(next)
        }
    }
  }
  return false
}
