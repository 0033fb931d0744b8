import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { regions } from '../../contract/console/regions.ts'
import { ask } from '../ask.ts'
import { Ago, useNow } from '../parts/ago.tsx'
import { Entries } from '../parts/entries.tsx'
import { Fact } from '../parts/fact.tsx'
import { Flag, StateMark } from '../parts/marks.tsx'
import { NoteField } from '../parts/note.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { ReadinessSheet } from '../parts/readiness.tsx'
import { HourStrip } from '../parts/strip.tsx'
import { useMay } from '../parts/who.ts'
import { queries, REFRESH_MS } from '../queries.ts'
import { counted, outSaid, printerSaid, readerSaid } from '../words.ts'
import { AlarmList } from './alarms.tsx'
import { TotemCommands } from './commands.tsx'
import { TotemMaintenance } from './maintenance.tsx'

const DAYS: Record<string, string> = {
  ...{
    mon: 'lunedì',
    tue: 'martedì',
    wed: 'mercoledì',
    thu: 'giovedì',
    fri: 'venerdì',
    sat: 'sabato',
    sun: 'domenica',
  },
}

export function TotemScreen() {
  const { totem } = useParams({ from: '/flotta/$totem' })
  const navigate = useNavigate()
  const mayNote = useMay('fleet.note')
  const page = useQuery({
    queryKey: ['totem', totem],
    queryFn: () => ask('totem', { params: { totem } }),
    refetchInterval: REFRESH_MS,
  })
  const hours = useQuery({
    queryKey: ['hours', totem],
    queryFn: () => ask('totemHours', { params: { totem } }),
    refetchInterval: 60_000,
  })
  useEffect(() => {
    const onKey = ({ key, target }: KeyboardEvent) => {
      if (key === 'Escape' && !(target instanceof HTMLInputElement)) void navigate({ to: '/flotta' })
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate])
  const now = useNow()

  if (page.isPending) return <Loading />
  if (!page.data)
    return (
      <section className="page">
        <h1>{totem}</h1>
        <Problem of={page.error} />
        <Link to="/flotta">Torna alla flotta</Link>
      </section>
    )
  const { totem: shown, address, hours: opening, patron, withdrawnAt, notes, heartbeat, readiness } = page.data
  return (
    <section className="page" aria-labelledby="totem-title">
      <div className="bar">
        <Link to="/flotta">Flotta</Link>
        <h1 id="totem-title">
          <span className="id">{totem}</span> {shown.place?.name}
        </h1>
        <StateMark state={shown.state} />
      </div>
      <Problem of={page.error} />
      {withdrawnAt !== null && (
        <p className="notice">
          Chiesto il ritiro <Ago at={withdrawnAt} />: il gateway non lo accetta più.
        </p>
      )}
      <TotemMaintenance totem={totem} />
      <AlarmList query={{ totem, all: '1' }} isPart />
      <div className="columns">
        <section aria-labelledby="now-title">
          <h2 id="now-title">Adesso</h2>
          <dl className="facts">
            <Fact name="Sentito">
              <Flag is={shown.heard} yes="sì" no="no" /> · ultimo battito <Ago at={shown.at} />
            </Fact>
            <Fact name="Pronto">
              <Flag is={shown.ready} yes="serve le persone" no="non serve nessuno" />
            </Fact>
            {shown.out !== null && <Fact name="Fuori servizio">{outSaid(shown.out)}</Fact>}
            <Fact name="Stampante">{printerSaid(shown.printer)}</Fact>
            <Fact name="Lettore">{readerSaid(shown.reader)}</Fact>
            <Fact name="Richieste in coda">
              {counted(shown.waiting)}, {counted(shown.aside)} messe da parte
            </Fact>
            <Beat of={heartbeat} />
          </dl>
        </section>
        <section aria-labelledby="office-title">
          <h2 id="office-title">Ufficio</h2>
          <dl className="facts">
            <Fact name="Dove">
              {[address, shown.place?.comune, shown.place?.region && regions[shown.place.region]]
                .filter(Boolean)
                .join(', ') || '–'}
            </Fact>
            <Fact name="Orario">
              {opening === null
                ? 'non indicato: considerato sempre aperto'
                : opening.map(({ from, to, opens, closes }) => (
                    <span key={`${from}${opens}`} className="row">
                      {from === to ? DAYS[from] : `${DAYS[from]}–${DAYS[to]}`} {opens}–{closes}
                    </span>
                  ))}
            </Fact>
            {patron !== null && <Fact name="Patrono">{patron.split('-').reverse().join('/')}</Fact>}
          </dl>
          <h2>Note</h2>
          {notes.length === 0 && <p className="quiet">Nessuna nota.</p>}
          <ul className="notes">
            {notes.map(({ note, at, by, text }) => (
              <li key={note}>
                {text}{' '}
                <span className="quiet">
                  {by}, <Ago at={at} />
                </span>
              </li>
            ))}
          </ul>
          {mayNote && (
            <NoteField
              label="Nuova nota"
              action="Scrivi"
              write={async (text) => {
                await ask('addNote', { params: { totem }, body: { text } })
                await queries.invalidateQueries({ queryKey: ['totem', totem] })
              }}
            />
          )}
        </section>
      </div>
      <TotemCommands totem={totem} />
      <ReadinessSheet sheet={readiness} />
      <h2>30 giorni</h2>
      {hours.data ? <HourStrip hours={hours.data.hours} now={now} /> : <Problem of={hours.error} />}
      <Log totem={totem} />
    </section>
  )
}

/** What the totem said itself, as far as this console knows it: another version may say other things. */
function Beat({ of }: { of: Answer<'totem'>['heartbeat'] }) {
  const part = (name: string) => (of?.[name] ?? {}) as Record<string, unknown>
  const number = (value: unknown) => (typeof value === 'number' ? counted(value) : '–')
  if (!of) return null
  return (
    <>
      <Fact name="Versione">{String(part('versions').totem ?? '–')}</Fact>
      <Fact name="Disco libero">{number(part('disk').freeMb)} MB</Fact>
      <Fact name="Registro non inviato">{number(part('journal').unsent)} voci</Fact>
      <Fact name="Fogli stampati">{number(of.sheets)} dall’avvio</Fact>
      <Fact name="Riavvii dei dispositivi">{number(part('devices').restarts)}</Fact>
      {typeof of.certificateEnds === 'string' && (
        <Fact name="Certificato">fino al {new Date(of.certificateEnds).toLocaleDateString('it-IT')}</Fact>
      )}
    </>
  )
}

const FILTERS = [
  { severity: undefined, name: 'tutto' },
  { severity: 'warn', name: 'avvisi e allarmi' },
  { severity: 'alarm', name: 'solo allarmi' },
] as const

function Log({ totem }: { totem: string }) {
  const { severity } = useSearch({ from: '/flotta/$totem' })
  const navigate = useNavigate()
  const pages = useInfiniteQuery({
    queryKey: ['log', totem, severity],
    queryFn: ({ pageParam }) =>
      ask('totemLog', {
        params: { totem },
        query: { ...(severity && { severity }), ...(pageParam && { before: pageParam }) },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    refetchInterval: REFRESH_MS,
  })
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? []
  return (
    <section aria-labelledby="log-title">
      <div className="bar">
        <h2 id="log-title">Registro del totem</h2>
        <fieldset className="chips" aria-label="Gravità">
          {FILTERS.map((each) => (
            <Button
              key={each.name}
              className="chip"
              aria-pressed={severity === each.severity}
              onPress={() =>
                void navigate({
                  ...{ to: '/flotta/$totem', params: { totem }, replace: true },
                  search: each.severity ? { severity: each.severity } : {},
                })
              }
            >
              {each.name}
            </Button>
          ))}
        </fieldset>
        <Link to="/voci" search={{ totem }} className="aside">
          Cerca, verifica, esporta
        </Link>
      </div>
      <Problem of={pages.error} />
      {pages.isPending ? <Loading /> : <Entries of={entries} />}
      {pages.hasNextPage && (
        <Button className="plain-button" onPress={() => void pages.fetchNextPage()}>
          Voci precedenti
        </Button>
      )}
    </section>
  )
}
