import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { operationStates } from '../../contract/console/operations.ts'
import { ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { useDeed } from '../parts/deed.ts'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { Sure } from '../parts/sure.tsx'
import { useMay } from '../parts/who.ts'
import { REFRESH_MS } from '../queries.ts'
import { counted, euros } from '../words.ts'

type Operation = Answer<'operations'>['operations'][number]
const FILTERS: Record<(typeof operationStates)[number], string> = {
  open: 'aperte',
  dead: 'abbandonate',
  pending: 'in attesa di ANPR',
  undelivered: 'non ancora consegnate',
}
const STATES: Record<Operation['state'], { said: string; tone: string }> = {
  dead: { said: '■ abbandonata', tone: 'danger' },
  pending: { said: '◆ in attesa', tone: 'plain' },
  issued: { said: '● emessa, da consegnare', tone: 'plain' },
  refused: { said: '⊘ rifiutata, da consegnare', tone: 'quiet' },
}

/** What citizens have asked for and wait for, without whose it is; with the numbers for which ANPR's desk asks. */
export function OperationsScreen() {
  const { state = 'open', totem } = useSearch({ from: '/operazioni' })
  const navigate = useNavigate()
  const mayRedrive = useMay('operations.redrive')
  const [told, setTold] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const query = { state, ...(totem && { totem }) }
  const list = useQuery({
    queryKey: ['operations', query],
    queryFn: () => ask('operations', { query }),
    refetchInterval: REFRESH_MS,
  })
  const counts = list.data?.counts
  const numberOf = { open: null, dead: counts?.dead, pending: counts?.pending, undelivered: counts?.undelivered }
  return (
    <section className="page" aria-labelledby="operations-title">
      <div className="bar">
        <h1 id="operations-title">Operazioni</h1>
        <fieldset className="chips" aria-label="Quali">
          {operationStates.map((each) => (
            <Button
              key={each}
              className="chip"
              aria-pressed={state === each}
              onPress={() => void navigate({ to: '/operazioni', search: { state: each }, replace: true })}
            >
              {FILTERS[each]} {numberOf[each] !== null && <strong>{counted(numberOf[each] ?? 0)}</strong>}
            </Button>
          ))}
        </fieldset>
        {mayRedrive && (
          <span className="aside">
            <Button
              isDisabled={!counts?.dead}
              onPress={() =>
                void ask('redrive')
                  .then(({ redriven }) => {
                    setProblem(null)
                    setTold(`Rimesse in lavorazione: ${counted(redriven)}.`)
                    return list.refetch()
                  })
                  .catch(setProblem)
              }
            >
              Riprova le abbandonate
            </Button>
          </span>
        )}
      </div>
      <Problem of={problem ?? list.error} />
      <p className="quiet" role="status">
        {told}
      </p>
      {list.isPending ? (
        <Loading />
      ) : list.data?.operations.length === 0 ? (
        <p className="empty">Niente attende: ogni richiesta ha avuto il suo esito.</p>
      ) : (
        <table className="small" aria-label="Operazioni">
          <Head of={['Stato', 'Totem', 'Ricevuta', 'Perché', 'Operazione per ANPR', 'Transazione GovWay']} />
          <tbody>
            {list.data?.operations.map((each) => (
              <tr key={`${each.totem} ${each.operation}`}>
                <td>
                  <span className={`mark ${STATES[each.state].tone}`}>{STATES[each.state].said}</span>
                </td>
                <td className="id">
                  <Link to="/flotta/$totem" params={{ totem: each.totem }} search={{}}>
                    {each.totem}
                  </Link>
                </td>
                <td>
                  <Ago at={each.receivedAt} />
                </td>
                <td>{[each.refusal, each.anprCode].filter(Boolean).join(' · ') || '–'}</td>
                <td className="id">
                  <Copied text={each.anprId} />
                </td>
                <td className="id">{each.gateTransaction === null ? '–' : <Copied text={each.gateTransaction} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Payments />
    </section>
  )
}

const REFUNDS = {
  refused: 'ANPR ha rifiutato il certificato',
  'paid-twice': 'pagato due volte',
  'wrong-amount': 'importo diverso',
} as const
const WAITS = {
  'not-opened': 'pagoPA non ha ancora preso l’avviso',
  'paid-not-spent': 'pagato, e il certificato non è stato chiesto',
  'not-closed': 'scaduto, e pagoPA non lo ha ancora chiuso',
} as const

/** Citizens' money that somebody must see to. */
function Payments() {
  const mayRefund = useMay('payments.refunded')
  const list = useQuery({
    queryKey: ['payments'],
    queryFn: () => ask('payments'),
    refetchInterval: REFRESH_MS,
  })
  const { problem, act } = useDeed(list.refetch)
  const { refunds = [], waiting = [] } = list.data ?? {}
  if (list.isPending) return null
  return (
    <section aria-labelledby="payments-title">
      <h2 id="payments-title">Pagamenti</h2>
      <Problem of={problem ?? list.error} />
      {refunds.length + waiting.length === 0 ? (
        <p className="quiet">Nessun pagamento da rimborsare o fermo.</p>
      ) : (
        <table className="small" aria-label="Pagamenti">
          <Head of={['Perché', 'Importo', 'Da', 'Avviso', 'Ricevuta', { unseen: 'Azioni' }]} />
          <tbody>
            {refunds.map((each) => (
              <tr key={each.receipt}>
                <td>
                  <span className="mark warning">▲ da rimborsare</span> {REFUNDS[each.why]} {each.refusal}
                </td>
                <td>{euros(each.cents)}</td>
                <td>
                  <Ago at={each.askedAt} />
                </td>
                <td className="id">
                  <Copied text={each.notice} />
                </td>
                <td className="id">
                  <Copied text={each.receipt} />
                </td>
                <td>
                  {mayRefund && (
                    <Sure
                      action="Segna rimborsato"
                      of={euros(each.cents)}
                      onSure={() => act(ask('refunded', { body: { receipt: each.receipt } }))}
                    >
                      Esce dall’elenco. Lo segni solo quando i soldi sono tornati a chi ha pagato.
                    </Sure>
                  )}
                </td>
              </tr>
            ))}
            {waiting.map((each) => (
              <tr key={each.payment}>
                <td>
                  <span className="mark plain">◆ fermo</span> {WAITS[each.why]}
                </td>
                <td>{euros(each.cents)}</td>
                <td>
                  <Ago at={each.since} />
                </td>
                <td className="id">
                  <Copied text={each.notice} />
                </td>
                <td>–</td>
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** A number for a desk's form: copied by one press. */
function Copied({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false)
  return (
    <>
      {text}{' '}
      <Button
        className="plain-button"
        aria-label={`Copia ${text}`}
        onPress={() =>
          void navigator.clipboard.writeText(text).then(
            () => setCopied(true),
            () => undefined,
          )
        }
      >
        {isCopied ? 'copiato' : 'copia'}
      </Button>
    </>
  )
}
