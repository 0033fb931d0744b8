import type { z } from 'zod'
import { rispostaErrori } from '../../contract/anpr.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/**
 * `anpr-refused`: ANPR has decided, and `code` is its own (e.g. EN169). `anpr-unavailable`: no answer of ANPR came;
 * asking again with the same operation id is safe. `anpr-unreadable`: an answer came, and says nothing that can be used.
 * It lies in this one request, and ANPR is there for the others. `anpr-other-person`: the answer is about somebody who
 * was not asked for. `reason` is a code for the log.
 */
export type AnprFailure =
  | { kind: 'anpr-refused'; code: string }
  | { kind: 'anpr-unavailable' | 'anpr-unreadable' | 'anpr-other-person'; reason: string }

export const failure = (kind: Exclude<AnprFailure['kind'], 'anpr-refused'>, reason: string) =>
  err<AnprFailure>({ kind, reason })

const OK = 200
const TOO_MANY = 429
const FAULT = 500
/**
 * "Operazione non effettuabile": alone with a status of 4xx it answers a request that ANPR never accepts. With a status
 * of 5xx, or beside EN527, which names the operation for ANPR's own desk, it comes of an outage.
 */
const NOT_NOW = '999'
const OUTAGE = 'EN527'

/**
 * Reads what came back for one call. Its shape decides, and not its status: ANPR refuses with 200, 4xx and 5xx, and a
 * proxy before it answers with each of them too.
 */
export function answerOf<T>(status: number, body: string, schema: z.ZodType<T>): Result<T, AnprFailure> {
  if (status === TOO_MANY) return failure('anpr-unavailable', `http-${status}`)
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return status === OK ? failure('anpr-unreadable', 'no-json') : failure('anpr-unavailable', `http-${status}`)
  }
  const { errors, others } = errorsIn(json)
  if (errors.includes(OUTAGE) || (errors.includes(NOT_NOW) && status >= FAULT)) {
    return failure('anpr-unavailable', `anpr-${NOT_NOW}`)
  }
  const [code] = errors
  // The general code says least.
  if (code !== undefined) return err({ kind: 'anpr-refused', code: errors.find((one) => one !== NOT_NOW) ?? code })
  if (status === OK) {
    const read = schema.safeParse(json)
    return read.success ? ok(read.data) : failure('anpr-unreadable', 'no-answer')
  }
  return others ? failure('anpr-unreadable', 'no-error-code') : failure('anpr-unavailable', `http-${status}`)
}

/**
 * The codes of the errors in an answer, in its order. A warning (W) refuses nothing, wherever it stands. `others`: it
 * lists something else than errors with a code.
 */
function errorsIn(json: unknown): { errors: string[]; others: boolean } {
  const { data } = rispostaErrori.safeParse(json)
  const listed = [
    ...(data?.listaErrori ?? []).map((one) => ({ unsaid: 'E', ...one })),
    ...(data?.listaAnomalie ?? []).map((one) => ({ unsaid: 'W', ...one })),
  ]
  const errors = listed.flatMap(({ codiceErroreAnomalia: code, tipoErroreAnomalia: kind, unsaid }) =>
    code !== undefined && (kind ?? unsaid).toUpperCase() === 'E' ? [code] : [],
  )
  return { errors, others: listed.length > errors.length }
}
