import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import type { Role, Scope } from '../../contract/console/people.ts'
import { isCodiceFiscale } from '../../contract/identity.ts'
import { ask } from '../ask.ts'
import { useDeed } from '../parts/deed.ts'
import { Choice, CodeField, Field, Missing, missingOf } from '../parts/fields.tsx'
import { decideGrant, GrantTable, Waiting } from '../parts/grant-table.tsx'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay, useMe } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { ROLES } from '../words.ts'

type Enti = Answer<'enti'>['enti']
type Agreements = Answer<'agreements'>['agreements']
const MONTHS = [3, 6, 12]
const isOfEnte = ({ kind }: Scope) => kind === 'ente' || kind === 'ufficio-ente'

/** Who decides, names and asks for a comune and the offices that ask it. */
export function OfficersScreen() {
  const mayDecide = useMay('grants.decide')
  const mayRegister = useMay('enti.register')
  const { problem, act } = useDeed()
  const list = useQuery({ queryKey: ['grants'], queryFn: () => ask('grants') })
  const enti = useQuery({ queryKey: ['enti'], queryFn: () => ask('enti') })
  const decide = (...asked: Parameters<typeof decideGrant>) => act(decideGrant(...asked))
  if (list.isPending || enti.isPending) return <Loading />
  const grants = list.data?.grants.filter(({ scope }) => isOfEnte(scope)) ?? []
  const places = [...new Set(grants.map(({ scopeName }) => scopeName ?? ''))].sort((one, other) =>
    one.localeCompare(other),
  )
  return (
    <section className="page" aria-labelledby="officers-title">
      <h1 id="officers-title">Utenti</h1>
      <p className="quiet">
        TOP decide per un comune e nomina l’ADMIN di un ufficio; ADMIN nomina chi chiede, e TOP lo approva. Ogni nomina
        ha due persone, dura al massimo un anno e va confermata ogni trimestre.
      </p>
      <Problem of={problem ?? list.error ?? enti.error} />
      <Waiting grants={grants} />
      {mayDecide && <Nomination enti={enti.data?.enti ?? []} />}
      {places.map((place) => (
        <section key={place} aria-label={place}>
          <h2 className="group">{place}</h2>
          <GrantTable
            grants={grants.filter(({ scopeName }) => (scopeName ?? '') === place)}
            label={`Persone di ${place}`}
            decide={decide}
          />
        </section>
      ))}
      {grants.length === 0 && <p className="empty">Nessuna persona ancora.</p>}
      {mayRegister && <Tenants enti={enti.data?.enti ?? []} />}
    </section>
  )
}

interface Offer {
  role: Role
  scope: Scope
  said: string
}
/** What whoever is here may propose: a role and where, by what they hold. */
function useOffers(enti: Enti): Offer[] {
  const { grants } = useMe()
  const mayAgreements = useMay('profiles.see')
  const agreements = useQuery({
    ...{ queryKey: ['agreements'], queryFn: () => ask('agreements'), enabled: mayAgreements },
  })
  return grants.flatMap(({ role, scope, scopeName }): Offer[] => {
    if (role === 'PIATTAFORMA' && scope.kind === 'flotta')
      return enti
        .filter(({ kind }) => kind === 'comune')
        .flatMap(({ id, name }) =>
          (['TOP', 'AUDITOR'] as const).map((given) => ({
            ...{ role: given, scope: { kind: 'ente', ente: id } as const, said: `${ROLES[given]}, ${name}` },
          })),
        )
    if (role === 'ADMIN' && scope.kind === 'ufficio-ente')
      return [{ role: 'STANDARD' as const, scope, said: `${ROLES.STANDARD}, ${scopeName}` }]
    if (role !== 'TOP' || scope.kind !== 'ente') return []
    const offices = officesOf(scope.ente, enti, agreements.data?.agreements ?? [])
    return [{ role: 'TOP' as const, scope, said: `${ROLES.TOP}, ${scopeName}` }, ...offices]
  })
}

/** The offices of the bodies with which a comune has agreed. */
const officesOf = (comune: string, enti: Enti, agreements: Agreements) =>
  enti
    .filter(({ id }) =>
      agreements.some((each) => each.comune === comune && each.fruitore === id && each.state === 'given'),
    )
    .flatMap(({ id: ente, name, uffici }) =>
      uffici.map(({ id: ufficio, name: office }) => ({
        ...{ role: 'ADMIN' as const, scope: { kind: 'ufficio-ente', ente, ufficio, comune } as const },
        said: `${ROLES.ADMIN}, ${name}, ${office}`,
      })),
    )

