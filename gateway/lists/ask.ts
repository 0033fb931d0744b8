import { ok, type Result } from '../../contract/result.ts'
import type { Looks } from '../access/register.ts'
import type { AnprFailure } from '../anpr/answers.ts'
import type { BulkRow } from '../anpr/bulk.ts'
import type { Question } from '../anpr/client.ts'
import { consultationOf, type Listed } from '../anpr/services.ts'
import type { NoFile } from './job.ts'
import { fieldOf, isCode, type ListRow } from './rows.ts'

/** How a row ends, in the words of the officers' file. */
type RowState = 'trovato' | 'non_trovato' | 'ambiguo' | 'errore' | 'non_risposto' | 'formale' | 'doppione'

export interface RowAnswer {
  number: number
  key: string
  state: RowState
  idAnpr: string
  /** idOperazioneANPR, by which ANPR's desk finds the question. */
  operations: string
  /** ANPR's code, or why there is no answer; of a double the row that it repeats. */
  why: string
  fields: readonly string[]
}

/** Single questions at a time: citizens have the rest of ANPR's connections. */
const AT_ONCE = 4
/** Not found, and found more than once. */
const NOBODY = 'EN122'
const SEVERAL = 'several-people'

export interface Asking {
  looks: Pick<Looks, 'personOf' | 'tell'>
  code: Listed
  question: Question
  /** May ANPR be asked, with the reserve of the day's calls left to citizens? */
  mayAsk(): Promise<boolean>
  /** Asks the twin for a whole list; null: one by one. */
  inBulk: ((keys: readonly string[]) => Promise<Result<Map<string, BulkRow>, NoFile>>) | null
}

/**
 * Answers each row of a list once, in its order: rows asked are rows answered. What a bulk service leaves out is asked one
 * by one; where no file came, nobody is.
 */
export async function* askList(rows: readonly ListRow[], asking: Asking): AsyncGenerator<RowAnswer> {
  const firsts = new Map<string, number>()
  for (const row of rows) if (row.key !== null && !firsts.has(nameOf(row))) firsts.set(nameOf(row), row.number)
  const isFirst = (row: ListRow) => firsts.get(nameOf(row)) === row.number
  const whole = await asking.inBulk?.(rows.flatMap((row) => (row.key !== null && isFirst(row) ? [row.key] : [])))

  async function answer(row: ListRow, may: boolean): Promise<RowAnswer> {
    const { key, number } = row
    const ended = (state: RowState, more: Partial<RowAnswer> = {}): RowAnswer => ({
      ...{ number, key: key ?? '', state, idAnpr: '', operations: '', why: '', fields: [] },
      ...more,
    })
    if (key === null) return ended('formale')
    if (!isFirst(row)) return ended('doppione', { why: String(firsts.get(nameOf(row))) })
    if (whole && !whole.ok) return ended('non_risposto', { why: whyOf(whole.error) })
    const filed = whole?.value.get(key)
    if (filed) return ofFile(filed, asking.code, ended)
    if (!may) return ended('non_risposto', { why: 'quota' })
    return askOne(row, key, asking, ended)
  }

  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const some = rows.slice(at, at + AT_ONCE)
    const may = await asking.mayAsk()
    yield* await Promise.all(some.map((row) => answer(row, may)))
  }
}

type Tell = (state: RowState, more?: Partial<RowAnswer>) => RowAnswer

/** Rows are doubles where they ask the same of the same person. */
const nameOf = ({ key, declared }: ListRow) => JSON.stringify([key, declared])

async function askOne(row: ListRow, key: string, { looks, code, question }: Asking, ended: Tell): Promise<RowAnswer> {
  const known = isCode(key) ? await looks.personOf(key, question) : ok({ idAnpr: key })
  if (!known.ok) return failed(known.error, ended)
  const { idAnpr } = known.value
  if (code === 'C030') return ended('trovato', { idAnpr })
  const isTheirs = (theirs: string) => (isCode(key) ? theirs === key : null)
  const { declared } = row
  const { result, trace } = await looks.tell(code, { idAnpr, isTheirs }, { ...question, ...(declared && { declared }) })
  const operations = trace.operations.join(' ')
  if (!result.ok) return failed(result.error, ended, { idAnpr, operations })
  const fields = consultationOf(code).tells.map((way) => fieldOf(result.value, way))
  return ended('trovato', { idAnpr, operations, fields })
}

function ofFile(row: BulkRow, code: Listed, ended: Tell): RowAnswer {
  const { idANPR: idAnpr = '', idOperazioneANPR: operations = '', errore: why = '' } = row
  const more = { idAnpr, operations, why }
  if (why !== '') return ended(why === NOBODY ? 'non_trovato' : 'errore', more)
  const { tells, bulk } = consultationOf(code)
  return ended('trovato', { ...more, fields: tells.map((way) => row[bulk?.columns[way] ?? ''] ?? '') })
}

function failed(error: AnprFailure, ended: Tell, more: Partial<RowAnswer> = {}): RowAnswer {
  const why = whyOf(error)
  if (why === NOBODY) return ended('non_trovato', { ...more, why })
  if (why === SEVERAL) return ended('ambiguo', { ...more, why })
  const isAnswer = ['anpr-refused', 'anpr-unreadable', 'anpr-other-person'].includes(error.kind)
  return ended(isAnswer ? 'errore' : 'non_risposto', { ...more, why })
}

const whyOf = (error: NoFile): string => ('code' in error ? error.code : 'reason' in error ? error.reason : error.kind)

/** The line of names of the file that comes back, and a row of it. */
export const namesOf = (code: Listed): string[] => [
  ...['riga', 'chiave', 'stato', 'idANPR', 'idOperazioneANPR', 'motivo'],
  ...consultationOf(code).tells,
]
export const cellsOf = ({ number, key, state, idAnpr, operations, why, fields }: RowAnswer, code: Listed): string[] => [
  ...[String(number), key, state, idAnpr, operations, why],
  ...consultationOf(code).tells.map((_, at) => fields[at] ?? ''),
]
