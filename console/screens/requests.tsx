import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { refusalCauses } from '../../contract/console/bulk.ts'
import { ask } from '../ask.ts'
import { Downloads } from '../parts/downloads.tsx'
import { Fact } from '../parts/fact.tsx'
import { Head } from '../parts/head.tsx'
import { useLiveRequests } from '../parts/live.ts'
import { Loading, Problem } from '../parts/notice.tsx'
import { RowsOf } from '../parts/rows.tsx'
import { useMay } from '../parts/who.ts'
import { queries, REFRESH_MS } from '../queries.ts'
import {
  AGAINST_SILENCE,
  atDayAndTime,
  counted,
  dayInFull,
  REFUSAL_CAUSES,
  REQUEST_STATES,
  ROW_STATES,
} from '../words.ts'

type Short = Answer<'bulkRequests'>['requests'][number]
type Whole = Answer<'bulkRequest'>
const refresh = () =>
  Promise.all(['requests', 'request', 'rows'].map((key) => queries.invalidateQueries({ queryKey: [key] })))

/** Requests that somebody has made, or that wait for their decision: those first whose term ends first. */
function Requests({ list, title, empty }: { list: 'own' | 'waiting' | 'all'; title: string; empty: string }) {
  useLiveRequests()
  const page = useQuery({
    queryKey: ['requests', list],
    queryFn: () => ask('bulkRequests', { query: { list } }),
    refetchInterval: REFRESH_MS,
  })
  const mayMake = useMay('bulk.make')
  const requests = page.data?.requests ?? []
  return (
    <section className="page" aria-labelledby="requests-title">
      <div className="bar">
        <h1 id="requests-title">{title}</h1>
        {mayMake && (
          <Link className="aside" to="/richieste/nuova">
            Nuova richiesta
          </Link>
        )}
      </div>
      <Problem of={page.error} />
      {page.isPending && <Loading />}
      {page.data && requests.length === 0 && <p className="empty">{empty}</p>}
      {requests.length > 0 && (
        <table className="small" aria-label={title}>
          <Head of={['Stato', 'Che cosa', 'Chi chiede', 'A chi', { number: 'Righe' }, 'Termine']} />
          <tbody>
            {requests.map((one) => (
              <tr key={one.request}>
                <td>
                  <Link to="/richieste/$request" params={{ request: one.request }}>
                    {REQUEST_STATES[one.state]}
                  </Link>
                  <Progress of={one} />
                </td>
                <td>
                  {one.servizioName} <span className="quiet">· {one.motivo}</span>
                </td>
                <td>
                  {one.fruitoreName}, {one.ufficio} <span className="quiet">· {one.author}</span>
                </td>
                <td>{one.comuneName}</td>
                <td className="number">
                  {counted(one.rows)}
                  {one.isUnusual && <span className="quiet"> più del solito</span>}
                </td>
                <td>
                  <TermOf of={one} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

export const OwnRequestsScreen = () => (
  <Requests
    list="own"
    title="Le mie richieste"
    empty="Nessuna richiesta ancora: ne prepari una da «Nuova richiesta»."
  />
)
export const WaitingRequestsScreen = () => (
  <Requests list="waiting" title="Da convalidare" empty="Nessuna richiesta attende una decisione." />
)
export const AllRequestsScreen = () => (
  <Requests list="all" title="Richieste" empty="Nessuna richiesta in questo ambito." />
)

const OPEN = ['da_fare', 'id_risolto', 'chiesta'] as const
function Progress({ of: { state, rows, counts } }: { of: Short }) {
  if (state !== 'in_lavorazione') return null
  const open = OPEN.reduce((sum, each) => sum + (counts[each] ?? 0), 0)
  return (
    <>
      {' '}
      <progress max={rows} value={rows - open} aria-label="Righe che hanno una risposta" />{' '}
      <span className="quiet">
        {counted(rows - open)} di {counted(rows)}
      </span>
    </>
  )
}

function TermOf({ of: { state, lastDay, silence, clarification, reminder } }: { of: Short }) {
  if (state !== 'in_convalida') return <span className="quiet">–</span>
  if (clarification === 'asked') return <>fermo: chiesti chiarimenti</>
  if (lastDay === null) return <>senza termine: decide una persona</>
  return (
    <>
      {reminder === 'last' && <strong>ultimo giorno: </strong>}
      {reminder === 'half' && <strong>metà del termine passata: </strong>}
      {silence ? 'silenzio-assenso alla fine di ' : 'il silenzio non approva; entro '}
      {dayInFull(lastDay)}
    </>
  )
}

/** One request: how it stands, what led there, and what may be done now. */
export function RequestScreen() {
  useLiveRequests()
  const { request } = useParams({ from: '/richieste/$request' })
  const [problem, setProblem] = useState<unknown>(null)
  const page = useQuery({
    queryKey: ['request', request],
    queryFn: () => ask('bulkRequest', { params: { request } }),
    refetchInterval: REFRESH_MS,
  })
  const mayMake = useMay('bulk.make')
  const mayValidate = useMay('bulk.validate')
  if (page.isPending) return <Loading />
  const one = page.data
  if (!one) return <Problem of={page.error} />
  const act = (deed: Promise<unknown>) => void deed.then(() => setProblem(null), setProblem).finally(refresh)
  const mayCancel = ['bozza', 'in_convalida', 'sospesa', 'convalidata', 'in_lavorazione'].includes(one.state)
  const isDone = ['completata', 'completata_con_riserve'].includes(one.state)
  return (
    <section className="page" aria-labelledby="request-title">
      <div className="bar">
        <h1 id="request-title">
          {one.servizioName}: {REQUEST_STATES[one.state]}
        </h1>
        <Progress of={one} />
      </div>
      <Problem of={problem ?? page.error} />
      <Facts of={one} />
      <Counts of={one} />
      {one.isOwn && isDone && <Downloads request={request} />}
      {one.isOwn && mayMake && one.clarification === 'asked' && one.state === 'in_convalida' && (
        <TextDeed
          label="Risposta ai chiarimenti"
          button="Rispondi"
          onText={(text) => act(ask('answerBulk', { params: { request }, body: { text } }))}
        />
      )}
      {mayValidate && !one.isOwn && one.state === 'in_convalida' && (
        <Decision
          canClarify={one.clarifications === null}
          onValidate={(reason) => act(ask('validateBulk', { params: { request }, body: { reason } }))}
          onRefuse={(cause, text) => act(ask('refuseBulk', { params: { request }, body: { cause, text } }))}
          onClarify={(text) => act(ask('clarifyBulk', { params: { request }, body: { text } }))}
        />
      )}
      {one.isOwn && mayMake && one.state === 'bozza' && (
        <p>
          <Link to="/richieste/nuova" search={{ request }}>
            Continua a prepararla
          </Link>
        </p>
      )}
      <RowsOf request={request} state={one.state} isOwn={one.isOwn} />
      {one.isOwn && mayMake && mayCancel && (
        <p>
          <Button className="plain-button" onPress={() => act(ask('cancelBulk', { params: { request } }))}>
            Annulla la richiesta
          </Button>{' '}
          {one.state === 'in_lavorazione' && <span className="quiet">Le risposte già arrivate restano.</span>}
        </p>
      )}
    </section>
  )
}

function Facts({ of: one }: { of: Whole }) {
  return (
    <dl className="facts">
      <Fact name="Chi chiede">
        {one.fruitoreName}, {one.ufficio}: {one.author}
      </Fact>
      <Fact name="Comune">{one.comuneName}</Fact>
      <Fact name="Perché">
        {one.motivo}, fascicolo {one.protocollo}
      </Fact>
      <Fact name="Profilo">
        {one.profiloNome}, versione {one.profiloVersione}; {one.baseGiuridica}
      </Fact>
      {one.sentAt !== null && <Fact name="Inviata">{atDayAndTime(one.sentAt)}</Fact>}
      {one.state === 'in_convalida' && (
        <Fact name="Termine">
          <TermOf of={one} />
          {one.against.length > 0 && (
            <span className="quiet"> ({one.against.map((why) => AGAINST_SILENCE[why]).join('; ')})</span>
          )}
        </Fact>
      )}
      {one.clarifications && (
        <Fact name="Chiarimenti">
          {one.clarifications.by}: «{one.clarifications.text}»{' '}
          <span className="quiet">entro {atDayAndTime(one.clarifications.until)}</span>
          {one.clarifications.answer !== null && <> — risposta: «{one.clarifications.answer}»</>}
        </Fact>
      )}
      {one.validated && (
        <Fact name="Convalidata">
          {one.validated.how === 'silenzio' ? 'per silenzio-assenso' : `da ${one.validated.by ?? ''}`},{' '}
          {atDayAndTime(one.validated.at)}
          {one.validated.reason !== null && <>: «{one.validated.reason}»</>}
        </Fact>
      )}
      {one.refused && (
        <Fact name="Respinta">
          da {one.refused.by}, {atDayAndTime(one.refused.at)}: {REFUSAL_CAUSES[one.refused.cause]}. «{one.refused.text}»
        </Fact>
      )}
      {one.suspendedWhy !== null && (
        <Fact name="Sospesa">
          {one.suspendedWhy === 'profile-ended' ? 'il profilo è stato ritirato o è scaduto' : 'la convenzione è finita'}
          : prepari una richiesta nuova con quello che vale oggi.
        </Fact>
      )}
    </dl>
  )
}

function Counts({ of: { counts, rows } }: { of: Whole }) {
  const known = Object.entries(counts) as [keyof typeof ROW_STATES, number][]
  if (rows === 0) return null
  return (
    <p className="line">
      {known.map(([state, count]) => (
        <span key={state} className="chip">
          {ROW_STATES[state]} <strong>{counted(count)}</strong>
        </span>
      ))}
      <span className="quiet">in tutto {counted(rows)}</span>
    </p>
  )
}

function TextDeed({ label, button, onText }: { label: string; button: string; onText(text: string): void }) {
  const [text, setText] = useState('')
  return (
    <Form
      className="line"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') onText(text.trim())
      }}
    >
      <TextField value={text} onChange={setText} maxLength={300} className="grows">
        <Label>{label}</Label>
        <Input />
      </TextField>
      <Button type="submit" isDisabled={text.trim() === ''}>
        {button}
      </Button>
    </Form>
  )
}

function Decision({
  canClarify,
  onValidate,
  onRefuse,
  onClarify,
}: {
  canClarify: boolean
  onValidate(reason: string): void
  onRefuse(cause: (typeof refusalCauses)[number], text: string): void
  onClarify(text: string): void
}) {
  const [cause, setCause] = useState<(typeof refusalCauses)[number]>('base-giuridica')
  return (
    <section aria-label="Decisione">
      <TextDeed label="Perché la convalida" button="Convalida" onText={onValidate} />
      <label>
        Causa del rifiuto{' '}
        <select value={cause} onChange={({ target }) => setCause(target.value as typeof cause)}>
          {refusalCauses.map((each) => (
            <option key={each} value={each}>
              {REFUSAL_CAUSES[each]}
            </option>
          ))}
        </select>
      </label>
      <TextDeed label="Che cosa non va" button="Respingi" onText={(text) => onRefuse(cause, text)} />
      {canClarify && (
        <TextDeed
          label="Che cosa va chiarito (ferma il termine, una volta)"
          button="Chiedi chiarimenti"
          onText={onClarify}
        />
      )}
    </section>
  )
}
