import { sql } from 'kysely'
import type { RowState } from '../../../../contract/console/bulk.ts'
import type { ConsoleTransaction } from '../../tables.ts'
import type { Told } from '../ask.ts'
import type { Domanda } from '../rows.ts'
import type { RowSeal } from '../seal.ts'
import type { ResultRow } from './results.ts'

const PAGE = 1_000

interface Stored {
  n: number
  stato: RowState
  domanda: string | null
  risposta: string | null
  codice: string | null
  operazione: string | null
  govway: string | null
  finita_at: Date | null
  giorno: string | null
  /** Of a double, the row that asks the same. */
  prima: number | null
  prima_stato: RowState | null
  prima_risposta: string | null
}

const NOT_ANSWERED = 'ANPR non ha risposto per questa riga: la chieda in una nuova richiesta.'
const NOT_HERE = 'Questa riga non si può più chiedere qui: la metta in una nuova richiesta.'
const CODES: Readonly<Record<string, string>> = {
  EN122: 'Nessuna posizione attiva in ANPR con questi dati: può essere cancellata, o i dati sono altri.',
  'several-people': 'A questi dati corrispondono più persone: chieda con l’ID ANPR.',
  ...{ 'anpr-unavailable': NOT_ANSWERED, 'anpr-busy': NOT_ANSWERED, 'anpr-closed': NOT_ANSWERED },
  cancelled: 'La richiesta è stata annullata prima di questa riga.',
  'profile-ended': 'Il profilo è finito prima di questa riga.',
  'agreement-ended': 'La convenzione è finita prima di questa riga.',
  ...{ 'key-lost': NOT_HERE, 'service-gone': NOT_HERE },
}
/** What a row's code, ANPR's or ours, means to whoever asked, and what to do now; null: it says no more than that it failed. */
export const meaningOf = (codice: string | null): string | null => CODES[codice ?? ''] ?? null

/**
 * The rows of a request from one on, as they come back: page by page, each in a transaction of its own that asks again
 * whether its reader may see it.
 */
export async function* answersOf(
  { id, rows: { from, to }, seal }: { id: string; rows: { from: number; to: number }; seal: RowSeal },
  seen: <T>(work: (transaction: ConsoleTransaction) => Promise<T>) => Promise<T>,
): AsyncGenerator<ResultRow> {
  for (let after = from - 1; after < to; ) {
    const last = Math.min(after + PAGE, to)
    const page = await seen(async (transaction) => {
      const { rows } = await sql<Stored>`
        select riga.n, riga.stato, riga.domanda, riga.risposta, riga.codice, riga.operazione, riga.govway, riga.finita_at,
          riga.giorno, prima.n as prima, prima.stato as prima_stato, prima.risposta as prima_risposta
        from riga left join riga prima on prima.richiesta = riga.richiesta and prima.n = riga.doppione_di
        where riga.richiesta = ${id} and riga.n > ${after} and riga.n <= ${last} order by riga.n`.execute(transaction)
      return rows
    })
    // Rows are numbered without gaps: one that is gone was erased meanwhile, and half a file is none.
    if (page.length < last - after) throw new Error('rows were erased')
    for (const row of page) yield resultOf(row, seal)
    after = last
  }
}

function resultOf(row: Stored, seal: RowSeal): ResultRow {
  if (row.domanda === null) throw new Error('a row was erased')
  const asked = seal.open(row.n, 'domanda', row.domanda) as Domanda
  // A double has the answer of the row that it repeats.
  const at = row.prima ?? row.n
  const state = row.prima_stato ?? row.stato
  const answer = row.prima === null ? row.risposta : row.prima_risposta
  const told = state === 'trovato' && answer !== null ? (seal.open(at, 'risposta', answer) as Told) : null
  return {
    ...{ riga: row.n, riferimento: asked.riferimento },
    idAnpr: told?.idAnpr ?? (asked.chiave === 'ID' ? asked.valore : ''),
    codFiscale: asked.chiave === 'CF' ? asked.valore : '',
    dataRiferimento: asked.dataRiferimento ?? row.giorno ?? '',
    ...{ esito: row.stato, errore: row.codice ?? '', messaggio: messageOf(row, asked) },
    ...{ idOperazioneAnpr: row.operazione ?? '', govwayId: row.govway ?? '' },
    interrogatoAlle: row.finita_at?.toISOString().replace(/\.\d{3}Z$/, 'Z') ?? '',
    fields: told?.fields ?? {},
  }
}

function messageOf({ stato, codice, prima, prima_stato }: Stored, { message }: Domanda): string {
  if (prima !== null) return `Chiede lo stesso della riga ${prima}, il cui esito è: ${prima_stato}.`
  if (stato === 'fuori_territorio') return 'La persona non risiede nel territorio della convenzione: non si dice altro.'
  return meaningOf(codice) ?? message ?? ''
}
