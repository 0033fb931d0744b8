import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Query } from '../../../contract/console/api.ts'
import { crossQuery } from '../../../contract/console/statistics.ts'
import { addressOf, ask } from '../../ask.ts'
import { Loading, Problem } from '../../parts/notice.tsx'
import { monthSaid } from '../../words.ts'
import { Cross, Numbers, Tabs } from './parts.tsx'

/** What offices have asked ANPR in a month, and what came of it. */
export function ConsultationsScreen() {
  const filter = useSearch({ from: '/statistiche/consultazioni' })
  const navigate = useNavigate()
  const set = (search: Query<'consultations'>) =>
    void navigate({ to: '/statistiche/consultazioni', search, replace: true })
  const page = useQuery({ queryKey: ['consultations', filter], queryFn: () => ask('consultations', { query: filter }) })
  return (
    <section className="page" aria-labelledby="consultations-title">
      <div className="bar">
        <h1 id="consultations-title">Consultazioni</h1>
      </div>
      <Tabs />
      <fieldset className="filters" aria-label="Filtri">
        <label>
          Mese
          <input
            type="month"
            value={filter.month ?? page.data?.month ?? ''}
            onChange={({ target }) => set({ ...filter, month: crossQuery.shape.month.safeParse(target.value).data })}
          />
        </label>
        {page.data && (
          <Numbers {...page.data} onSet={(exact) => set({ ...filter, numbers: exact ? undefined : 'pubblicabili' })} />
        )}
      </fieldset>
      <Problem of={page.error} />
      {page.isPending && <Loading />}
      {page.data &&
        (page.data.rows.length === 0 ? (
          <p className="empty">Nessuna consultazione in {monthSaid(page.data.month)}, nel suo ambito.</p>
        ) : (
          <>
            <Cross of={page.data} label="Consultazioni per esito" what="Servizio" />
            <p className="links">
              <a href={addressOf('consultationsFile', { query: filter })} download>
                Scarica questa tabella (CSV)
              </a>
            </p>
          </>
        ))}
    </section>
  )
}
