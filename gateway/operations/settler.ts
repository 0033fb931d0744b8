import type { Clock } from '../../basics/time.ts'
import type { Means } from '../payments/means.ts'
import { grouped } from '../store/grouped.ts'
import { keyOf, type Settled, settle } from '../store/operations.ts'
import type { Database } from '../store/schema.ts'

/** Resolves when the outcome is on the disk; false if the operation had another outcome before. `job` null: it has none. */
export type Settler = (job: string | null, item: Settled) => Promise<boolean>

/**
 * Stores outcomes with the end of their jobs. A totem's outcomes are numbered in the order of their commits, so that
 * each commit waits for the one before, and outcomes share one (store/grouped.ts).
 */
export function createSettler(db: Database, means: Pick<Means, 'refused'>, now: Clock): Settler {
  const write = grouped(async (group: readonly { job: string | null; item: Settled }[]) => {
    const items = new Map<string, Settled>()
    // Asked for twice at once: the first settles it, and what is left of the others is the ends of their lines.
    const late: Settled[] = []
    for (const { item } of group) {
      const key = keyOf(item.caller.id, item.id)
      if (items.has(key)) late.push(item)
      else items.set(key, item)
    }
    const jobs = group.flatMap(({ job }) => job ?? [])
    const ends = group.flatMap(({ item }) => item.ends)
    const store = async (on: Database) => {
      const fresh = await settle(on, { items: [...items.values()], ends, jobs }, now())
      if (late.length > 0) await settle(on, { items: late, ends: [], jobs: [] }, now())
      return fresh
    }
    const mayGiveBack = group.some(({ item }) => item.settlement.state === 'refused')
    const settled =
      mayGiveBack || late.length > 0
        ? await db.transaction().execute(async (transaction) => {
            const fresh = await store(transaction)
            // SECURITY: only a first settlement gives back what was to pay. A gateway that comes late may refuse what was issued.
            const refused = [...items].flatMap(([key, { id: operation, caller, settlement }]) =>
              fresh.has(key) && settlement.state === 'refused'
                ? [{ totem: caller.id, operation, refusal: settlement.problem.kind }]
                : [],
            )
            await means.refused(transaction, refused)
            return fresh
          })
        : await store(db)
    return group.map(({ item }) => settled.delete(keyOf(item.caller.id, item.id)))
  })
  return (job, item) => write({ job, item })
}
