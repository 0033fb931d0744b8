import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import { noticeSentence } from '../../contract/command.ts'
import { COMMAND_REFUSALS } from '../../contract/command-words.ts'
import type { Answer } from '../../contract/console/api.ts'
import { type OrderKind, orderKinds, SECOND_PERSON } from '../../contract/console/commands.ts'
import { totemId } from '../../contract/identity.ts'
import type { TrialOutcome } from '../../contract/readiness.ts'
import { ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { useDeed } from '../parts/deed.ts'
import { Choice, Missing, missingOf } from '../parts/fields.tsx'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { trialSaid } from '../parts/readiness.tsx'
import { Sure } from '../parts/sure.tsx'
import { useMay, useMe } from '../parts/who.ts'
import { queries, REFRESH_MS } from '../queries.ts'
import { COMMAND_STATES, COMMANDS, counted, NOTICES, ORDER_STATES, onDay, TRIAL_OUTCOMES } from '../words.ts'

type Order = Answer<'orders'>['orders'][number]

const refresh = () => Promise.all(['orders', 'totem'].map((key) => queries.invalidateQueries({ queryKey: [key] })))

/** What was asked of totems from afar, what waits for a second person, and what came of it. */
export function CommandsScreen() {
  const { totem } = useSearch({ from: '/comandi' })
  return (
    <section className="page" aria-labelledby="commands-title">
      <h1 id="commands-title">Comandi</h1>
      <OrderForm totems={totem ?? ''} />
      <OrderList totem={totem} />
    </section>
  )
}

/** Of one totem, on its page. */
export function TotemCommands({ totem }: { totem: string }) {
  return (
    <section aria-labelledby="commands-title">
      <h2 id="commands-title">Comandi</h2>
      <OrderForm totems={totem} isOne />
      <OrderList totem={totem} isPart />
    </section>
  )
}

/** `isOne`: it is about this totem, and no other can be typed. */
function OrderForm({ totems: given, isOne = false }: { totems: string; isOne?: boolean }) {
  const { may } = useMe()
  const kinds = orderKinds.filter((kind) => may.includes(`command.${kind}`))
  const [kind, setKind] = useState<OrderKind | ''>('')
  const [totems, setTotems] = useState(given)
  const [sentence, setSentence] = useState<keyof typeof NOTICES>('works')
  const [day, setDay] = useState('')
  const [reason, setReason] = useState('')
  const [told, setTold] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  if (kinds.length === 0) return null
  const named = [...new Set((isOne ? given : totems).split(/[\s,;]+/).filter(Boolean))]
  const missing = missingOf({
    'il comando': kind !== '',
    'un totem, come PG-0001': named.length > 0 && named.every((each) => totemId.safeParse(each).success),
    'il giorno': kind !== 'notice' || day !== '',
    'il motivo': reason.trim() !== '',
  })

  function send() {
    if (kind === '') return
    const args: Record<string, string> = kind === 'notice' ? { sentence, day } : {}
    void ask('orderCommand', { body: { kind, args, totems: named, reason: reason.trim() } })
      .then(({ state }) => {
        setProblem(null)
        setTold(
          state === 'proposed'
            ? `${COMMANDS[kind].name}: proposto. Ora serve una seconda persona che approvi.`
            : `${COMMANDS[kind].name}: inviato. Il totem lo prende al prossimo contatto, entro un minuto.`,
        )
        setReason('')
        setKind('')
      }, setProblem)
      .finally(refresh)
  }
  return (
    <>
      <Form
        className="line"
        aria-label="Nuovo comando"
        onSubmit={(event) => {
          event.preventDefault()
          if (missing.length === 0) send()
        }}
      >
        <Choice
          {...{ label: 'Comando', open: 'scelga', value: kind }}
          set={(chosen) => {
            setKind(chosen)
            setTold('')
          }}
          of={kinds.map((each) => [each, COMMANDS[each].name])}
        />
        {!isOne && (
          <TextField value={totems} onChange={setTotems} className="grows">
            <Label>Totem, separati da spazi</Label>
            <Input />
          </TextField>
        )}
        {kind === 'notice' && (
          <>
            <Choice
              {...{ label: 'Avviso', value: sentence, set: setSentence }}
              of={noticeSentence.options.map((each) => [each, NOTICES[each]])}
            />
            <label>
              Giorno
              <input type="date" value={day} onChange={({ target }) => setDay(target.value)} />
            </label>
          </>
        )}
        <TextField value={reason} onChange={setReason} maxLength={300} className="grows">
          <Label>Motivo</Label>
          <Input />
        </TextField>
        <Button type="submit" isDisabled={missing.length > 0}>
          {kind !== '' && SECOND_PERSON.includes(kind) ? 'Proponi' : 'Invia'}
        </Button>
        {kind !== '' && <Missing of={missing} />}
        <Problem of={problem} />
      </Form>
      {kind !== '' && <p className="quiet">{COMMANDS[kind].effect}</p>}
      <p className="quiet" role="status">
        {told}
      </p>
    </>
  )
}

const TONES: Record<Order['state'], string> = {
  ...{ proposed: 'warning', issued: 'plain', lapsed: 'quiet', withdrawn: 'quiet', stopped: 'warning' },
}

/** `isPart`: on a totem's page, where an empty list says nothing. */
function OrderList({ totem, isPart = false }: { totem: string | undefined; isPart?: boolean }) {
  const mayApprove = useMay('commands.approve')
  const mayOrder = useMay('commands.order')
  const { grants } = useMe()
  const { problem, act } = useDeed(refresh)
  const list = useQuery({
    queryKey: ['orders', totem],
    queryFn: () => ask('orders', { query: totem === undefined ? {} : { totem } }),
    refetchInterval: REFRESH_MS / 2,
  })
  const decide = (name: 'approveOrder' | 'stopOrder', order: string) => act(ask(name, { body: { order } }))
  const approves = (kind: OrderKind) =>
    mayApprove && (kind !== 'revoke' || grants.some(({ role }) => role === 'PIATTAFORMA'))
  if (list.isPending) return isPart ? null : <Loading />
  const orders = list.data?.orders ?? []
  return (
    <>
      <Problem of={problem ?? list.error} />
      {orders.length === 0 ? (
        <p className={isPart ? 'quiet' : 'empty'}>Nessun comando finora.</p>
      ) : (
        <table className="small" aria-label="Comandi">
          <Head of={['Comando', 'Chiesto', 'A che punto è', 'Perché', { unseen: 'Azioni' }]} />
          <tbody>
            {orders.map((each) => (
              <tr key={each.order}>
                <td>
                  {COMMANDS[each.kind].name}
                  {each.kind === 'notice' && (
                    <span className="row quiet">
                      {NOTICES[noticeSentence.parse(each.args.sentence)]}, il {onDay(String(each.args.day))}
                    </span>
                  )}
                </td>
                <td>
                  {each.proposedBy}, <Ago at={each.proposedAt} />
                  {each.approvedBy !== null && each.approvedAt !== null && (
                    <span className="row quiet">
                      approvato da {each.approvedBy}, <Ago at={each.approvedAt} />
                    </span>
                  )}
                </td>
                <td>
                  {each.state !== 'issued' && (
                    <span className={`mark ${TONES[each.state]} row`}>
                      {each.stopped === 'refusals' ? '⊘ fermato: troppi totem rifiutano' : ORDER_STATES[each.state]}
                    </span>
                  )}
                  <Progress of={each} isOne={isPart} />
                </td>
                <td>{each.reason}</td>
                <td>
                  {each.state === 'proposed' && !each.own && approves(each.kind) && (
                    <Approve of={each} onApprove={() => decide('approveOrder', each.order)} />
                  )}{' '}
                  {mayOrder && isOpen(each) && (
                    <Button className="plain-button" onPress={() => decide('stopOrder', each.order)}>
                      {each.state === 'proposed' ? 'Ritira la proposta' : 'Ferma'}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

/** A totem that was revoked never comes back by itself: that is asked first. */
const Approve = ({ of: { kind, commands }, onApprove }: { of: Order; onApprove(): void }) =>
  kind === 'revoke' ? (
    <Sure
      action="Approva"
      of={`${COMMANDS.revoke.name}, ${commands.map(({ totem }) => totem).join(', ')}`}
      onSure={onApprove}
    >
      {COMMANDS.revoke.effect}
    </Sure>
  ) : (
    <Button onPress={onApprove}>Approva</Button>
  )

/** Something of it has not reached its totem yet. */
const isOpen = ({ state, counts }: Order) => state === 'proposed' || (state === 'issued' && counts.issued > 0)

/** One totem as a sentence; many as numbers, and each that would not by name. */
function Progress({ of: { commands, counts, state }, isOne }: { of: Order; isOne: boolean }) {
  if (state === 'proposed' || state === 'lapsed' || state === 'withdrawn')
    return <span className="quiet">{isOne ? null : <Totems of={commands} />}</span>
  const [only] = commands
  if (commands.length === 1 && only)
    return (
      <>
        {!isOne && <Totems of={commands} />}
        <Standing of={only} />
      </>
    )
  const known = Object.entries(counts).filter(([, count]) => count > 0)
  return (
    <>
      {known.map(([each, count]) => (
        <span key={each} className="row">
          {COMMAND_STATES[each as keyof typeof COMMAND_STATES].many}: {counted(count)}
        </span>
      ))}
      {commands
        .filter((each) => each.state === 'refused')
        .map((each) => (
          <span key={each.command} className="row">
            <Totems of={[each]} /> <Standing of={each} />
          </span>
        ))}
    </>
  )
}

function Standing({ of }: { of: Order['commands'][number] }) {
  const { said, tone } = COMMAND_STATES[of.state]
  const at = of.endedAt ?? (of.state === 'expired' ? of.expiresAt : (of.fetchedAt ?? of.issuedAt))
  return (
    <>
      <span className={`mark ${tone}`}>{said}</span>
      {of.refusal !== null && ` ${COMMAND_REFUSALS[of.refusal].it}`}
      {at !== null && (
        <>
          , <Ago at={at} />
        </>
      )}
      {of.found.length > 0 && <span className="row quiet">{of.found.map(foundSaid).join(', ')}</span>}
    </>
  )
}

/** Of a trial a part and how it is; of the log how many entries did not go. */
const foundSaid = ({ what, outcome }: Order['commands'][number]['found'][number]): string =>
  what === 'unsent'
    ? `voci non inviate: ${outcome}`
    : `${trialSaid(what)}: ${TRIAL_OUTCOMES[outcome as TrialOutcome]?.said ?? outcome}`

const Totems = ({ of }: { of: Order['commands'] }) => (
  <>
    {of.slice(0, 8).map(({ totem }) => (
      <span key={totem}>
        <Link className="id" to="/flotta/$totem" params={{ totem }} search={{}}>
          {totem}
        </Link>{' '}
      </span>
    ))}
    {of.length > 8 && <span className="quiet">e altri {counted(of.length - 8)}</span>}
  </>
)
