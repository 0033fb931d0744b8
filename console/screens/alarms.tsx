import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer, Query } from '../../contract/console/api.ts'
import { conditions } from '../../contract/console/conditions.ts'
import { regions } from '../../contract/console/regions.ts'
import { ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { SeverityMark } from '../parts/marks.tsx'
import { NoteField } from '../parts/note.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay } from '../parts/who.ts'
import { queries, REFRESH_MS } from '../queries.ts'
import { printerSaid } from '../words.ts'

type Alarm = Answer<'alarms'>['alarms'][number]

export function AlarmsScreen() {
  const filter = useSearch({ from: '/allarmi' })
  const navigate = useNavigate()
  return (
    <section className="page" aria-labelledby="alarms-title">
      <div className="bar">
        <h1 id="alarms-title">Allarmi</h1>
        <fieldset className="chips" aria-label="Quali">
          <Button
            className="chip"
            aria-pressed={!filter.ended}
            onPress={() => void navigate({ to: '/allarmi', search: {}, replace: true })}
          >
            aperti
          </Button>
          <Button
            className="chip"
            aria-pressed={filter.ended === '1'}
            onPress={() => void navigate({ to: '/allarmi', search: { ended: '1' }, replace: true })}
          >
            anche chiusi, 7 giorni
          </Button>
        </fieldset>
      </div>
      <AlarmList query={filter} />
    </section>
  )
}

/** `isPart`: on a totem's page, where an empty list says nothing. */
export function AlarmList({ query, isPart = false }: { query: Query<'alarms'>; isPart?: boolean }) {
  const mayHandle = useMay('alarms.handle')
  const [open, setOpen] = useState<string | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const list = useQuery({
    queryKey: ['alarms', query],
    queryFn: () => ask('alarms', { query }),
    refetchInterval: REFRESH_MS / 2,
  })
  const refresh = () => queries.invalidateQueries({ queryKey: ['alarms'] })
  if (list.isPending) return isPart ? null : <Loading />
  const alarms = list.data?.alarms ?? []
  if (isPart && alarms.length === 0) return null
  return (
    <>
      {!isPart && list.data && !list.data.wakes && (
        <p className="quiet">Questo elenco è per chi guarda: nessuno viene chiamato quando scatta un allarme.</p>
      )}
      <Problem of={problem ?? list.error} />
      {alarms.length === 0 ? (
        <p className="empty">Nessun allarme: tutto va come deve.</p>
      ) : (
        <table className="small" aria-label="Allarmi">
          <thead>
            <tr>
              <th scope="col">Gravità</th>
              <th scope="col">Che cosa</th>
              <th scope="col">Dove</th>
              <th scope="col">Da</th>
              <th scope="col">Chi se ne occupa</th>
              <th scope="col">
                <span className="unseen">Azioni</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {alarms.map((each) => (
              <AlarmRow
                key={each.alarm}
                {...{ each, mayHandle, isOpen: open === each.alarm }}
                onOpen={() => setOpen(open === each.alarm ? null : each.alarm)}
                onTake={() =>
                  void ask('takeAlarm', { params: { alarm: each.alarm } })
                    .then(() => setProblem(null), setProblem)
                    .finally(refresh)
                }
              />
            ))}
          </tbody>
        </table>
      )}
      <p className="unseen" role="status">
        {alarms.filter(({ severity, endedAt }) => severity === 'alarm' && endedAt === null).length} allarmi gravi aperti
      </p>
    </>
  )
}

function AlarmRow({
  each,
  mayHandle,
  isOpen,
  onOpen,
  onTake,
}: {
  each: Alarm
  mayHandle: boolean
  isOpen: boolean
  onOpen(): void
  onTake(): void
}) {
  const { name, todo } = conditions[each.condition]
  const detail = each.condition === 'printer-stopped' ? printerSaid(each.detail) : each.detail
  const stays = 'stays' in conditions[each.condition]
  const send = (route: 'noteAlarm' | 'closeAlarm') => async (text: string) => {
    await ask(route, { params: { alarm: each.alarm }, body: { text } })
    await queries.invalidateQueries({ queryKey: ['alarms'] })
  }
  return (
    <>
      <tr>
        <td>
          <SeverityMark severity={each.severity} />
          {each.endedAt !== null && <span className="quiet"> chiuso</span>}
        </td>
        <td>
          <strong>{name}</strong>
          {detail !== null && <span className="quiet"> · {detail}</span>}
          {each.times > 1 && <span className="quiet"> · tornato {each.times} volte</span>}
        </td>
        <td>
          {each.totem ? (
            <Link to="/flotta/$totem" params={{ totem: each.totem }} search={{}}>
              <span className="id">{each.totem}</span>
            </Link>
          ) : (
            each.region && regions[each.region]
          )}{' '}
          {each.office}
        </td>
        <td>
          <Ago at={each.since} />
        </td>
        <td>
          {each.takenBy ?? <span className="quiet">nessuno</span>}
          {each.takenAt !== null && (
            <span className="quiet">
              , <Ago at={each.takenAt} />
            </span>
          )}
        </td>
        <td className="number">
          {mayHandle && each.takenBy === null && each.endedAt === null && (
            <Button onPress={onTake}>Prendo in carico</Button>
          )}{' '}
          <Button className="plain-button" aria-expanded={isOpen} onPress={onOpen}>
            {isOpen ? 'Nascondi' : 'Che fare'}
          </Button>
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td />
          <td colSpan={5}>
            <p>{todo}</p>
            <ul className="notes">
              {each.notes.map(({ at, by, text }) => (
                <li key={`${at}${text}`}>
                  {text}{' '}
                  <span className="quiet">
                    {by}, <Ago at={at} />
                  </span>
                </li>
              ))}
            </ul>
            {mayHandle && <NoteField label="Nota sull’allarme" action="Scrivi" write={send('noteAlarm')} />}
            {mayHandle && stays && each.endedAt === null && (
              <NoteField label="Chiudere: perché" action="Chiudi l’allarme" write={send('closeAlarm')} />
            )}
          </td>
        </tr>
      )}
    </>
  )
}
