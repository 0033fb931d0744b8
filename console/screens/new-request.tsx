import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { Answer, Body } from '../../contract/console/api.ts'
import type { Way } from '../../contract/console/bulk.ts'
import { keyNames } from '../../contract/console/bulk-file.ts'
import type { Quota } from '../../contract/console/registry.ts'
import { ask, upload } from '../ask.ts'
import { Counts } from '../parts/counts.tsx'
import { Choice, Missing, missingOf } from '../parts/fields.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { RowsOf } from '../parts/rows.tsx'
import { queries } from '../queries.ts'
import { counted, dayInFull, many } from '../words.ts'
import { OnePerson } from './one-person.tsx'

type Agreement = Answer<'bulkTerms'>['agreements'][number]
type Taken = Answer<'bulkFile'>

/** A request in three steps: by what agreement and why, the file or the one person with what was found, the estimate that one accepts. */
export function NewRequestScreen() {
  const { request } = useSearch({ from: '/richieste/nuova' })
  const navigate = useNavigate()
  return (
    <section className="page" aria-labelledby="new-title">
      <div className="bar">
        <h1 id="new-title">Nuova richiesta</h1>
        <span className="quiet aside">
          {request === undefined ? '1 di 2: che cosa si chiede, e perché' : '2 di 2: le persone, e l’invio'}
        </span>
      </div>
      {request === undefined ? (
        <Terms onMade={(made) => void navigate({ to: '/richieste/nuova', search: { request: made } })} />
      ) : (
        <FileAndEstimate
          request={request}
          onSent={() => void navigate({ to: '/richieste/$request', params: { request } })}
        />
      )}
    </section>
  )
}

function Terms({ onMade }: { onMade(request: string): void }) {
  const terms = useQuery({ queryKey: ['bulk-terms'], queryFn: () => ask('bulkTerms') })
  const [which, setWhich] = useState('0')
  const [problem, setProblem] = useState<unknown>(null)
  const agreements = terms.data?.agreements ?? []
  const one = agreements[Number(which)]
  if (terms.isPending) return <Loading />
  if (!one)
    return (
      <>
        <Problem of={terms.error} />
        <p className="empty">Nessuna convenzione in vigore per il suo ufficio.</p>
      </>
    )
  return (
    <>
      <p className="line">
        <Choice
          {...{ label: 'Convenzione', value: which, set: setWhich }}
          of={agreements.map((each, at) => [String(at), `${each.comuneName}: ${each.profiloNome}`])}
        />
      </p>
      <p className="quiet">
        Fino a {counted(one.righeMax)} righe, {counted(one.righeGiorno)} al giorno; si indica una persona per{' '}
        {one.chiavi.map((kind) => keyNames[kind]).join(' o ')};{' '}
        {one.silenzioGiorni === null
          ? 'decide sempre una persona del comune.'
          : `silenzio-assenso dopo ${many(one.silenzioGiorni, 'giorno lavorativo', 'giorni lavorativi')}, fino a ${many(one.silenzioRigheMax ?? 0, 'riga', 'righe')}.`}
      </p>
      <Wish
        key={one.agreement}
        one={one}
        onWish={(body) =>
          void ask('makeBulk', { body }).then(({ request }) => {
            setProblem(null)
            onMade(request)
          }, setProblem)
        }
      />
      <Problem of={problem} />
    </>
  )
}

function Wish({ one, onWish }: { one: Agreement; onWish(wish: Body<'makeBulk'>): void }) {
  const [ufficio, setUfficio] = useState(one.uffici[0]?.id ?? '')
  const [servizio, setServizio] = useState(one.services[0]?.code ?? '')
  const [motivo, setMotivo] = useState(one.motivi[0] ?? '')
  const [protocollo, setProtocollo] = useState('')
  const missing = missingOf({ 'il numero del fascicolo': /^[\w ./-]{1,100}$/.test(protocollo.trim()) })
  return (
    <Form
      className="line"
      aria-label="Che cosa si chiede"
      onSubmit={(event) => {
        event.preventDefault()
        if (missing.length === 0)
          onWish({ agreement: one.agreement, ufficio, servizio, motivo, protocollo: protocollo.trim() })
      }}
    >
      <Choice label="Ufficio" value={ufficio} set={setUfficio} of={one.uffici.map(({ id, name }) => [id, name])} />
      <Choice
        label="Che cosa"
        value={servizio}
        set={setServizio}
        of={one.services.map(({ code, name }) => [code, `${name} (${code})`])}
      />
      <Choice label="Motivo" value={motivo} set={setMotivo} of={one.motivi.map((each) => [each, each])} />
      <TextField value={protocollo} onChange={setProtocollo} maxLength={100} className="grows">
        <Label>Numero del fascicolo, senza nomi</Label>
        <Input />
      </TextField>
      <Button type="submit" isDisabled={missing.length > 0}>
        Avanti: le persone
      </Button>
      <Missing of={missing} />
    </Form>
  )
}

