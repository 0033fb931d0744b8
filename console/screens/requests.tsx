import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { refusalCauses } from '../../contract/console/bulk.ts'
import { ask } from '../ask.ts'
import { Counts } from '../parts/counts.tsx'
import { useDeed } from '../parts/deed.ts'
import { Downloads } from '../parts/downloads.tsx'
import { Fact } from '../parts/fact.tsx'
import { Choice } from '../parts/fields.tsx'
import { Head } from '../parts/head.tsx'
import { useLiveRequests } from '../parts/live.ts'
import { NoteField } from '../parts/note.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { RowsOf } from '../parts/rows.tsx'
import { Sure } from '../parts/sure.tsx'
import { useMay } from '../parts/who.ts'
import { queries, REFRESH_MS } from '../queries.ts'
import { AGAINST_SILENCE, atDayAndTime, counted, dayInFull, REFUSAL_CAUSES, REQUEST_STATES } from '../words.ts'

type Short = Answer<'bulkRequests'>['requests'][number]
type Whole = Answer<'bulkRequest'>
const refresh = () =>
  Promise.all(['requests', 'request', 'rows'].map((key) => queries.invalidateQueries({ queryKey: [key] })))

/** Requests that somebody has made, or that wait for their decision: those first whose term ends first. */
function Requests({ list, title, empty }: { list: 'own' | 'waiting' | 'all'; title: string; empty: string }) {
  useLiveRequests()
  const pages = useInfiniteQuery({
    queryKey: ['requests', list],
    queryFn: ({ pageParam }) => ask('bulkRequests', { query: { list, ...(pageParam && { after: pageParam }) } }),
    initialPageParam: '',
    getNextPageParam: ({ requests: shown, more }) => (more ? shown.at(-1)?.request : undefined),
    refetchInterval: REFRESH_MS,
  })
  const mayMake = useMay('bulk.make')
  const requests = pages.data?.pages.flatMap((page) => page.requests) ?? []
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
      <Problem of={pages.error} />
      {pages.isPending && <Loading />}
      {pages.data && requests.length === 0 && <p className="empty">{empty}</p>}
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
                  {one.servizioName}{' '}
                  <span className="quiet">
                    · {one.motivo}, fascicolo {one.protocollo}
                  </span>
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
      {pages.hasNextPage &&
        (list === 'waiting' ? (
          <p className="quiet">Ce ne sono altre, con un termine più lontano: compaiono quando queste sono decise.</p>
        ) : (
          <Button className="plain-button" onPress={() => void pages.fetchNextPage()}>
            Richieste precedenti
          </Button>
        ))}
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
  const { problem, act } = useDeed(refresh)
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
        <NoteField
          label="Risposta ai chiarimenti"
          action="Rispondi"
          write={(text) => ask('answerBulk', { params: { request }, body: { text } }).finally(refresh)}
        />
      )}
      {mayValidate && !one.isOwn && one.state === 'in_convalida' && (
        <Decision request={request} canClarify={one.clarifications === null} />
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
          <Sure
            action="Annulla la richiesta"
            of={`fascicolo ${one.protocollo}`}
            onSure={() => act(ask('cancelBulk', { params: { request } }))}
          >
            {one.state === 'in_lavorazione'
              ? 'Le righe che restano non si chiedono più; le risposte già arrivate restano. Per chiedere il resto serve una richiesta nuova.'
              : 'Non si può riprendere: per chiedere lo stesso serve una richiesta nuova.'}
          </Sure>
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

/** What a TOP may do with what waits; each with words that stay. */
function Decision({ request, canClarify }: { request: string; canClarify: boolean }) {
  const [cause, setCause] = useState<(typeof refusalCauses)[number]>('base-giuridica')
  const params = { request }
  return (
    <section aria-label="Decisione">
      <NoteField
        label="Perché la convalida"
        action="Convalida"
        write={(reason) => ask('validateBulk', { params, body: { reason } }).finally(refresh)}
      />
      <NoteField
        label="Che cosa non va"
        action="Respingi"
        write={(text) => ask('refuseBulk', { params, body: { cause, text } }).finally(refresh)}
      >
        <Choice
          {...{ label: 'Causa del rifiuto', value: cause, set: setCause }}
          of={refusalCauses.map((each) => [each, REFUSAL_CAUSES[each]])}
        />
      </NoteField>
      {canClarify && (
        <NoteField
          label="Che cosa va chiarito (ferma il termine, una volta)"
          action="Chiedi chiarimenti"
          write={(text) => ask('clarifyBulk', { params, body: { text } }).finally(refresh)}
        />
      )}
    </section>
  )
}
