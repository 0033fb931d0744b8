import { sql } from 'kysely'
import { type Caller, operatorOf } from '../../contract/caller.ts'
import type { Database, Tables } from '../store/schema.ts'

type Columns = Tables['access_log']
/** Who looks: the caller, the person in whose name (a reference), and the operation for which, if any. */
export interface Looker {
  caller: Caller
  requester: string | null
  operation?: string
}
/** What is looked at. `subject` is a reference (references.ts). */
export type Looked = Pick<Columns, 'subject' | 'types' | 'exemption'>
/** How it ended; a subject that only the answer names takes the place of the one that was asked for. */
export type Ended = Pick<Columns, 'outcome' | 'anpr_operation' | 'gate_transaction' | 'warnings'> & { subject?: string }

/**
 * The outcome of a line whose look has not ended: its answer is still awaited, or its gateway died before it could use
 * one.
 */
const ASKED = 'asked'

/** Writes a look down before it is made. Answers the line's number, for `endAccess` or the settlement. */
export async function beginAccess(db: Database, looker: Looker, looked: Looked, at: Date): Promise<string> {
  return addLine(db, looker, looked, at, ASKED)
}

/** Writes down what the gateway refused by itself: nobody else was asked. */
export async function noteRefusal(
  db: Database,
  looker: Looker,
  looked: Looked,
  at: Date,
  outcome: string,
): Promise<void> {
  await addLine(db, looker, looked, at, outcome)
}

/** Says in a line how its look ended. */
export async function endAccess(db: Database, line: string, ended: Ended): Promise<void> {
  await db.updateTable('access_log').set(ended).where('id', '=', sql<number>`${line}::bigint`).execute()
}

async function addLine(
  db: Database,
  { caller, requester, operation = undefined }: Looker,
  looked: Looked,
  at: Date,
  outcome: string,
): Promise<string> {
  const who = { channel: caller.channel, caller: caller.id, actor: operatorOf(caller), requester }
  const { id } = await db
    .insertInto('access_log')
    .values({
      ...{ at, ...who, ...looked, operation: operation ?? null, outcome },
      ...{ protocol: null, anpr_operation: null, gate_transaction: null, warnings: null, pdf_sha256: null },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return String(id)
}
