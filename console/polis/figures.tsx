import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import type { z } from 'zod'
import { regions } from '../../contract/console/regions.ts'
import {
  type PolisComune,
  type PolisCurve,
  type PolisFound,
  type PolisState,
  polisDashboard,
  polisFound,
  polisMap,
  polisStates,
} from '../../contract/polis.ts'
import { Head } from '../parts/head.tsx'
import { Italy, type Layer, type Point } from '../parts/italy.tsx'
import { Lines } from '../parts/lines.tsx'
import { counted, exactly, many, monthSaid, onDay } from '../words.ts'

const STATES: Record<PolisState, { name: string; mark: string; tone: Layer['tone']; shape: Layer['shape'] }> = {
  'totem-attivo': { name: 'totem attivo', mark: '■', tone: 'plain', shape: 'square' },
  'sportello-attivo': { name: 'sportello attivo', mark: '◆', tone: 'warning', shape: 'diamond' },
  previsto: { name: 'previsto', mark: '○', tone: 'quiet', shape: 'ring' },
  'non-previsto': { name: 'non previsto', mark: '·', tone: 'ground', shape: 'dot' },
}
/** Typing is not a question for each letter. */
const PAUSE_MS = 250

async function read<T extends z.ZodType>(schema: T, path: string): Promise<z.output<T>> {
  const answer = await fetch(`/polis/v1${path}`)
  if (!answer.ok) throw new Error(String(answer.status))
  return schema.parse(await answer.json())
}