function Nomination({ enti }: { enti: Enti }) {
  const offers = useOffers(enti)
  const [which, setWhich] = useState('0')
  const [holder, setHolder] = useState('')
  const [months, setMonths] = useState('12')
  const [reason, setReason] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [isSaid, setSaid] = useState(false)
  const offer = offers[Number(which)]
  const missing = missingOf({ 'il codice fiscale': isCodiceFiscale(holder), 'il motivo': reason.trim() !== '' })
  const isWhole = offer !== undefined && missing.length === 0
  function propose() {
    if (!offer) return
    const from = new Date()
    const until = new Date(from)
    until.setUTCMonth(until.getUTCMonth() + Number(months))
    const days = { from: from.toISOString(), until: until.toISOString() }
    void ask('proposeGrant', {
      body: { holder, role: offer.role, scope: offer.scope, reason: reason.trim(), ...days },
    })
      .then(
        () => {
          setProblem(null)
          setHolder('')
          setReason('')
          setSaid(true)
        },
        (refused) => {
          setSaid(false)
          setProblem(refused)
        },
      )
      .finally(() => queries.invalidateQueries({ queryKey: ['grants'] }))
  }
  if (offers.length === 0) return null
  return (
    <form
      className="editor"
      aria-label="Nuova nomina"
      onSubmit={(event) => {
        event.preventDefault()
        if (isWhole) propose()
      }}
    >
      <h2>Nuova nomina</h2>
      <div className="fields">
        <Choice
          {...{ label: 'Che cosa', className: 'field', value: which, set: setWhich }}
          of={offers.map(({ said }, index) => [String(index), said])}
        />
        <CodeField label="Codice fiscale della persona" value={holder} set={setHolder} />
        <Choice
          {...{ label: 'Durata', className: 'field', value: months, set: setMonths }}
          of={MONTHS.map((each) => [String(each), `${each} mesi`])}
        />
        <Field label="Motivo" value={reason} most={300} set={setReason} />
      </div>
      <p className="quiet">
        Del codice fiscale resta solo un’impronta; il nome compare quando la persona entra la prima volta.
      </p>
      <Problem of={problem} />
      {isSaid && (
        <p className="notice good" role="status">
          Proposta: vale quando una seconda persona l’approva.
        </p>
      )}
      <p className="line">
        <Button type="submit" isDisabled={!isWhole}>
          Proponi
        </Button>
        <Missing of={missing} />
      </p>
    </form>
  )
}

/** None, or a day that there is in some year. */
const isPatronDay = (told: string): boolean => {
  const [day, month] = told.split('/')
  return told === '' || (/^\d\d\/\d\d$/.test(told) && !Number.isNaN(Date.parse(`2024-${month}-${day}`)))
}

/** Comuni and bodies as they are registered. */
function Tenants({ enti }: { enti: Enti }) {
  const [kind, setKind] = useState<'comune' | 'fruitore' | 'ufficio'>('comune')
  const [id, setId] = useState('')
  const [name, setName] = useState('')
  const [patron, setPatron] = useState('')
  const [of, setOf] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [isPatron, bodies] = [isPatronDay(patron), enti.filter((each) => each.kind === 'fruitore')]
  const missing = missingOf({
    'l’ente': kind !== 'ufficio' || of !== '',
    'il codice': id !== '',
    'il nome': name.trim() !== '',
    'il giorno del patrono come 24/06': kind !== 'comune' || isPatron,
  })
  function register() {
    const called = { id, name: name.trim() }
    const asked =
      kind === 'ufficio'
        ? ask('registerUfficio', { body: { ente: of, ...called } })
        : ask('registerEnte', {
            body:
              kind === 'comune'
                ? { kind, ...called, patron: patron.split('/').reverse().join('-') || null }
                : { kind, ...called },
          })
    void asked
      .then(() => {
        setProblem(null)
        setId('')
        setName('')
      }, setProblem)
      .finally(() => queries.invalidateQueries({ queryKey: ['enti'] }))
  }
  return (
    <>
      <h2>Enti</h2>
      <form
        className="line"
        aria-label="Nuovo ente o ufficio"
        onSubmit={(event) => {
          event.preventDefault()
          if (missing.length === 0) register()
        }}
      >
        <Choice
          {...{ label: 'Che cosa', value: kind, set: setKind }}
          of={[
            ['comune', 'un comune'],
            ['fruitore', 'un ente che chiede'],
            ['ufficio', 'un ufficio'],
          ]}
        />
        {kind === 'ufficio' && (
          <Choice
            {...{ label: 'Di quale ente', open: 'scelga', value: of, set: setOf }}
            of={bodies.map((each) => [each.id, each.name])}
          />
        )}
        <Field
          label={kind === 'comune' ? 'Codice ISTAT' : 'Sigla'}
          value={id}
          most={20}
          set={(text) => setId(text.toUpperCase())}
        />
        <Field label="Nome" value={name} most={120} set={setName} />
        {kind === 'comune' && <Field label="Patrono (GG/MM)" value={patron} most={5} set={setPatron} />}
        <Button type="submit" isDisabled={missing.length > 0}>
          Registra
        </Button>
        <Missing of={missing} />
        <Problem of={problem} />
      </form>
      <table className="small" aria-label="Enti registrati">
        <Head of={['Codice', 'Nome', 'Uffici']} />
        <tbody>
          {enti.map((each) => (
            <tr key={each.id}>
              <td className="id">{each.id}</td>
              <th scope="row">{each.name}</th>
              <td>
                {each.kind === 'comune'
                  ? `comune${each.patron === null ? '' : `, patrono ${each.patron.split('-').reverse().join('/')}`}`
                  : each.uffici.map((office) => office.name).join(', ') || '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
