import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer, Query } from '../../contract/console/api.ts'
import { conditions } from '../../contract/console/conditions.ts'
import { regions } from '../../contract/console/regions.ts'
import { ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { AlarmRow } from '../parts/alarm.tsx'
import { Head } from '../parts/head.tsx'
import { SeverityMark } from '../parts/marks.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay } from '../parts/who.ts'
import { queries, REFRESH_MS } from '../queries.ts'
import { counted } from '../words.ts'

type Alarm = Answer<'alarms'>['alarms'][number]
/** So many of one condition in one region are one line, which opens. */
const GROUPED_FROM = 4

export function AlarmsScreen() {
  const filter = useSearch({ from: '/allarmi' })
  const navigate = useNavigate()
  const turn = (more: Query<'alarms'>) =>
    void navigate({ to: '/allarmi', search: { ...filter, ...more }, replace: true })
  return (
    <section className="page" aria-labelledby="alarms-title">
      <div className="bar">
        <h1 id="alarms-title">Allarmi</h1>
        <fieldset className="chips" aria-label="Quali">
          <Button className="chip" aria-pressed={!filter.ended} onPress={() => turn({ ended: undefined })}>
            aperti
          </Button>
          <Button className="chip" aria-pressed={filter.ended === '1'} onPress={() => turn({ ended: '1' })}>
            anche chiusi, 7 giorni
          </Button>
          <Button
            className="chip"
            aria-pressed={filter.all === '1'}
            onPress={() => turn({ all: filter.all ? undefined : '1' })}
          >
            anche quelli nascosti
          </Button>
        </fieldset>
        <span className="aside">
          <Link to="/manutenzione">Manutenzione</Link> · <Link to="/procedure">Procedure</Link>
        </span>
      </div>
      <AlarmList query={filter} />
    </section>
  )
}

/** Plainly, above the list: whoever thinks that somebody is called does not look. */
function BellBanner({ of: { state, since } }: { of: Answer<'alarms'>['bell'] }) {
  if (state === 'rings') return null
  return state === 'none' ? (
    <p className="notice">
      <strong>Nessuno viene chiamato.</strong> Gli allarmi si vedono solo qui: a questo gateway non è collegato
      Alertmanager.
    </p>
  ) : (
    <p className="notice urgent" role="alert">
      <strong>Nessuno viene chiamato</strong> (<Ago at={since} />
      ): Alertmanager non risponde, o Prometheus non lo raggiunge. Finché dura, qualcuno guardi questo elenco.
    </p>
  )
}

const sameKind = (one: Alarm, other: Alarm) =>
  one.condition === other.condition &&
  one.region === other.region &&
  one.severity === other.severity &&
  (one.endedAt === null) === (other.endedAt === null)

/** Alarms of one condition in one region stand together, where there are many. */
function grouped(alarms: readonly Alarm[]): Alarm[][] {
  const groups: Alarm[][] = []
  for (const each of alarms) {
    const group = groups.find(([first]) => first && sameKind(first, each))
    if (group) group.push(each)
    else groups.push([each])
  }
  return groups.flatMap((group) => (group.length < GROUPED_FROM ? group.map((each) => [each]) : [group]))
}

/** `isPart`: on a totem's page, where an empty list says nothing. */
export function AlarmList({ query, isPart = false }: { query: Query<'alarms'>; isPart?: boolean }) {
  const mayHandle = useMay('alarms.handle')
  const [open, setOpen] = useState<string | null>(null)
  const [spread, setSpread] = useState<readonly string[]>([])
  const [problem, setProblem] = useState<unknown>(null)
  const list = useQuery({
    queryKey: ['alarms', query],
    queryFn: () => ask('alarms', { query }),
    refetchInterval: REFRESH_MS / 2,
  })
  if (list.isPending) return isPart ? null : <Loading />
  const alarms = list.data?.alarms ?? []
  const { following = 0, maintained = 0 } = list.data?.hidden ?? {}
  if (isPart && alarms.length === 0) return null
  const row = (each: Alarm) => (
    <AlarmRow
      key={each.alarm}
      {...{ each, mayHandle, isOpen: open === each.alarm }}
      onOpen={() => setOpen(open === each.alarm ? null : each.alarm)}
      onTake={() =>
        void ask('takeAlarm', { params: { alarm: each.alarm } })
          .then(() => setProblem(null), setProblem)
          .finally(() => queries.invalidateQueries({ queryKey: ['alarms'] }))
      }
    />
  )
  return (
    <>
      {!isPart && list.data && <BellBanner of={list.data.bell} />}
      <Problem of={problem ?? list.error} />
      {alarms.length === 0 ? (
        <p className="empty">Nessun allarme: tutto va come deve.</p>
      ) : (
        <table className="small" aria-label="Allarmi">
          <Head of={['Gravità', 'Che cosa', 'Dove', 'Da', 'Chi se ne occupa', { unseen: 'Azioni' }]} />
          <tbody>
            {(isPart ? alarms.map((each) => [each]) : grouped(alarms)).flatMap((group) => {
              const [first] = group
              if (!first) return []
              if (group.length === 1) return [row(first)]
              const isSpread = spread.includes(first.alarm)
              const turn = () =>
                setSpread(isSpread ? spread.filter((id) => id !== first.alarm) : [...spread, first.alarm])
              return [
                <GroupRow key={`group ${first.alarm}`} {...{ group, first, isSpread, turn }} />,
                ...(isSpread ? group.map(row) : []),
              ]
            })}
          </tbody>
        </table>
      )}
      {following + maintained > 0 && (
        <p className="quiet">
          {[
            following > 0 && `${counted(following)} seguono da un altro allarme`,
            maintained > 0 && `${counted(maintained)} in manutenzione`,
          ]
            .filter(Boolean)
            .join(', ')}
          : non mostrati.
        </p>
      )}
      <p className="unseen" role="status">
        {alarms.filter(({ severity, endedAt }) => severity === 'alarm' && endedAt === null).length} allarmi gravi aperti
      </p>
    </>
  )
}

function GroupRow({ group, first, isSpread, turn }: { group: Alarm[]; first: Alarm; isSpread: boolean; turn(): void }) {
  const taken = group.filter(({ takenBy }) => takenBy !== null).length
  return (
    <tr>
      <td>
        <SeverityMark severity={first.severity} />
        {first.endedAt !== null && <span className="quiet"> chiusi</span>}
      </td>
      <td>
        <strong>{conditions[first.condition].name}</strong>{' '}
        <span className="quiet">· {counted(group.length)} totem</span>
      </td>
      <td>{first.region ? regions[first.region] : 'senza regione'}</td>
      <td>
        <Ago at={first.since} />
      </td>
      <td className="quiet">{taken === 0 ? 'nessuno' : `${counted(taken)} presi in carico`}</td>
      <td className="number">
        <Button className="plain-button" aria-expanded={isSpread} onPress={turn}>
          {isSpread ? 'Raccogli' : 'Mostra tutti'}
        </Button>
      </td>
    </tr>
  )
}
