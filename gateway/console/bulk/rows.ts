import { type Selectable, sql } from 'kysely'
import type { RowState } from '../../../contract/console/bulk.ts'
import { isCode } from '../../lists/rows.ts'
import type { ConsoleTransaction } from '../tables.ts'
import type { AskedRow, RowEnd } from './ask.ts'
import type { RowSeal } from './seal.ts'
import { OPEN_ROWS, type RowCounts } from './states.ts'
import type { BulkTables } from './tables.ts'

export type Request = Selectable<BulkTables['richiesta']>
export type Row = Pick<Selectable<BulkTables['riga']>, 'n' | 'stato' | 'domanda' | 'risposta' | 'tentativi' | 'giorno'>

/** Null where it is not in sight; whoever else wants it waits. */
export const lockedRequest = (transaction: ConsoleTransaction, request: string): Promise<Request | undefined> =>
  transaction.selectFrom('richiesta').selectAll().where('id', '=', request).forUpdate().executeTakeFirst()

/** A row to which nobody answers so often is given up; between two tries there are minutes. */
export const MOST_TRIES = 10

/** What a row asks about whom, sealed when its file came in. */
export interface Domanda {
  line: number
  riferimento: string
  chiave: string | null
  valore: string
  dataRiferimento: string | null
  declared?: Record<string, unknown>
  message?: string
}

const domandaOf = (seal: RowSeal, { n, domanda }: Pick<Row, 'n' | 'domanda'>) =>
  seal.open(n, 'domanda', domanda ?? '') as Domanda
export const keyOf = (seal: RowSeal, row: Row) => domandaOf(seal, row).valore

export function askedOf(seal: RowSeal, row: Row, reason: string): AskedRow {
  const { valore, declared } = domandaOf(seal, row)
  const known = row.risposta === null ? null : (seal.open(row.n, 'risposta', row.risposta) as { idAnpr: string }).idAnpr
  return {
    key: valore,
    idAnpr: known ?? (isCode(valore) ? null : valore),
    question: { day: row.giorno ?? '', reason, ...(declared && { declared }) },
  }
}

export type Written = Record<'n' | 'tentativi' | 'da_sola', string> &
  Record<'codice' | 'operazione' | 'govway' | 'risposta', string | null> & { stato: RowState }

/** Without an end it was not asked after all, or a list left it out. */
export const wasNotAsked = (end: RowEnd | undefined) => end === undefined || (end.state === 'wait' && end.isClosed)

/** A row as it is written. */
export function writtenOf({ n, tentativi, risposta, stato }: Row, end: RowEnd | undefined, seal: RowSeal): Written {
  const row = { n: String(n), codice: null, operazione: null, govway: null, risposta: null, da_sola: 'true' }
  if (end === undefined || wasNotAsked(end)) {
    const left = stato === 'id_risolto' ? ('id_risolto' as const) : ('chiesta' as const)
    return { ...row, stato: left, risposta, tentativi: String(Math.max(0, tentativi - 1)) }
  }
  const tries = String(tentativi)
  if (end.state === 'fuori_territorio') return { ...row, stato: end.state, tentativi: tries }
  if (end.state === 'wait') {
    if (tentativi >= MOST_TRIES) return { ...row, stato: 'non_risposto', codice: end.why, tentativi: tries }
    return end.idAnpr === null
      ? { ...row, stato: 'chiesta', tentativi: tries }
      : { ...row, stato: 'id_risolto', risposta: seal.seal(n, 'risposta', { idAnpr: end.idAnpr }), tentativi: tries }
  }
  const { operazione, govway } = end
  if (end.state !== 'trovato')
    return { ...row, stato: end.state, codice: end.codice, operazione, govway, tentativi: tries }
  return {
    ...row,
    stato: 'trovato',
    risposta: seal.seal(n, 'risposta', end.told),
    operazione,
    govway,
    tentativi: tries,
  }
}

export const openRows = (counts: RowCounts) => OPEN_ROWS.reduce((sum, state) => sum + (counts[state] ?? 0), 0)

/** Counts after rows went from one state to another. */
export function moved(counts: RowCounts, moves: readonly (readonly [from: RowState, to: RowState])[]): RowCounts {
  const after: Partial<Record<RowState, number>> = { ...counts }
  for (const [from, to] of moves) {
    after[from] = (after[from] ?? 0) - 1
    after[to] = (after[to] ?? 0) + 1
  }
  return Object.fromEntries(Object.entries(after).filter(([, count]) => count !== 0))
}

/** Ends what is still open in a request that goes no further; its rows are accounted for. */
export async function endOpenRows(
  transaction: ConsoleTransaction,
  request: Request,
  why: string,
  at: Date,
): Promise<RowCounts> {
  const { rows } = await sql<{ stato: RowState }>`
    with open as (
      select n, stato from riga where richiesta = ${request.id} and stato in ('da_fare', 'id_risolto', 'chiesta')
    )
    update riga set stato = 'non_risposto', codice = ${why}, risposta = null, finita_at = ${at}
    from open where riga.richiesta = ${request.id} and riga.n = open.n returning open.stato`.execute(transaction)
  const conteggi = moved(
    request.conteggi,
    rows.map(({ stato }) => [stato, 'non_risposto']),
  )
  await transaction
    .updateTable('richiesta')
    .set({ conteggi: JSON.stringify(conteggi), cambiata_at: at })
    .where('id', '=', request.id)
    .execute()
  return conteggi
}
