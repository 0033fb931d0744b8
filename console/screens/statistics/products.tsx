import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Answer, Query } from '../../../contract/console/api.ts'
import { regions } from '../../../contract/console/regions.ts'
import { channels, type Grouping, groupings, productsQuery } from '../../../contract/console/statistics.ts'
import { addressOf, ask, Refused } from '../../ask.ts'
import { Ago } from '../../parts/ago.tsx'
import { Loading, Problem } from '../../parts/notice.tsx'
import { counted, monthSaid, onDay } from '../../words.ts'
import { Bars, Cross, changeOf, Hidden, Numbers, Sources, Tabs, told, yearBefore } from './parts.tsx'

type Page = Answer<'products'>
const GROUPINGS: Record<Grouping, string> = {
  ...{ prodotto: 'prodotto', canale: 'canale', ufficio: 'ufficio', regione: 'regione', bollo: 'bollo' },
}
const CHANNELS: Record<(typeof channels)[number], string> = {
  ...{ totem: 'totem', sportello: 'sportello', massiva: 'richieste massive', portale: 'portale' },
}
const MONTHS = [1, 2, 3, 6, 12]

/** What was given, each month beside that of the year before. */
export function ProductsScreen() {
  const filter = useSearch({ from: '/statistiche' })
  const navigate = useNavigate()
  const set = (more: { [K in keyof Query<'products'>]?: Query<'products'>[K] | undefined }) => {
    const kept = Object.entries({ ...filter, ...more }).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ to: '/statistiche', search: Object.fromEntries(kept) as Query<'products'>, replace: true })
  }
  const page = useQuery({ queryKey: ['products', filter], queryFn: () => ask('products', { query: filter }) })
  const across = { month: filter.month, numbers: filter.numbers }
  const cross = useQuery({
    queryKey: ['products', 'cross', across],
    queryFn: () => ask('productsCross', { query: across }),
  })
  const by = filter.by ?? 'prodotto'
  const isExact = page.data?.exact ?? false
  const needsRegion = page.error instanceof Refused && page.error.kind === 'too-wide'
  return (
    <section className="page" aria-labelledby="products-title">
      <div className="bar">
        <h1 id="products-title">Prodotti</h1>
        <span className="quiet aside">
          {page.data?.countedAt && (
            <>
              contati <Ago at={page.data.countedAt} />
            </>
          )}
        </span>
      </div>
      <Tabs />
      <fieldset className="filters" aria-label="Filtri">
        <label>
          Fino al mese
          <input
            type="month"
            value={filter.month ?? page.data?.months.at(-1) ?? ''}
            onChange={({ target }) => set({ month: productsQuery.shape.month.safeParse(target.value).data })}
          />
        </label>
        <label>
          Mesi
          <select value={filter.months ?? 2} onChange={({ target }) => set({ months: Number(target.value) })}>
            {MONTHS.map((months) => (
              <option key={months}>{months}</option>
            ))}
          </select>
        </label>
        <label>
          Per
          <select value={by} onChange={({ target }) => set({ by: groupings.find((each) => each === target.value) })}>
            {groupings.map((each) => (
              <option key={each} value={each}>
                {GROUPINGS[each]}
              </option>
            ))}
          </select>
        </label>
        {(isExact || by === 'ufficio') && (
          <label>
            Regione
            <select
              value={filter.regione ?? ''}
              onChange={({ target }) => set({ regione: productsQuery.shape.regione.safeParse(target.value).data })}
            >
              <option value="">tutte</option>
              {Object.entries(regions).map(([code, name]) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        {isExact && (
          <label>
            Canale
            <select
              value={filter.canale ?? ''}
              onChange={({ target }) => set({ canale: channels.find((each) => each === target.value) })}
            >
              <option value="">tutti</option>
              {channels.map((each) => (
                <option key={each} value={each}>
                  {CHANNELS[each]}
                </option>
              ))}
            </select>
          </label>
        )}
        {page.data && (
          <Numbers
            {...page.data}
            // The filters of exact figures do not go with those that leave.
            onSet={(exact) =>
              set({ numbers: exact ? undefined : 'pubblicabili', canale: undefined, regione: undefined })
            }
          />
        )}
      </fieldset>
      {needsRegion ? <p className="notice">Gli uffici sono molti: scelga una regione.</p> : <Problem of={page.error} />}
      {page.isPending && <Loading />}
      {page.data && <Figures of={page.data} by={by} file={addressOf('productsFile', { query: filter })} />}
      {cross.data && cross.data.rows.length > 0 && (
        <>
          <h2>Prodotti per canale, {monthSaid(cross.data.month)}</h2>
          <Cross of={cross.data} label="Prodotti per canale" what="Prodotto" />
          <p className="links">
            <a href={addressOf('productsCrossFile', { query: across })} download>
              Scarica questa tabella (CSV)
            </a>
          </p>
        </>
      )}
    </section>
  )
}

function Figures({ of: page, by, file }: { of: Page; by: Grouping; file: string }) {
  const { months, rows, totals, exact, openFrom, late, sources } = page
  if (rows.length === 0)
    return (
      <p className="empty">In questi mesi, e in quelli di un anno prima, non c’è nulla di contato nel suo ambito.</p>
    )
  return (
    <>
      <Bars {...{ months, totals }} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: twelve months are wider than a screen, and keys scroll them */}
      <section className="wide" aria-label="Mese per mese" tabIndex={0}>
        <table className="small" aria-label={`Prodotti per ${GROUPINGS[by]}`}>
          <thead>
            <tr>
              <th scope="col">{GROUPINGS[by].replace(/^./, (letter) => letter.toUpperCase())}</th>
              {months.flatMap((month) => [
                <th key={`${month} before`} scope="col" className="number">
                  {monthSaid(yearBefore(month))}
                </th>,
                <th key={month} scope="col" className="number">
                  {monthSaid(month)}
                </th>,
                <th key={`${month} change`} scope="col" className="number">
                  <span className="unseen">Variazione, {monthSaid(month)}</span>
                  <span aria-hidden="true">Var.</span>
                </th>,
              ])}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, name, group, cells }) => (
              <tr key={`${group} ${id}`}>
                <th scope="row">{name}</th>
                <Cells {...{ months, cells }} />
              </tr>
            ))}
            <tr className="total">
              <th scope="row">Totale</th>
              <Cells months={months} cells={totals} />
            </tr>
          </tbody>
        </table>
      </section>
      <Hidden exact={exact} />
      <p className="quiet">
        {openFrom !== null && `I giorni dal ${onDay(openFrom)} si contano ancora: i totem senza linea arrivano dopo. `}
        {late !== null &&
          late !== 0 &&
          `Dopo la chiusura dei giorni ne sono risultati ${counted(late)} in più, non compresi. `}
        <Sources of={sources} />
      </p>
      <p className="links">
        <a href={file} download>
          Scarica questa tabella (CSV)
        </a>
      </p>
    </>
  )
}

const Cells = ({ months, cells }: { months: readonly string[]; cells: Page['totals'] }) =>
  months.flatMap((month, at) => {
    const pair = cells[at] ?? { now: null, before: null }
    return [
      <td key={`${month} before`} className="number">
        {told(pair.before)}
      </td>,
      <td key={month} className="number">
        {told(pair.now)}
      </td>,
      <td key={`${month} change`} className="number quiet">
        {changeOf(pair)}
      </td>,
    ]
  })
