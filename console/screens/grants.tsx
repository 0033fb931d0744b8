import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { Answer, Body } from '../../contract/console/api.ts'
import { type Role, scope as scopeForm } from '../../contract/console/people.ts'
import { regions } from '../../contract/console/regions.ts'
import { ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay, useMe } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { onDay, ROLES, scopeSaid } from '../words.ts'

type Grant = Answer<'grants'>['grants'][number]
const STATES: Record<Grant['state'], string> = {
  proposed: '◆ attende la seconda persona',
  given: '● in vigore',
  unused: '◌ sospeso: non usato da 90 giorni',
  unconfirmed: '◌ sospeso: non confermato',
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
  const decide = (name: 'approveGrant' | 'confirmGrant' | 'revokeGrant', grant: string) =>
    ask(name, { body: { grant } })
      .then(() => setProblem(null), setProblem)
      .finally(refresh)
  if (list.isPending) return <Loading />
  return (
    <section className="page" aria-labelledby="grants-title">
      <h1 id="grants-title">{mayDecide ? 'Incarichi' : 'I miei incarichi'}</h1>
      <Problem of={problem ?? list.error} />
      <Waiting grants={list.data?.grants ?? []} />
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
            <th scope="col">Usato</th>
            <th scope="col">Da confermare</th>
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
                  className={`mark ${each.state === 'proposed' || isSuspended(each) ? 'warning' : each.state === 'given' ? 'plain' : 'quiet'}`}
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
              <td>{each.usedAt ? <Ago at={each.usedAt} /> : '–'}</td>
              <td>
                <Due of={each} />
              </td>
              <td>{each.reason}</td>
              <td>
                {mayDecide && each.state === 'proposed' && each.holder !== person && (
                  <Button onPress={() => void decide('approveGrant', each.grant)}>Approva</Button>
                )}{' '}
                {mayDecide && each.holder !== person && (isSuspended(each) || isDue(each)) && (
                  <Button onPress={() => void decide('confirmGrant', each.grant)}>
                    {isSuspended(each) ? 'Riattiva' : 'Conferma'}
                  </Button>
                )}{' '}
                {mayDecide && !['revoked', 'ended'].includes(each.state) && (
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

/** What its reader is to do, before the list. */
function Waiting({ grants }: { grants: readonly Grant[] }) {
  const mayDecide = useMay('grants.decide')
  const [due, suspended] = [grants.filter(isDue).length, grants.filter(isSuspended).length]
  if (due + suspended === 0) return null
  return (
    <p className="notice">
      {due > 0 && `Da confermare questo trimestre: ${due}. Senza risposta, dopo 30 giorni sono sospesi. `}
      {suspended > 0 && `Sospesi: ${suspended}. `}
      {!mayDecide && 'Lo chieda a chi amministra la piattaforma.'}
    </p>
  )
}

const isSuspended = ({ state }: Grant) => state === 'unused' || state === 'unconfirmed'
/** A quarter has passed since somebody said that it is wanted. */
const isDue = ({ state, confirmFrom }: Grant) =>
  state === 'given' && confirmFrom !== null && Date.parse(confirmFrom) <= Date.now()

function Due({ of }: { of: Grant }) {
  if (of.state !== 'given' || of.confirmFrom === null || of.confirmBy === null) return '–'
  return isDue(of) ? (
    <span className="mark warning">◆ entro il {onDay(of.confirmBy)}</span>
  ) : (
    <span className="quiet">dal {onDay(of.confirmFrom)}</span>
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
