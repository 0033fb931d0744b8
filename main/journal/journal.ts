import { ulid } from 'ulid'
import { syncFileSync } from '../../basics/files.ts'
import type { ExportedLine, JournalBatch, JournalEntry, JournalReceipt } from '../../contract/journal.ts'
import { type JournalEventId, type JournalFields, journalEvents } from '../../contract/journal-events.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { anchorContent, checkLog, entryHash, type LogFault } from '../../trust/sync-log.ts'
import type { Repaired } from '../queue/repair.ts'
import {
  openStorage,
  type Storage,
  type StorageFailure,
  type StorageOptions,
  storageFailure,
} from '../queue/storage.ts'
import { type Chain, logOn } from './log.ts'
import { migrations } from './migrations.ts'
import { salvageFor } from './salvage.ts'

// 64 MiB in pages of 4 KiB: some 190,000 entries, a month of a busy office without a line.
const MAX_PAGES = 16_384
// An eighth of the pages is for entries that an operator must look at: warnings and alarms of a totem whose log is
// full.
const RESERVE = 1 / 8
// The file's size is checked once in so many entries, and so many are dropped at a time: a few ms, whatever visit is
// under way.
const SIZE_EVERY = 200
const DROPPED_AT_ONCE = 1_000
// Entries read at a time: a few hundred KiB.
const PAGE = 500

export type Journal = {
  /**
   * Adds one entry. A full or failing disk must not break a visit: the entry is lost, and the next entry that can be
   * written says how many were (`journal.lost`). A field that the closed list does not have is a bug: `strict` throws
   * it, otherwise the entry is lost in the same way.
   */
  record<I extends JournalEventId>(event: I, fields: JournalFields<I>): void
  /**
   * The oldest entries that the gateway does not hold yet, in order and checked; null when there are none. They are on
   * the disk for good before they are handed out.
   */
  unsent(limit: number): JournalBatch | null
  /** How many entries the gateway does not hold yet. */
  unsentCount(): number
  /**
   * Takes the gateway's receipt for `batch`. A number lower than before means that the gateway has lost entries, which
   * are unsent again. `isSigned`: the gateway has signed the receipt's anchor, if there is one.
   */
  acknowledged(batch: JournalBatch, receipt: JournalReceipt, isSigned: boolean): void
  /** The whole log in order. It may grow meanwhile. */
  lines(): Iterable<ExportedLine>
  entries(): Iterable<JournalEntry>
  /** The newest entries of this life of the log, oldest first. */
  newest(limit: number): JournalEntry[]
  /** Recomputes the whole log (trust/sync-log.ts) and answers the first fault, when there is one. */
  verify(): Result<{ count: number }, LogFault>
  close(): void
}

/**
 * Opens the sync log of this totem. `now` is `Date.now` or a test's clock. `strict` makes a bug loud: for development
 * and tests only, because in the field it would end a citizen's visit. `maxPages` (of 4 KiB) bounds the file. A full
 * log drops the oldest entries that an anchor stands for. While there are none, it counts further `info` entries
 * instead of taking them: the beginning of an outage tells more than its thousandth hour, and a chain cannot be thinned
 * out.
 */
export function openJournal({
  path,
  totem,
  now,
  strict = true,
  maxPages = MAX_PAGES,
}: {
  path: string
  totem: string
  now: () => number
  strict?: boolean
  maxPages?: number
}): Result<Journal, StorageFailure> {
  // NORMAL: a power cut may take the last entries but never one from the middle, so the chain holds.
  let repaired: Repaired | null = null
  const options: StorageOptions = {
    path,
    synchronous: 'NORMAL',
    migrations,
    maxPages,
    // An entry's hash shows a wrong column. The start checks only the pages, in a tenth of the time.
    checked: ['chain', 'entry', 'anchor', 'missed'],
    salvage: salvageFor(totem),
    onRepaired(what) {
      repaired = what
    },
  }
  let opened = openStorage(options)
  try {
    if (opened.ok && !logOn(opened.value).isComplete()) {
      opened.value.close()
      opened = openStorage(options, 'chain-missing')
    }
    return opened.ok ? ok(journalOn(opened.value, { path, totem, now, strict, maxPages, repaired })) : opened
  } catch (error) {
    if (opened.ok) opened.value.close()
    return err(storageFailure(error))
  }
}

/** True when the last entry is as it was written; an empty chain has none. */
const isOwn = (last: JournalEntry | undefined): boolean => last === undefined || last.hash === entryHash(last)

/** Puts every committed entry on the disk for good. */
function toDisk(db: Storage, path: string): void {
  const [done] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[]
  if (done?.checkpointed === done?.log) return
  // A reader holds up the checkpoint, but not the disk.
  syncFileSync(`${path}-wal`)
}

type Settings = {
  path: string
  totem: string
  now: () => number
  strict: boolean
  maxPages: number
  repaired: Repaired | null
}

