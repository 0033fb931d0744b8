import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { Body } from '../../contract/console/api.ts'
import { type Role, scope as scopeForm } from '../../contract/console/people.ts'
import { regions } from '../../contract/console/regions.ts'
import { ask } from '../ask.ts'
import { decideGrant, GrantTable, Waiting } from '../parts/grant-table.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay, useMe } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { ROLES } from '../words.ts'

const GIVEN: Role[] = ['OPERATORE', 'CAMPO', 'PIATTAFORMA', 'AUDITOR', 'SPORTELLO']
const MONTHS = [1, 3, 6, 12]

const refresh = () => queries.invalidateQueries({ queryKey: ['grants'] })

/** Who may what, until when, and who gave it: one proposes, another approves, neither is its holder. */
export function GrantsScreen() {
  const { person, grants: grantsHeld } = useMe()
  const mayDecide = useMay('grants.decide') && grantsHeld.some(({ role }) => role === 'PIATTAFORMA')
  const [problem, setProblem] = useState<unknown>(null)
  const list = useQuery({ queryKey: ['grants'], queryFn: () => ask('grants') })
  const decide = (...asked: Parameters<typeof decideGrant>) =>
    void decideGrant(...asked).then(() => setProblem(null), setProblem)
  if (list.isPending) return <Loading />
  // Who decides for a comune or an office has its people on the screen Utenti.
  const isPlatform = grantsHeld.some(({ scope }) => scope.kind === 'flotta')
  const grants = (list.data?.grants ?? []).filter(({ holder }) => isPlatform || holder === person)
  return (
    <section className="page" aria-labelledby="grants-title">
      <h1 id="grants-title">{mayDecide ? 'Incarichi' : 'I miei incarichi'}</h1>
      <Problem of={problem ?? list.error} />
      <Waiting grants={grants} />
      {mayDecide && <Proposal />}
      <GrantTable grants={grants} label="Incarichi" decide={decide} />
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
