import { type Caller, operatorOf } from '../../contract/caller.ts'
import type { Database } from '../store/schema.ts'
import type { CitizenTables } from './tables.ts'

export interface SessionRow {
  tokenHash: string
  caller: Caller
  idAnpr: string
  requester: string
  expires: Date
}

/**
 * Opens a session, unless the nonce of its login was spent before: then it answers false. It also deletes sessions that
 * have ended, and nonces after `nonceLifeMs`, when their login would be stale anyway.
 */
export function openSession(
  db: Database,
  { tokenHash, caller, idAnpr, requester, expires }: SessionRow,
  { nonce, at, nonceLifeMs }: { nonce: string; at: Date; nonceLifeMs: number },
): Promise<boolean> {
  return ownTables(db)
    .transaction()
    .execute(async (transaction) => {
      const spent = await transaction
        .insertInto('spent_nonce')
        .values({ nonce, spent_at: at })
        .onConflict((conflict) => conflict.column('nonce').doNothing())
        .returning('nonce')
        .executeTakeFirst()
      if (!spent) return false
      await transaction
        .deleteFrom('spent_nonce')
        .where('spent_at', '<', new Date(+at - nonceLifeMs))
        .execute()
      await transaction.deleteFrom('session').where('expires_at', '<', at).execute()
      await transaction
        .insertInto('session')
        .values({ ...columnsOf(caller), token_hash: tokenHash, id_anpr: idAnpr, requester, expires_at: expires })
        .execute()
      return true
    })
}

/** The holder of a live session of this caller; null when there is none. */
export async function holderOf(
  db: Database,
  tokenHash: string,
  caller: Caller,
  at: Date,
): Promise<{ idAnpr: string; requester: string | null } | null> {
  const { channel, caller: id, actor } = columnsOf(caller)
  const row = await ownTables(db)
    .selectFrom('session')
    .select(['id_anpr as idAnpr', 'requester'])
    .where('token_hash', '=', tokenHash)
    .where('channel', '=', channel)
    .where('caller', '=', id)
    .where('actor', 'is not distinct from', actor)
    .where('expires_at', '>', at)
    .executeTakeFirst()
  return row ?? null
}

const ownTables = (db: Database) => db.$extendTables<CitizenTables>()

const columnsOf = (caller: Caller) => ({ channel: caller.channel, caller: caller.id, actor: operatorOf(caller) })
