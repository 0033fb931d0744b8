import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import {
  Button,
  Cell,
  Column,
  Input,
  ResizableTableContainer,
  Row,
  SearchField,
  type SortDescriptor,
  Table,
  TableBody,
  TableHeader,
  TableLayout,
  Virtualizer,
} from 'react-aria-components'
import { type FleetQuery, type FleetSort, sorts, totemStates } from '../../contract/console/fleet.ts'
import { type Region, regions } from '../../contract/console/regions.ts'
import { ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { FleetMap } from '../parts/fleet-map.tsx'
import { Flag, StateMark } from '../parts/marks.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { Views } from '../parts/views.tsx'
import { REFRESH_MS } from '../queries.ts'
import { counted, PRINTER_STATES, printerSaid, STATES } from '../words.ts'

type Filter = Omit<FleetQuery, 'after'> & { view?: 'mappa' | undefined }
const COLUMNS: { id: string; name: string; sort?: FleetSort; width: `${number}fr` | number }[] = [
  { id: 'stato', name: 'Stato', sort: 'stato', width: 160 },
  { id: 'totem', name: 'Totem', sort: 'totem', width: 92 },
  { id: 'ufficio', name: 'Ufficio', sort: 'ufficio', width: '2fr' },
  { id: 'comune', name: 'Comune, regione', width: '2fr' },
  { id: 'sentito', name: 'Sentito', sort: 'sentito', width: 104 },
  { id: 'pronto', name: 'Pronto', width: 116 },
  { id: 'stampante', name: 'Stampante', width: '1fr' },
  { id: 'coda', name: 'In coda', sort: 'coda', width: 88 },
  { id: 'versione', name: 'Versione', width: 92 },
]
const LAYOUT = { rowHeight: 32, headingHeight: 34 }
/** Typing is not a question for each letter. */
const PAUSE_MS = 250

export function FleetScreen() {
  const shown = useSearch({ from: '/flotta' })
  const { view, ...filter } = shown
  const navigate = useNavigate()
  const set = (more: { [K in keyof Filter]?: Filter[K] | undefined }) => {
    const next = { ...shown, ...more }
    const kept = Object.entries(next).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ to: '/flotta', search: Object.fromEntries(kept) as Filter, replace: true })
  }
  const [typed, setTyped] = useState(filter.q ?? '')
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed is put into the address once typing pauses
  useEffect(() => {
    if (typed.trim() === (filter.q ?? '')) return
    const timer = setTimeout(() => set({ q: typed.trim() }), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed])

  const pages = useInfiniteQuery({
    queryKey: ['fleet', filter],
    queryFn: ({ pageParam }) => ask('fleet', { query: { ...filter, ...(pageParam && { after: pageParam }) } }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  })
  const first = pages.data?.pages[0]
  const totems = pages.data?.pages.flatMap((page) => page.totems) ?? []
  const all = Object.values(first?.counts ?? {}).reduce((sum, each) => sum + each, 0)
  const isFiltered = Object.keys(filter).some((key) => !['sort', 'desc'].includes(key))
  const sorted: SortDescriptor = {
    column: filter.sort ?? 'stato',
    direction: filter.desc ? 'descending' : 'ascending',
  }

  return (
    <section className="page fills" aria-labelledby="fleet-title">
      <div className="bar">
        <h1 id="fleet-title">Flotta</h1>
        <SearchField aria-label="Cerca" value={typed} onChange={setTyped} className="search">
          <Input type="search" placeholder="Totem, ufficio o comune  ( / )" />
        </SearchField>
        <label>
          <span className="unseen">Regione</span>
          <select
            value={filter.region ?? ''}
            onChange={({ target }) => set({ region: (target.value || undefined) as Region | undefined })}
          >
            <option value="">Tutte le regioni</option>
            {Object.entries(regions).map(([code, name]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span className="unseen">Stampante</span>
          <select value={filter.printer ?? ''} onChange={({ target }) => set({ printer: target.value || undefined })}>
            <option value="">Ogni stampante</option>
            {PRINTER_STATES.map(([state, name]) => (
              <option key={state} value={state}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {isFiltered && (
          <Button
            className="plain-button"
            onPress={() => {
              setTyped('')
              void navigate({ to: '/flotta', search: {} })
            }}
          >
            Togli i filtri
          </Button>
        )}
        <Button className="plain-button" onPress={() => set({ view: view ? undefined : 'mappa' })}>
          {view ? 'Tabella' : 'Mappa'}
        </Button>
        <span className="quiet aside">
          {first && (
            <>
              aggiornato <Ago at={first.at} />
            </>
          )}
        </span>
      </div>
      <Views screen="/flotta" />
      <fieldset className="chips" aria-label="Stati">
        <Button className="chip" aria-pressed={!filter.state} onPress={() => set({ state: undefined })}>
          tutti <strong>{counted(all)}</strong>
        </Button>
        {totemStates.map((state) => (
          <Button
            key={state}
            className="chip"
            aria-pressed={filter.state === state}
            onPress={() => set({ state: filter.state === state ? undefined : state })}
          >
            {STATES[state]} <strong>{counted(first?.counts[state] ?? 0)}</strong>
          </Button>
        ))}
      </fieldset>
      <Problem of={pages.error} />
      {view ? (
        <FleetMap filter={{ q: filter.q, state: filter.state, region: filter.region, printer: filter.printer }} />
      ) : pages.isPending ? (
        <Loading />
      ) : (
        <Virtualizer layout={TableLayout} layoutOptions={LAYOUT}>
          <ResizableTableContainer className="table-box">
            <Table
              aria-label="Totem"
              className="table"
              sortDescriptor={sorted}
              onSortChange={({ column, direction }) =>
                set({
                  sort: sorts.find((each) => each === column),
                  desc: direction === 'descending' ? '1' : undefined,
                })
              }
              onRowAction={(totem) =>
                void navigate({ to: '/flotta/$totem', params: { totem: String(totem) }, search: {} })
              }
            >
              <TableHeader columns={COLUMNS}>
                {({ id, name, sort, width }) => (
                  <Column
                    id={id}
                    allowsSorting={sort !== undefined}
                    isRowHeader={id === 'totem'}
                    width={width}
                    className={id === 'coda' ? 'number' : ''}
                  >
                    {({ sortDirection }) => (
                      <>
                        {name}
                        <span aria-hidden="true">{sortDirection && (sortDirection === 'ascending' ? ' ↑' : ' ↓')}</span>
                      </>
                    )}
                  </Column>
                )}
              </TableHeader>
              <TableBody
                items={totems}
                renderEmptyState={() => <p className="empty">Nessun totem con questo filtro.</p>}
              >
                {({ totem, place, state, at, ready, heard, printer, waiting, aside, version }) => (
                  <Row id={totem} textValue={totem}>
                    <Cell>
                      <StateMark state={state} />
                    </Cell>
                    <Cell className="id">{totem}</Cell>
                    <Cell>{place?.name ?? <span className="quiet">senza ufficio</span>}</Cell>
                    <Cell>
                      {[place?.comune, place?.region && regions[place.region]].filter(Boolean).join(', ') || '–'}
                    </Cell>
                    <Cell>
                      <Ago at={at} />
                    </Cell>
                    <Cell>
                      {heard ? <Flag is={ready} yes="pronto" no="non pronto" /> : <span className="quiet">–</span>}
                    </Cell>
                    <Cell className={heard ? '' : 'quiet'}>{printerSaid(printer)}</Cell>
                    <Cell className="number">
                      {counted(waiting)}
                      {aside > 0 && <span className="mark warning"> +{counted(aside)} da parte</span>}
                    </Cell>
                    <Cell className="id">{version ?? '–'}</Cell>
                  </Row>
                )}
              </TableBody>
            </Table>
          </ResizableTableContainer>
        </Virtualizer>
      )}
      {!view && (
        <p className="foot quiet">
          {counted(totems.length)} di {counted(filter.state ? (first?.counts[filter.state] ?? 0) : all)}
          {pages.hasNextPage && (
            <Button
              className="plain-button"
              isDisabled={pages.isFetchingNextPage}
              onPress={() => void pages.fetchNextPage()}
            >
              Mostra altri 200
            </Button>
          )}
        </p>
      )}
    </section>
  )
}
