import { createHash } from 'node:crypto'
import {
  type JournalEntry,
  type JournalEventId,
  type JournalFields,
  journalEvents,
  journalHashInput,
} from '../../contract/journal.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { openStorage, type Storage, type StorageFailure, storageFailure } from '../queue/storage.ts'
import { entryTable } from './migrations/0001_entry.ts'

/** Forward only, as in main/queue. */
const migrations = [entryTable]

const FIRST_PREVIOUS = '0'.repeat(64)
// Entries read at a time: a few hundred KiB, and the reader never holds the connection while others write.
const PAGE = 500

export type Journal = {
  /**
   * Adds one entry. A full or failing disk must not break a visit: the entry is lost, and how many were is the next
   * entry that can be written (`journal.lost`). Fields that the closed list does not have are a bug: `strict` throws it,
   * otherwise the entry is lost in the same way.
   */
  record<I extends JournalEventId>(event: I, fields: JournalFields<I>): void
  /** Entries that the gateway does not hold yet, in order; they are on the disk for good before they are handed out. */
  unsent(limit: number): JournalEntry[]
  /** The gateway's word on what it holds; lower than before when the gateway has lost some: those are unsent again. */
  acknowledged(upTo: number): void
  /** All entries in order. The journal may grow meanwhile. */
  entries(): Iterable<JournalEntry>
  /** Recomputes the whole chain; `seq` is the first entry that does not fit. */
  verify(): Result<{ count: number }, { kind: 'broken'; seq: number }>
  close(): void
}

/**
 * Opens the sync log of this totem. `now` is `Date.now` or a test's clock. `strict` makes a program's bug loud: for
 * development and tests, for in the field it would end a citizen's visit. `maxPages` (of 4 KiB) bounds the file.
 */
export function openJournal({
  path,
  totem,
  now,
  strict = true,
  maxPages,
}: {
  path: string
  totem: string
  now: () => number
  strict?: boolean
  maxPages?: number
}): Result<Journal, StorageFailure> {
  // NORMAL: a power cut may take the last entries but never one from the middle, so the chain holds.
  const opened = openStorage({ path, synchronous: 'NORMAL', migrations, maxPages })
  if (!opened.ok) return opened
  try {
    return ok(journalOn(opened.value, totem, now, strict))
  } catch (error) {
    opened.value.close()
    return err(storageFailure(error))
  }
}

function journalOn(db: Storage, totem: string, now: () => number, strict: boolean): Journal {
  const insert = db.prepare(
    `INSERT INTO entry (seq, at, event, severity, fields, previous, hash)
     VALUES (@seq, @at, @event, @severity, @fields, @previous, @hash)`,
  )
  const selectLast = db.prepare('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1')
  const selectAfter = db.prepare('SELECT * FROM entry WHERE seq > ? ORDER BY seq LIMIT ?')
  const selectSent = db.prepare('SELECT up_to AS upTo FROM sent')
  const updateSent = db.prepare('UPDATE sent SET up_to = min(?, (SELECT coalesce(max(seq), 0) FROM entry))')

  let last = (selectLast.get() as { seq: number; hash: string } | undefined) ?? { seq: 0, hash: FIRST_PREVIOUS }
  let lost = 0

  function append<I extends JournalEventId>(event: I, fields: JournalFields<I>): void {
    const entry = {
      totem,
      seq: last.seq + 1,
      at: new Date(now()).toISOString(),
      event,
      severity: journalEvents[event].severity,
      fields,
      previous: last.hash,
    }
    const hash = sha256Hex(journalHashInput(entry))
    const { totem: _, ...row } = entry
    insert.run({ ...row, fields: JSON.stringify(fields), hash })
    last = { seq: entry.seq, hash }
  }

  const page = (after: number, limit: number): JournalEntry[] =>
    selectAfter.all(after, limit).map((row) => {
      const { fields, ...columns } = row as Omit<JournalEntry, 'fields'> & { fields: string }
      return { ...columns, totem, fields: JSON.parse(fields) }
    })

  function* entries(): Iterable<JournalEntry> {
    for (let after = 0; ; ) {
      const found = page(after, PAGE)
      yield* found
      const end = found.at(-1)
      if (!end) return
      after = end.seq
    }
  }

  return {
    record(event, fields) {
      try {
        const parsed = journalEvents[event].fields.parse(fields) as typeof fields
        if (lost > 0) {
          append('journal.lost', { entries: lost })
          lost = 0
        }
        append(event, parsed)
      } catch (error) {
        if (strict) storageFailure(error)
        lost++
      }
    },

    unsent(limit) {
      const { upTo } = selectSent.get() as { upTo: number }
      const found = page(upTo, limit)
      // A checkpoint syncs the WAL first. Were an entry sent and then forgotten in a power cut, its number would be
      // used again for another event, and the gateway would see a forged chain.
      try {
        if (found.length > 0) db.pragma('wal_checkpoint(PASSIVE)')
      } catch (error) {
        storageFailure(error)
        return []
      }
      return found
    },

    acknowledged(upTo) {
      try {
        updateSent.run(upTo)
      } catch (error) {
        // Not kept: these are sent once more, which the gateway takes.
        storageFailure(error)
      }
    },

    entries,

    verify() {
      let [count, previous] = [0, FIRST_PREVIOUS]
      for (const entry of entries()) {
        if (entry.seq !== count + 1 || entry.previous !== previous || entry.hash !== sha256Hex(journalHashInput(entry)))
          return err({ kind: 'broken', seq: count + 1 })
        count = entry.seq
        previous = entry.hash
      }
      return ok({ count })
    },

    close: () => void db.close(),
  }
}

const sha256Hex = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
