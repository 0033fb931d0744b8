import { sql } from 'kysely'
import { DAY_MS } from '../../../basics/time.ts'
import type { CounterGround } from './ground.ts'

/** By then the citizen has gone home without it, and nobody asks again under this id. */
const LOST_MS = DAY_MS

/**
 * Gives up what no answer came to within a day: the sheet was never made, so that its mark pays again. Visits and sheets are
 * kept as long as the access log that they explain (36 months).
 */
export async function tidyCounter({ db, looking: { means }, now }: CounterGround): Promise<void> {
  const at = now()
  await db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ station: string; operation: string }>`
      with old as (
        select station, operation from counter_paper
        where state = 'asked' and at < ${new Date(+at - LOST_MS)}::timestamptz
      ), lost as (
        update operation set state = 'refused', refusal = 'request-expired', settled_at = ${at}::timestamptz from old
        where operation.totem = station and operation.id = old.operation and operation.state = 'pending'
        returning station, old.operation
      ), refused as (
        update counter_paper set state = 'refused' from lost
        where counter_paper.station = lost.station and counter_paper.operation = lost.operation
      )
      select station, operation from lost`.execute(transaction)
    const refusal = 'request-expired'
    await means.refused(
      transaction,
      rows.map(({ station: totem, operation }) => ({ totem, operation, refusal })),
    )
    await sql`
      update counter_paper set state = operation.state from operation
      where counter_paper.state = 'asked' and operation.totem = station and operation.id = counter_paper.operation
        and operation.state <> 'pending'`.execute(transaction)
    for (const table of ['counter_paper', 'counter_visit'] as const)
      await sql`delete from ${sql.table(table)} where at < ${at}::timestamptz - interval '36 months'`.execute(
        transaction,
      )
  })
}
