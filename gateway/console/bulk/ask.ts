import type { Looks } from '../../access/register.ts'
import type { AnprFailure } from '../../anpr/answers.ts'
import type { BulkRow } from '../../anpr/bulk.ts'
import type { Question } from '../../anpr/client.ts'
import { consultationOf, type Listed, type Telling } from '../../anpr/services.ts'
import { WAITS } from '../../lists/job.ts'
import { fieldOf, isCode } from '../../lists/rows.ts'

/** What is asked of a row. */
export interface AskedRow {
  /** Codice fiscale or ID ANPR. */
  key: string
  /** What C030 has told of it already. */
  idAnpr: string | null
  question: Question
}

/** What a row's answer holds, sealed. `fields`: by their way in ANPR's answer. */
export interface Told {
  idAnpr: string
  fields: Record<string, string>
}

interface Traces {
  operazione: string | null
  govway: string | null
}

/**
 * How a row's questions ended. `wait`: nobody answered, and somebody may later; `idAnpr`: what is known by then. `closed`:
 * the day is used up.
 */
export type RowEnd =
  | ({ state: 'trovato'; told: Told } & Traces)
  | { state: 'fuori_territorio' }
  | ({ state: 'non_trovato' | 'ambiguo' | 'errore'; codice: string } & Traces)
  | { state: 'wait'; why: string; isClosed: boolean; idAnpr: string | null }

export interface Consultation {
  looks: Pick<Looks, 'identify' | 'tell'>
  code: Listed
  /** The ways of its answer that the profile lets pass. */
  ways: readonly string[]
  /** ISTAT's codes of the comuni whose residents may be asked about; null: everybody. */
  territory: ReadonlySet<string> | null
}

/** Not found, and found more than once. */
const NOBODY = 'EN122'
const SEVERAL = 'several-people'
const HOME: Telling = 'C020'
const HOME_COMUNE = 'residenza.indirizzo.comune.codiceIstat'
/** These tell themselves where somebody lives. */
const TELLS_HOME: readonly Listed[] = ['C020', 'C029']

/** Whether a service of this kind can be asked as one list: what a bulk service tells must show who lives elsewhere. */
export const isWithinTerritory = (code: Listed, territory: ReadonlySet<string> | null): boolean =>
  territory === null || consultationOf(code).bulk?.columns[HOME_COMUNE] !== undefined

/**
 * Asks ANPR about one row. Where only residents of some comuni may be asked about, the home is asked first: of somebody
 * elsewhere the service itself is never asked, and what the home told is let go here.
 */
export async function askRow(row: AskedRow, { looks, code, ways, territory }: Consultation): Promise<RowEnd> {
  const { key, question } = row
  const known = row.idAnpr ?? (isCode(key) ? null : key)
  let idAnpr = known ?? ''
  if (known === null) {
    const who = await looks.identify(key, question)
    if (!who.result.ok) return failed(who.result.error, null, tracesOf(who.trace))
    idAnpr = who.result.value.idAnpr
    if (code === 'C030' && territory === null)
      return { state: 'trovato', told: { idAnpr, fields: {} }, ...tracesOf(who.trace) }
  }
  const isTheirs = (theirs: string) => (isCode(key) ? theirs === key : null)
  if (territory !== null && !TELLS_HOME.includes(code)) {
    const home = await looks.tell(HOME, { idAnpr, isTheirs }, { day: question.day, ...reasonOf(question) })
    if (!home.result.ok) return failed(home.result.error, idAnpr, tracesOf(home.trace))
    if (!isWithin(home.result.value, territory)) return { state: 'fuori_territorio' }
    if (code === 'C030') return { state: 'trovato', told: { idAnpr, fields: {} }, ...tracesOf(home.trace) }
  }
  if (code === 'C030') return { state: 'trovato', told: { idAnpr, fields: {} }, operazione: null, govway: null }
  const { result, trace } = await looks.tell(code, { idAnpr, isTheirs }, question)
  const traces = tracesOf(trace)
  if (!result.ok) return failed(result.error, idAnpr, traces)
  if (territory !== null && TELLS_HOME.includes(code) && !isWithin(result.value, territory))
    return { state: 'fuori_territorio' }
  const fields = Object.fromEntries(ways.map((way) => [way, fieldOf(result.value, way)]))
  return { state: 'trovato', told: { idAnpr, fields }, ...traces }
}

/** A row of the file of a bulk service. */
export function rowOfFile(row: BulkRow, { code, ways, territory }: Omit<Consultation, 'looks'>): RowEnd {
  const { idANPR: idAnpr = '', idOperazioneANPR: operazione = '', errore: codice = '' } = row
  const traces = { operazione: operazione || null, govway: null }
  if (codice !== '') return { state: codice === NOBODY ? 'non_trovato' : 'errore', codice, ...traces }
  const { columns = {} } = consultationOf(code).bulk ?? {}
  const told = (way: string) => row[columns[way] ?? ''] ?? ''
  if (territory !== null && !territory.has(told(HOME_COMUNE))) return { state: 'fuori_territorio' }
  return {
    state: 'trovato',
    told: { idAnpr, fields: Object.fromEntries(ways.map((way) => [way, told(way)])) },
    ...traces,
  }
}

/** Nobody is at home where ANPR names no comune: abroad, or nowhere. */
const isWithin = (told: unknown, territory: ReadonlySet<string>) =>
  territory.has(fieldOf(told, HOME_COMUNE).split(' | ')[0] ?? '')
const reasonOf = ({ reason }: Question) => (reason === undefined ? {} : { reason })

function tracesOf({
  operations,
  transactions,
}: {
  operations: readonly string[]
  transactions: readonly string[]
}): Traces {
  return { operazione: operations.join(' ') || null, govway: transactions.join(' ') || null }
}

function failed(error: AnprFailure, idAnpr: string | null, traces: Traces): RowEnd {
  if (WAITS.includes(error.kind))
    return { state: 'wait', why: error.kind, isClosed: error.kind === 'anpr-closed', idAnpr }
  const codice = whyOf(error)
  if (codice === NOBODY) return { state: 'non_trovato', codice, ...traces }
  if (codice === SEVERAL) return { state: 'ambiguo', codice, ...traces }
  return { state: 'errore', codice, ...traces }
}

const whyOf = (error: AnprFailure): string => ('code' in error ? error.code : error.reason)

/** The sections of ANPR's table 16 in which a field stands (contract/console/consultations.ts). */
const SECTION_OF: Readonly<Record<string, string>> = {
  ...{ generalita: '2', statoCivile: '3', cittadinanza: '6', paternita: '8', maternita: '9', residenza: '10' },
  ...{ matrimonio: '13', vedovanza: '14', datiDecesso: '28' },
}

/** What a service tells, as far as the profile's sections go; a profile that names none takes what the service tells. */
export function waysOf(code: Listed, sections: readonly string[]): string[] {
  const { tells } = consultationOf(code)
  if (sections.length === 0) return [...tells]
  return tells.filter((way) => {
    const section = SECTION_OF[way.split('.')[0] ?? '']
    return section === undefined || sections.includes(section)
  })
}
