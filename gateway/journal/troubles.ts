import type { JournalDatabase, JournalTables } from './tables.ts'

/** What operators must look at in the sync logs, newest first. */
export const troubles = (db: JournalDatabase, limit: number): Promise<JournalTables['journal_trouble'][]> =>
  db.selectFrom('journal_trouble').selectAll().orderBy('seen_at', 'desc').orderBy('totem').limit(limit).execute()
