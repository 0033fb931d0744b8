import type { Answer, Query } from '../../../contract/console/api.ts'
import type { CommandState, OrderState } from '../../../contract/console/commands.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { isLapsed } from './orders.ts'

const SHOWN = 100
const TOTEMS_SHOWN = 50

/** What was ordered in sight of who asks, newest first, and what became of it. */
export async function ordersOf(
  transaction: ConsoleTransaction,
  { totem }: Query<'orders'>,
  person: string,
  now: Date,
): Promise<Answer<'orders'>> {
  let query = transaction.selectFrom('command_order').selectAll().orderBy('id', 'desc').limit(SHOWN)
  if (totem)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('totem_command')
          .select('totem_command.id')
          .whereRef('order_id', '=', 'command_order.id')
          .where('totem', '=', totem),
      ),
    )
  const found = await query.execute()
  const ids = found.map(({ id }) => id)
  const rows =
    ids.length === 0
      ? []
      : await transaction
          .selectFrom('totem_command')
          .selectAll()
          .where('order_id', 'in', ids)
          .orderBy('totem')
          .execute()
  return {
    orders: found.map((order) => {
      const mine = rows.filter(({ order_id }) => order_id === order.id)
      const state = stateOf(order, now)
      const commands = mine.map((row) => ({
        ...{ command: row.id, totem: row.totem, refusal: row.refusal, found: row.found ?? [] },
        state: commandStateOf(row, state, now),
        issuedAt: row.issued_at?.toISOString() ?? null,
        fetchedAt: row.fetched_at?.toISOString() ?? null,
        endedAt: row.ended_at?.toISOString() ?? null,
        expiresAt: row.expires_at?.toISOString() ?? null,
      }))
      const counts = Object.fromEntries(
        STATES.map((each) => [each, commands.filter((command) => command.state === each).length]),
      ) as Record<CommandState, number>
      return {
        ...{ order: order.id, kind: order.kind, args: order.args, reason: order.reason, state, counts },
        ...{ stopped: order.ended_why, second: order.second, own: order.proposed_by === person },
        ...{ proposedBy: order.proposed_name, proposedAt: order.proposed_at.toISOString() },
        ...{ approvedBy: order.approved_name, approvedAt: order.approved_at?.toISOString() ?? null },
        commands: commands.slice(0, TOTEMS_SHOWN),
      }
    }),
    at: now.toISOString(),
  }
}

const STATES: CommandState[] = ['waiting', 'issued', 'fetched', 'done', 'refused', 'expired', 'stopped']

type Order = Awaited<ReturnType<typeof ordersIn>>[number]
const ordersIn = (transaction: ConsoleTransaction) => transaction.selectFrom('command_order').selectAll().execute()

function stateOf({ second, approved_at, proposed_at, ended_at }: Order, now: Date): OrderState {
  const isIssued = !second || approved_at !== null
  if (ended_at) return isIssued ? 'stopped' : 'withdrawn'
  if (isIssued) return 'issued'
  return isLapsed(proposed_at, now) ? 'lapsed' : 'proposed'
}

function commandStateOf(
  row: {
    ended_at: Date | null
    refusal: string | null
    fetched_at: Date | null
    expires_at: Date | null
    issued_at: Date | null
  },
  order: OrderState,
  now: Date,
): CommandState {
  if (row.ended_at) return row.refusal === null ? 'done' : 'refused'
  if (row.expires_at && row.expires_at <= now) return 'expired'
  if (order === 'lapsed') return 'expired'
  if (row.fetched_at) return 'fetched'
  if (order === 'stopped' || order === 'withdrawn') return 'stopped'
  return row.issued_at ? 'issued' : 'waiting'
}
