import type { RequestState, RowState } from '../../../contract/console/bulk.ts'

/**
 * Where a request may go. The database holds the same table (store/migrations/053-bulk-requests.ts), so that no fault of
 * the program leads anywhere else.
 */
export const requestMoves: Record<RequestState, readonly RequestState[]> = {
  bozza: ['inviata', 'annullata'],
  inviata: ['in_convalida', 'convalidata'],
  in_convalida: ['convalidata', 'respinta', 'annullata', 'sospesa'],
  // A profile or an agreement that has ended does not come back: a request by another one is made anew.
  sospesa: ['annullata'],
  convalidata: ['in_lavorazione', 'annullata', 'sospesa'],
  in_lavorazione: ['completata', 'completata_con_riserve', 'fallita', 'annullata'],
  completata: ['scaduta'],
  completata_con_riserve: ['scaduta'],
  fallita: [],
  respinta: [],
  annullata: [],
  scaduta: [],
}

/** How a row goes on. What is final stays; rows are asked while their request is `in_lavorazione`, and never otherwise. */
export const rowMoves: Record<RowState, readonly RowState[]> = {
  formale: [],
  doppione: [],
  da_fare: ['id_risolto', 'chiesta', 'non_trovato', 'ambiguo', 'errore', 'non_risposto'],
  id_risolto: ['chiesta', 'non_risposto'],
  // Asked, and no answer yet. A row that a bulk service left out is asked again by itself.
  chiesta: ['id_risolto', 'trovato', 'non_trovato', 'ambiguo', 'fuori_territorio', 'errore', 'non_risposto'],
  trovato: [],
  non_trovato: [],
  ambiguo: [],
  fuori_territorio: [],
  errore: [],
  non_risposto: [],
}

/** States in which ANPR is still to be asked about a row. */
export const OPEN_ROWS = ['da_fare', 'id_risolto', 'chiesta'] as const satisfies readonly RowState[]
/** States that ANPR's answer gave a row. */
const ANSWERED: readonly RowState[] = ['trovato', 'non_trovato', 'ambiguo', 'fuori_territorio', 'errore']

export type RowCounts = Readonly<Partial<Record<RowState, number>>>

/**
 * How a request ends once no row of it is open; null: rows are open. Rows that nobody asks ANPR about (`formale`,
 * `doppione`) take nothing from a whole answer.
 */
export function endOf(counts: RowCounts): 'completata' | 'completata_con_riserve' | 'fallita' | null {
  const sum = (states: readonly RowState[]) => states.reduce((total, state) => total + (counts[state] ?? 0), 0)
  if (sum(OPEN_ROWS) > 0) return null
  if ((counts.non_risposto ?? 0) === 0) return 'completata'
  return sum(ANSWERED) > 0 ? 'completata_con_riserve' : 'fallita'
}
