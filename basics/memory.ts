import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Both must be set before `gc` is fetched. The second fills what the collector frees within a page with zeros.
setFlagsFromString('--expose-gc')
setFlagsFromString('--clear-free-memory')
const collect = runInNewContext('gc') as (how: object) => void

/** A page that becomes empty is given back, instead of being kept with what was in it. */
const ALL = { type: 'major', execution: 'sync', flavor: 'last-resort' }

/**
 * Overwrites everything in this process's JavaScript heap to which nobody refers any more; some 20 ms. Strings cannot be
 * overwritten one by one: without this a name stays in memory until the collector happens to need its place. Buffers
 * outside the heap are not concerned.
 */
export function forgetGarbage(): void {
  // What is in use moves to other pages, so that the pages with garbage become empty.
  setFlagsFromString('--compact-on-every-full-gc')
  // What the first round moves to older pages, the second one frees.
  collect(ALL)
  collect(ALL)
  setFlagsFromString('--no-compact-on-every-full-gc')
}
