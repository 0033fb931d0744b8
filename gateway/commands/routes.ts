import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import {
  type CommandOutcome,
  commandOutcomes,
  commandOutcomesTaken,
  commandsAnswer,
  commandsQuery,
  outcomeKeyOffered,
  outcomeKeyTaken,
} from '../../contract/command.ts'
import type { OutcomeKeyHeld } from '../../contract/gateway-keys.ts'
import { ok } from '../../contract/result.ts'
import { outcomeKeyIn } from '../../trust/outcome-key.ts'
import { type Routes, route, routes } from '../http/route.ts'
import type { Database } from '../store/schema.ts'
import { type CommandDatabase, withCommands } from './tables.ts'

const AT_ONCE = 20
/** An order stops by itself when more than this share of its totems would not. */
const MOST_REFUSED = 0.02

/** Who knows an enrolled totem's keys. */
export interface KeyBook {
  /** Public key with which this totem signs papers; null: it was not enrolled here. */
  verificationKeyOf(totem: string): Promise<{ kid: string; x: string; y: string } | null>
  /** From now on outcomes of this totem are sealed to this key. */
  sealTo(totem: string, key: OutcomeKeyHeld): Promise<boolean>
}

export interface CommandRoom {
  forTotems: Routes
  /** Serial of the newest command that waits for this totem; null: none. */
  newest(totem: string): Promise<number | null>
}

/** Where totems fetch what operators ask of them, and say what came of it. */
export function createCommandRoom({
  db: plain,
  keys,
  now,
  log,
}: {
  db: Database
  keys: KeyBook | null
  now: Clock
  log: Logger
}): CommandRoom {
  const db = withCommands(plain)
  return {
    async newest(totem) {
      const { rows } = await sql<{ serial: number | null }>`
        select max(command.serial)::integer as serial from totem_command command
          join command_order on command_order.id = command.order_id and command_order.ended_at is null
        where totem = ${totem} and command.ended_at is null and signed is not null and expires_at > ${now()}::timestamptz`.execute(
        db,
      )
      return rows[0]?.serial ?? null
    },
    forTotems: routes(
      route(
        { method: 'GET', path: '/commands', from: 'totem', query: commandsQuery, answer: commandsAnswer },
        async ({ caller, query: { after } }) => {
          const at = now()
          const found = await db
            .selectFrom('totem_command')
            .innerJoin('command_order', 'command_order.id', 'totem_command.order_id')
            .select(['totem_command.id', 'signed'])
            .where('totem', '=', caller.id)
            .where('serial', '>', after)
            .where('signed', 'is not', null)
            .where('totem_command.ended_at', 'is', null)
            .where('command_order.ended_at', 'is', null)
            .where('expires_at', '>', at)
            .orderBy('serial')
            .limit(AT_ONCE)
            .execute()
          const ids = found.map(({ id }) => id)
          if (ids.length > 0)
            await db
              .updateTable('totem_command')
              .set({ fetched_at: at })
              .where('id', 'in', ids)
              .where('fetched_at', 'is', null)
              .execute()
          return ok({ commands: found.map(({ id, signed }) => ({ id, command: signed ?? '' })) })
        },
      ),
      route(
        {
          ...{ method: 'POST', path: '/commands/outcomes', from: 'totem' },
          ...{ body: commandOutcomes, answer: commandOutcomesTaken },
        },
        async ({ caller, body: { outcomes } }) => {
          for (const outcome of outcomes) await takeOutcome(db, caller.id, outcome, now())
          // Also what is not known here: its totem would tell it for ever.
          return ok({ taken: outcomes.map(({ id }) => id) })
        },
      ),
      route(
        {
          ...{ method: 'POST', path: '/commands/outcome-key', from: 'totem' },
          ...{ body: outcomeKeyOffered, answer: outcomeKeyTaken },
        },
        async ({ caller, body: { signed } }) => {
          const signer = (await keys?.verificationKeyOf(caller.id)) ?? null
          const wish = signer && (await outcomeKeyIn(signed, signer))
          const taken =
            keys !== null &&
            wish?.totem === caller.id &&
            (await asksForKey(db, caller.id, wish.command)) &&
            (await keys.sealTo(caller.id, wish.key))
          log.warn({ kind: taken ? 'outcome-key-taken' : 'outcome-key-refused', totem: caller.id })
          return ok({ taken })
        },
      ),
    ),
  }
}

/** SECURITY: a key of before, told again, counts for no command that is over. */
async function asksForKey(db: CommandDatabase, totem: string, command: string): Promise<boolean> {
  const found = await db
    .selectFrom('totem_command')
    .innerJoin('command_order', 'command_order.id', 'totem_command.order_id')
    .select('totem_command.id')
    .where('totem_command.id', '=', command)
    .where('totem', '=', totem)
    .where('kind', '=', 'rotate-keys')
    .where('fetched_at', 'is not', null)
    .where('totem_command.ended_at', 'is', null)
    .executeTakeFirst()
  return found !== undefined
}

/** The first word counts. */
async function takeOutcome(
  db: CommandDatabase,
  totem: string,
  { id, refusal, found }: CommandOutcome,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .updateTable('totem_command')
      .set({ ended_at: at, refusal, found: JSON.stringify(found) })
      .where('id', '=', id)
      .where('totem', '=', totem)
      .where('signed', 'is not', null)
      .where('ended_at', 'is', null)
      .returning('order_id')
      .executeTakeFirst()
    if (!row || refusal === null) return
    await sql`
      update command_order set ended_at = ${at}::timestamptz, ended_why = 'refusals'
      where id = ${row.order_id} and ended_at is null and totems > 1 and ${MOST_REFUSED}::float8 * totems <
        (select count(*) from totem_command each where each.order_id = command_order.id and each.refusal is not null)`.execute(
      transaction,
    )
  })
}
