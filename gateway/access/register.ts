import type { Clock } from '../../basics/time.ts'
import type { DatiPersona } from '../../contract/anpr.ts'
import { exemptionOf } from '../../contract/bollo.ts'
import type { Result } from '../../contract/result.ts'
import { type AnprFailure, type Heard, NO_TRACE, type Trace } from '../anpr/answers.ts'
import type { Certificate } from '../anpr/certificate.ts'
import type { AnprCalls, AnprClient, OwnData, Question } from '../anpr/client.ts'
import type { Domicile } from '../anpr/inad.ts'
import type { Telling } from '../anpr/services.ts'
import type { Asked, Sheet } from '../anpr/subjects.ts'
import type { End, Ended } from '../store/access-ends.ts'
import type { Database } from '../store/schema.ts'
import { type Assurance, askerOf } from './asker.ts'
import { type BulkLook, type BulkWish, beginBulk, bulkAgain } from './bulk.ts'
import { ACCESSES, type AccessLog, createAccessLog, type Looked, type Looker } from './log.ts'
import { createOwnIds } from './own-ids.ts'

/**
 * ANPR, as rooms have it: whoever asks says first in whose name, and no question leaves without its line in the access
 * log. `start.ts` hands ANPR's client to the register alone (dependency-cruiser holds it).
 */
export interface Register {
  askedBy(looker: Looker): Looks
  /** The person has left: nothing that was got in their name is kept. */
  left(looker: Looker): void
  /**
   * For work that hands on nothing of what it hears before it has written how its looks ended: `told` writes that, or
   * `ends` gives it away, for a settlement to write.
   */
  together(): Together
}

export interface Together extends Pick<Register, 'askedBy'> {
  ends(): Promise<End[]>
  told(): Promise<void>
  /** How long ANPR was waited for, in ms. */
  anprMs(): number
}

/** ANPR's services, each with its line in the access log. */
export interface Looks {
  personOf(codiceFiscale: string, question?: Question): Promise<Result<{ idAnpr: string }, AnprFailure>>
  /** The same with the trace of the look, for an office's file. */
  identify(codiceFiscale: string, question: Question): Promise<Heard<{ idAnpr: string }>>
  /** The ID ANPR of the person in whose name somebody looks: asked once while they are at this machine (own-ids.ts). */
  ownIdOf(codiceFiscale: string): Promise<Result<{ idAnpr: string }, AnprFailure>>
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
    question: Question,
  ): Promise<Heard<DatiPersona>>
  /**
   * The certificate with the number of its line, once ANPR has said that its people are alive. The line of an issue that
   * ANPR has decided is ended by the settlement (store/operations.ts), in its transaction. Null: the operation was settled
   * or withdrawn meanwhile, and ANPR was not asked.
   */
  issue(
    operation: string,
    wish: Parameters<AnprCalls['issue']>[1],
  ): Promise<({ line: string } & Awaited<ReturnType<AnprCalls['issue']>>) | null>
  /** The certificate that ANPR has issued under this id, once more: for the same wish it gives the same one. */
  reissue(anprId: string, wish: Parameters<AnprCalls['issue']>[1]): Promise<Result<Certificate, AnprFailure>>
  preview(wish: Parameters<AnprCalls['preview']>[0]): Promise<Result<string, AnprFailure>>
  alive(wish: Parameters<AnprCalls['alive']>[0]): Promise<Result<true, AnprFailure>>
  /** INAD: the digital domiciles of the person in whose name somebody looks. */
  domicilesOf(codiceFiscale: string): Promise<Result<readonly Domicile[], AnprFailure>>
  /** A list for a bulk service of ANPR. */
  inBulk(wanted: BulkWish): Promise<BulkLook>
  /** The list that this operation has at a bulk service, by ANPR's id of it. */
  bulkAgain(wanted: Pick<BulkWish, 'service' | 'code'>, job: string | null): Omit<BulkLook, 'job'>
  /** Ends a job that another process has left; it shows nothing of anybody. */
  cancelBulk(service: BulkWish['service'], job: string): Promise<Result<true, AnprFailure>>
  /** Notes that somebody is told who looked at this person. */
  accesses(idAnpr: string): Promise<void>
  /** Notes a look that the gateway refuses without asking ANPR. */
  refused(wish: Refused, outcome: string): Promise<void>
}

