import { fromKysely } from 'pg-boss'
import type { Clock } from '../../basics/time.ts'
import type { Means } from '../payments/means.ts'
import type { Store } from '../store/database.ts'
import { keyOf, type Settled, settle } from '../store/operations.ts'
import { WORK } from '../store/queues.ts'

interface Waiting {
  job: string
  item: Settled
  done(isFirst: boolean): void
  failed(reason: unknown): void
}

/** Resolves when the outcome is on the disk; false if the operation had another outcome before. */
export type Settler = (job: string, item: Settled) => Promise<boolean>

/**
 * Stores outcomes with the end of their jobs. A totem's outcomes are numbered in the order of their commits, so that
 * each commit waits for the one before. Outcomes that come while a commit is under way therefore share the next one.
 * When the database refuses a group, each outcome is tried alone, so that a bad one harms no other.
 */
export function createSettler(
  { db, boss }: Pick<Store, 'db' | 'boss'>,
  means: Pick<Means, 'refused'>,
  now: Clock,
): Settler {
  let waiting: Waiting[] = []
  let underWay = false

  async function commit(group: readonly Waiting[]): Promise<void> {
    const settled = await db.transaction().execute(async (transaction) => {
      const items = new Map(group.map(({ item }) => [keyOf(item.caller.id, item.id), item]))
      const fresh = await settle(transaction, [...items.values()], now())
      // SECURITY: only a first settlement gives back what was to pay. A gateway that comes late may refuse what was issued.
      const refused = [...items].flatMap(([key, { id: operation, caller, settlement }]) =>
        fresh.has(key) && settlement.state === 'refused'
          ? [{ totem: caller.id, operation, refusal: settlement.problem.kind }]
          : [],
      )
      await means.refused(transaction, refused)
      const jobs = group.map(({ job }) => job)
      await boss.deleteJob(WORK, jobs, { db: fromKysely(transaction) })
      return fresh
    })
    for (const { item, done } of group) done(settled.delete(keyOf(item.caller.id, item.id)))
  }

  async function run(): Promise<void> {
    underWay = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        await commit(group)
      } catch (failure) {
        if (group.length === 1) group[0]?.failed(failure)
        else for (const one of group) await commit([one]).catch(one.failed)
      }
    }
    underWay = false
  }

  return (job, item) =>
    new Promise((done, failed) => {
      waiting.push({ job, item, done, failed })
      if (!underWay) void run()
    })
}
