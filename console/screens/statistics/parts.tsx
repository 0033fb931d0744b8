import { Link } from '@tanstack/react-router'
import type { CiePage, CrossPage, Pair } from '../../../contract/console/statistics.ts'
import { Head } from '../../parts/head.tsx'
import { counted, onDay } from '../../words.ts'

const TABS = [
  { to: '/statistiche', name: 'Prodotti' },
  { to: '/statistiche/cie', name: 'CIE' },
  { to: '/statistiche/uffici', name: 'Uffici' },
  { to: '/statistiche/consultazioni', name: 'Consultazioni' },
] as const

export const Tabs = () => (
  <nav className="chips" aria-label="Statistiche">
    {TABS.map(({ to, name }) => (
      <Link key={to} to={to} search={{}} className="tab" activeOptions={{ exact: true, includeSearch: false }}>
        {name}
      </Link>
    ))}
  </nav>
)

/** A number as it is told; null: it is of few people, or one of those would follow from it. */
export const told = (count: number | null): string => (count === null ? '<5*' : counted(count))

export const Hidden = ({ exact }: { exact: boolean }) =>
  exact ? null : (
    <p className="quiet">
      * da 1 a 4, o un numero dal quale uno così si ricaverebbe: nessuna persona si riconosce. Zero e totali sono
      esatti.
    </p>
  )

const percent = new Intl.NumberFormat('it-IT', { maximumFractionDigits: 1, signDisplay: 'exceptZero' })
export const changeOf = ({ now, before }: Pair): string =>
  now === null || before === null || before === 0 ? '–' : `${percent.format(((now - before) / before) * 100)} %`

const shortMonths = new Intl.DateTimeFormat('it-IT', { month: 'short', timeZone: 'UTC' })
const monthShort = (month: string): string => shortMonths.format(new Date(`${month}-01T00:00:00Z`))
export const yearBefore = (month: string): string => `${Number(month.slice(0, 4)) - 1}${month.slice(4)}`

/** By whom it was counted, and up to which day. */
export const Sources = ({ of }: { of: CiePage['sources'] }) => (
  <>
    Fonti:{' '}
    {of.map(({ name, of: day }) => (day === null ? name : `${name}, dati al ${onDay(day)}`)).join('; ') || 'nessuna'}.
  </>
)

/** For whoever may see exact figures: the same as they may be handed on. */
export const Numbers = ({
  mayExact,
  exact,
  onSet,
}: {
  mayExact: boolean
  exact: boolean
  onSet(exact: boolean): void
}) =>
  mayExact ? (
    <label>
      Numeri
      <select value={exact ? '' : 'pubblicabili'} onChange={({ target }) => onSet(target.value === '')}>
        <option value="">esatti, interni all’ente</option>
        <option value="pubblicabili">pubblicabili</option>
      </select>
    </label>
  ) : null

/** Rows by columns, with the totals of both. */
export const Cross = ({
  of: { columns, rows, totals, total, exact },
  label,
  what,
}: {
  of: CrossPage
  label: string
  what: string
}) => (
  <>
    <table className="small" aria-label={label}>
      <Head of={[what, ...columns.map((column) => ({ number: column })), { number: 'Totale' }]} />
      <tbody>
        {rows.map(({ name, cells, total: sum }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((cell, at) => (
              <td key={columns[at]} className="number">
                {told(cell)}
              </td>
            ))}
            <td className="number">{told(sum)}</td>
          </tr>
        ))}
        <tr className="total">
          <th scope="row">Totale</th>
          {totals.map((cell, at) => (
            <td key={columns[at]} className="number">
              {told(cell)}
            </td>
          ))}
          <td className="number">{told(total)}</td>
        </tr>
      </tbody>
    </table>
    <Hidden exact={exact} />
  </>
)

const [WIDTH, HEIGHT, FOOT] = [720, 200, 24] as const

/** A month beside the same of the year before, as bars; their table is the one below them. */
export function Bars({ months, totals }: { months: readonly string[]; totals: readonly Pair[] }) {
  const most = Math.max(1, ...totals.flatMap(({ now, before }) => [now ?? 0, before ?? 0]))
  const each = WIDTH / months.length
  const bar = Math.min(60, each * 0.36)
  const height = (count: number | null) => ((count ?? 0) / most) * (HEIGHT - 30)
  return (
    <figure className="bars">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`} role="img" aria-label="Totali per mese: vedi tabella">
        {months.map((month, at) => {
          const middle = each * (at + 0.5)
          const pair = totals[at]
          return (
            <g key={month}>
              {(['before', 'now'] as const).map((when, side) => {
                const count = pair?.[when] ?? null
                const left = middle + (side - 1) * (bar + 2) + 1
                return (
                  <g key={when}>
                    <rect className={when} x={left} y={HEIGHT - height(count)} width={bar} height={height(count)} />
                    {months.length <= 6 && (
                      <text x={left + bar / 2} y={HEIGHT - height(count) - 6}>
                        {told(count)}
                      </text>
                    )}
                  </g>
                )
              })}
              <text x={middle} y={HEIGHT + 17}>
                {monthShort(month)}
              </text>
            </g>
          )
        })}
      </svg>
      <figcaption className="legend">
        {(['before', 'now'] as const).map((when) => (
          <span key={when}>
            <svg viewBox="0 0 14 14" className="sample" aria-hidden="true">
              <rect className={when} x="1" y="1" width="12" height="12" />
            </svg>{' '}
            {when === 'now' ? 'questi mesi' : 'gli stessi, un anno prima'}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}
