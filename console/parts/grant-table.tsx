import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { ask } from '../ask.ts'
import { queries } from '../queries.ts'
import { onDay, ROLES, scopeSaid } from '../words.ts'
import { Ago } from './ago.tsx'
import { Head } from './head.tsx'
import { Sure } from './sure.tsx'

export type Grant = Answer<'grants'>['grants'][number]
const STATES: Record<Grant['state'], string> = {
  proposed: '◆ attende la seconda persona',
  given: '● in vigore',
  unused: '◌ sospeso: non usato da 90 giorni',
  unconfirmed: '◌ sospeso: non confermato',
  revoked: '⊘ revocato',
  ended: '○ terminato',
}

/** What may be done with one; the list is asked for anew afterwards. */
export const decideGrant = (name: 'approveGrant' | 'confirmGrant' | 'revokeGrant', grant: string): Promise<unknown> =>
  ask(name, { body: { grant } }).finally(() => queries.invalidateQueries({ queryKey: ['grants'] }))

/** Grants with what whoever looks may do with each. */
export function GrantTable({
  grants,
  label,
  decide,
}: {
  grants: readonly Grant[]
  label: string
  decide(...asked: Parameters<typeof decideGrant>): void
}) {
  return (
    <table className="small" aria-label={label}>
      <Head
        of={[
          'Stato',
          'A chi',
          'Ruolo',
          'Ambito',
          'Dal – al',
          'Proposto da',
          'Approvato da',
          'Usato',
          'Da confermare',
          'Motivo',
          { unseen: 'Azioni' },
        ]}
      />
      <tbody>
        {grants.map((each) => (
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
            <td>{each.scopeName ?? scopeSaid(each.scope)}</td>
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
              {each.may.includes('approve') && (
                <Button onPress={() => decide('approveGrant', each.grant)}>Approva</Button>
              )}{' '}
              {each.may.includes('confirm') && (isSuspended(each) || isDue(each)) && (
                <Button onPress={() => decide('confirmGrant', each.grant)}>
                  {isSuspended(each) ? 'Riattiva' : 'Conferma'}
                </Button>
              )}{' '}
              {each.may.includes('revoke') && (
                <Sure
                  action="Revoca"
                  of={`${ROLES[each.role]}, ${each.holderName ?? 'mai entrato'}`}
                  onSure={() => decide('revokeGrant', each.grant)}
                >
                  L’incarico finisce subito. Per ridarlo serve una proposta nuova, che una seconda persona approva.
                </Sure>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What its reader is to do, before the list. */
export function Waiting({ grants }: { grants: readonly Grant[] }) {
  const mayDecide = grants.some(({ may }) => may.length > 0)
  const [due, suspended] = [grants.filter(isDue).length, grants.filter(isSuspended).length]
  if (due + suspended === 0) return null
  return (
    <p className="notice">
      {due > 0 && `Da confermare questo trimestre: ${due}. Senza risposta, dopo 30 giorni sono sospesi. `}
      {suspended > 0 && `Sospesi: ${suspended}. `}
      {!mayDecide && 'Lo chieda a chi glielo ha dato.'}
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
