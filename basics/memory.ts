import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// The second fills what the collector frees within a page with zeros.
setFlagsFromString('--expose-gc')
setFlagsFromString('--clear-free-memory')
let fetched: ((how: object) => void) | null = null
/** It comes out of a context of its own, which takes longer to make than the first picture of a screen may wait. */
function collect(how: object): void {
  fetched ??= runInNewContext('gc') as (how: object) => void
  fetched(how)
}
// Small buffers would share a block, which stays in use as long as one of them does: a key kept a whole visit with it.
Buffer.poolSize = 0

/** A page that becomes empty is given back, instead of being kept with what was in it. */
const ALL = { type: 'major', execution: 'sync', flavor: 'last-resort' }

/** Blocks of these sizes are taken: no two classes of an allocator lie closer together, and larger ones go back to the system. */
const LEAST_BYTES = 64
const MOST_BYTES = 64 * 1024
const STEP = 1.1
/** Of each size as many as this holds, and no fewer than a visit frees. */
const OF_EACH_SIZE_BYTES = 64 * 1024
const OF_EACH_SIZE = 16

/**
 * Overwrites everything in this process's JavaScript heap to which nobody refers any more, and the freed blocks of its
 * buffers; some 50 ms. Strings cannot be overwritten one by one: without this a name stays in memory until the collector
 * happens to need its place. What Node's native parts have freed is not concerned.
 */
export function forgetGarbage(): void {
  // A realm remembers the last text in which an expression was found (`RegExp.input`).
  ;/0/.test('0')
  // What is in use moves to other pages, so that the pages with garbage become empty.
  setFlagsFromString('--compact-on-every-full-gc')
  // What the first round moves to older pages, the second one frees.
  collect(ALL)
  collect(ALL)
  setFlagsFromString('--no-compact-on-every-full-gc')
  overwriteFreedBlocks()
}

/** A freed block keeps what was in it until it is given out again. Each that is taken here comes filled with zeros. */
function overwriteFreedBlocks(): void {
  for (let bytes = LEAST_BYTES; bytes <= MOST_BYTES; bytes = Math.ceil(bytes * STEP)) {
    const count = Math.max(OF_EACH_SIZE, Math.floor(OF_EACH_SIZE_BYTES / bytes))
    Array.from({ length: count }, () => new ArrayBuffer(bytes))
  }
  collect({ type: 'minor', execution: 'sync' })
}
