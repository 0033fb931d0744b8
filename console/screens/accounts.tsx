import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Answer } from '../../contract/console/api.ts'
import { addressOf, ask } from '../ask.ts'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { counted, italianToday, monthSaid } from '../words.ts'

type Line = Answer<'accounts'>['lines'][number]
type Figure = 'requests' | 'refused' | 'rows' | 'trovato' | 'nonTrovato' | 'senzaRisposta' | 'nonChieste' | 'looks'

const FIGURES: readonly (readonly [figure: Figure, name: string])[] = [
  ...([
    ['requests', 'Richieste'],
    ['refused', 'Respinte'],
    ['rows', 'Righe'],
    ['trovato', 'Trovate'],
  ] as const),
  ...([
    ['nonTrovato', 'Non trovate'],
    ['senzaRisposta', 'Senza risposta'],
    ['nonChieste', 'Non chieste'],
  ] as const),
  ['looks', 'Accessi registrati'],
]

const MONTHS_BACK = 36

/** This month and those before it, as an Italian calendar has them. */
function monthsUntil(today: string): string[] {
  const [year = 0, month = 0] = today.split('-').map(Number)
  return Array.from({ length: MONTHS_BACK }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7),
  )
}

/** What each body asked for in a month, and how it ended; the file holds what is shown. */
export function AccountsScreen() {
  const query = useSearch({ from: '/rendiconto' })
  const navigate = useNavigate()
  const page = useQuery({ queryKey: ['accounts', query], queryFn: () => ask('accounts', { query }) })
  const months = monthsUntil(italianToday())
  const month = page.data?.month ?? query.month ?? months[0] ?? ''
  const lines = page.data?.lines ?? []
  return (
    <section className="page" aria-labelledby="accounts-title">
      <div className="bar">
        <h1 id="accounts-title">Rendiconto</h1>
        <label>
          Mese{' '}
          <select
            value={month}
            onChange={({ target }) => void navigate({ to: '/rendiconto', search: { month: target.value } })}
          >
            {[...new Set([...months, month])].map((each) => (
              <option key={each} value={each}>
                {monthSaid(each)}
              </option>
            ))}
          </select>
        </label>
        {lines.length > 0 && (
          <a className="aside" href={addressOf('accountsFile', { query: { month } })} download>
            Scarica CSV
          </a>
        )}
      </div>
      <p className="quiet">
        Le richieste inviate nel mese, per chi ha chiesto, motivo e servizio, e come stanno oggi le loro righe.
      </p>
      <Problem of={page.error} />
      {page.isPending && <Loading />}
      {page.data && lines.length === 0 && <p className="empty">Nessuna richiesta inviata in questo mese.</p>}
      {lines.length > 0 && (
        <table className="small" aria-label="Rendiconto del mese">
          <Head of={['Comune', 'Chi ha chiesto', 'Motivo', 'Servizio', ...FIGURES.map(([, number]) => ({ number }))]} />
          <tbody>
            {lines.map((line) => (
              <tr key={[line.comuneName, line.fruitoreName, line.ufficio, line.motivo, line.servizio].join('/')}>
                <td>{line.comuneName}</td>
                <td>
                  {line.fruitoreName} <span className="quiet">{line.ufficio}</span>
                </td>
                <td>{line.motivo}</td>
                <td>
                  <span className="id">{line.servizio}</span> {line.servizioName}
                </td>
                <Figures of={line} />
              </tr>
            ))}
          </tbody>
          {lines.length > 1 && (
            <tfoot>
              <tr>
                <th scope="row" colSpan={4}>
                  In tutto
                </th>
                <Figures of={sumOf(lines)} />
              </tr>
            </tfoot>
          )}
        </table>
      )}
    </section>
  )
}

const sumOf = (lines: readonly Line[]): Record<Figure, number> =>
  Object.fromEntries(FIGURES.map(([figure]) => [figure, lines.reduce((sum, line) => sum + line[figure], 0)])) as Record<
    Figure,
    number
  >

const Figures = ({ of }: { of: Record<Figure, number> }) =>
  FIGURES.map(([figure]) => (
    <td key={figure} className="number">
      {counted(of[figure])}
    </td>
  ))
