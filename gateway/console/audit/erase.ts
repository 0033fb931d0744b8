import { sql } from 'kysely'
import { AUDIT_BASE_TYP } from '../../../contract/console/audit.ts'
import type { Keyring } from '../../keys/keyring.ts'
import type { ConsoleDatabase } from '../tables.ts'

/** Entries of one transaction. */
const CHUNK = 5_000

/**
 * Erases the oldest entries of the audit, older than `months`, and signs after which entry the rest begins: whoever verifies
 * it sees that what is missing was erased by the gateway, and by nobody else. What came after a younger entry stays, whatever
 * its own time is. Answers how many are gone.
 */
export async function eraseAudit(
  db: ConsoleDatabase,
  keys: Pick<Keyring, 'sign'>,
  months: number,
  now: Date,
): Promise<number> {
  for (let erased = 0; ; ) {
    const gone = await db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ mine: boolean }>`
        select pg_try_advisory_xact_lock(hashtext('totem-audit-erased')) as mine`.execute(transaction)
      // If not, another gateway is doing it now.
      if (!rows[0]?.mine) return 0
      const { rows: oldest } = await sql<{ n: string; hash: string; old: boolean }>`
        select n, hash, at < ${now}::timestamptz - make_interval(months => ${months}::integer) as old
        from console_audit order by n limit ${CHUNK}`.execute(transaction)
      const end = oldest.findIndex(({ old }) => !old)
      const last = oldest[(end < 0 ? oldest.length : end) - 1]
      if (!last) return 0
      const n = Number(last.n)
      const signed = await keys.sign(AUDIT_BASE_TYP, { n, hash: last.hash, at: now.toISOString() })
      await transaction
        .insertInto('console_audit_base')
        .values({ signed })
        .onConflict((conflict) => conflict.column('one').doUpdateSet({ signed }))
        .execute()
      const { numDeletedRows } = await transaction.deleteFrom('console_audit').where('n', '<=', n).executeTakeFirst()
      return Number(numDeletedRows)
    })
    erased += gone
    if (gone < CHUNK) return erased
  }
}
