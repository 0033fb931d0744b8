import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { type JournalEntry, journalEvents, journalHashInput } from '../../contract/journal.ts'
import type { Database } from '../store/schema.ts'

/** `previous` of a totem's first entry. */
const GENESIS = '0'.repeat(64)

/** The end of what is held of a totem's sync log. */
export interface Head {
  seq: number
  hash: string
}

/**
 * The entries of a batch that go on from `head` without a gap, each with the right hash and saying only what the closed
 * list allows. Entries already held are passed over. Ends before the first that does not follow.
 */
export function continuation(head: Head, totem: string, batch: readonly JournalEntry[]): JournalEntry[] {
  const next: JournalEntry[] = []
  let { seq, hash } = head
  for (const entry of batch) {
    if (entry.seq <= seq) continue
    if (entry.seq !== seq + 1 || entry.previous !== hash || !isSound(entry, totem)) break
    next.push(entry)
    seq = entry.seq
    hash = entry.hash
  }
  return next
}

function isSound(entry: JournalEntry, totem: string): boolean {
  const { severity, fields } = journalEvents[entry.event]
  return (
    entry.totem === totem &&
    entry.severity === severity &&
    fields.safeParse(entry.fields).success &&
    createHash('sha256').update(journalHashInput(entry)).digest('hex') === entry.hash
  )
}

/** Stores what follows and answers the highest `seq` held without a gap. */
export function takeIn(db: Database, log: Logger, totem: string, batch: readonly JournalEntry[]): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('journal_head')
      .values({ totem, seq: 0, hash: GENESIS })
      .onConflict((conflict) => conflict.column('totem').doNothing())
      .execute()
    // Two calls of one totem wait for each other here.
    const head = await transaction
      .selectFrom('journal_head')
      .select(['seq', 'hash'])
      .where('totem', '=', totem)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const next = continuation(head, totem, batch)
    const last = next.at(-1)
    const upTo = last?.seq ?? head.seq
    const refused = batch.find(({ seq }) => seq > upTo)
    if (refused) log.warn({ kind: 'journal-broken', totem, upTo, seq: refused.seq })
    if (!last) return upTo
    await transaction
      .insertInto('journal_entry')
      .values(
        next.map(({ seq, at, event, severity, fields, hash }) => ({
          totem,
          seq,
          at,
          event,
          severity,
          fields: JSON.stringify(fields),
          hash,
        })),
      )
      .execute()
    await transaction
      .updateTable('journal_head')
      .set({ seq: last.seq, hash: last.hash })
      .where('totem', '=', totem)
      .execute()
    return upTo
  })
}
