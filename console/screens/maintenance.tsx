import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { maintenanceScope } from '../../contract/console/maintenance.ts'
import { regions } from '../../contract/console/regions.ts'
import { ask } from '../ask.ts'
import { useDeed } from '../parts/deed.ts'
import { Choice, Missing, missingOf } from '../parts/fields.tsx'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay } from '../parts/who.ts'
import { queries, REFRESH_MS } from '../queries.ts'
import { atDayAndTime, counted, maintenanceSaid, many } from '../words.ts'

type Window = Answer<'maintenance'>['windows'][number]
const STATES: Record<Window['state'], string> = {
  proposed: '◆ attende la seconda persona',
  planned: '○ prevista',
  now: '⚒ in corso',
  ended: '⊘ finita',
}
const HOURS = [1, 2, 4, 8, 24, 48, 72]

const refresh = () =>
  Promise.all(['maintenance', 'alarms', 'fleet', 'totem'].map((key) => queries.invalidateQueries({ queryKey: [key] })))

/** Where somebody works, until when, and why: nobody is called meanwhile, and each window ends by itself. */
export function MaintenanceScreen() {
  const mayPlan = useMay('maintenance.plan')
  const { totem } = useSearch({ from: '/manutenzione' })
  const { problem, act } = useDeed(refresh)
  const list = useQuery({
    queryKey: ['maintenance'],
    queryFn: () => ask('maintenance'),
    refetchInterval: REFRESH_MS,
  })
  const decide = (name: 'approveMaintenance' | 'endMaintenance', window: string) => act(ask(name, { body: { window } }))
  if (list.isPending) return <Loading />
  const windows = list.data?.windows ?? []
  return (
    <section className="page" aria-labelledby="maintenance-title">
      <div className="bar">
        <Link to="/allarmi">Allarmi</Link>
        <h1 id="maintenance-title">Manutenzione</h1>
      </div>
      <p className="quiet">
        Durante una finestra nessuno viene chiamato per quei totem. Finisce da sé, al più tardi dopo 72 ore. Una
        regione, la flotta o più di cinquanta totem chiedono una seconda persona.
      </p>
      <Problem of={problem ?? list.error} />
      {mayPlan && <Plan totem={totem ?? ''} />}
      {windows.length === 0 ? (
        <p className="empty">Nessuna finestra negli ultimi sette giorni.</p>
      ) : (
        <table className="small" aria-label="Finestre di manutenzione">
          <Head of={['Stato', 'Dove', 'Dalle – alle', 'Perché', 'Deciso da', { unseen: 'Azioni' }]} />
          <tbody>
            {windows.map((each) => (
              <tr key={each.window}>
                <td>{STATES[each.state]}</td>
                <td>
                  {maintenanceSaid(each.scope)} <span className="quiet">· {counted(each.totems)} totem</span>
                </td>
                <td>
                  {atDayAndTime(each.from)} – {atDayAndTime(each.until)}
                </td>
                <td>{each.reason}</td>
                <td>
                  {each.by}
                  {each.approvedBy !== null && <span className="quiet">, approvata da {each.approvedBy}</span>}
                  {each.endedBy !== null && <span className="quiet">, chiusa da {each.endedBy}</span>}
                </td>
                <td className="number">
                  {mayPlan && each.state === 'proposed' && !each.isOwn && (
                    <Button onPress={() => decide('approveMaintenance', each.window)}>Approva</Button>
                  )}{' '}
                  {mayPlan && each.state !== 'ended' && (
                    <Button className="plain-button" onPress={() => decide('endMaintenance', each.window)}>
                      Chiudi ora
                    </Button>
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

function Plan({ totem }: { totem: string }) {
  const [kind, setKind] = useState('totem')
  const [which, setWhich] = useState(totem)
  const [hours, setHours] = useState('2')
  const [reason, setReason] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [said, setSaid] = useState<string | null>(null)
  const scope = maintenanceScope.safeParse(
    kind === 'flotta'
      ? { kind }
      : kind === 'totem'
        ? { kind, totem: which.trim() }
        : kind === 'ufficio'
          ? { kind, office: which.trim() }
          : { kind: 'regione', region: kind },
  ).data
  function plan() {
    if (!scope) return
    const from = new Date()
    const body = {
      ...{ scope, reason: reason.trim(), from: from.toISOString() },
      until: new Date(+from + Number(hours) * 3_600_000).toISOString(),
    }
    void ask('planMaintenance', { body })
      .then(
        ({ needsSecond }) => {
          setProblem(null)
          setReason('')
          setSaid(needsSecond ? 'Proposta: vale quando una seconda persona l’approva.' : 'La finestra è aperta.')
        },
        (reason) => {
          setSaid(null)
          setProblem(reason)
        },
      )
      .finally(refresh)
  }
  const missing = missingOf({
    [kind === 'ufficio' ? 'il codice dell’ufficio' : 'il codice del totem, come PG-0001']: scope !== undefined,
    'il perché': reason.trim() !== '',
  })
  return (
    <Form
      className="line"
      aria-label="Nuova finestra"
      onSubmit={(event) => {
        event.preventDefault()
        if (missing.length === 0) plan()
      }}
    >
      <Choice
        {...{ label: 'Dove', value: kind, set: setKind }}
        of={[
          ['totem', 'un totem'],
          ['ufficio', 'un ufficio'],
          ['flotta', 'tutta la flotta'],
          ...Object.entries(regions),
        ]}
      />
      {(kind === 'totem' || kind === 'ufficio') && (
        <TextField value={which} onChange={setWhich}>
          <Label>{kind === 'totem' ? 'Codice del totem' : 'Codice dell’ufficio'}</Label>
          <Input />
        </TextField>
      )}
      <Choice
        {...{ label: 'Per', value: hours, set: setHours }}
        of={HOURS.map((each) => [String(each), many(each, 'ora', 'ore')])}
      />
      <TextField value={reason} onChange={setReason} maxLength={300} className="grows">
        <Label>Perché</Label>
        <Input />
      </TextField>
      <Button type="submit" isDisabled={missing.length > 0}>
        Apri la finestra
      </Button>
      <Missing of={missing} />
      {said !== null && (
        <p className="notice good" role="status">
          {said}
        </p>
      )}
      <Problem of={problem} />
    </Form>
  )
}

/** On a totem's page: what covers it now, and a way to open one. */
export function TotemMaintenance({ totem }: { totem: string }) {
  const mayPlan = useMay('maintenance.plan')
  const list = useQuery({
    queryKey: ['maintenance', totem],
    queryFn: () => ask('maintenance', { query: { totem } }),
    refetchInterval: REFRESH_MS,
  })
  const now = list.data?.windows.filter(({ state }) => state === 'now') ?? []
  return (
    <>
      {now.map((each) => (
        <p key={each.window} className="notice">
          <strong>In manutenzione</strong> fino alle {atDayAndTime(each.until)}: {each.reason} ({each.by},{' '}
          {maintenanceSaid(each.scope)}). Nessuno viene chiamato per questo totem.
        </p>
      ))}
      {mayPlan && now.length === 0 && (
        <p>
          <Link to="/manutenzione" search={{ totem }}>
            Apri una finestra di manutenzione
          </Link>
        </p>
      )}
    </>
  )
}
