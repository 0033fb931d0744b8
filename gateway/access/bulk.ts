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

/** Hands a list to ANPR; each person on it has a line in the access log before it leaves. */
export async function beginBulk(
  {
    log,
    reference,
    now,
    as,
  }: { log: AccessLog; reference(person: string): string; now: Clock; as(ids: Iterable<string>): AnprCalls },
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
  const operation = job.ok ? job.value : null
  return {
    job,
    state: async (id) => (await calls.bulkState(service, id)).result,
    cancel: async (id) => (await calls.cancelBulk(service, id)).result,
    async ended(outcomes) {
      const traces = {
        anpr_operation: operation,
        gate_transaction: trace.transactions.join(', ') || null,
        warnings: null,
      }
      await Promise.all(
        begun.map(({ line }, at) =>
          log.end(line, { ...traces, outcome: outcomes.get(keys[at] ?? '') ?? NOT_ANSWERED }),
        ),
      )
    },
  }
}
