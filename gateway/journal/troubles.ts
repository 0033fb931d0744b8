import type { JournalDatabase, JournalTables } from './tables.ts'

/** What operators must look at in the sync logs, newest first. */
export const troubles = (db: JournalDatabase, limit: number): Promise<JournalTables['journal_trouble'][]> =>
  db.selectFrom('journal_trouble').selectAll().orderBy('seen_at', 'desc').orderBy('totem').limit(limit).execute()

/** How many totems are there twice, or were put back to an earlier day (tables.ts: fork, older-chain). */
export async function forkedTotems(db: JournalDatabase): Promise<number> {
  const { totems } = await db
    .selectFrom('journal_trouble')
    .select(({ fn }) => fn.count<number | string>('totem').distinct().as('totems'))
    .where('kind', 'in', ['fork', 'older-chain'])
    .executeTakeFirstOrThrow()
  return Number(totems)
}
