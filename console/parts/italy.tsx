/** Italy as points of open data lie in it: degrees, with a degree of longitude as wide as it is at 42°. */
const [WEST, EAST, SOUTH, NORTH] = [6.5, 18.6, 36.5, 47.2] as const
const WIDE = Math.cos((42 * Math.PI) / 180)
const SCALE = 40
const WIDTH = (EAST - WEST) * WIDE * SCALE
const HEIGHT = (NORTH - SOUTH) * SCALE

export type Point = readonly [longitude: number, latitude: number]

const x = (longitude: number) => (longitude - WEST) * WIDE * SCALE
const y = (latitude: number) => (NORTH - latitude) * SCALE

/** All points of one kind as one path: thousands of them cost as much as one. A kind has a shape besides its colour. */
const SHAPES = {
  dot: () => 'h0',
  square: () => 'm-3,-3h6v6h-6z',
  triangle: () => 'm0,-3.6l3.6,6.4h-7.2z',
  ring: () => 'm-2.4,0a2.4,2.4 0 1 0 4.8,0a2.4,2.4 0 1 0 -4.8,0',
  diamond: () => 'm0,-3.4l3.4,3.4l-3.4,3.4l-3.4,-3.4z',
} as const

export interface Layer {
  id: string
  name: string
  shape: keyof typeof SHAPES
  tone: 'danger' | 'warning' | 'plain' | 'quiet' | 'ground'
  points: readonly Point[]
}

/** `layers`: the last is on top. The table beside it says the same to who does not see it. */
export function Italy({ layers, label }: { layers: readonly Layer[]; label: string }) {
  return (
    <figure className="italy">
      <svg viewBox={`0 0 ${WIDTH.toFixed(0)} ${HEIGHT.toFixed(0)}`} role="img" aria-label={label}>
        {layers.map(({ id, shape, tone, points }) => (
          <path
            key={id}
            className={`points ${shape} ${tone}`}
            d={points
              .map(([east, north]) => `M${x(east).toFixed(1)},${y(north).toFixed(1)}${SHAPES[shape]()}`)
              .join('')}
          />
        ))}
      </svg>
      <figcaption className="legend">
        {layers
          .filter(({ name }) => name !== '')
          .toReversed()
          .map(({ id, name, shape, tone, points }) => (
            <span key={id}>
              <svg viewBox="-5 -5 10 10" className="sample" aria-hidden="true">
                <path className={`points ${shape} ${tone}`} d={`M0,0${SHAPES[shape]()}`} />
              </svg>{' '}
              {name} <strong>{points.length.toLocaleString('it-IT')}</strong>
            </span>
          ))}
      </figcaption>
    </figure>
  )
}
