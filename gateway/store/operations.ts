import type { Problem } from '../../contract/gateway.ts'
import type { Database, Tables } from './schema.ts'

export type Settlement = { state: 'issued'; outcome: string; protocol: string } | { state: 'refused'; problem: Problem }

export interface OperationKey {
  id: string
  totem: string
  digest: string
}

export type OperationRow = Tables['operation']

/** Takes an operation in, once: a second call finds the first one's row, whoever makes it. */
export async function accept(db: Database, { id, totem, digest }: OperationKey, at: Date): Promise<OperationRow> {
  const taken = await db
    .insertInto('operation')
    .values({ id, totem, digest, state: 'pending', received_at: at })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returningAll()
    .executeTakeFirst()
  return taken ?? get(db, id)
}

/** Settles an operation, once: the first settlement stays and is what everybody gets. */
export async function settle(db: Database, id: string, settlement: Settlement, at: Date): Promise<OperationRow> {
  const settled = await db
    .updateTable('operation')
    .set({
      state: settlement.state,
      settled_at: at,
      ...(settlement.state === 'issued'
        ? { outcome: settlement.outcome, protocol: settlement.protocol }
        : { refusal: settlement.problem.kind, refusal_anpr: settlement.problem.anpr }),
    })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .returningAll()
    .executeTakeFirst()
  return settled ?? get(db, id)
}

const get = (db: Database, id: string): Promise<OperationRow> =>
  db.selectFrom('operation').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

/** Newest first; of one totem, or of all for an operator. */
export function list(db: Database, of: { totem: string } | 'all', limit: number): Promise<OperationRow[]> {
  const all = db.selectFrom('operation').selectAll().orderBy('received_at', 'desc').orderBy('id').limit(limit)
  return (of === 'all' ? all : all.where('totem', '=', of.totem)).execute()
}
