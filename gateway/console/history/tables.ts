import type { ColumnType } from 'kysely'
import type { AnomalyKind } from '../../../contract/console/history.ts'

type Fixed<T> = ColumnType<T, T, never>
/** A column that an insertion leaves to a later update. */
type Later<T> = ColumnType<T | null, never, T>

export type HistoryTables = {
  anomalia: {
    id: Fixed<string>
    specie: Fixed<AnomalyKind>
    autore: Fixed<string>
    giorno: Fixed<string>
    comune: Fixed<string>
    richiesta: Fixed<string>
    cifra: Fixed<number>
    vista_at: Fixed<Date>
    chiusa_da: Later<string>
    chiusa_nome: Later<string>
    chiusa_at: Later<Date>
    chiusa_testo: Later<string>
  }
  anomalia_giudizio: { richiesta: Fixed<string>; momento: Fixed<'sent' | 'ended'> }
}
