import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { conditionOf, conditions } from '../../contract/console/conditions.ts'
import { regions } from '../../contract/console/regions.ts'
import { runbooks } from '../../contract/console/runbooks.ts'
import { ask } from '../ask.ts'
import { queries } from '../queries.ts'
import { atTime, printerSaid } from '../words.ts'
import { Ago } from './ago.tsx'
import { SeverityMark } from './marks.tsx'
import { NoteField } from './note.tsx'
import { Problem } from './notice.tsx'

type Alarm = Answer<'alarms'>['alarms'][number]

const refresh = () => queries.invalidateQueries({ queryKey: ['alarms'] })
const DEVICES: Record<string, string> = { printer: 'stampante', reader: 'lettore', process: 'processo dei dispositivi' }
const detailOf = ({ condition, detail }: Alarm): string | null =>
  condition === 'printer-stopped'
    ? printerSaid(detail)
    : condition === 'device-gone' && detail !== null
      ? (DEVICES[detail] ?? detail)
      : detail

/** Before it has lasted, it is watched: shown, and nobody is called. */
function watchedUntil({ condition, severity, since }: Alarm): string {
  const level = conditionOf(condition).levels.find((each) => each.severity === severity)
  return new Date(Date.parse(since) + (level?.forMin ?? 0) * 60_000).toISOString()
}

export function AlarmRow({
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
  const { name } = conditions[each.condition]
  const detail = detailOf(each)
  const isWatched = each.confirmedAt === null && each.endedAt === null
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
          {isWatched && <span className="quiet"> · appena visto, si conferma alle {atTime(watchedUntil(each))}</span>}
          {each.follows && <span className="quiet"> · segue da «{conditions[each.follows].name}»</span>}
          {each.maintained && <span className="quiet"> · in manutenzione</span>}
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
              {each.assignedBy !== null && ` (da ${each.assignedBy})`}
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
            <WhatToDo each={each} mayHandle={mayHandle} />
          </td>
        </tr>
      )}
    </>
  )
}

function WhatToDo({ each, mayHandle }: { each: Alarm; mayHandle: boolean }) {
  const { means, steps, over } = runbooks[each.condition]
  const send = (route: 'noteAlarm' | 'closeAlarm') => async (text: string) => {
    await ask(route, { params: { alarm: each.alarm }, body: { text } })
    await refresh()
  }
  return (
    <>
      <p>{means}</p>
      <ol>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p className="quiet">Finisce: {over}</p>
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
      {mayHandle && each.endedAt === null && <Assign alarm={each.alarm} />}
      {mayHandle && conditionOf(each.condition).stays && each.endedAt === null && (
        <NoteField label="Chiudere: perché" action="Chiudi l’allarme" write={send('closeAlarm')} />
      )}
    </>
  )
}

/** To somebody who can see it. */
function Assign({ alarm }: { alarm: string }) {
  const [person, setPerson] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const able = useQuery({
    queryKey: ['alarm-people', alarm],
    queryFn: () => ask('alarmPeople', { params: { alarm } }),
  })
  return (
    <form
      className="line"
      onSubmit={(event) => {
        event.preventDefault()
        if (person === '') return
        void ask('assignAlarm', { params: { alarm }, body: { person } })
          .then(() => setProblem(null), setProblem)
          .finally(refresh)
      }}
    >
      <label>
        Assegna a
        <select value={person} onChange={({ target }) => setPerson(target.value)}>
          <option value="">scelga</option>
          {able.data?.people.map((each) => (
            <option key={each.person} value={each.person}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" isDisabled={person === ''}>
        Assegna
      </Button>
      <Problem of={problem ?? able.error} />
    </form>
  )
}
