import type { Answer } from '../../contract/console/api.ts'
import { exactly, onDay } from '../words.ts'
import { Head } from './head.tsx'

const HOUR_MS = 3_600_000
const DAYS = 30

type Hour = Answer<'totemHours'>['hours'][number]

/**
 * Thirty days, a row each, an hour a cell: full where the totem was ready, hatched where it was only heard. The same stands
 * below as a table of days for who does not see it.
 */
export function HourStrip({ hours, now }: { hours: readonly Hour[]; now: number }) {
  const known = new Map(hours.map((hour) => [Date.parse(hour.at), hour]))
  const midnight = Math.floor(now / (24 * HOUR_MS)) * 24 * HOUR_MS
  const days = Array.from({ length: DAYS }, (_, back) => midnight - (DAYS - 1 - back) * 24 * HOUR_MS)
  return (
    <figure className="strip">
      <svg
        viewBox={`0 0 ${DAYS * 24} 96`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Ore di 30 giorni, in UTC: vedi tabella"
      >
        {days.map((day, column) =>
          Array.from({ length: 24 }, (_, hour) => {
            const at = day + hour * HOUR_MS
            const found = known.get(at)
            const part = found ? (found.ready > 0 ? 'ready' : 'heard') : at > now ? 'future' : 'none'
            return (
              <rect
                key={at}
                className={`hour ${part}`}
                x={column * 24}
                y={hour * 4}
                width={22}
                height={3.4}
                opacity={part === 'ready' ? 0.35 + (0.65 * (found?.ready ?? 0)) / 60 : 1}
              >
                <title>{`${exactly(new Date(at).toISOString())}: sentito ${found?.heard ?? 0} min, pronto ${found?.ready ?? 0} min`}</title>
              </rect>
            )
          }),
        )}
      </svg>
      <figcaption className="quiet">
        da {onDay(new Date(days[0] ?? now).toISOString())} a oggi; dall’alto le ore 0–23 UTC ·{' '}
        <span className="key ready" aria-hidden="true" /> pronto <span className="key heard" aria-hidden="true" />{' '}
        sentito, non pronto <span className="key none" aria-hidden="true" /> non sentito
      </figcaption>
      <details>
        <summary>Tabella dei giorni</summary>
        <table className="small">
          <Head of={['Giorno', 'Minuti sentito', 'Minuti pronto']} />
          <tbody>
            {days.toReversed().map((day) => {
              const own = hours.filter(({ at }) => Date.parse(at) >= day && Date.parse(at) < day + 24 * HOUR_MS)
              const sum = (key: 'heard' | 'ready') => own.reduce((total, hour) => total + hour[key], 0)
              return (
                <tr key={day}>
                  <th scope="row">{onDay(new Date(day).toISOString())}</th>
                  <td className="number">{sum('heard')}</td>
                  <td className="number">{sum('ready')}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
