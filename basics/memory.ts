import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Both must be set before `gc` is fetched. The second fills what the collector frees with zeros.
setFlagsFromString('--expose-gc')
setFlagsFromString('--clear-free-memory')
const collect = runInNewContext('gc') as () => void

/**
 * Overwrites everything in this process's JavaScript heap to which nobody refers any more; some 50 ms. Strings cannot be
 * overwritten one by one: without this a name stays in memory until the collector happens to need its place. Buffers
 * outside the heap are not concerned.
 */
export function forgetGarbage(): void {
  // What the first round moves to older pages, the second one frees.
  collect()
  collect()
}
