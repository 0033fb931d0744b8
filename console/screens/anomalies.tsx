import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { AnomalyKind } from '../../contract/console/history.ts'
import { ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { Head } from '../parts/head.tsx'
import { NoteField } from '../parts/note.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay } from '../parts/who.ts'
import { queries, REFRESH_MS } from '../queries.ts'
import { counted, many } from '../words.ts'

const refresh = () => queries.invalidateQueries({ queryKey: ['anomalies'] })

const SAID: Record<AnomalyKind, (figure: number) => string> = {
  volume: (figure) => `${many(figure, 'riga', 'righe')}: più del triplo di quanto chiede di solito`,
  'not-found': (figure) => `${many(figure, 'persona', 'persone')} non in ANPR: più di tre su dieci`,
  'same-person': (figure) => `${many(figure, 'persona', 'persone')} in almeno tre sue richieste di trenta giorni`,
  colleague: (figure) => `${many(figure, 'persona', 'persone')} con un account di questa console`,
  self: () => 'ha chiesto dati su di sé',
  hours: (figure) => `${many(figure, 'riga inviata', 'righe inviate')} di notte o in un giorno festivo`,
}

/** What in bulk requests somebody should look at; closed with what came of it, by somebody else than who asked. */
export function AnomaliesScreen() {
  const mayClose = useMay('anomalies.close')
  const [closing, setClosing] = useState<string | null>(null)
  const list = useQuery({ queryKey: ['anomalies'], queryFn: () => ask('anomalies'), refetchInterval: REFRESH_MS })
  if (list.isPending) return <Loading />
  const anomalies = list.data?.anomalies ?? []
  const open = anomalies.filter(({ closed }) => closed === null).length
  return (
    <section className="page" aria-labelledby="anomalies-title">
      <div className="bar">
        <h1 id="anomalies-title">Anomalie</h1>
        <span className="quiet aside">{open === 0 ? 'nessuna aperta' : `${counted(open)} da guardare`}</span>
      </div>
      <p className="quiet">
        Una per genere, persona e giorno. Non è un’accusa: si chiede il perché e si scrive che cosa ne è stato.
      </p>
      <Problem of={list.error} />
      {anomalies.length === 0 ? (
        <p className="empty">Nessuna anomalia finora.</p>
      ) : (
        <table className="small" aria-label="Anomalie">
          <Head of={['Quando', 'Chi', 'Che cosa', 'Richiesta', 'Che cosa ne è stato']} />
          <tbody>
            {anomalies.map((one) => (
              <tr key={one.anomaly}>
                <td>
                  <Ago at={one.at} />
                </td>
                <td>
                  {one.author} <span className="quiet">{`${one.fruitoreName}, ${one.ufficio}`}</span>
                </td>
                <td>{SAID[one.kind](one.figure)}</td>
                <td>
                  <Link to="/richieste/$request" params={{ request: one.request }}>
                    {one.protocollo}
                  </Link>{' '}
                  <span className="quiet">{one.comuneName}</span>
                </td>
                <td>
                  {one.closed ? (
                    <>
                      {one.closed.text}{' '}
                      <span className="quiet">
                        {one.closed.by}, <Ago at={one.closed.at} />
                      </span>
                    </>
                  ) : closing === one.anomaly ? (
                    <NoteField
                      label="Che cosa ne è stato"
                      action="Chiudi"
                      write={(text) => ask('closeAnomaly', { body: { anomaly: one.anomaly, text } }).finally(refresh)}
                      leave={() => setClosing(null)}
                    />
                  ) : (
                    <>
                      <span className="mark warning">▲ da guardare</span>{' '}
                      {mayClose && !one.isOwn && (
                        <Button className="plain-button" onPress={() => setClosing(one.anomaly)}>
                          Chiudi
                        </Button>
                      )}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
