import type { Clock } from '../../basics/time.ts'
import type { Result } from '../../contract/result.ts'
import type { AnprFailure } from '../anpr/answers.ts'
import type { BulkState } from '../anpr/bulk.ts'
import type { AnprCalls, Question } from '../anpr/client.ts'
import type { BulkService, Listed } from '../anpr/services.ts'
import type { AccessLog, Looker } from './log.ts'

export interface BulkWish {
  service: BulkService
  /** The consultation whose twin that is: the access log says what is looked at, whichever way. */
  code: Listed
  /** Codici fiscali or ID ANPR. */
  keys: readonly string[]
  question: Question
}

/** A list that a bulk service has. */
export interface BulkLook {
  /** By which id ANPR has it. */
  job: Result<string, AnprFailure>
  state(job: string): Promise<Result<BulkState, AnprFailure>>
  cancel(job: string): Promise<Result<true, AnprFailure>>
  /** How each person's look ended, by the key that was asked for; who is missing here was not answered. */
  ended(outcomes: ReadonlyMap<string, string>): Promise<void>
}

/** Of a person about whom the file that came back says nothing. */
const NOT_ANSWERED = 'not-answered'

interface Parts {
  log: AccessLog
  reference(person: string): string
  now: Clock
  as(ids: Iterable<string>): AnprCalls
}

/** Hands a list to ANPR; each person on it has a line in the access log before it leaves. */
export async function beginBulk(
  { log, reference, now, as }: Parts,
  looker: Looker,
  { service, code, keys, question }: BulkWish,
): Promise<BulkLook> {
  const begun = await Promise.all(
    keys.map((key, at) => {
      const looked = { types: code, subject: reference(key), exemption: null }
      return log.begin(looker, looked, now(), at === 0 ? 1 : 0)
    }),
  )
  const calls = as(begun.flatMap(({ ids }) => ids))
  const { result: job, trace } = await calls.beginBulk(service, code, keys, question)
  return {
    job,
    ...jobAt(calls, service),
    ended: (outcomes) =>
      end(
        log,
        begun.map(({ line }, at) => ({ line, outcome: outcomes.get(keys[at] ?? '') })),
        { operation: job.ok ? job.value : null, transactions: trace.transactions },
      ),
  }
}

/**
 * The same list, for a gateway that has not handed it over itself: its lines are those of its operation that are open. `job`
 * null: nobody knows whether ANPR has it.
 */
export function bulkAgain(
  { log, reference, as }: Parts,
  { operation = '' }: Looker,
  { service, code }: Pick<BulkWish, 'service' | 'code'>,
  job: string | null,
): Omit<BulkLook, 'job'> {
  return {
    ...jobAt(as([]), service),
    async ended(outcomes) {
      const told = new Map([...outcomes].map(([key, outcome]) => [reference(key), outcome]))
      const open = await log.open(operation, code)
      const lines = open.map(({ line, subject }) => ({ line, outcome: told.get(subject ?? '') }))
      await end(log, lines, { operation: job, transactions: [] })
    },
  }
}

const jobAt = (calls: AnprCalls, service: BulkService): Pick<BulkLook, 'state' | 'cancel'> => ({
  state: async (id) => (await calls.bulkState(service, id)).result,
  cancel: async (id) => (await calls.cancelBulk(service, id)).result,
})

async function end(
  log: AccessLog,
  lines: readonly { line: string; outcome: string | undefined }[],
  { operation, transactions }: { operation: string | null; transactions: readonly string[] },
): Promise<void> {
  const traces = { anpr_operation: operation, gate_transaction: transactions.join(', ') || null, warnings: null }
  await Promise.all(lines.map(({ line, outcome = NOT_ANSWERED }) => log.end(line, { ...traces, outcome })))
}
