import { useId } from 'react'
import { onDay } from '../words.ts'

const [WIDTH, HEIGHT] = [720, 180] as const

export interface Series {
  name: string
  /** As it is drawn: none is told from another by colour alone. */
  dash: 'whole' | 'dashed' | 'dotted'
  /** Null: not told; the curve has a gap there. */
  points: readonly { at: number; value: number | null }[]
}

/** A time with rules of its own, behind the curves. */
export interface Band {
  name: string
  pattern: 'hatched' | 'dotted'
  from: number
  until: number
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
  bands = [],
}: {
  series: readonly Series[]
  label: string
  said(value: number): string
  most?: number
  steps?: boolean
  bands?: readonly Band[]
}) {
  const id = useId()
  const all = series.flatMap(({ points }) => points)
  if (all.length === 0) return null
  const [from, to] = [Math.min(...all.map(({ at }) => at)), Math.max(...all.map(({ at }) => at))]
  const top = most ?? Math.max(1, ...all.map(({ value }) => value ?? 0))
  const x = (at: number) => (to === from ? WIDTH : ((at - from) / (to - from)) * WIDTH)
  const y = (value: number) => HEIGHT - (Math.max(0, Math.min(value, top)) / top) * HEIGHT
  const day = (at: number) => onDay(new Date(at).toISOString())
  return (
    <figure className="lines">
      <svg viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <defs>
          <pattern id={`${id}hatched`} width="8" height="8" patternUnits="userSpaceOnUse">
            <path className="hatch" d="M0,8L8,0" />
          </pattern>
          <pattern id={`${id}dotted`} width="7" height="7" patternUnits="userSpaceOnUse">
            <circle className="dots" cx="2" cy="2" r="1.1" />
          </pattern>
        </defs>
        {bands.map((band) => {
          const [begins, ends] = [x(Math.max(band.from, from)), x(Math.min(band.until, to))]
          return (
            <rect
              key={`${band.name} ${band.from}`}
              className="band"
              {...{ x: begins, y: 0, width: Math.max(1, ends - begins), height: HEIGHT }}
              fill={`url(#${id}${band.pattern})`}
            />
          )
        })}
        {[0, 0.5, 1].map((part) => (
          <line key={part} className="grid" x1="0" x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} />
        ))}
        {series.map(({ name, dash, points }) => (
          <path
            key={name}
            className={`curve ${dash}`}
            d={points
              .map(({ at, value }, index) => {
                if (value === null) return ''
                const [left, down] = [x(at).toFixed(1), y(value).toFixed(1)]
                if ((points[index - 1]?.value ?? null) === null) return `M${left},${down}`
                return steps ? `H${left}V${down}` : `L${left},${down}`
              })
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
            {name} <Last of={points.at(-1)?.value ?? null} said={said} />
          </span>
        ))}
        {[...new Map(bands.map((band) => [band.name, band])).values()].map(({ name, pattern }) => (
          <span key={name}>
            <svg viewBox="0 0 14 14" className="sample" aria-hidden="true">
              <rect className="band" width="14" height="14" fill={`url(#${id}${pattern})`} />
            </svg>{' '}
            {name}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}

const Last = ({ of, said }: { of: number | null; said(value: number): string }) =>
  of === null ? <span className="quiet">–</span> : <strong>{said(of)}</strong>
