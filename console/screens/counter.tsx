import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { ask } from '../ask.ts'
import { Identify } from '../counter/identify.tsx'
import { Refused, Serve } from '../counter/serve.tsx'
import { typesSaid } from '../counter/texts.ts'
import type { Served } from '../counter/told.ts'
import { useDeed } from '../parts/deed.ts'
import { Loading, Problem } from '../parts/notice.tsx'
import { Sure } from '../parts/sure.tsx'
import { useMe } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { atTime, italianToday, shortly } from '../words.ts'

const BY_CARD = '/console/card/log-in?to=/sportello'
const refresh = () => queries.invalidateQueries({ queryKey: ['counter'] })

/** The counter: an operator with a card, and one citizen after the other. F9 locks it. */
export function CounterScreen() {
  const { card } = useMe()
  const counter = useQuery({ queryKey: ['counter'], queryFn: () => ask('counter') })
  const [served, setServed] = useState<Served | null>(null)
  const [refusal, setRefusal] = useState<Extract<Answer<'identify'>, { became: 'refused' }> | null>(null)

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F9') return
      event.preventDefault()
      void ask('leave').finally(() => location.assign('/?log-in=locked'))
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])

  if (counter.isPending) return <Loading />
  if (!counter.data) return <Problem of={counter.error} />
  const { counter: at, offices, open } = counter.data
  async function end() {
    if (served) await ask('endVisit', { body: { visit: served.visit } }).catch(() => undefined)
    setServed(null)
    void refresh()
  }
  return (
    <section className="page counter" aria-labelledby="counter-title">
      <h1 id="counter-title">Sportello {at && <span className="id">{at.station}</span>}</h1>
      {card === null && (
        <p className="notice">
          Allo sportello si lavora con la carta dell’operatore: la metta nel lettore.{' '}
          <a href={BY_CARD}>Accedi con la carta</a>
        </p>
      )}
      {card && (
        <p className="quiet">
          Operatore n. <span className="id">{card.number}</span> · carta controllata, vale fino alle{' '}
          {atTime(card.goodUntil)} (<a href={BY_CARD}>controlla di nuovo</a>) · F9 blocca
        </p>
      )}
      {!served && <OpenPapers open={open} />}
      {card && !at && <Opening offices={offices} />}
      {card && at && !served && (
        <>
          {refusal && <Refused of={refusal.problem} />}
          <Identify
            onDone={(told) => {
              if (told.became === 'identified') {
                setServed(told)
                setRefusal(null)
              } else setRefusal(told)
            }}
          />
          <Day />
        </>
      )}
      {served && <Serve key={served.visit} served={served} onEnd={() => void end()} onPaper={() => void refresh()} />}
    </section>
  )
}

/** At which counter this session works. */
function Opening({ offices }: { offices: readonly string[] }) {
  const [office, setOffice] = useState(offices[0] ?? '')
  const [desk, setDesk] = useState('1')
  const [problem, setProblem] = useState<unknown>(null)
  const isWhole = office !== '' && /^[1-9]\d?$/.test(desk)
  return (
    <Form
      className="line"
      aria-label="A quale sportello"
      onSubmit={(event) => {
        event.preventDefault()
        if (isWhole)
          void ask('openCounter', { body: { office, desk: Number(desk) } })
            .then(() => setProblem(null), setProblem)
            .finally(() => {
              void refresh()
              void queries.invalidateQueries({ queryKey: ['me'] })
            })
      }}
    >
      <label>
        Ufficio
        <select value={office} onChange={({ target }) => setOffice(target.value)}>
          {offices.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label>
        Sportello n.
        <input type="number" min={1} max={99} value={desk} onChange={({ target }) => setDesk(target.value)} />
      </label>
      <Button type="submit" isDisabled={!isWhole}>
        Apri lo sportello
      </Button>
      <Problem of={problem} />
    </Form>
  )
}

const STATES = {
  unknown: '◆ emissione senza risposta',
  'to-answer': '○ da confermare',
  incerto: '◆ incerto: è uscito?',
  printed: '● uscito',
  void: '⊘ annullato',
} as const

/** Sheets of which nobody knows yet whether they came out. */
function OpenPapers({ open }: { open: Answer<'counter'>['open'] }) {
  const { problem, act: answer } = useDeed(refresh)
  if (open.length === 0) return null
  return (
    <section aria-labelledby="open-title">
      <h2 id="open-title">Fogli senza risposta</h2>
      <Problem of={problem} />
      <table className="small">
        <tbody>
          {open.map(({ operation, types, madeAt, state }) => (
            <tr key={operation}>
              <td>
                <span className={`mark ${state === 'to-answer' ? 'plain' : 'warning'}`}>{STATES[state]}</span>
              </td>
              <td>{typesSaid(types)}</td>
              <td>{shortly(madeAt)}</td>
              <td className="id">{operation}</td>
              <td>
                {state !== 'unknown' && (
                  <Button onPress={() => answer(ask('counterPrinted', { body: { operation, good: true } }))}>
                    Era uscito bene
                  </Button>
                )}{' '}
                <Sure
                  action="Annulla il foglio"
                  of={typesSaid(types)}
                  onSure={() => answer(ask('counterAbandoned', { body: { operation } }))}
                >
                  Lo annulli solo se il foglio non è in mano a nessuno: non si potrà più stampare né confermare.
                </Sure>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** What came of the day: to be counted against what lies in the drawer. */
function Day() {
  const [day, setDay] = useState(italianToday())
  const count = useQuery({ queryKey: ['counter', 'day', day], queryFn: () => ask('counterDay', { query: { day } }) })
  const told = count.data
  return (
    <section aria-labelledby="day-title" className="day">
      <h2 id="day-title">Conto della giornata</h2>
      <label>
        Giorno <input type="date" value={day} max={italianToday()} onChange={({ target }) => setDay(target.value)} />
      </label>
      <Problem of={count.error} />
      {told && (
        <table className="small">
          <tbody>
            {(
              [
                ['Certificati emessi', told.issued],
                ['Richieste di totem consegnate', told.collected],
                ['Ristampe di richieste di totem', told.reprints],
                ['Dichiarazioni', told.declarations],
                ['Fogli usciti bene', told.printed],
                ['Fogli rovinati, ristampati', told.waste],
                ['Fogli annullati', told.voided],
                ['Fogli senza risposta', told.unanswered],
                ['Marche da bollo', told.marks],
                ['Richieste rifiutate', told.refused],
              ] as const
            ).map(([what, n]) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                <td className="number">{n}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
