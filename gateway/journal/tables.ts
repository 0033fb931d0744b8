import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { z } from 'zod'
import type { JournalEntry } from '../../contract/journal.ts'
import type { troubleKind } from '../../contract/operators.ts'
import type { Database } from '../store/schema.ts'

export type JournalTables = {
  journal_chain: {
    totem: string
    chain: string
    /** Number of this chain among its totem's chains. */
    number: number
    /** End of its longest history. */
    seq: number
    anchored_seq: number
    anchored_at: Date | null
  }
  /** Two entries of one number and different hashes are two histories of one chain. */
  journal_entry: {
    totem: string
    chain: string
    seq: number
    hash: string
    at: ColumnType<Date, string, never>
    event: string
    severity: string
    fields: JSONColumnType<JournalEntry['fields']>
    /** By the database's clock; which month's table it lies in. */
    received_at: Generated<Date>
    operation: ColumnType<string | null, never, never>
  }
  /** An entry that is not here, and on which one that is hangs, or the next will (months.ts). */
  journal_base: { totem: string; chain: string; seq: number; hash: string }
  journal_trouble: {
    totem: string
    chain: string
    kind: z.infer<typeof troubleKind>
    seq: number
    seen_at: Date
  }
}

/** The database with this room's tables. */
export const withJournals = (db: Database) => db.$extendTables<JournalTables>()
export type JournalDatabase = ReturnType<typeof withJournals>
