import { sql } from 'kysely'
import type { JournalBounds } from '../settings/config.ts'
import type { JournalDatabase } from './tables.ts'

/** A totem begins its log anew when its disk was lost. */
const CHAINS_A_DAY = 20

/** What a totem has brought today. */
interface Brought {
  entries: number
  bytes: number
  chains: number
}

/** What a totem has brought on this day so far. Two calls of one totem wait for each other at this row. */
export async function broughtOn(db: JournalDatabase, totem: string, at: Date): Promise<Brought> {
  const day = at.toISOString().slice(0, 10)
  const { rows } = await sql<Brought>`
    insert into journal_day as today (totem, day, entries, bytes, chains) values (${totem}, ${day}::date, 0, 0, 0)
    on conflict (totem) do update set day = excluded.day,
      entries = case when today.day = excluded.day then today.entries else 0 end,
      bytes = case when today.day = excluded.day then today.bytes else 0 end,
      chains = case when today.day = excluded.day then today.chains else 0 end
    returning entries, bytes, chains`.execute(db)
  return rows[0] ?? { entries: 0, bytes: 0, chains: 0 }
}

/** Has this totem brought as much as one may in a day? `isNew`: the batch begins another chain. */
export const isSpent = ({ entries, bytes, chains }: Brought, bounds: JournalBounds, isNew: boolean): boolean =>
  entries >= bounds.journalEntriesPerTotemDay ||
  bytes >= bounds.journalBytesPerTotemDay ||
  (isNew && chains >= CHAINS_A_DAY)

/** Counts what was taken in. */
export const countBrought = (db: JournalDatabase, totem: string, { entries, bytes, chains }: Brought) =>
  sql`
    update journal_day set entries = entries + ${entries}, bytes = bytes + ${bytes}, chains = chains + ${chains}
    where totem = ${totem}`.execute(db)
