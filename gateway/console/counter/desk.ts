import type { CallerAt } from '../../../contract/caller.ts'
import type { ConsoleProblem } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { SHAKEN_MS } from '../identity/fresh.ts'
import type { Session } from '../identity/sessions.ts'
import type { Sight } from '../permissions/matrix.ts'

/** An operator at work at a counter: logged in with a card, at an office of their grant. */
export interface Desk {
  caller: CallerAt<'counter'>
  office: string
  station: string
  /** As receipts and the access log name the operator. */
  number: string
  /** The operator as the access log names persons. */
  operator: string
  session: string
  /** When the card last shook hands. */
  shakenAt: Date
}

/** The offices at which these grants let somebody work. */
export const mayWorkAt = ({ fleet, offices }: Pick<Sight, 'fleet' | 'offices'>, office: string): boolean =>
  fleet || offices.includes(office)

const no = (kind: ConsoleProblem['kind']) => err<ConsoleProblem>({ kind, field: null })

interface At {
  session: Session
  sight: Sight
}

/** Where this session works, however long ago its card shook hands: nothing of a citizen is shown by it. */
export function deskOf({ session, sight }: At): Result<Desk, ConsoleProblem> {
  const { card, counter } = session
  if (card === null) return no('card-needed')
  if (counter === null || !mayWorkAt(sight, counter.office)) return no('no-counter')
  const { office, station } = counter
  return ok({
    ...{ office, station, number: card.number, operator: session.person, session: session.id, shakenAt: card.at },
    caller: { channel: 'counter', id: station, person: card.number },
  })
}

/** SECURITY: whoever has the cookie and not the card looks at nobody half an hour later. */
export function shakenDeskOf(at: At, now: Date): Result<Desk, ConsoleProblem> {
  const desk = deskOf(at)
  if (desk.ok && +now - +desk.value.shakenAt > SHAKEN_MS) return no('card-again')
  return desk
}
