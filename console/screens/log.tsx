import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useId, useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { type LogFilter, logFilter } from '../../contract/console/log.ts'
import { regions } from '../../contract/console/regions.ts'
import { type JournalEventId, journalEvents } from '../../contract/journal-events.ts'
import { addressOf, ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { Entries } from '../parts/entries.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { Views } from '../parts/views.tsx'
import { useMay } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { counted, fromRome, inRome } from '../words.ts'

/** How often it is looked whether there are new entries; they are shown when somebody asks for them. */
const LOOK_MS = 30_000

const EVENTS = (Object.keys(journalEvents) as JournalEventId[]).toSorted()
const titleOf = (event: JournalEventId) =>
  `${event} · ${journalEvents[event].text.it.replace(/\[[^\]]*\]/g, '').replace(/\{\w+\}/g, '…')}`.slice(0, 90)

const TEXTS = [
  { key: 'totem', name: 'Totem', hint: 'PG-0001', wrong: 'due lettere, un trattino, quattro cifre' },
  { key: 'office', name: 'Ufficio', hint: 'codice', wrong: 'lettere maiuscole, cifre e trattini' },
  { key: 'operation', name: 'Operazione', hint: '26 caratteri', wrong: 'i 26 caratteri dell’operazione' },
] as const
const TIMES = [
  { key: 'from', name: 'Dal' },
  { key: 'until', name: 'Al' },
] as const

/** The sync logs of all totems: search, whether a totem's chain holds, and files. */
export function LogScreen() {
  const filter = useSearch({ from: '/voci' })
  const navigate = useNavigate()
  const mayExport = useMay('log.export')
  const set = (more: { [K in keyof LogFilter]?: LogFilter[K] | undefined }) => {
    const kept = Object.entries({ ...filter, ...more }).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ to: '/voci', search: Object.fromEntries(kept) as LogFilter, replace: true })
  }
  const pages = useInfiniteQuery({
    queryKey: ['log-search', filter],
    queryFn: ({ pageParam }) => ask('log', { query: { ...filter, ...(pageParam && { before: pageParam }) } }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? []
  const first = pages.data?.pages[0]
  // New entries never move what somebody reads.
  const newest = useQuery({
    queryKey: ['log-newest', filter],
    queryFn: () => ask('log', { query: filter }),
    enabled: first !== undefined,
    refetchInterval: LOOK_MS,
    initialData: first,
  })
  const known = new Set(entries.map(({ hash }) => hash))
  const fresh = newest.data?.entries.filter(({ hash }) => !known.has(hash)).length ?? 0

  return (
    <section className="page" aria-labelledby="log-title">
      <div className="bar">
        <h1 id="log-title">Voci dei totem</h1>
        {Object.keys(filter).length > 0 && (
          <Button className="plain-button" onPress={() => void navigate({ to: '/voci', search: {} })}>
            Togli i filtri
          </Button>
        )}
        <span className="quiet aside">
          {first && (
            <>
              cercate <Ago at={first.at} />
            </>
          )}
        </span>
      </div>
      <fieldset className="filters" aria-label="Filtri">
        <label>
          Evento
          <select
            value={filter.event ?? ''}
            onChange={({ target }) => set({ event: EVENTS.find((each) => each === target.value) })}
          >
            <option value="">tutti</option>
            {EVENTS.map((event) => (
              <option key={event} value={event}>
                {titleOf(event)}
              </option>
            ))}
          </select>
        </label>
        <label>
          Gravità
          <select
            value={filter.severity ?? ''}
            onChange={({ target }) => set({ severity: logFilter.shape.severity.safeParse(target.value).data })}
          >
            <option value="">tutte</option>
            <option value="warn">avvisi e allarmi</option>
            <option value="alarm">solo allarmi</option>
          </select>
        </label>
        <label>
          Regione
          <select
            value={filter.region ?? ''}
            onChange={({ target }) => set({ region: logFilter.shape.region.safeParse(target.value).data })}
          >
            <option value="">tutte</option>
            {Object.entries(regions).map(([code, name]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {TEXTS.map(({ key, name, hint, wrong }) => (
          <TextFilter
            key={key}
            {...{ name, hint, wrong, value: filter[key] ?? '' }}
            isGood={(text) => logFilter.shape[key].safeParse(text).success}
            onSet={(text) => set({ [key]: text || undefined })}
          />
        ))}
        {TIMES.map(({ key, name }) => (
          <label key={`${key} ${filter[key]}`}>
            {name}
            <input
              type="datetime-local"
              defaultValue={filter[key] ? inRome(filter[key]) : ''}
              onBlur={({ target }) => {
                const at = target.value === '' ? undefined : fromRome(target.value)
                if (at !== filter[key]) set({ [key]: at })
              }}
            />
          </label>
        ))}
      </fieldset>
      <Views screen="/voci" />
      <p className="quiet">
        Il tempo è quello in cui il gateway ha ricevuto la voce, in ora italiana; l’ora del totem sta sotto, dove è
        un’altra.
      </p>
      {filter.totem ? (
        <Chain key={JSON.stringify(filter)} {...{ totem: filter.totem, filter, mayExport }} />
      ) : (
        mayExport && <p className="quiet">Per verificare una catena, o esportarla con la prova, scelga un totem.</p>
      )}
      {mayExport && (
        <p className="links">
          <a href={addressOf('logFile', { query: { ...filter, format: 'csv' } })} download>
            Scarica queste voci (CSV)
          </a>
          <a href={addressOf('logFile', { query: { ...filter, format: 'ndjson' } })} download>
            NDJSON
          </a>
        </p>
      )}
      <Problem of={pages.error} />
      {fresh > 0 && (
        <Button
          onPress={() => {
            queries.removeQueries({ queryKey: ['log-newest', filter] })
            void queries.resetQueries({ queryKey: ['log-search', filter] })
          }}
        >
          {fresh === 1 ? '1 voce nuova' : `${counted(fresh)} voci nuove`}
        </Button>
      )}
      {pages.isPending ? <Loading /> : pages.error === null && <Entries of={entries} withTotem />}
      {pages.hasNextPage && (
        <Button
          className="plain-button"
          isDisabled={pages.isFetchingNextPage}
          onPress={() => void pages.fetchNextPage()}
        >
          Voci precedenti
        </Button>
      )}
    </section>
  )
}

/** A text that is asked for when it is whole and good; until then it says what is missing. */
function TextFilter({
  name,
  hint,
  wrong,
  value,
  isGood,
  onSet,
}: {
  name: string
  hint: string
  wrong: string
  value: string
  isGood(text: string): boolean
  onSet(text: string): void
}) {
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  const text = typed.trim().toUpperCase()
  const isWrong = text !== '' && !isGood(text)
  const apply = () => {
    if (text !== value && !isWrong) onSet(text)
  }
  const hintId = useId()
  return (
    <div>
      <label>
        {name}
        <input
          aria-describedby={hintId}
          value={typed}
          placeholder={hint}
          maxLength={40}
          aria-invalid={isWrong}
          onChange={({ target }) => setTyped(target.value)}
          onBlur={apply}
          onKeyDown={({ key }) => {
            if (key === 'Enter') apply()
          }}
        />
      </label>
      <span id={hintId} className="below quiet">
        {isWrong && wrong}
      </span>
    </div>
  )
}

const REASONS: Record<string, string> = {
  'entry-changed': 'questa voce è stata cambiata',
  'entry-missing': 'qui mancano voci',
  'two-histories': 'da qui il registro prosegue su due macchine',
  'entry-unlisted': 'questa voce dice ciò che un totem non può dire',
}

/** Whether a totem's chain holds in this time, and the same as a file that proves it. */
function Chain({ totem, filter, mayExport }: { totem: string; filter: LogFilter; mayExport: boolean }) {
  const [verdict, setVerdict] = useState<Answer<'verifyLog'> | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const range = { ...(filter.from && { from: filter.from }), ...(filter.until && { until: filter.until }) }
  const query = { params: { totem }, query: range }
  return (
    <>
      <p className="links">
        <Button
          isDisabled={isBusy}
          onPress={() => {
            setBusy(true)
            ask('verifyLog', query)
              .then(setVerdict, setProblem)
              .finally(() => setBusy(false))
          }}
        >
          Verifica la catena di {totem}
        </Button>
        {mayExport && (
          <a href={addressOf('logProof', query)} download>
            Esporta con la prova
          </a>
        )}
      </p>
      <Problem of={problem} />
      {verdict && (
        <div className={`notice ${verdict.kind === 'sound' ? 'good' : 'urgent'}`} role="status">
          {verdict.entries === 0 && verdict.faults.length === 0
            ? 'Nessuna voce in questo periodo.'
            : verdict.kind === 'sound'
              ? `La catena è integra: ${counted(verdict.entries)} voci, ognuna legata alla precedente${verdict.isWhole ? '.' : '; le successive vanno verificate con un periodo più breve.'}`
              : `La catena non torna (${counted(verdict.entries)} voci integre).`}
          <ul>
            {verdict.faults.map(({ chain, seq, reason }) => (
              <li key={`${chain} ${seq}`}>
                Voce {seq} del registro <span className="id">{chain}</span>: {REASONS[reason] ?? reason}.
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}
