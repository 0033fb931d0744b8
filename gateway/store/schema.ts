import type { ColumnType, JSONColumnType, Kysely } from 'kysely'
import type { JournalEntry } from '../../contract/journal.ts'

/**
 * No name, codice fiscale or request in the clear: operations are known by their id, their outcome is sealed to the
 * totem, a session knows its holder by ID ANPR and goes with it.
 */
export interface Tables {
  spent_nonce: { nonce: string; spent_at: Date }
  session: { token_hash: string; totem: string; id_anpr: string; expires_at: Date }
  operation: {
    id: string
    totem: string
    /** SHA-256 of the opened request: the same id with another request is refused. */
    digest: string
    state: 'pending' | 'issued' | 'refused'
    received_at: Date
    settled_at: Date | null
    protocol: string | null
    outcome: string | null
    refusal: string | null
    refusal_anpr: string | null
  }
  journal_head: { totem: string; seq: number; hash: string }
  journal_entry: {
    totem: string
    seq: number
    at: ColumnType<Date, string, never>
    event: string
    severity: string
    fields: JSONColumnType<JournalEntry['fields']>
    hash: string
  }
}

export type Database = Kysely<Tables>
