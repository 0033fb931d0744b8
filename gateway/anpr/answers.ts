import type { z } from 'zod'
import { problemaGovWay, problemaPdnd, rispostaErrori } from '../../contract/anpr.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/**
 * `anpr-refused`: ANPR has decided, and `code` is its own (e.g. EN169). All others have a `reason` for the log:
 * - `anpr-unavailable`: no answer of ANPR came; asking again with the same operation id is safe.
 * - `anpr-busy`: too many calls in a moment; the same later.
 * - `anpr-closed`: the day's quota of this service is used up; nothing is answered before midnight in Rome.
 * - `anpr-misconfigured`: what stands before ANPR does not let us in: address, purpose, key or clock. The person is not
 *   concerned, and whoever runs the gateway is.
 * - `anpr-question-wrong`: the gate says that the request is not the contract's. It is this program's fault, and the same
 *   request never becomes good.
 * - `anpr-unreadable`: an answer came, and says nothing that can be used. It lies in this one request, and ANPR is there
 *   for the others.
 * - `anpr-other-person`: the answer is about somebody who was not asked for.
 */
export type AnprFailure =
  | { kind: 'anpr-refused'; code: string }
  | {
      kind:
        | 'anpr-unavailable'
        | 'anpr-busy'
        | 'anpr-closed'
        | 'anpr-misconfigured'
        | 'anpr-question-wrong'
        | 'anpr-unreadable'
        | 'anpr-other-person'
      reason: string
    }

export const failure = (kind: Exclude<AnprFailure['kind'], 'anpr-refused'>, reason: string) =>
  err<AnprFailure>({ kind, reason })

/** What the Ministry's service desk asks for, and what ANPR remarked: kept with every outcome. */
export interface Trace {
  /** idOperazioneANPR, where ANPR gave one. */
  operations: readonly string[]
  /** GovWay-Transaction-ID of each call. */
  transactions: readonly string[]
  /** Codes of warnings (W). */
  warnings: readonly string[]
}
/** What ANPR said, with its trace. */
export interface Heard<T> {
  result: Result<T, AnprFailure>
  trace: Trace
}

export const NO_TRACE: Trace = { operations: [], transactions: [], warnings: [] }
export const traceOf = (...traces: readonly Trace[]): Trace => ({
  operations: traces.flatMap(({ operations }) => operations),
  transactions: traces.flatMap(({ transactions }) => transactions),
  warnings: [...new Set(traces.flatMap(({ warnings }) => warnings))],
})

const OK = 200
const TOO_MANY = 429
const FAULT = 500
/**
 * "Operazione non effettuabile": comes of an outage and is gone at the next try, and also answers a request that ANPR
 * never accepts. With a status of 5xx, or beside EN527, which names the operation for ANPR's own desk, it is an outage.
 */
export const NOT_NOW = '999'
const OUTAGE = 'EN527'
/** These say less than whatever stands beside them. EN148: asked by codice fiscale. */
const SAYS_LITTLE: readonly string[] = [NOT_NOW, 'EN148']

/** The reason of `anpr-closed` when the gate itself has said so. */
export const DAY_USED_UP = 'gate-LimitExceeded'

/** Titles of GovWay's refusals that mean something for us. */
const GATE = new Map<string, Exclude<AnprFailure['kind'], 'anpr-refused'>>([
  ['InteroperabilityInvalidRequest', 'anpr-misconfigured'],
  ['AuthorizationTokenDeny', 'anpr-misconfigured'],
  ['AuthorizationDeny', 'anpr-misconfigured'],
  ['NotFound', 'anpr-misconfigured'],
  ['UndefinedOperation', 'anpr-misconfigured'],
  ['InvalidRequestContent', 'anpr-question-wrong'],
  ['LimitExceeded', 'anpr-closed'],
  ['TooManyRequests', 'anpr-busy'],
])

/**
 * Reads what came back for one call. Its shape decides, and neither its status nor its content type: ANPR refuses with
 * 200, 4xx and 5xx, and so does what stands before it. The order: ANPR's list of errors, GovWay's problem, PDND's, and
 * then nobody's.
 */