function FileAndEstimate({ request, onSent }: { request: string; onSent(): void }) {
  const [taken, setTaken] = useState<Taken | null>(null)
  const [file, setFile] = useState<File | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const whole = useQuery({
    queryKey: ['request', request],
    queryFn: () => ask('bulkRequest', { params: { request } }),
  })
  const estimate = useQuery({
    queryKey: ['estimate', request],
    queryFn: () => ask('bulkEstimate', { params: { request } }),
    enabled: (whole.data?.rows ?? 0) > 0,
  })
  function send(chosen: File, encoding?: 'windows-1252') {
    setFile(chosen)
    upload('bulkFile', { params: { request }, query: { encoding }, file: chosen }).then((told) => {
      setProblem(null)
      setTaken(told)
      for (const key of ['request', 'estimate', 'rows']) void queries.invalidateQueries({ queryKey: [key, request] })
    }, setProblem)
  }
  const deliver = (way: Way, days: number | null) =>
    void ask('sendBulk', { params: { request }, body: { way, days } }).then(onSent, (reason) => {
      setProblem(reason)
      void estimate.refetch()
    })
  const { refusal } = taken ?? { refusal: null }
  const rows = whole.data?.rows ?? 0
  return (
    <>
      <label>
        File CSV con una colonna <code>codFiscale</code> o <code>idANPR</code>{' '}
        <input
          type="file"
          accept=".csv,text/csv"
          onChange={({ target }) => {
            const [chosen] = target.files ?? []
            if (chosen) send(chosen)
            target.value = ''
          }}
        />
      </label>
      {whole.data && <OnePerson servizio={whole.data.servizio} onFile={send} />}
      <Problem of={problem ?? whole.error} />
      {refusal && (
        <div className="notice" role="alert">
          {refusal.message}
          {refusal.offer && file && (
            <>
              <pre>{refusal.offer.preview.map((cells) => cells.join(' | ')).join('\n')}</pre>
              <Button onPress={() => send(file, 'windows-1252')}>Leggilo come Windows-1252</Button>
            </>
          )}
        </div>
      )}
      {rows > 0 && whole.data && (
        <>
          <Counts of={whole.data} />
          <Problem of={estimate.error} />
          {estimate.data && <Quotas of={estimate.data} />}
          {estimate.data && !overOf(estimate.data) && (
            <p className="line">
              <Offer name="Una alla volta" of={estimate.data.singole} onSend={(days) => deliver('singole', days)} />
              {estimate.data.massivo && (
                <Offer
                  name={
                    whole.data.servizio === 'C020'
                      ? 'Con il servizio massivo di ANPR (dà il comune, non l’indirizzo)'
                      : 'Con il servizio massivo di ANPR'
                  }
                  of={estimate.data.massivo}
                  onSend={(days) => deliver('massivo', days)}
                />
              )}
            </p>
          )}
          <RowsOf key={rows} request={request} state={whole.data.state} isOwn />
        </>
      )}
    </>
  )
}

const overOf = ({ asked, quotas }: Pick<Answer<'bulkEstimate'>, 'asked' | 'quotas'>) =>
  quotas.find(({ left }) => left < asked)
const QUOTAS: Record<Quota, { to: string; next: string }> = {
  personaGiorno: { to: 'a lei oggi', next: 'domani' },
  ufficioGiorno: { to: 'al suo ufficio oggi', next: 'domani' },
  mese: { to: 'al suo ente questo mese', next: 'il mese prossimo' },
}

/** What the agreement lets be asked yet: read before sending, because more is refused. */
function Quotas({ of: { asked, quotas } }: { of: Pick<Answer<'bulkEstimate'>, 'asked' | 'quotas'> }) {
  const over = overOf({ asked, quotas })
  return (
    <>
      {quotas.length > 0 && (
        <p className="quiet">
          Per convenzione restano{' '}
          {quotas
            .map(({ quota, left, most }) => `${QUOTAS[quota].to} ${counted(left)} persone su ${counted(most)}`)
            .join('; ')}
          .
        </p>
      )}
      {over && (
        <p className="notice" role="alert">
          Il file chiede {many(asked, 'persona', 'persone')}, e {QUOTAS[over.quota].to} ne restano {counted(over.left)}:
          ne invii di meno, o tutto {QUOTAS[over.quota].next}.
        </p>
      )}
    </>
  )
}

const Offer = ({
  name,
  of: { days, endsOn, calls },
  onSend,
}: {
  name: string
  of: Answer<'bulkEstimate'>['singole']
  onSend(days: number | null): void
}) => (
  <span>
    <Button isDisabled={days === null || days === 0} onPress={() => onSend(days)}>
      Invia: {name}
    </Button>{' '}
    <span className="quiet">
      {days === null || endsOn === null
        ? 'oggi ANPR non lascia posto agli elenchi'
        : days <= 1
          ? `${counted(calls)} domande, in giornata dalla convalida`
          : `${counted(calls)} domande, ${counted(days)} giorni: fino a ${dayInFull(endsOn)} se convalidata oggi`}
    </span>
  </span>
)
