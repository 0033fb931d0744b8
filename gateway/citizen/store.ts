import type { Database } from '../store/schema.ts'

export interface SessionRow {
  tokenHash: string
  totem: string
  idAnpr: string
  requester: string
  expires: Date
}

/**
 * Opens a session unless the statement's nonce was spent before; false if it was. What has ended is forgotten on the
 * way: sessions at their end, nonces after `nonceLifeMs`, when the statement would be stale anyway.
 */
export function openSession(
  db: Database,
  { tokenHash, totem, idAnpr, requester, expires }: SessionRow,
  { nonce, at, nonceLifeMs }: { nonce: string; at: Date; nonceLifeMs: number },
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
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
      .values({ token_hash: tokenHash, totem, id_anpr: idAnpr, requester, expires_at: expires })
      .execute()
    return true
  })
}

/** Whose live session of this totem it is; null when there is none. */
export async function holderOf(
  db: Database,
  tokenHash: string,
  totem: string,
  at: Date,
): Promise<{ idAnpr: string; requester: string | null } | null> {
  const row = await db
    .selectFrom('session')
    .select(['id_anpr as idAnpr', 'requester'])
    .where('token_hash', '=', tokenHash)
    .where('totem', '=', totem)
    .where('expires_at', '>', at)
    .executeTakeFirst()
  return row ?? null
}
