import type { ColumnType, JSONColumnType } from 'kysely'
import type { RefusalCause, RequestState, RowState, Way } from '../../../contract/console/bulk.ts'
import type { ResultForm } from '../../../contract/console/bulk-file.ts'
import type { Territorio } from '../../../contract/console/profiles.ts'
import type { RowCounts } from './states.ts'
import type { NoSilence } from './terms.ts'

type Fixed<T> = ColumnType<T, T, never>

/** Names are those of the law and of the officers' own files (store/migrations/053-bulk-requests.ts). */
export type BulkTables = {
  richiesta: {
    id: Fixed<string>
    comune: Fixed<string>
    fruitore: Fixed<string>
    ufficio: Fixed<string>
    convenzione: Fixed<string>
    profilo: string
    profilo_versione: number
    comune_nome: Fixed<string>
    fruitore_nome: Fixed<string>
    ufficio_nome: Fixed<string>
    profilo_nome: Fixed<string>
    base_giuridica: Fixed<string>
    territorio: Fixed<Territorio>
    servizio: string
    motivo: string
    protocollo: string
    autore: Fixed<string>
    autore_nome: Fixed<string>
    stato: RequestState
    creata_at: Fixed<Date>
    cambiata_at: Date
    righe: number
    conteggi: JSONColumnType<RowCounts>
    file_sha256: string | null
    /** JWE: the key of what is sealed in the rows (seal.ts). Null: erased, or no file yet. */
    chiave: string | null
    inviata_at: Date | null
    modo: Way | null
    giorni_stimati: number | null
    /** More than three times what its author usually asks. */
    insolita: boolean
    scade_giorno: string | null
    scade_at: Date | null
    /** The working days that the term counts from `termine_da` on. */
    termine_giorni: number | null
    termine_da: Date | null
    silenzio: boolean
    contro_silenzio: JSONColumnType<NoSilence[]>
    chiarimenti_at: Date | null
    chiarimenti_nome: string | null
    chiarimenti_testo: string | null
    chiarimenti_fino: Date | null
    risposta_at: Date | null
    risposta_testo: string | null
    convalida_come: 'puntuale' | 'silenzio' | null
    convalida_perche: string | null
    convalidata_da: string | null
    convalidata_nome: string | null
    convalidata_at: Date | null
    respinta_da: string | null
    respinta_nome: string | null
    respinta_at: Date | null
    respinta_causa: RefusalCause | null
    respinta_testo: string | null
    sospesa_perche: string | null
    annullata_at: Date | null
    iniziata_at: Date | null
    finita_at: Date | null
    /** When what is sealed was erased. */
    cancellata_at: Date | null
    /** When a part of it was last asked: bodies take turns. */
    servita_at: Date | null
    riprova_at: Date | null
    presa_fino: Date | null
    presa_da: string | null
    /** Rows that were begun on this day: a profile allows so many a day. */
    oggi: string | null
    oggi_righe: number
    /** The last line of the access log that an audit entry vouches for. */
    linea: ColumnType<string | number, number, number>
  }
  riga: {
    richiesta: Fixed<string>
    n: Fixed<number>
    stato: RowState
    domanda: string | null
    persona: Fixed<string | null>
    giorno: Fixed<string | null>
    chiave_cf: Fixed<boolean>
    doppione_di: Fixed<number | null>
    codice: string | null
    operazione: string | null
    govway: string | null
    risposta: string | null
    chiesta_at: Date | null
    finita_at: Date | null
    tentativi: number
    da_sola: boolean
  }
  scarico: {
    impronta: Fixed<string>
    richiesta: Fixed<string>
    forma: Fixed<ResultForm>
    parte: Fixed<number>
    persona: Fixed<string>
    scade_at: Fixed<Date>
  }
  console_minuto: { at: Date }
}
