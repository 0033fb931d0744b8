import { sql } from 'kysely'
import type { Answer, Query } from '../../../contract/console/api.ts'
import { keyOf } from '../../store/operations.ts'
import type { ConsoleTransaction } from '../tables.ts'

const SHOWN = 300

/** What waits, was given up or was not fetched, in sight of who asks. `dead`: keys of those that were given up. */
export async function operationsOf(
  transaction: ConsoleTransaction,
  { state = 'open', totem }: Query<'operations'>,
  dead: ReadonlySet<string>,
  now: Date,
): Promise<Answer<'operations'>> {
  const isUndelivered = sql<boolean>`(number is not null and delivered_at is null)`
  let query = transaction
    .selectFrom('operation')
    .select([
      'id',
      'totem',
      'state',
      'refusal',
      'refusal_anpr',
      'anpr_id',
      'gate_transaction',
      'received_at',
      'settled_at',
    ])
    .orderBy('received_at')
    .orderBy('id')
  if (state === 'undelivered') query = query.where(isUndelivered)
  else if (state === 'open') query = query.where(({ or, eb }) => or([eb('state', '=', 'pending'), isUndelivered]))
  else query = query.where('state', '=', 'pending')
  if (totem) query = query.where('totem', '=', totem)
  if (state === 'dead') query = query.where(sql`totem || ' ' || id`, 'in', dead.size > 0 ? [...dead] : [''])
  const found = await query.limit(SHOWN).execute()
  const { rows } = await sql<{ pending: number; undelivered: number }>`
    select count(*) filter (where state = 'pending')::integer as pending,
      count(*) filter (where number is not null and delivered_at is null)::integer as undelivered
    from operation where state = 'pending' or (number is not null and delivered_at is null)`.execute(transaction)
  return {
    operations: found.map((each) => ({
      ...{ operation: each.id, totem: each.totem, refusal: each.refusal, anprCode: each.refusal_anpr },
      state: each.state === 'pending' && dead.has(keyOf(each.totem, each.id)) ? ('dead' as const) : each.state,
      ...{ anprId: each.anpr_id, gateTransaction: each.gate_transaction },
      receivedAt: each.received_at.toISOString(),
      settledAt: each.settled_at?.toISOString() ?? null,
    })),
    counts: { pending: rows[0]?.pending ?? 0, dead: dead.size, undelivered: rows[0]?.undelivered ?? 0 },
    at: now.toISOString(),
  }
}
