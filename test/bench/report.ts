/** One figure of this machine in this run, beside the project's goal and references measured in the same run. */
export interface Figure {
  what: string
  value: number
  unit: string
  /** The goal: at most or at least this value; null: the figure has no goal. */
  goal: { at: 'most' | 'least'; value: number } | null
  /** Other programs with the same work, measured in the same run, in the figure's unit. */
  references: readonly { what: string; value: number }[]
}

/** A benchmark of one part of the product. It throws when it cannot measure, so no figure is missing silently. */
export type Bench = () => Promise<Figure[]>

export const reached = ({ value, goal }: Figure): boolean =>
  goal === null || (goal.at === 'most' ? value <= goal.value : value >= goal.value)

/** Middle value; the lower one of an even number of values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[(sorted.length - 1) >> 1]
  if (middle === undefined) throw new Error('nothing was measured')
  return middle
}

const number = (value: number) =>
  value.toLocaleString('en-GB', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })

/** The figures as a table for people; the JSON beside it is for machines. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.flatMap((figure) => {
    const { what, value, unit, goal, references } = figure
    const [first = '', ...others] = references.map((one) => `${number(one.value)} ${unit}  ${one.what}`)
    return [
      [
        what,
        `${number(value)} ${unit}`,
        goal ? `${goal.at === 'most' ? '≤' : '≥'} ${number(goal.value)} ${unit}` : '',
        goal ? (reached(figure) ? '✓' : '✗') : '',
        first,
      ],
      // Each on a line of its own.
      ...others.map((other) => ['', '', '', '', other]),
    ]
  })
  const lines = [['figure', 'here', 'goal', '', 'references in the same run'], ...rows]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
