/** The contract takes no more at once (contract/gateway.ts `submission`). */
const MOST_ITEMS = 50
/** A request is some 6 KB; at 64 kbit/s twenty take a quarter of a minute. */
const FIRST_ITEMS = 20
/** Sealed payload that a batch may hold for each of its items: few large items take as long as many small ones. */
const BYTES_PER_ITEM = 8 * 1_024
/** Batches grow slowly and shrink at once: a cut costs the whole batch. */
const MORE_ITEMS = 5
/** A batch that takes so long shows what the line can carry; a larger one would only be cut more often. */
const QUICK_MS = 3_000
const SLOW_MS = 12_000

export interface Limit {
  items: number
  bytes: number
}

const limitOf = (items: number): Limit => ({ items, bytes: items * BYTES_PER_ITEM })

export const firstLimit = limitOf(FIRST_ITEMS)

/** The next batch's bounds, after one that took `tookMs` or failed (null). */
export function nextLimit({ items }: Limit, tookMs: number | null): Limit {
  if (tookMs === null || tookMs > SLOW_MS) return limitOf(Math.max(1, items >> 1))
  return limitOf(tookMs < QUICK_MS ? Math.min(MOST_ITEMS, items + MORE_ITEMS) : items)
}

/**
 * Chooses which due items go together, in their order: first those that were never tried. Items that failed before go
 * in smaller batches each time, so that one bad item ends up alone.
 */
export function together<T extends { attempts: number }>(due: readonly T[], { items }: Limit): T[] {
  const untried = due.filter(({ attempts }) => attempts === 0)
  if (untried.length > 0) return untried.slice(0, items)
  return due.slice(0, Math.max(1, items >> Math.min(due[0]?.attempts ?? 0, 30)))
}