/** How far Polis has come: what anybody may see, the same in the console and on the public page. */
export function PolisFigures() {
  const dashboard = useQuery({ queryKey: ['polis'], queryFn: () => read(polisDashboard, '/dashboard') })
  const map = useQuery({ queryKey: ['polis', 'map'], queryFn: () => read(polisMap, '/comuni.geojson') })
  const told = dashboard.data
  return (
    <section className="page" aria-labelledby="polis-title">
      <div className="bar">
        <h1 id="polis-title">I totem Polis, comune per comune</h1>
        {told && <span className="quiet aside">contati {exactly(told.at)}</span>}
      </div>
      {dashboard.error && (
        <p className="notice" role="alert">
          I numeri non sono disponibili ora. Riprovi fra qualche minuto.
        </p>
      )}
      {dashboard.isPending && (
        <p className="loading" role="status">
          Caricamento…
        </p>
      )}
      {told && (
        <>
          <ul className="tiles" aria-label="Totali">
            <Tile name="comuni con il totem attivo" value={told.summaries.com_sub} people={told.summaries.pop_sub} />
            <Tile
              name="con lo sportello, totem in arrivo"
              value={told.summaries.com_pre}
              people={told.summaries.pop_pre}
            />
            <Tile name="previsti" value={told.summaries.com_prev} people={told.summaries.pop_prev} />
            <Tile name="comuni in tutto" value={told.summaries.comuni} people={told.summaries.popolazione} />
          </ul>
          <Search />
          <div className="halves">
            <div>
              <h2>Dove</h2>
              {map.data && (
                <Italy label="Mappa dei comuni: vedi la tabella delle regioni" layers={layersOf(map.data.features)} />
              )}
            </div>
            <div>
              <h2>Nel tempo</h2>
              <Curve {...told.charts} until={Date.parse(told.at)} />
              <h2>Per regione</h2>
              <table className="small">
                <Head
                  of={[
                    'Regione',
                    { number: 'Totem attivo' },
                    { number: 'Sportello' },
                    { number: 'Previsti' },
                    { number: 'Comuni' },
                  ]}
                />
                <tbody>
                  {told.regions.map(({ region, comuni, com_sub, com_pre, com_prev }) => (
                    <tr key={region}>
                      <th scope="row">{regions[region]}</th>
                      {[com_sub, com_pre, com_prev, comuni].map((value, column) => (
                        // biome-ignore lint/suspicious/noArrayIndexKey: the columns stay where they are
                        <td key={column} className="number">
                          {counted(value)}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </div>
          <Documents {...told.documents} />
          {told.openData && <OpenData {...told.openData} />}
          <p className="quiet">
            Comuni: Ministero dell’Interno, ANPR (CC BY 4.0). Popolazione legale del censimento 2011: ISTAT (CC BY 3.0
            IT). Posizioni: GeoNames (CC BY 4.0). I dati: <a href="/polis/v1/dashboard">totali e curve</a>,{' '}
            <a href="/polis/v1/comuni.geojson">un punto per comune</a>.
          </p>
        </>
      )}
    </section>
  )
}

const Tile = ({ name, value, people }: { name: string; value: number; people: number }) => (
  <li>
    <strong>{counted(value)}</strong> {name}
    <span className="quiet">{counted(people)} abitanti</span>
  </li>
)

const layersOf = (features: z.output<typeof polisMap>['features']): Layer[] =>
  polisStates.toReversed().map((state) => ({
    ...{ id: state, name: STATES[state].name, tone: STATES[state].tone, shape: STATES[state].shape },
    points: features
      .filter(({ properties }) => properties.state === state)
      .map(({ geometry }) => geometry.coordinates as Point),
  }))

/** A curve holds its last value until now. */
function Curve({ subentro, presubentro, until }: { subentro: PolisCurve; presubentro: PolisCurve; until: number }) {
  const points = (curve: PolisCurve) => {
    const reached = curve.map(({ date, comuni }) => ({ at: Date.parse(date), value: comuni }))
    const last = reached.at(-1)
    return last ? [...reached, { at: until, value: last.value }] : []
  }
  const days = [...new Set([...subentro, ...presubentro].map(({ date }) => date))].sort().reverse()
  if (days.length === 0) return <p className="quiet">Nessuno sportello è ancora aperto.</p>
  const on = (curve: PolisCurve, day: string) => curve.findLast(({ date }) => date <= day)
  return (
    <>
      <Lines
        steps
        label="Comuni raggiunti nel tempo: vedi tabella"
        said={(value) => many(value, 'comune', 'comuni')}
        series={[
          { name: 'sportello aperto', dash: 'dashed', points: points(presubentro) },
          { name: 'totem attivo', dash: 'whole', points: points(subentro) },
        ]}
      />
      <details>
        <summary>Tabella della curva</summary>
        <table className="small">
          <Head
            of={[
              'Giorno',
              { number: 'Comuni con sportello' },
              { number: 'Comuni con totem' },
              { number: 'Abitanti con totem' },
            ]}
          />
          <tbody>
            {days.map((day) => (
              <tr key={day}>
                <th scope="row">{onDay(day)}</th>
                <td className="number">{counted(on(presubentro, day)?.comuni ?? 0)}</td>
                <td className="number">{counted(on(subentro, day)?.comuni ?? 0)}</td>
                <td className="number">{counted(on(subentro, day)?.popolazione ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  )
}

function Documents({ months, rows, totals }: z.output<typeof polisDashboard>['documents']) {
  if (rows.length === 0) return null
  const shown = (value: number | null): ReactNode => (value === null ? '<5' : counted(value))
  return (
    <>
      <h2>Certificati rilasciati ai totem</h2>
      <table className="small">
        <Head of={['Regione', ...months.map((month) => ({ number: monthSaid(month) }))]} />
        <tbody>
          {rows.map(({ region, counts }) => (
            <tr key={region}>
              <th scope="row">{regions[region]}</th>
              {counts.map((value, column) => (
                <td key={months[column]} className="number">
                  {shown(value)}
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">Italia</th>
            {totals.map((value, column) => (
              <td key={months[column]} className="number">
                {shown(value)}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      <p className="quiet">
        «&lt;5» sono i numeri da 1 a 4, e altri dai quali si ricaverebbero: così nessuna persona si riconosce.
      </p>
    </>
  )
}

/** What the Ministry counts of all Italy: beside ours, with its source. */
function OpenData({ source, certificates, population }: NonNullable<z.output<typeof polisDashboard>['openData']>) {
  const last = certificates?.at(-1)
  return (
    <>
      <h2>Accanto: i numeri di ANPR per tutta l’Italia</h2>
      {certificates && (
        <table className="small" aria-label="Certificati rilasciati da ANPR in linea">
          <Head
            of={[
              'Certificati in linea, ogni canale',
              { number: 'In bollo' },
              { number: 'Esenti' },
              { number: 'Totale' },
            ]}
          />
          <tbody>
            {certificates.toReversed().map(({ month, bollo, exempt, total }) => (
              <tr key={month}>
                <th scope="row">{monthSaid(month)}</th>
                <td className="number">{counted(bollo)}</td>
                <td className="number">{counted(exempt)}</td>
                <td className="number">{counted(total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="quiet">
        {population &&
          `${counted(population.residents)} residenti in ${counted(population.comuni)} comuni, al ${onDay(population.of)}. `}
        {last !== undefined && `Certificati fino a ${monthSaid(last.month)}. `}
        Fonte: {source}.
      </p>
    </>
  )
}

function Search() {
  const [typed, setTyped] = useState(new URLSearchParams(location.search).get('q') ?? '')
  const [q, setQ] = useState(typed.trim())
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed])
  const isAsked = q.length >= 2
  const found = useQuery({
    ...{ queryKey: ['polis', 'search', q], enabled: isAsked },
    queryFn: () => read(polisFound, `/search?q=${encodeURIComponent(q)}`),
  })
  return (
    <div className="lookup">
      <label className="search">
        Il mio comune{' '}
        <input type="search" value={typed} onChange={({ target }) => setTyped(target.value)} maxLength={60} />
      </label>
      <div aria-live="polite">
        {isAsked && found.data && found.data.found.length === 0 && (
          <p className="quiet">Nessun comune con questo nome.</p>
        )}
        {isAsked && found.data && found.data.found.length > 0 && (
          <table className="small" aria-label="Comuni trovati">
            <Head
              of={['Comune', 'Provincia, regione', { number: 'Abitanti' }, { number: 'Residenti in ANPR' }, 'Polis']}
            />
            <tbody>
              {found.data.found.map((comune) => (
                <tr key={comune.istat}>
                  <th scope="row">
                    {[comune.name, comune.other].filter(Boolean).join(' / ')}
                    {comune.formerly && <Formerly {...comune.formerly} />}
                  </th>
                  <td>
                    {comune.province}, {regions[comune.region]}
                  </td>
                  <td className="number">{comune.population === null ? '–' : counted(comune.population)}</td>
                  <td className="number">{comune.residents === null ? '–' : counted(comune.residents)}</td>
                  <td>
                    <Standing of={comune} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </div>
  )
}

const Formerly = ({ name, until }: NonNullable<PolisFound['formerly']>) => (
  <span className="quiet">
    {' '}
    (qui è oggi {name}, comune fino al {onDay(until)})
  </span>
)

function Standing({ of: { state, from, to, counterSince, totemSince } }: { of: PolisComune }) {
  const { name, mark, tone } = STATES[state]
  const since = state === 'totem-attivo' ? totemSince : state === 'sportello-attivo' ? counterSince : null
  return (
    <span className={`mark ${tone === 'ground' ? 'quiet' : tone}`}>
      <span aria-hidden="true">{mark}</span> {name}
      {since && ` dal ${onDay(since)}`}
      {state === 'previsto' && from && to && ` dal ${onDay(from)} al ${onDay(to)}`}
    </span>
  )
}
