import type { ExportedLine, JournalEntry } from '../../contract/journal.ts'
import { ok, type Result } from '../../contract/result.ts'
import { readStorage, type Storage, type StorageFailure } from '../queue/storage.ts'
import { migrations } from './migrations.ts'

/** One life of the log, as 0002_chain.ts keeps it. */
export type Chain = {
  place: number
  chain: string
  totem: string
  baseSeq: number
  baseHash: string
  upTo: number
  ends: number | null
  forked: 0 | 1
}

/** A log as it can be read beside its writer. */
export type Log = {
  /** Oldest first. */
  chains(): Chain[]
  /** Entries of one chain after `seq`, in order. */
  page(chain: Chain, seq: number, limit: number): JournalEntry[]
  /** The last entry of a chain, or its base. */
  end(chain: Chain): { seq: number; hash: string }
  anchorAt(chain: Chain, seq: number): string | null
  /** False when there are entries whose chain is not known: the file is damaged where SQLite does not look. */
  isComplete(): boolean
  /** The whole log in order, each anchor after its entry, that of the base first. The log may grow meanwhile. */
  lines(): Iterable<ExportedLine>
}

// Entries read at a time: a few hundred KiB, and the reader never holds the connection while others write.
const PAGE = 500

/** Opens a log to look at it, beside the totem that writes it or in a copied folder. */
export function readLog(path: string): Result<Log & { close(): void }, StorageFailure> {
  const opened = readStorage(path, migrations)
  return opened.ok ? ok({ ...logOn(opened.value), close: () => opened.value.close() }) : opened
}

export function logOn(db: Storage): Log {
  const selectChains = db.prepare(
    `SELECT place, chain, coalesce(totem, '') AS totem, base_seq AS baseSeq, base_hash AS baseHash, up_to AS upTo, ends,
       forked FROM chain ORDER BY place`,
  )
  const selectPage = db.prepare('SELECT * FROM entry WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?')
  const selectEnd = db.prepare('SELECT seq, hash FROM entry WHERE chain = ? ORDER BY seq DESC LIMIT 1')
  const selectAnchors = db.prepare('SELECT seq, jws FROM anchor WHERE chain = ? AND seq BETWEEN ? AND ?')
  // One look-up a chain, where DISTINCT would read them all.
  const nextChain = db.prepare('SELECT chain FROM entry WHERE chain > ? ORDER BY chain LIMIT 1').pluck()

  const chains = () => selectChains.all() as Chain[]

  const page = ({ chain, totem }: Chain, seq: number, limit: number): JournalEntry[] =>
    selectPage.all(chain, seq, limit).map((row) => {
      const { at, event, severity, fields, previous, hash, ...own } = row as JournalEntry & { fields: string }
      return { totem, chain, seq: own.seq, at, event, severity, fields: fieldsOf(fields), previous, hash }
    })

  const anchors = ({ chain }: Chain, from: number, to: number) =>
    selectAnchors.all(chain, from, to) as { seq: number; jws: string }[]

  function* lines(): Iterable<ExportedLine> {
    for (const chain of chains()) {
      // The base's anchor is read before the entries: if entries are dropped meanwhile, the anchor stands for them.
      for (const { jws } of anchors(chain, chain.baseSeq, chain.baseSeq)) yield { anchor: jws }
      for (let after = chain.baseSeq; ; ) {
        const found = page(chain, after, PAGE)
        const last = found.at(-1)
        if (!last) break
        const held = new Map(anchors(chain, after + 1, last.seq).map(({ seq, jws }) => [seq, jws]))
        for (const entry of found) {
          yield entry
          const anchor = held.get(entry.seq)
          if (anchor !== undefined) yield { anchor }
        }
        after = last.seq
      }
    }
  }

  return {
    chains,
    page,
    end: ({ chain, baseSeq, baseHash }) =>
      (selectEnd.get(chain) as { seq: number; hash: string } | undefined) ?? { seq: baseSeq, hash: baseHash },
    isComplete() {
      const known = new Set(chains().map(({ chain }) => chain))
      let last = ''
      for (let next = nextChain.get(last); next !== undefined; next = nextChain.get(last)) {
        last = String(next)
        if (!known.has(last)) return false
      }
      return true
    },
    anchorAt: (chain, seq) => anchors(chain, seq, seq)[0]?.jws ?? null,
    lines,
  }
}

/** Text that is no JSON any more gives no fields, and the entry's hash shows the damage. */
function fieldsOf(text: string): JournalEntry['fields'] {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
