import type { Answer, Query } from '../../../contract/console/api.ts'
import { type AuditEntry, auditEntry } from '../../../contract/console/audit.ts'
import type { ConsoleTransaction } from '../tables.ts'

const PAGE = 100
/** An export is one answer. */
const MOST = 200_000

const entries = (transaction: ConsoleTransaction) => transaction.selectFrom('console_audit').selectAll()
type Row = Awaited<ReturnType<ReturnType<typeof entries>['executeTakeFirstOrThrow']>>

const entryOf = ({ n, at, detail, ...told }: Row): AuditEntry =>
  auditEntry.parse({ ...told, n: Number(n), at: at.toISOString(), detail })

/** A page of what its reader may see, newest first; `names`: of persons, by their keyed hash. */
export async function auditPageOf(
  transaction: ConsoleTransaction,
  { before, person, deed, object }: Query<'audit'>,
  names: ReadonlyMap<string, string>,
): Promise<Answer<'audit'>> {
  let query = entries(transaction)
    .orderBy('n', 'desc')
    .limit(PAGE + 1)
  if (before) query = query.where('n', '<', before)
  if (person) query = query.where('actor', '=', person)
  if (deed) query = query.where('deed', '=', deed)
  if (object) query = query.where('object', '=', object)
  const found = (await query.execute()).map(entryOf)
  const page = found.slice(0, PAGE)
  return {
    entries: page.map((entry) => ({ ...entry, actorName: (entry.actor && names.get(entry.actor)) || null })),
    next: found.length > PAGE ? (page.at(-1)?.n ?? null) : null,
  }
}

/** The whole chain, oldest first, and the signature of what was erased before it; both of one moment. */
export async function wholeAudit(
  transaction: ConsoleTransaction,
): Promise<{ entries: AuditEntry[]; base: string | null }> {
  const rows = await entries(transaction)
    .select(({ selectFrom }) => selectFrom('console_audit_base').select('signed').as('signed'))
    .orderBy('n')
    .limit(MOST)
    .execute()
  return { entries: rows.map(({ signed: _, ...row }) => entryOf(row)), base: rows[0]?.signed ?? null }
}
