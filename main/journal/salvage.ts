import { z } from 'zod'
import { operationId, totemId } from '../../contract/identity.ts'
import { FIRST_PREVIOUS, type JournalEntry, journalEntry, NAMELESS_CHAIN } from '../../contract/journal.ts'
import { anchorContent, entryHash } from '../../trust/sync-log.ts'
import type { FoundRow } from '../queue/pages.ts'
import type { Salvage } from '../queue/repair.ts'
import type { Storage } from '../queue/storage.ts'

/** A row of 0002_chain.ts, as it lies in the file. */
const chainRow = z.tuple([
  z.null(),
  operationId,
  totemId.nullable(),
  z.number().int().min(0),
  z.string().length(64),
  z.number().int().min(0),
  z.number().int().min(0).nullable(),
  z.union([z.literal(0), z.literal(1)]),
])

type Point = { seq: number; hash: string }
/** The known facts of a chain. `last`: the highest number of any of its entries. */
type Found = {
  place: number
  totem: string
  base: Point
  upTo: number
  forked: 0 | 1
  anchors: (Point & { jws: string })[]
  last: number
}
/** Entries `from` to `to`, which follow on each other; `previous` is the hash that the first one hangs on. */
type Run = { from: number; to: number; previous: string }

/**
 * Salvages a damaged log. It keeps the last entries of each chain that hang together and go back to the chain's base,
 * its first entry or one that the gateway has signed. Nobody could vouch for the rest, which is lost. The last chain
 * ends there, and the log goes on in a new one (journal.ts): lost numbers must not be given to other entries.
 */
export const salvageFor =
  (totem: string): Salvage =>
  (rows, into) => {
    const chains = chainsIn(rows, totem)
    // The rows of the chains come after their entries.
    into.pragma('defer_foreign_keys = ON')
    const insertEntry = into.prepare(
      `INSERT OR IGNORE INTO entry (chain, seq, at, event, severity, fields, previous, hash)
       VALUES (@chain, @seq, @at, @event, @severity, @fields, @previous, @hash)`,
    )
    for (const row of rows) {
      const entry = entryIn(row, (chain) => chains(chain).totem)
      if (!entry) continue
      const found = chains(entry.chain)
      found.last = Math.max(found.last, entry.seq)
      insertEntry.run({ ...entry, fields: JSON.stringify(entry.fields) })
    }
    return keepSound(chains.all(), into)
  }

function chainsIn(rows: Iterable<FoundRow>, totem: string) {
  const found = new Map<string, Found>()
  const of = (chain: string): Found => {
    const known = found.get(chain)
    if (known) return known
    // The chain's row is lost: it counts as a later one, and the gateway is asked again what it holds of it.
    const base = { seq: 0, hash: FIRST_PREVIOUS }
    const unknown = { place: Number.MAX_SAFE_INTEGER, totem, base, upTo: 0, forked: 0 as const, anchors: [], last: 0 }
    found.set(chain, unknown)
    return unknown
  }
  for (const { seq: place, values } of rows) {
    const row = chainRow.safeParse(values)
    if (row.success) {
      const [, chain, own, baseSeq, baseHash, upTo, , forked] = row.data
      Object.assign(of(chain), { place, totem: own ?? totem, base: { seq: baseSeq, hash: baseHash }, upTo, forked })
    }
    const [chain, , jws] = values
    const anchor = values.length === 3 && typeof jws === 'string' ? anchorContent(jws) : null
    if (anchor && anchor.chain === chain) of(anchor.chain).anchors.push({ ...anchor, jws: String(jws) })
  }
  const all = () => [...found].sort(([a, one], [b, other]) => one.place - other.place || (a < b ? -1 : 1))
  return Object.assign(of, { all })
}

/** The entry of a row, when its hash is its own. Rows of the first schema, which name no chain, count too. */
function entryIn({ seq: number, values }: FoundRow, totemOf: (chain: string) => string): JournalEntry | null {
  const row = values.length === 7 && values[0] === null ? [NAMELESS_CHAIN, number, ...values.slice(1)] : values
  const [chain, seq, at, event, severity, fields, previous, hash] = row
  if (row.length !== 8 || typeof fields !== 'string' || !operationId.safeParse(chain).success) return null
  try {
    const totem = totemOf(String(chain))
    const said = { totem, chain, seq, at, event, severity, fields: JSON.parse(fields), previous, hash }
    const entry = journalEntry.safeParse(said)
    return entry.success && entryHash(entry.data) === hash ? entry.data : null
  } catch {
    return null
  }
}

function keepSound(chains: [string, Found][], into: Storage): ReturnType<Salvage> {
  const insertChain = into.prepare(
    `INSERT INTO chain (place, chain, totem, base_seq, base_hash, up_to, ends, forked)
     VALUES (@place, @chain, @totem, @baseSeq, @baseHash, @upTo, @ends, @forked)`,
  )
  const insertAnchor = into.prepare('INSERT OR IGNORE INTO anchor (chain, seq, jws) VALUES (?, ?, ?)')
  const deleteOthers = into.prepare('DELETE FROM entry WHERE chain = ? AND seq NOT BETWEEN ? AND ?')
  let [salvaged, lost] = [0, 0]
  chains.forEach(([chain, { totem, base, upTo, forked, anchors, last }], index) => {
    const start = { seq: 0, hash: FIRST_PREVIOUS }
    const kept = lastVouched(into, chain, [base, start, ...anchors]) ?? { from: 1, to: 0, previous: FIRST_PREVIOUS }
    const end = kept.to
    const known = Math.max(last, upTo, ...anchors.map(({ seq }) => seq))
    deleteOthers.run(chain, kept.from, end)
    insertChain.run({
      place: index + 1,
      chain,
      totem,
      baseSeq: kept.from - 1,
      baseHash: kept.previous,
      upTo: Math.min(upTo, end),
      ends: index === chains.length - 1 || end < known ? end : null,
      forked,
    })
    for (const { seq, jws } of anchors) if (seq >= kept.from - 1 && seq <= end) insertAnchor.run(chain, seq, jws)
    salvaged += end - kept.from + 1
    lost += Math.max(0, known - base.seq - (end - kept.from + 1))
  })
  return { salvaged, lost }
}

/** The latest run that hangs on one of these points, or goes through one and then from there on. */
function lastVouched(db: Storage, chain: string, points: readonly Point[]): Run | null {
  const hashAt = db.prepare('SELECT hash FROM entry WHERE chain = ? AND seq = ?').pluck()
  const holds = (run: Run, { seq, hash }: Point) =>
    seq === run.from - 1 ? hash === run.previous : seq >= run.from && seq <= run.to && hash === hashAt.get(chain, seq)
  for (const run of runsOf(db, chain).reverse()) {
    const [point] = points.filter((known) => holds(run, known)).sort((a, b) => a.seq - b.seq)
    if (point) return { from: point.seq + 1, to: run.to, previous: point.hash }
  }
  return null
}

function runsOf(db: Storage, chain: string): Run[] {
  const runs: Run[] = []
  let hash = ''
  const entries = db.prepare('SELECT seq, previous, hash FROM entry WHERE chain = ? ORDER BY seq').iterate(chain)
  for (const entry of entries as Iterable<Point & { previous: string }>) {
    const run = runs.at(-1)
    if (run && run.to === entry.seq - 1 && hash === entry.previous) run.to = entry.seq
    else runs.push({ from: entry.seq, to: entry.seq, previous: entry.previous })
    hash = entry.hash
  }
  return runs
}