export function answerOf<T>(
  { status, body, transaction }: { status: number; body: string; transaction: string | null },
  schema: z.ZodType<T>,
): Heard<T> {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    json = undefined
  }
  const { errors, warnings, others } = errorsIn(json)
  const { idOperazioneANPR: operation } = (json ?? {}) as { idOperazioneANPR?: unknown }
  const trace = {
    // A refusal that ANPR gives no number says 0.
    operations: ['string', 'number'].includes(typeof operation) && `${operation}` !== '0' ? [`${operation}`] : [],
    transactions: transaction === null ? [] : [transaction],
    warnings,
  }
  const told = (result: Result<T, AnprFailure>) => ({ result, trace })

  if (errors.includes(OUTAGE) || (errors.every((code) => code === NOT_NOW) && errors.length > 0 && status >= FAULT))
    return told(failure('anpr-unavailable', `anpr-${NOT_NOW}`))
  const [code] = errors
  if (code !== undefined)
    return told(err({ kind: 'anpr-refused', code: errors.find((one) => !SAYS_LITTLE.includes(one)) ?? code }))
  if (status === OK) {
    if (json === undefined) return told(failure('anpr-unreadable', 'no-json'))
    const read = schema.safeParse(json)
    return told(read.success ? ok(read.data) : failure('anpr-unreadable', 'no-answer'))
  }
  const stranger = strangerIn(json)
  if (stranger !== null) return told(stranger)
  if (status === TOO_MANY) return told(failure('anpr-busy', `http-${status}`))
  return told(others ? failure('anpr-unreadable', 'no-error-code') : failure('anpr-unavailable', `http-${status}`))
}

/** What the appliance before GovWay says of an address that it does not know, whatever else stands beside it. */
const UNKNOWN_PATH = /^0x0[01]d3000[23]$/i

/** A refusal of GovWay or of PDND; null for another's. */
function strangerIn(json: unknown) {
  const { type, title, 'Error Code': appliance } = problemaGovWay.safeParse(json).data ?? {}
  const [, status, named] = /govway\.org\/handling-errors\/(\d+)\/(\w+)\.html/.exec(type ?? '') ?? []
  const kind = GATE.get(named ?? title ?? '') ?? (named === undefined ? undefined : gateKind(Number(status)))
  if (kind !== undefined) return failure(kind, `gate-${named ?? title}`)
  if (UNKNOWN_PATH.test(appliance ?? '')) return failure('anpr-misconfigured', 'gate-NotFound')
  const [first] = problemaPdnd.safeParse(json).data?.errors ?? []
  // Codes only: the log is no place for what else a stranger may have written there.
  if (first && /^\d{3}-\d{4,5}$/.test(first.code)) return failure('anpr-misconfigured', `pdnd-${first.code}`)
  return null
}

/** What a refusal of GovWay means whose name is not known here: it has more of them than anybody has met. */
const gateKind = (status: number) =>
  status === TOO_MANY ? 'anpr-busy' : status < FAULT ? 'anpr-misconfigured' : 'anpr-unavailable'

/**
 * The codes of the errors in an answer, in its order, and those of its warnings. A warning (W) refuses nothing, wherever
 * it stands. `others`: it lists something else than errors with a code.
 */
function errorsIn(json: unknown): { errors: string[]; warnings: string[]; others: boolean } {
  const { data } = rispostaErrori.safeParse(json)
  const listed = [
    ...(data?.listaErrori ?? []).map((one) => ({ unsaid: 'E', ...one })),
    ...(data?.listaAnomalie ?? []).map((one) => ({ unsaid: 'W', ...one })),
  ]
  const codesOf = (wanted: 'E' | 'W') =>
    listed.flatMap(({ codiceErroreAnomalia: code, tipoErroreAnomalia: kind, unsaid }) =>
      code !== undefined && ((kind ?? unsaid).toUpperCase() === 'E') === (wanted === 'E') ? [code] : [],
    )
  const errors = codesOf('E')
  return { errors, warnings: codesOf('W'), others: listed.length > errors.length }
}
