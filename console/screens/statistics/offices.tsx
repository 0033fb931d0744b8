import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button, Form } from 'react-aria-components'
import type { Answer } from '../../../contract/console/api.ts'
import { type Region, regions } from '../../../contract/console/regions.ts'
import {
  type Closure,
  closureReasons,
  closureWish,
  officesQuery,
  regimeKinds,
  regimeWish,
} from '../../../contract/console/statistics.ts'
import { addressOf, ask } from '../../ask.ts'
import { useDeed } from '../../parts/deed.ts'
import { Head } from '../../parts/head.tsx'
import { Loading, Problem } from '../../parts/notice.tsx'
import { useMe } from '../../parts/who.ts'
import { queries } from '../../queries.ts'
import { CLOSURE_REASONS, counted, onDay, REGIME_KINDS } from '../../words.ts'
import { Tabs } from './parts.tsx'

type Page = Answer<'offices'>
const untilSaid = (until: string | null) => (until === null ? 'non si sa fino a quando' : `fino al ${onDay(until)}`)

const refresh = () => Promise.all(['offices', 'cie'].map((key) => queries.invalidateQueries({ queryKey: [key] })))

/** Which offices are open and which are shut beyond their hours: why, and until when. */
export function OfficesScreen() {
  const filter = useSearch({ from: '/statistiche/uffici' })
  const navigate = useNavigate()
  const page = useQuery({ queryKey: ['offices', filter], queryFn: () => ask('offices', { query: filter }) })
  const { problem, act } = useDeed(refresh)
  if (page.isPending) return <Loading />
  const { offices = [], regimes = [], today = '', mayWrite = false } = page.data ?? {}
  const closed = offices.filter(({ state }) => state === 'chiuso').length
  return (
    <section className="page" aria-labelledby="offices-title">
      <div className="bar">
        <h1 id="offices-title">Uffici</h1>
        <span className="quiet aside">
          oggi, {today && onDay(today)}: aperti {counted(offices.length - closed)}, chiusi {counted(closed)}
        </span>
      </div>
      <Tabs />
      <fieldset className="filters" aria-label="Filtri">
        <label>
          Stato
          <select
            value={filter.state ?? ''}
            onChange={({ target }) => {
              const state = officesQuery.shape.state.safeParse(target.value).data
              void navigate({ to: '/statistiche/uffici', search: state ? { state } : {}, replace: true })
            }}
          >
            <option value="">tutti</option>
            <option value="chiuso">chiusi</option>
            <option value="aperto">aperti</option>
          </select>
        </label>
      </fieldset>
      <Problem of={problem ?? page.error} />
      {offices.length === 0 ? (
        <p className="empty">Nessun ufficio con questo stato, nel suo ambito.</p>
      ) : (
        <table className="small" aria-label="Uffici">
          <Head
            of={[
              ...['Ufficio', 'Comune', 'Stato', 'Perché', { number: 'Giorni di chiusura in 12 mesi' }],
              ...(mayWrite ? [{ unseen: 'Azioni' }] : []),
            ]}
          />
          <tbody>
            {offices.map(({ office, name, kind, comune, regione, state, closure, next, closedDays }) => (
              <tr key={office}>
                <th scope="row">
                  {name} <span className="quiet">{kind === 'polis' ? office : 'sede del comune'}</span>
                </th>
                <td>{[comune, regione && regions[regione]].filter(Boolean).join(', ') || '–'}</td>
                <td>
                  {state === 'chiuso' ? (
                    <span className="mark warning">
                      <span aria-hidden="true">▲ </span>chiuso
                    </span>
                  ) : (
                    'aperto'
                  )}
                </td>
                <td>
                  {closure && <Why of={closure} />}
                  {next && (
                    <span className="quiet">
                      chiuderà dal {onDay(next.from)}: {CLOSURE_REASONS[next.reason]}
                    </span>
                  )}
                </td>
                <td className="number">{counted(closedDays)}</td>
                {mayWrite && (
                  <td className="number">
                    {closure && (
                      <Button
                        className="plain-button"
                        aria-label={`${name}: riapre domani`}
                        onPress={() => act(ask('reopenOffice', { body: { closure: closure.closure, until: today } }))}
                      >
                        Riapre domani
                      </Button>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="links">
        <a href={addressOf('officesFile', { query: filter })} download>
          Scarica questa tabella (CSV)
        </a>
      </p>
      {mayWrite && offices.length > 0 && <Close offices={offices} today={today} />}
      <h2>Regimi di emergenza</h2>
      {regimes.length === 0 ? (
        <p className="quiet">Nessuno, oggi o più avanti.</p>
      ) : (
        <table className="small" aria-label="Regimi di emergenza">
          <Head of={['Regime', 'Dove', 'Quando', 'Detto da', ...(mayWrite ? [{ unseen: 'Azioni sui regimi' }] : [])]} />
          <tbody>
            {regimes.map(({ regime, kind, name, comune, regione, from, until, by }) => (
              <tr key={regime}>
                <th scope="row">
                  {name} <span className="quiet">{REGIME_KINDS[kind]}</span>
                </th>
                <td>{comune ? `comune ${comune}` : regione ? regions[regione] : 'Italia'}</td>
                <td>
                  dal {onDay(from)}, {untilSaid(until)}
                </td>
                <td>{by}</td>
                {mayWrite && (
                  <td className="number">
                    {until === null && from <= today && (
                      <Button
                        className="plain-button"
                        aria-label={`${name}: finisce oggi`}
                        onPress={() => act(ask('endRegime', { body: { regime, until: today } }))}
                      >
                        Finisce oggi
                      </Button>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {mayWrite && <Declare today={today} />}
    </section>
  )
}

const Why = ({ of: { reason, note, from, until, by } }: { of: Closure }) => (
  <>
    {CLOSURE_REASONS[reason]}
    {note !== null && `: ${note}`}{' '}
    <span className="quiet">
      dal {onDay(from)}, {untilSaid(until)}; detto da {by}
    </span>
  </>
)

function Close({ offices, today }: { offices: Page['offices']; today: string }) {
  const [office, setOffice] = useState(offices[0]?.office ?? '')
  const [reason, setReason] = useState<(typeof closureReasons)[number]>('lavori')
  const [note, setNote] = useState('')
  const [from, setFrom] = useState(today)
  const [until, setUntil] = useState('')
  const { problem, act } = useDeed(refresh)
  const wish = closureWish.safeParse({ office, reason, note: note.trim() || null, from, until: until || null })
  return (
    <>
      <h2>Segna una chiusura</h2>
      <Form
        className="line"
        onSubmit={(event) => {
          event.preventDefault()
          if (wish.data) act(ask('closeOffice', { body: wish.data }))
        }}
      >
        <label>
          Ufficio
          <select value={office} onChange={({ target }) => setOffice(target.value)}>
            {offices.map((each) => (
              <option key={each.office} value={each.office}>
                {each.name} {each.kind === 'polis' && `(${each.office})`}
              </option>
            ))}
          </select>
        </label>
        <label>
          Perché
          <select
            value={reason}
            onChange={({ target }) => setReason(closureReasons.find((each) => each === target.value) ?? 'altro')}
          >
            {closureReasons.map((each) => (
              <option key={each} value={each}>
                {CLOSURE_REASONS[each]}
              </option>
            ))}
          </select>
        </label>
        <label className="grows">
          Nota
          <input value={note} maxLength={200} onChange={({ target }) => setNote(target.value)} />
        </label>
        <label>
          Dal
          <input type="date" value={from} required onChange={({ target }) => setFrom(target.value)} />
        </label>
        <label>
          Al (vuoto: non si sa)
          <input type="date" value={until} min={from} onChange={({ target }) => setUntil(target.value)} />
        </label>
        <Button type="submit" isDisabled={!wish.success}>
          Segna
        </Button>
      </Form>
      <Problem of={problem} />
    </>
  )
}

function Declare({ today }: { today: string }) {
  const { grants } = useMe()
  const places = grants.flatMap(({ scope }): { said: string; comune: string | null; regione: Region | null }[] =>
    scope.kind === 'flotta'
      ? [{ said: 'Italia', comune: null, regione: null }]
      : scope.kind === 'regione'
        ? [{ said: regions[scope.region], comune: null, regione: scope.region }]
        : scope.kind === 'ente'
          ? [{ said: `comune ${scope.ente}`, comune: scope.ente, regione: null }]
          : [],
  )
  const [place, setPlace] = useState(0)
  const [kind, setKind] = useState<(typeof regimeKinds)[number]>('chiusura')
  const [name, setName] = useState('')
  const [from, setFrom] = useState(today)
  const [until, setUntil] = useState('')
  const { problem, act } = useDeed(refresh)
  const { comune = null, regione = null } = places[place] ?? {}
  const wish = regimeWish.safeParse({ kind, name, comune, regione, from, until: until || null })
  if (places.length === 0) return null
  return (
    <>
      <Form
        className="line"
        onSubmit={(event) => {
          event.preventDefault()
          if (wish.data) act(ask('declareRegime', { body: wish.data }))
        }}
      >
        <label>
          Dove
          <select value={place} onChange={({ target }) => setPlace(Number(target.value))}>
            {places.map(({ said }, at) => (
              <option key={said} value={at}>
                {said}
              </option>
            ))}
          </select>
        </label>
        <label>
          Specie
          <select
            value={kind}
            onChange={({ target }) => setKind(regimeKinds.find((each) => each === target.value) ?? 'chiusura')}
          >
            {regimeKinds.map((each) => (
              <option key={each} value={each}>
                {REGIME_KINDS[each]}
              </option>
            ))}
          </select>
        </label>
        <label className="grows">
          Nome (zona rossa, riapertura…)
          <input value={name} maxLength={80} required onChange={({ target }) => setName(target.value)} />
        </label>
        <label>
          Dal giorno
          <input type="date" value={from} required onChange={({ target }) => setFrom(target.value)} />
        </label>
        <label>
          Al giorno (vuoto: non si sa)
          <input type="date" value={until} min={from} onChange={({ target }) => setUntil(target.value)} />
        </label>
        <Button type="submit" isDisabled={!wish.success}>
          Dichiara
        </Button>
      </Form>
      <Problem of={problem} />
    </>
  )
}
