import { sql } from 'kysely'
import { HOUR_MS } from '../../basics/time.ts'
import { COMMAND_HOURS, type Command, type TotemCommandKind } from '../../contract/command.ts'
import type { CommandTransaction } from './tables.ts'

/**
 * Signs the commands of an order, in the transaction of the deed that lets them go: what lies in the database without a signature
 * does nothing, and nothing is ever signed because it lies there.
 */
export async function issue(
  transaction: CommandTransaction,
  { order, kind, args }: { order: string; kind: TotemCommandKind; args: Command['args'] },
  sign: (payload: Command) => Promise<string>,
  at: Date,
): Promise<void> {
  const rows = await transaction
    .selectFrom('totem_command')
    .select(['id', 'totem'])
    .where('order_id', '=', order)
    // Two orders about the same totems must not wait for each other.
    .orderBy('totem')
    .execute()
  const expires = new Date(+at + COMMAND_HOURS * HOUR_MS)
  for (const { id, totem } of rows) {
    const { last: serial } = await transaction
      .insertInto('command_counter')
      .values({ totem, last: 1 })
      .onConflict((conflict) => conflict.column('totem').doUpdateSet({ last: sql`command_counter.last + 1` }))
      .returning('last')
      .executeTakeFirstOrThrow()
    const signed = await sign({
      ...{ id, totem, serial, kind, args },
      ...{ notBefore: at.toISOString(), expires: expires.toISOString() },
    })
    await transaction
      .updateTable('totem_command')
      .set({ serial, signed, issued_at: at, expires_at: expires })
      .where('id', '=', id)
      .execute()
  }
}
