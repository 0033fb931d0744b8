import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { Answer, Body } from '../../contract/console/api.ts'
import { type Role, scope as scopeForm } from '../../contract/console/people.ts'
import { regions } from '../../contract/console/regions.ts'
import { ask } from '../ask.ts'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay, useMe } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { onDay, ROLES, scopeSaid } from '../words.ts'

type Grant = Answer<'grants'>['grants'][number]
const STATES: Record<Grant['state'], string> = {
  proposed: '◆ attende la seconda persona',
  given: '● in vigore',
  revoked: '⊘ revocato',
  ended: '○ terminato',
}
const GIVEN: Role[] = ['OPERATORE', 'CAMPO', 'PIATTAFORMA', 'AUDITOR']
const MONTHS = [1, 3, 6, 12]

const refresh = () => queries.invalidateQueries({ queryKey: ['grants'] })

/** Who may what, until when, and who gave it: one proposes, another approves, neither is its holder. */
export function GrantsScreen() {
  const { person } = useMe()
  const mayDecide = useMay('grants.decide')
  const [problem, setProblem] = useState<unknown>(null)
  const list = useQuery({ queryKey: ['grants'], queryFn: () => ask('grants') })
  const decide = (name: 'approveGrant' | 'revokeGrant', grant: string) =>
    ask(name, { body: { grant } })
      .then(() => setProblem(null), setProblem)
      .finally(refresh)
  if (list.isPending) return <Loading />
  return (
    <section className="page" aria-labelledby="grants-title">
      <h1 id="grants-title">{mayDecide ? 'Incarichi' : 'I miei incarichi'}</h1>
      <Problem of={problem ?? list.error} />
      {mayDecide && <Proposal />}
      <table className="small">
        <thead>
          <tr>
            <th scope="col">Stato</th>
            <th scope="col">A chi</th>
            <th scope="col">Ruolo</th>
            <th scope="col">Ambito</th>
            <th scope="col">Dal – al</th>
            <th scope="col">Proposto da</th>
            <th scope="col">Approvato da</th>
            <th scope="col">Motivo</th>
            <th scope="col">
              <span className="unseen">Azioni</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.data?.grants.map((each) => (
            <tr key={each.grant}>
              <td>
                <span
                  className={`mark ${each.state === 'proposed' ? 'warning' : each.state === 'given' ? 'plain' : 'quiet'}`}
                >
                  {STATES[each.state]}
                </span>
              </td>
              <td>{each.holderName ?? <span className="quiet">mai entrato</span>}</td>
              <td>{ROLES[each.role]}</td>
              <td>{scopeSaid(each.scope)}</td>
              <td>
                {onDay(each.from)} – {onDay(each.until)}
              </td>
              <td>{each.proposedBy}</td>
              <td>{each.approvedBy ?? '–'}</td>
              <td>{each.reason}</td>
              <td>
                {mayDecide && each.state === 'proposed' && each.holder !== person && (
                  <Button onPress={() => void decide('approveGrant', each.grant)}>Approva</Button>
                )}{' '}
                {mayDecide && ['proposed', 'given'].includes(each.state) && (
                  <Button className="plain-button" onPress={() => void decide('revokeGrant', each.grant)}>
                    Revoca
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Proposal() {
  const people = useQuery({ queryKey: ['people'], queryFn: () => ask('people') })
  const [holder, setHolder] = useState('')
  const [role, setRole] = useState<Role>('OPERATORE')
  const [over, setOver] = useState('flotta')
  const [office, setOffice] = useState('')
  const [months, setMonths] = useState(6)
  const [reason, setReason] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const scope = scopeForm.safeParse(
    over === 'flotta'
      ? { kind: 'flotta' }
      : over === 'ufficio'
        ? { kind: 'ufficio', office }
        : { kind: 'regione', region: over },
  ).data
  const isWhole = holder !== '' && reason.trim() !== '' && scope !== undefined

  function propose() {
    if (!scope) return
    const from = new Date()
    const until = new Date(from)
    until.setUTCMonth(until.getUTCMonth() + months)
    const body: Body<'proposeGrant'> = {
      ...{ holder, role, scope, reason: reason.trim() },
      ...{ from: from.toISOString(), until: until.toISOString() },
    }
    void ask('proposeGrant', { body })
      .then(() => {
        setProblem(null)
        setHolder('')
        setReason('')
      }, setProblem)
      .finally(refresh)
  }
  return (
    <Form
      className="line"
      aria-label="Nuovo incarico"
      onSubmit={(event) => {
        event.preventDefault()
        if (isWhole) propose()
      }}
    >
      <label>
        A chi
        <select value={holder} onChange={({ target }) => setHolder(target.value)}>
          <option value="">scelga</option>
          {people.data?.people.map(({ person, name }) => (
            <option key={person} value={person}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Ruolo
        <select value={role} onChange={({ target }) => setRole(target.value as Role)}>
          {GIVEN.map((each) => (
            <option key={each} value={each}>
              {ROLES[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        Ambito
        <select value={over} onChange={({ target }) => setOver(target.value)}>
          <option value="flotta">tutta la flotta</option>
          <option value="ufficio">un ufficio</option>
          {Object.entries(regions).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {over === 'ufficio' && (
        <TextField value={office} onChange={setOffice}>
          <Label>Codice dell’ufficio</Label>
          <Input />
        </TextField>
      )}
      <label>
        Durata
        <select value={months} onChange={({ target }) => setMonths(Number(target.value))}>
          {MONTHS.map((each) => (
            <option key={each} value={each}>
              {each === 1 ? '1 mese' : `${each} mesi`}
            </option>
          ))}
        </select>
      </label>
      <TextField value={reason} onChange={setReason} maxLength={300} className="grows">
        <Label>Motivo</Label>
        <Input />
      </TextField>
      <Button type="submit" isDisabled={!isWhole}>
        Proponi
      </Button>
      <Problem of={problem} />
    </Form>
  )
}
