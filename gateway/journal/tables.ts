import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { JournalEntry } from '../../contract/journal.ts'

export interface JournalTables {
  journal_chain: {
    totem: string
    chain: string
    /** The how manieth chain of its totem. */
    number: number
    /** End of its longest history. */
    seq: number
    anchored_seq: number
    anchored_at: Date | null
  }
  /** Two of one number and different hashes: two histories of one chain. */
  journal_entry: {
    totem: string
    chain: string
    seq: number
    hash: string
    at: ColumnType<Date, string, never>
    event: string
    severity: string
    fields: JSONColumnType<JournalEntry['fields']>
    /** By the database's clock. */
    received_at: Generated<Date>
  }
  journal_trouble: {
    totem: string
    chain: string
    /**
     * fork: two histories of one chain. older-chain: it went on after a later one had begun. Either is a totem that is
     * there twice, or was put back to an earlier day. gap: entries from here on came without those before. broken: this
     * entry does not fit the one before, or says what the closed list does not have; it was not taken in.
     */
    kind: 'fork' | 'older-chain' | 'gap' | 'broken'
    seq: number
    seen_at: Date
  }
}
