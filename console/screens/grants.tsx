import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { Body } from '../../contract/console/api.ts'
import { type Role, scope as scopeForm } from '../../contract/console/people.ts'
import { regions } from '../../contract/console/regions.ts'
import { ask } from '../ask.ts'
import { useDeed } from '../parts/deed.ts'
import { Choice, Missing, missingOf } from '../parts/fields.tsx'
import { decideGrant, GrantTable, Waiting } from '../parts/grant-table.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay, useMe } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { many, ROLES } from '../words.ts'

const GIVEN: Role[] = ['OPERATORE', 'CAMPO', 'PIATTAFORMA', 'AUDITOR', 'SPORTELLO']
const MONTHS = [1, 3, 6, 12]

const refresh = () => queries.invalidateQueries({ queryKey: ['grants'] })

/** Who may what, until when, and who gave it: one proposes, another approves, neither is its holder. */
export function GrantsScreen() {
  const { person, grants: grantsHeld } = useMe()
  const mayDecide = useMay('grants.decide') && grantsHeld.some(({ role }) => role === 'PIATTAFORMA')
  const { problem, act } = useDeed()
  const list = useQuery({ queryKey: ['grants'], queryFn: () => ask('grants') })
  const decide = (...asked: Parameters<typeof decideGrant>) => act(decideGrant(...asked))
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
  const [months, setMonths] = useState('6')
  const [reason, setReason] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const scope = scopeForm.safeParse(
    over === 'flotta'
      ? { kind: 'flotta' }
      : over === 'ufficio'
        ? { kind: 'ufficio', office }
        : { kind: 'regione', region: over },
  ).data
  const missing = missingOf({
    'a chi': holder !== '',
    'il codice dell’ufficio': scope !== undefined,
    'il motivo': reason.trim() !== '',
  })

  function propose() {
    if (!scope) return
    const from = new Date()
    const until = new Date(from)
    until.setUTCMonth(until.getUTCMonth() + Number(months))
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
        if (missing.length === 0) propose()
      }}
    >
      <Choice
        {...{ label: 'A chi', open: 'scelga', value: holder, set: setHolder }}
        of={people.data?.people.map(({ person, name }) => [person, name]) ?? []}
      />
      <Choice {...{ label: 'Ruolo', value: role, set: setRole }} of={GIVEN.map((each) => [each, ROLES[each]])} />
      <Choice
        {...{ label: 'Ambito', value: over, set: setOver }}
        of={[['flotta', 'tutta la flotta'], ['ufficio', 'un ufficio'], ...Object.entries(regions)]}
      />
      {over === 'ufficio' && (
        <TextField value={office} onChange={setOffice}>
          <Label>Codice dell’ufficio</Label>
          <Input />
        </TextField>
      )}
      <Choice
        {...{ label: 'Durata', value: months, set: setMonths }}
        of={MONTHS.map((each) => [String(each), many(each, 'mese', 'mesi')])}
      />
      <TextField value={reason} onChange={setReason} maxLength={300} className="grows">
        <Label>Motivo</Label>
        <Input />
      </TextField>
      <Button type="submit" isDisabled={missing.length > 0}>
        Proponi
      </Button>
      <Missing of={missing} />
      <Problem of={problem} />
    </Form>
  )
}
