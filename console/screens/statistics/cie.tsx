import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Answer, Query } from '../../../contract/console/api.ts'
import { cieQuery } from '../../../contract/console/statistics.ts'
import { addressOf, ask } from '../../ask.ts'
import { Head } from '../../parts/head.tsx'
import { Lines } from '../../parts/lines.tsx'
import { Loading, Problem } from '../../parts/notice.tsx'
import { useMay } from '../../parts/who.ts'
import { counted, onDay } from '../../words.ts'
import { Brought } from './brought.tsx'
import { Hidden, Numbers, Sources, Tabs, told } from './parts.tsx'

const oneDigit = new Intl.NumberFormat('it-IT', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const at = (day: string) => Date.parse(`${day}T12:00:00Z`)

/** Electronic identity cards by day, with the mean of seven days and the rules that held. */
export function CieScreen() {
  const filter = useSearch({ from: '/statistiche/cie' })
  const navigate = useNavigate()
  const mayWrite = useMay('statistics.write')
  const set = (search: Query<'cie'>) => void navigate({ to: '/statistiche/cie', search, replace: true })
  const page = useQuery({ queryKey: ['cie', filter], queryFn: () => ask('cie', { query: filter }) })
  return (
    <section className="page" aria-labelledby="cie-title">
      <div className="bar">
        <h1 id="cie-title">Carte d’identità elettroniche</h1>
      </div>
      <Tabs />
      <fieldset className="filters" aria-label="Filtri">
        {(['from', 'until'] as const).map((key) => (
          <label key={`${key} ${filter[key] ?? page.data?.[key]}`}>
            {key === 'from' ? 'Dal' : 'Al'}
            <input
              type="date"
              defaultValue={filter[key] ?? page.data?.[key] ?? ''}
              onBlur={({ target }) => {
                const day = cieQuery.shape[key].safeParse(target.value || undefined).data
                if (day !== (filter[key] ?? page.data?.[key])) set({ ...filter, [key]: day })
              }}
            />
          </label>
        ))}
        {page.data && (
          <Numbers {...page.data} onSet={(exact) => set({ numbers: exact ? undefined : 'pubblicabili' })} />
        )}
      </fieldset>
      <Problem of={page.error} />
      {page.isPending && <Loading />}
      {page.data && <Figures of={page.data} file={addressOf('cieFile', { query: filter })} />}
      {mayWrite && <Brought />}
    </section>
  )
}

function Figures({ of: { days, regimes, exact, sources }, file }: { of: Answer<'cie'>; file: string }) {
  if (days.every(({ count }) => count === 0))
    return (
      <p className="empty">
        Nessuna carta in questi giorni, nel suo ambito: le carte le conta il comune, che porta qui i suoi conteggi.
      </p>
    )
  const on = (day: string) => regimes.filter(({ from, until }) => from <= day && (until === null || until >= day))
  const first = at(days[0]?.day ?? '')
  const last = at(days.at(-1)?.day ?? '')
  return (
    <>
      <Lines
        label="Carte per giorno: vedi tabella"
        said={(value) => oneDigit.format(value)}
        bands={regimes.map(({ kind, name, from, until }) => ({
          ...({ name, pattern: kind === 'chiusura' ? 'hatched' : 'dotted' } as const),
          ...{ from: Math.max(first, at(from)), until: until === null ? last : Math.min(last, at(until)) },
        }))}
        series={[
          {
            ...{ name: 'carte nel giorno', dash: 'dotted' },
            points: days.map(({ day, count }) => ({ at: at(day), value: count })),
          },
          {
            ...{ name: 'media di 7 giorni', dash: 'whole' },
            points: days.map(({ day, mean }) => ({ at: at(day), value: mean })),
          },
        ]}
      />
      <details>
        <summary>Tabella dei giorni</summary>
        <table className="small" aria-label="Carte per giorno">
          <Head of={['Giorno', { number: 'Carte' }, { number: 'Media di 7 giorni' }, 'Regime']} />
          <tbody>
            {days.toReversed().map(({ day, count, mean }) => (
              <tr key={day}>
                <th scope="row">{onDay(day)}</th>
                <td className="number">{told(count)}</td>
                <td className="number">{mean === null ? '–' : oneDigit.format(mean)}</td>
                <td>
                  {on(day)
                    .map(({ name }) => name)
                    .join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      <Hidden exact={exact} />
      <p className="quiet">
        {exact && `${counted(days.reduce((sum, { count }) => sum + (count ?? 0), 0))} carte in questi giorni. `}
        <Sources of={sources} />
      </p>
      <p className="links">
        <a href={file} download>
          Scarica questi giorni (CSV)
        </a>
      </p>
    </>
  )
}