type Wish = Pick<Parameters<AnprCalls['preview']>[0], 'subject' | 'types' | 'bollo'>
/** What is looked at, and in how many questions that need an id. */
interface Look {
  looked: Looked
  questions: number
}
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
  loa,
  now,
}: {
  db: Database
  anpr: AnprClient
  reference(person: string): string
  loa: Assurance
  now: Clock
}): Register {
  const wished = ({ subject, types = [], bollo }: Refused): Looked => ({
    subject: reference(subject),
    types: types.join(' '),
    exemption: bollo ? exemptionOf(bollo) : null,
  })
  const log = createAccessLog(db)
  const ownIds = createOwnIds(now)
  const asked =
    (end: AccessLog['end'], endShared = end, took: (ms: number) => void = () => undefined) =>
    (looker: Looker): Looks => {
      const asker = askerOf(looker, loa, reference)
      const isTheirs = (codiceFiscale: string) =>
        looker.requester === null ? null : reference(codiceFiscale) === looker.requester
      async function begin({ looked, questions }: Look) {
        const { line, ids } = await log.begin(looker, looked, now(), questions)
        return { line, calls: anpr.as(asker, ids) }
      }
      async function waited<T>(asking: Promise<T>): Promise<T> {
        const began = performance.now()
        return asking.finally(() => took(performance.now() - began))
      }
      async function noted<T>(
        look: Look,
        ask: (calls: AnprCalls) => Promise<Heard<T>>,
        tell?: (answer: T) => Partial<Ended>,
        write = end,
      ): Promise<Result<T, AnprFailure>> {
        return (await traced(look, ask, tell, write)).result
      }
      async function traced<T>(
        look: Look,
        ask: (calls: AnprCalls) => Promise<Heard<T>>,
        tell?: (answer: T) => Partial<Ended>,
        write = end,
      ): Promise<Heard<T>> {
        return answered(await begin(look), ask, tell, write)
      }
      async function answered<T>(
        { line, calls }: { line: string; calls: AnprCalls },
        ask: (calls: AnprCalls) => Promise<Heard<T>>,
        tell: (answer: T) => Partial<Ended> = () => ({}),
        write = end,
      ): Promise<Heard<T>> {
        const { result, trace } = await waited(ask(calls))
        const ended = result.ok ? { outcome: 'shown', ...tell(result.value) } : { outcome: outcomeOf(result.error) }
        await write(line, { ...tracesOf(trace), ...ended })
        return { result, trace }
      }
      const services = (types: string, subject: string): Look => ({
        looked: { types, subject: reference(subject), exemption: null },
        questions: types.split(' ').length,
      })
      const lifeOf = ({ requester, subject }: Parameters<AnprCalls['alive']>[0]) =>
        services(requester === subject ? 'C019' : 'C019 C007', subject)
      // The log names a person by ID ANPR as soon as it is known: all that was asked about them is found by it.
      const identify = (codiceFiscale: string, question?: Question, write = end) =>
        traced(
          services('C030', codiceFiscale),
          (calls) => calls.personOf(codiceFiscale, question),
          ({ idAnpr }) => ({ subject: reference(idAnpr) }),
          write,
        )
      const personOf = async (...asked: Parameters<typeof identify>) => (await identify(...asked)).result
      const inList = { log, reference, now, as: (ids: Iterable<string>) => anpr.as(asker, ids) }
      return {
        personOf: (codiceFiscale, question) => personOf(codiceFiscale, question),
        identify: (codiceFiscale, question) => identify(codiceFiscale, question),
        async ownIdOf(codiceFiscale) {
          if (looker.requester === null || isTheirs(codiceFiscale) !== true) return personOf(codiceFiscale)
          return ownIds.of(looker.caller, looker.requester, () => personOf(codiceFiscale, undefined, endShared))
        },
        familyOf: (idAnpr) => noted(services('C021', idAnpr), (calls) => calls.familyOf({ idAnpr, isTheirs })),
        ownDataOf: (idAnpr) => noted(services('C029 C021', idAnpr), (calls) => calls.ownDataOf({ idAnpr, isTheirs })),
        tell: (code, { idAnpr, isTheirs: theirs = isTheirs }, question) =>
          traced(services(code, idAnpr), (calls) => calls.tell(code, { idAnpr, isTheirs: theirs }, question)),
        alive: (wish) => noted(lifeOf(wish), (calls) => calls.alive(wish)),
        domicilesOf: (codiceFiscale) =>
          noted(services('INAD', codiceFiscale), (calls) => calls.domicilesOf(codiceFiscale)),
        preview: (wish) => noted({ looked: wished(wish), questions: 1 }, (calls) => calls.preview(wish)),
        async issue(operation, wish) {
          // Its question has the operation's own id. Both lines share a commit, so that a citizen waits for one less.
          const [life, begun] = await Promise.all([
            begin(lifeOf(wish)),
            log.beginIssue({ ...looker, operation: looker.operation ?? '' }, wished(wish), now()),
          ])
          if (begun === null) {
            await end(life.line, { ...tracesOf(NO_TRACE), outcome: 'withdrawn' })
            return null
          }
          const { line, ids } = begun
          const lives = await answered(life, (own) => own.alive(wish))
          const { result, trace } = lives.result.ok
            ? await waited(anpr.as(asker, ids).issue(operation, wish))
            : { result: lives.result, trace: NO_TRACE }
          if (!result.ok && result.error.kind !== 'anpr-refused')
            await end(line, { ...tracesOf(trace), outcome: outcomeOf(result.error) })
          return { line, result, trace }
        },
        reissue: (anprId, wish) => noted({ looked: wished(wish), questions: 0 }, (calls) => calls.issue(anprId, wish)),
        inBulk: (wanted) => beginBulk(inList, looker, wanted),
        bulkAgain: (wanted, job) => bulkAgain(inList, looker, wanted, job),
        cancelBulk: async (service, job) => (await anpr.as(asker, []).cancelBulk(service, job)).result,
        refused: (wish, outcome) => log.note(looker, wished(wish), now(), outcome),
        accesses: (idAnpr) => log.note(looker, services(ACCESSES, idAnpr).looked, now(), 'shown'),
      }
    }
  return {
    askedBy: asked(log.end),
    left(looker) {
      anpr.forget(askerOf(looker, loa, reference))
      if (looker.requester !== null) ownIds.forget(looker.caller, looker.requester)
    },
    together() {
      const kept: End[] = []
      const written: Promise<void>[] = []
      let ms = 0
      const keep: AccessLog['end'] = async (line, ended) => {
        kept.push({ ...ended, line })
      }
      // Others may use what this look tells, so its end is written before their lines are.
      const write: AccessLog['end'] = async (line, ended) => {
        const end = log.end(line, ended)
        written.push(end)
        // Whoever asks for the ends hears of it.
        end.catch(() => undefined)
      }
      const ends = async () => {
        await Promise.all(written)
        return kept.splice(0)
      }
      return {
        askedBy: asked(keep, write, (each) => {
          ms += each
        }),
        anprMs: () => ms,
        ends,
        async told() {
          await Promise.all((await ends()).map(({ line, ...ended }) => log.end(line, ended)))
        },
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
