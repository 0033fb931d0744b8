import { useQuery } from '@tanstack/react-query'
import type { Answer } from '../../contract/console/api.ts'
import { budgetOf, type Cause, OBJECTIVES, type ObjectiveId } from '../../contract/console/objectives.ts'
import { ask } from '../ask.ts'
import { Head } from '../parts/head.tsx'
import { Lines } from '../parts/lines.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { counted, onDay } from '../words.ts'

type Objective = Answer<'objectives'>['objectives'][number]

const NAMES: Record<ObjectiveId, string> = {
  available: 'Totem pronto, a ufficio aperto',
  visits: 'Visita riconosciuta, finita senza guasti',
  outcome: 'Esito entro 1 s, esclusa ANPR',
  settled: 'Richiesta evasa entro 15 min, con ANPR attiva',
  log: 'Registro arrivato entro 5 min, con la linea',
  paper: 'Stampante di nuovo pronta entro 4 h d’ufficio',
  console: 'Risposte della console riuscite',
  lists: 'Elenchi della console entro 300 ms',
}
const CAUSES: Record<Cause, string> = {
  ...{ line: 'linea', paper: 'carta o stampante', device: 'dispositivi', other: 'altro', anpr: 'ANPR' },
}
/** A burn that spends a month's budget in two days, or in five: Google's SRE workbook, chapter 5. */
const [FAST, SLOW] = [14.4, 6] as const

const percent = new Intl.NumberFormat('it-IT', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 2 })
const times = new Intl.NumberFormat('it-IT', { maximumFractionDigits: 1 })

/** What the service promises itself, how much of what may be missing is spent, and by what. */
export function ObjectivesScreen() {
  const page = useQuery({ queryKey: ['objectives'], queryFn: () => ask('objectives'), refetchInterval: 300_000 })
  if (page.isPending) return <Loading />
  if (!page.data) return <Problem of={page.error} />
  const { objectives, from, at, anpr } = page.data
  const available = objectives.find(({ objective }) => objective === 'available')
  return (
    <section className="page" aria-labelledby="objectives-title">
      <div className="bar">
        <h1 id="objectives-title">Obiettivi</h1>
        <span className="quiet aside">
          28 giorni, {onDay(from)} – {onDay(at)}; l’ultima ora intera arriva dopo un quarto d’ora
        </span>
      </div>
      <table className="small" aria-label="Obiettivi">
        <Head
          of={[
            'Obiettivo',
            { number: 'Meta' },
            { number: 'Misurato' },
            { number: 'Mancati, di quanti' },
            { number: 'Budget speso' },
            'Ritmo: 1 h, 6 h',
          ]}
        />
        <tbody>
          {objectives.map((each) => (
            <Row key={each.objective} of={each} />
          ))}
        </tbody>
      </table>
      <p className="quiet">
        Il ritmo dice quante volte più in fretta del consentito si spende il budget: da {times.format(FAST)} finisce in
        due giorni, da {times.format(SLOW)} in cinque.
      </p>

      <h2>Dove vanno i minuti dei totem</h2>
      <div className="halves">
        <table className="small" aria-label="Minuti persi per causa">
          <Head of={['Causa', { number: 'Minuti' }]} />
          <tbody>
            {(['line', 'paper', 'device', 'other'] as const).map((cause) => (
              <tr key={cause}>
                <th scope="row">{CAUSES[cause]}</th>
                <td className="number">{counted(available?.causes[cause] ?? 0)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">
                {CAUSES.anpr} <span className="quiet">(totem pronti invano: a parte, fuori dal loro budget)</span>
              </th>
              <td className="number">{counted(anpr.minutes)}</td>
            </tr>
            <tr>
              <th scope="row">Chiamate senza risposta di ANPR, di {counted(anpr.calls)}</th>
              <td className="number">{counted(anpr.failed)}</td>
            </tr>
          </tbody>
        </table>
        <div>{available && <Days of={available} />}</div>
      </div>
    </section>
  )
}

function Row({ of: { objective, good, total, burn } }: { of: Objective }) {
  const budget = budgetOf(objective, total)
  const spent = total - good
  const isOver = spent > budget
  return (
    <tr>
      <th scope="row">{NAMES[objective]}</th>
      <td className="number">{percent.format(OBJECTIVES[objective].goal)}</td>
      {total === 0 ? (
        <td className="quiet" colSpan={4}>
          ancora nulla di misurato
        </td>
      ) : (
        <>
          <td className="number">
            <span className={`mark ${isOver ? 'danger' : 'plain'}`}>
              <span aria-hidden="true">{isOver ? '■ ' : ''}</span>
              {percent.format(good / total)}
            </span>
          </td>
          <td className="number">
            {counted(spent)} di {counted(total)} {OBJECTIVES[objective].unit}
          </td>
          <td className="number">{budget === 0 ? '–' : percent.format(spent / budget)}</td>
          <td>
            <Burn rate={burn.hour} bound={FAST} />, <Burn rate={burn.sixHours} bound={SLOW} />
          </td>
        </>
      )}
    </tr>
  )
}

const Burn = ({ rate, bound }: { rate: number | null; bound: number }) =>
  rate === null ? (
    <span className="quiet">–</span>
  ) : (
    <span className={`mark ${rate >= bound ? 'danger' : 'plain'}`}>
      {rate >= bound && <span aria-hidden="true">■ </span>}
      {times.format(rate)} ×{rate >= bound && ' troppo'}
    </span>
  )

/** Totems that were ready, day by day, against the goal. */
function Days({ of: { objective, days } }: { of: Objective }) {
  const shown = days.filter(({ total }) => total > 0)
  if (shown.length === 0) return null
  const { goal } = OBJECTIVES[objective]
  const at = (day: string) => Date.parse(day)
  return (
    <>
      <Lines
        label="Minuti pronti per giorno: vedi tabella"
        said={(value) => percent.format(value)}
        most={1}
        series={[
          { name: 'meta', dash: 'dotted', points: shown.map(({ day }) => ({ at: at(day), value: goal })) },
          {
            name: 'pronto',
            dash: 'whole',
            points: shown.map(({ day, good, total }) => ({ at: at(day), value: good / total })),
          },
        ]}
      />
      <details>
        <summary>Tabella dei giorni</summary>
        <table className="small">
          <Head of={['Giorno', { number: 'Pronto' }, { number: 'Minuti persi' }]} />
          <tbody>
            {shown.toReversed().map(({ day, good, total }) => (
              <tr key={day}>
                <th scope="row">{onDay(day)}</th>
                <td className="number">{percent.format(good / total)}</td>
                <td className="number">{counted(total - good)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  )
}
