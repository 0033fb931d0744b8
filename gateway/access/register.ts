import type { Clock } from '../../basics/time.ts'
import type { DatiPersona } from '../../contract/anpr.ts'
import { exemptionOf } from '../../contract/bollo.ts'
import type { Result } from '../../contract/result.ts'
import type { AnprFailure, Heard, Trace } from '../anpr/answers.ts'
import type { AnprCalls, AnprClient, OwnData } from '../anpr/client.ts'
import type { Telling } from '../anpr/services.ts'
import type { Asked, Sheet } from '../anpr/subjects.ts'
import type { Database } from '../store/schema.ts'
import { askerOf } from './asker.ts'
import { beginAccess, type Ended, endAccess, type Looked, type Looker, noteRefusal } from './log.ts'

/**
 * ANPR, as rooms have it: whoever asks says first in whose name, and no question leaves without its line in the access
 * log. `start.ts` hands ANPR's client to the register alone (dependency-cruiser holds it).
 */
export interface Register {
  askedBy(looker: Looker): Looks
}

/** ANPR's services, each with its line in the access log. */
export interface Looks {
  personOf(codiceFiscale: string): Promise<Result<{ idAnpr: string }, AnprFailure>>
  /** SECURITY: the sheet and the data of the person in whose name somebody looks, by their ID ANPR. */
  familyOf(idAnpr: string): Promise<Result<Sheet, AnprFailure>>
  ownDataOf(idAnpr: string): Promise<Result<OwnData, AnprFailure>>
  /**
   * What one service tells of one person, with the trace of the look. Whether a codice fiscale is theirs, the family
   * sheet says of a relative; of the person in whose name somebody looks, the log does.
   */
  tell(
    service: Telling,
    person: { idAnpr: string; isTheirs?: Asked['isTheirs'] },
    day: string,
  ): Promise<Heard<DatiPersona>>
  /**
   * The certificate with the number of its line. The line of an issue that ANPR has decided is ended by the settlement
   * (store/operations.ts), in its transaction.
   */
  issue(
    operation: string,
    wish: Parameters<AnprCalls['issue']>[1],
  ): Promise<{ line: string } & Awaited<ReturnType<AnprCalls['issue']>>>
  preview(wish: Parameters<AnprCalls['preview']>[0]): Promise<Result<string, AnprFailure>>
  alive(wish: Parameters<AnprCalls['alive']>[0]): Promise<Result<true, AnprFailure>>
  /** Notes a look that the gateway refuses without asking ANPR. */
  refused(wish: Refused, outcome: string): Promise<void>
}

type Wish = Pick<Parameters<AnprCalls['preview']>[0], 'subject' | 'types' | 'bollo'>
/** A certificate, or with the subject alone their data. */
type Refused = Pick<Wish, 'subject'> & Partial<Wish>

/**
 * The line comes before the question, so that a gateway which dies meanwhile, or a database that goes away, leaves no
 * look without a line. Its end comes before the answer is handed on, so that nobody sees what the log does not say.
 */
export function createRegister({
  db,
  anpr,
  reference,
  now,
}: {
  db: Database
  anpr: AnprClient
  reference(person: string): string
  now: Clock
}): Register {
  const wished = ({ subject, types = [], bollo }: Refused): Looked => ({
    subject: reference(subject),
    types: types.join(' '),
    exemption: bollo ? exemptionOf(bollo) : null,
  })
  return {
    askedBy(looker) {
      const calls = anpr.as(askerOf(looker))
      const isTheirs = (codiceFiscale: string) =>
        looker.requester === null ? null : reference(codiceFiscale) === looker.requester
      const begin = (looked: Looked) => beginAccess(db, looker, looked, now())
      async function noted<T>(
        looked: Looked,
        ask: () => Promise<Heard<T>>,
        tell: (answer: T) => Partial<Ended> = () => ({}),
      ): Promise<Result<T, AnprFailure>> {
        return (await traced(looked, ask, tell)).result
      }
      async function traced<T>(
        looked: Looked,
        ask: () => Promise<Heard<T>>,
        tell: (answer: T) => Partial<Ended> = () => ({}),
      ): Promise<Heard<T>> {
        const line = await begin(looked)
        const { result, trace } = await ask()
        const ended = result.ok ? { outcome: 'shown', ...tell(result.value) } : { outcome: outcomeOf(result.error) }
        await endAccess(db, line, { ...tracesOf(trace), ...ended })
        return { result, trace }
      }
      const service = (types: string, subject: string): Looked => ({
        ...{ types, subject: reference(subject), exemption: null },
      })
      return {
        // The log names a person by ID ANPR as soon as it is known: all that was asked about them is found by it.
        personOf: (codiceFiscale) =>
          noted(
            service('C030', codiceFiscale),
            () => calls.personOf(codiceFiscale),
            ({ idAnpr }) => ({ subject: reference(idAnpr) }),
          ),
        familyOf: (idAnpr) => noted(service('C021', idAnpr), () => calls.familyOf({ idAnpr, isTheirs })),
        ownDataOf: (idAnpr) => noted(service('C029 C021', idAnpr), () => calls.ownDataOf({ idAnpr, isTheirs })),
        tell: (code, { idAnpr, isTheirs: theirs = isTheirs }, day) =>
          traced(service(code, idAnpr), () => calls.tell(code, { idAnpr, isTheirs: theirs }, day)),
        alive: (wish) =>
          noted(service(wish.requester === wish.subject ? 'C019' : 'C019 C007', wish.subject), () => calls.alive(wish)),
        preview: (wish) => noted(wished(wish), () => calls.preview(wish)),
        async issue(operation, wish) {
          const line = await begin(wished(wish))
          const { result, trace } = await calls.issue(operation, wish)
          if (!result.ok && result.error.kind !== 'anpr-refused')
            await endAccess(db, line, { ...tracesOf(trace), outcome: outcomeOf(result.error) })
          return { line, result, trace }
        },
        refused: (wish, outcome) => noteRefusal(db, looker, wished(wish), now(), outcome),
      }
    },
  }
}

/** A trace as the columns of the access log hold it. */
export function tracesOf({ operations, transactions, warnings }: Trace) {
  const listed = (codes: readonly string[]) => codes.join(', ') || null
  return {
    anpr_operation: listed(operations),
    gate_transaction: listed(transactions),
    warnings: listed(warnings),
  }
}

const outcomeOf = (failure: AnprFailure): string => (failure.kind === 'anpr-refused' ? failure.code : failure.kind)
