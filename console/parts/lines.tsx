import { onDay } from '../words.ts'

const [WIDTH, HEIGHT] = [720, 180] as const

export interface Series {
  name: string
  /** As it is drawn: none is told from another by colour alone. */
  dash: 'whole' | 'dashed' | 'dotted'
  points: readonly { at: number; value: number }[]
}

/**
 * Curves over time. `steps`: a value holds until the next. `most`: the top of the scale; without it the highest value.
 * `said`: how a value is told. What is drawn stands in a table beside it, which whoever uses this brings.
 */
export function Lines({
  series,
  label,
  said,
  most,
  steps = false,
}: {
  series: readonly Series[]
  label: string
  said(value: number): string
  most?: number
  steps?: boolean
}) {
  const all = series.flatMap(({ points }) => points)
  if (all.length === 0) return null
  const [from, to] = [Math.min(...all.map(({ at }) => at)), Math.max(...all.map(({ at }) => at))]
  const top = most ?? Math.max(1, ...all.map(({ value }) => value))
  const x = (at: number) => (to === from ? WIDTH : ((at - from) / (to - from)) * WIDTH)
  const y = (value: number) => HEIGHT - (Math.max(0, Math.min(value, top)) / top) * HEIGHT
  const day = (at: number) => onDay(new Date(at).toISOString())
  return (
    <figure className="lines">
      <svg viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {[0, 0.5, 1].map((part) => (
          <line key={part} className="grid" x1="0" x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} />
        ))}
        {series.map(({ name, dash, points }) => (
          <path
            key={name}
            className={`curve ${dash}`}
            d={points
              .map(({ at, value }, index) =>
                index === 0
                  ? `M${x(at).toFixed(1)},${y(value).toFixed(1)}`
                  : steps
                    ? `H${x(at).toFixed(1)}V${y(value).toFixed(1)}`
                    : `L${x(at).toFixed(1)},${y(value).toFixed(1)}`,
              )
              .join('')}
          />
        ))}
      </svg>
      <figcaption className="legend">
        <span className="quiet">
          {day(from)} – {day(to)}; in alto {said(top)}
        </span>
        {series.map(({ name, dash, points }) => (
          <span key={name}>
            <svg viewBox="0 0 26 6" className="sample wide" aria-hidden="true">
              <path className={`curve ${dash}`} d="M0,3H26" />
            </svg>{' '}
            {name} <strong>{said(points.at(-1)?.value ?? 0)}</strong>
          </span>
        ))}
      </figcaption>
    </figure>
  )
}
