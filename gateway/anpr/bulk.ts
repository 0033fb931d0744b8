import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { z } from 'zod'
import { csvRows } from '../../basics/csv.ts'
import { jsonOf } from '../../basics/json.ts'
import { ok } from '../../contract/result.ts'
import { answerOf, failure, type Heard } from './answers.ts'
import type { Answered } from './transport.ts'

/** A row of the file that comes back: texts by the names of its columns. */
export type BulkRow = Readonly<Record<string, string>>

/**
 * How a job stands: it goes on; it has ended without a file, cancelled, failed or unknown; or its file is here. ANPR may
 * leave rows out of the file (italia/anpr issue 5110), so whoever asked compares.
 */
export type BulkState = { kind: 'goes-on' } | { kind: 'ended' } | { kind: 'file'; rows: readonly BulkRow[] }

const KEYS: readonly string[] = ['idANPR', 'codFiscale']
const packed = promisify(gzip)
/** The file that goes in: a codice fiscale or an ID ANPR to a line. */
export const fileOf = async (keys: readonly string[]): Promise<string> =>
  (await packed(`${keys.join('\n')}\n`)).toString('base64')

const OK = 200
const NOT_FOUND = 404
const FAULT = 500

/** Reads the answer to the question for the file (italia/anpr issues 5331, 5336 and 5418). */
export function bulkStateIn(answered: Answered): Heard<BulkState> {
  const { status, body } = answered
  const { result, trace } = answerOf(answered, z.unknown())
  const told = (state: Heard<BulkState>['result']) => ({ result: state, trace })
  if (status === OK) {
    // An empty body came where the file was not there yet.
    if (body.trim() === '') return told(ok({ kind: 'goes-on' }))
    const rows = rowsIn(body)
    if (rows) return told(ok({ kind: 'file', rows }))
  }
  if (result.ok) return told(failure('anpr-unreadable', 'no-file'))
  // Neither ANPR's list of errors nor a refusal of the gate: the job's own answer, or a stranger's.
  const { message } = (jsonOf(body) ?? {}) as { message?: unknown }
  if ('reason' in result.error && result.error.reason === `http-${status}` && typeof message === 'string') {
    if (status === NOT_FOUND) return told(ok({ kind: GOES_ON.test(message) ? 'goes-on' : 'ended' }))
    if (status === FAULT) return told(ok({ kind: 'ended' }))
  }
  return told(result)
}

/** Reads the answer to a cancellation. A job that ANPR does not have is ended too. */
export function endedIn(answered: Answered): Heard<true> {
  const isDone = answered.status === OK
  const { result, trace } = isDone ? answerOf(answered, z.unknown()) : bulkStateIn(answered)
  const isEnded = result.ok || (isDone && result.error.kind === 'anpr-unreadable')
  return { result: isEnded ? ok(true) : result, trace }
}

/** "Risorsa in attesa di elaborazione con stato: 1"; 0 is entered, 1 in progress, each other one an end. */
const GOES_ON = /stato\D*[01]\b/i

/**
 * CSV with a line of names, or JSON with a list of objects. Uncertain: the Ministry's document says the first, its sample
 * the second (italia/anpr issue 5034).
 */
function rowsIn(text: string): BulkRow[] | null {
  const json = jsonOf(text)
  if (Array.isArray(json)) return json.map((one) => Object.fromEntries(textsOf(one)))
  const [names = [], ...rows] = csvRows(text)
  if (!names.some((name) => KEYS.includes(name))) return null
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name.trim(), row[at]?.trim() ?? ''])))
}

const textsOf = (one: unknown): [string, string][] =>
  typeof one === 'object' && one !== null
    ? Object.entries(one).flatMap(([name, told]) => (typeof told === 'string' ? [[name, told]] : []))
    : []

/** By which keys a row may have been asked for. */
export const keysOf = (row: BulkRow): string[] => KEYS.flatMap((name) => row[name]?.toUpperCase() || [])
