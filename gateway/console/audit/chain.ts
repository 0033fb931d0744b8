import { createHash } from 'node:crypto'
import { type AuditEntry, auditHashInput } from '../../../contract/console/audit.ts'
import type { Role } from '../../../contract/console/people.ts'
import type { ConsoleTransaction } from '../tables.ts'

/** Who does something at the console, by which session. */
export interface Doer {
  person: string | null
  role: Role | null
  session: string | null
}

export interface Deed {
  deed: string
  object?: string | null
  reason?: string | null
  outcome?: AuditEntry['outcome']
  detail?: AuditEntry['detail']
}

/**
 * Appends to the chain, in the transaction of the deed itself: neither is there without the other. Appends wait for each
 * other at the one head row.
 */
export async function append(
  transaction: ConsoleTransaction,
  { person: actor, role, session }: Doer,
  { deed, object = null, reason = null, outcome = 'done', detail = {} }: Deed,
  now: Date,
): Promise<void> {
  const head = await transaction
    .selectFrom('console_audit_head')
    .select(['n', 'hash'])
    .forUpdate()
    .executeTakeFirstOrThrow()
  const told = { deed, object, reason, outcome, detail, actor, role, session }
  const entry = { ...told, n: Number(head.n) + 1, at: now.toISOString(), previous: head.hash }
  const hash = createHash('sha256').update(auditHashInput(entry)).digest('hex')
  await transaction
    .insertInto('console_audit')
    .values({ ...entry, at: now, detail: JSON.stringify(detail), hash })
    .execute()
  await transaction.updateTable('console_audit_head').set({ n: entry.n, hash }).execute()
}
