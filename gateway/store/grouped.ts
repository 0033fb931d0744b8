import { setImmediate as turn } from 'node:timers/promises'
import { isDatabaseAway } from './away.ts'

interface Waiting<T, R> {
  item: T
  done(result: R): void
  failed(reason: unknown): void
}

/**
 * Makes few commits of many small writes: those that come while one is under way share the next. `commit` answers a
 * result for each item, in their order. When the database refuses a group, each item is tried alone, so that a bad one
 * harms no other; a database that is away fails them all.
 */
export function grouped<T, R>(commit: (items: readonly T[]) => Promise<readonly R[]>): (item: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = []
  let underWay = false

  async function write(group: readonly Waiting<T, R>[]): Promise<void> {
    const results = await commit(group.map(({ item }) => item))
    for (const [index, { done }] of group.entries()) done(results[index] as R)
  }

  async function run(): Promise<void> {
    underWay = true
    while (waiting.length > 0) {
      // What else this turn of the event loop brings goes along.
      await turn()
      const group = waiting
      waiting = []
      try {
        await write(group)
      } catch (failure) {
        if (group.length === 1 || isDatabaseAway(failure)) for (const { failed } of group) failed(failure)
        else for (const one of group) await write([one]).catch(one.failed)
      }
    }
    underWay = false
  }

  return (item) =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed })
      if (!underWay) void run()
    })
}