function journalOn(db: Storage, { path, totem, now, strict, maxPages, repaired }: Settings): Journal {
  const log = logOn(db)
  const insert = db.prepare(
    `INSERT INTO entry (chain, seq, at, event, severity, fields, previous, hash)
     VALUES (@chain, @seq, @at, @event, @severity, @fields, @previous, @hash)`,
  )
  const insertChain = db.prepare(
    'INSERT INTO chain (place, chain, totem) VALUES ((SELECT coalesce(max(place), 0) + 1 FROM chain), ?, ?)',
  )
  const insertAnchor = db.prepare('INSERT OR IGNORE INTO anchor (chain, seq, jws) VALUES (?, ?, ?)')
  const updateUpTo = db.prepare('UPDATE chain SET up_to = ? WHERE chain = ?')
  const updateEnds = db.prepare('UPDATE chain SET ends = ? WHERE chain = ?')
  const updateForked = db.prepare('UPDATE chain SET forked = 1 WHERE chain = ?')
  const selectMissed = db.prepare('SELECT entries FROM missed').pluck()
  const addMissed = db.prepare('UPDATE missed SET entries = entries + ?')
  const clearMissed = db.prepare('UPDATE missed SET entries = 0')
  const selectDroppable = db.prepare(
    `SELECT coalesce(
       (SELECT max(seq) FROM anchor WHERE chain = @chain AND seq > @base AND seq <= @base + @most),
       (SELECT min(seq) FROM anchor WHERE chain = @chain AND seq > @base))`,
  )
  const deleteEntries = db.prepare('DELETE FROM entry WHERE chain = ? AND seq <= ?')
  const deleteAnchors = db.prepare('DELETE FROM anchor WHERE chain = ? AND seq < ?')

  db.prepare('UPDATE chain SET totem = ? WHERE totem IS NULL').run(totem)
  const unsentFrom = ({ upTo, baseSeq }: Chain) => Math.max(upTo, baseSeq)
  let current = log.chains().at(-1)
  let last = current && log.end(current)
  // Counts entries lost while even their count could not be written.
  let unwritten = 0
  let full = false
  let untilSize = 0
  // A bad anchor is reported once until a good one comes: each report is one more entry to send, which would bring the
  // next bad one.
  let anchorRefused = false

  if (!current) begin()
  else if (current.ends !== null) restart('file-damaged', current, current.ends)
  else if (current.totem !== totem) restart('other-totem', current, current.upTo)
  // The gateway holds more entries than there are: the end was cut off, and new entries would give the chain another
  // history.
  else if (last && current.upTo > last.seq) restart('end-missing', current, last.seq)
  else if (last && !isOwn(log.page(current, last.seq - 1, 1)[0])) findBreak(current)
  if (repaired) append('storage.repaired', { store: 'journal', ...repaired })
  checkSize()

  function begin() {
    insertChain.run(ulid(now()), totem)
    current = log.chains().at(-1)
    last = current && log.end(current)
  }

  /**
   * Leaves a chain that cannot go on as it is, and begins a new one. Entries behind `upTo` are not sent, because nobody
   * can vouch for them.
   */
  function restart(reason: JournalFields<'journal.restarted'>['reason'], of: Chain, upTo: number) {
    const { chain } = of
    const lost = Math.max(0, log.end(of).seq - upTo)
    write(() => {
      updateEnds.run(upTo, chain)
      begin()
      append('journal.restarted', { reason, chain, upTo, lost })
    })
  }

  function append<I extends JournalEventId>(event: I, fields: JournalFields<I>): void {
    if (!current || !last) throw new Error('a journal without a chain')
    const entry = {
      totem,
      chain: current.chain,
      seq: last.seq + 1,
      at: new Date(now()).toISOString(),
      event,
      severity: journalEvents[event].severity,
      fields,
      previous: last.hash,
    }
    const hash = entryHash(entry)
    const { totem: _, ...row } = entry
    insert.run({ ...row, fields: JSON.stringify(fields), hash })
    last = { seq: entry.seq, hash }
  }

  /** Writes in one commit; when that fails, `current` and `last` are what they were. */
  function write(work: () => void): void {
    const [chainBefore, lastBefore] = [current, last]
    try {
      db.transaction(work).immediate()
    } catch (error) {
      ;[current, last] = [chainBefore, lastBefore]
      throw error
    }
  }

  const missed = () => unwritten + (selectMissed.get() as number)

  function countLost(): void {
    try {
      addMissed.run(unwritten + 1)
      unwritten = 0
    } catch {
      unwritten++
    }
  }

  /**
   * Finds out whether there is room for `info` entries, and makes some by dropping entries that an anchor stands for.
   */
  function checkSize(): void {
    untilSize = SIZE_EVERY
    const pages = () =>
      (db.pragma('page_count', { simple: true }) as number) - (db.pragma('freelist_count', { simple: true }) as number)
    const bound = maxPages * (1 - RESERVE)
    full = pages() >= bound
    if (full && dropOldest()) full = pages() >= bound
  }

  function dropOldest(): boolean {
    for (const life of log.chains()) {
      const { chain, baseSeq: base } = life
      const upTo = selectDroppable.pluck().get({ chain, base, most: DROPPED_AT_ONCE }) as number | null
      if (upTo !== null) {
        write(() => {
          deleteEntries.run(chain, upTo)
          deleteAnchors.run(chain, upTo)
        })
        return true
      }
      // A later chain's entries go only after all of this one's.
      if (log.end(life).seq > base) return false
    }
    return false
  }

  /** The entries of the page that follow on each other. Where they stop, the chain is broken. */
  function soundPart(chain: Chain, after: number, page: readonly JournalEntry[]): JournalEntry[] {
    let hash = after === chain.baseSeq ? chain.baseHash : log.page(chain, after - 1, 1)[0]?.hash
    const broken = page.findIndex((entry, index) => {
      const fits = entry.seq === after + index + 1 && entry.previous === hash && entry.hash === entryHash(entry)
      hash = entry.hash
      return !fits
    })
    if (broken < 0) return [...page]
    restart('chain-broken', chain, after + broken)
    return page.slice(0, broken)
  }

  /** The last entry is damaged, so that nothing can hang on it: finds where the chain ends. */
  function findBreak(chain: Chain): void {
    for (let after = unsentFrom(chain); ; ) {
      const page = log.page(chain, after, PAGE)
      if (page.length === 0) restart('chain-broken', chain, after)
      if (soundPart(chain, after, page).length < page.length || page.length === 0) return
      after += page.length
    }
  }

  const own = () => log.chains().filter((chain) => chain.totem === totem)

  function nextBatch(limit: number): JournalBatch | null {
    for (const chain of own()) {
      const after = unsentFrom(chain)
      const most = Math.min(limit, (chain.ends ?? Number.POSITIVE_INFINITY) - after)
      if (most <= 0) continue
      const page = log.page(chain, after, most)
      const entries = soundPart(chain, after, page)
      // The chain is broken at its first unsent entry: a new chain has just begun.
      if (entries.length === 0 && page.length > 0) return nextBatch(limit)
      if (entries.length === 0) continue
      const base = after === chain.baseSeq && after > 0 ? log.anchorAt(chain, after) : null
      return { entries, base }
    }
    return null
  }

  /** Keeps the anchor when the gateway has signed it, over this very log. */
  function keepAnchor(chain: Chain, jws: string, isSigned: boolean): void {
    const anchor = anchorContent(jws)
    const entry = anchor && log.page(chain, anchor.seq - 1, 1)[0]
    const isOver = entry?.seq === anchor?.seq && entry?.hash === anchor?.hash
    const isGood = isSigned && entry && isOver && anchor.totem === totem && anchor.chain === chain.chain
    if (isGood) insertAnchor.run(chain.chain, anchor.seq, jws)
    else if (!anchorRefused) append('journal.anchor-refused', { seq: anchor?.seq ?? 0 })
    anchorRefused = !isGood
  }

  return {
    record(event, fields) {
      try {
        const parsed = journalEvents[event].fields.parse(fields) as typeof fields
        if (--untilSize <= 0) checkSize()
        if (full && journalEvents[event].severity === 'info') return countLost()
        const entries = missed()
        if (entries === 0) return append(event, parsed)
        write(() => {
          append('journal.lost', { entries })
          append(event, parsed)
          clearMissed.run()
        })
        unwritten = 0
      } catch (error) {
        if (strict) storageFailure(error)
        countLost()
      }
    },

    unsent(limit) {
      try {
        const batch = nextBatch(limit)
        // An entry that is sent and then forgotten in a power cut would leave its number to another event: the gateway
        // would see a second history.
        if (batch) toDisk(db, path)
        return batch
      } catch (error) {
        storageFailure(error)
        return null
      }
    },

    unsentCount: () =>
      own().reduce((sum, chain) => sum + Math.max((chain.ends ?? log.end(chain).seq) - unsentFrom(chain), 0), 0),

    acknowledged({ entries: [first] }, { upTo, anchor, forked }, isSigned) {
      const chain = own().find((known) => known.chain === first?.chain)
      if (!chain) return
      try {
        write(() => {
          updateUpTo.run(Math.min(upTo, log.end(chain).seq), chain.chain)
          if (anchor !== null) keepAnchor(chain, anchor, isSigned)
          if (!forked || chain.forked) return
          updateForked.run(chain.chain)
          append('totem.cloned', { chain: chain.chain })
        })
        if (full && anchor !== null) checkSize()
      } catch (error) {
        // The receipt is not kept: these entries are sent once more, and the gateway takes them again.
        storageFailure(error)
      }
    },

    lines: log.lines,

    *entries() {
      for (const line of log.lines()) if (!('anchor' in line)) yield line
    },

    newest: (limit) => (current && last ? log.page(current, Math.max(current.baseSeq, last.seq - limit), limit) : []),

    verify() {
      const { count, faults } = checkLog(log.lines())
      return faults[0] ? err(faults[0]) : ok({ count })
    },

    close: () => void db.close(),
  }
}
