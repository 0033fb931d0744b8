import { type Caller, operatorOf } from '../../contract/caller.ts'
import type { Database, Tables } from '../store/schema.ts'

/** What was shown to a person without an operation, or what ANPR refused them. */
export type Shown = Pick<
  Tables['access_log'],
  'at' | 'requester' | 'subject' | 'types' | 'exemption' | 'outcome' | 'anpr_operation'
>

/** Adds a line to the access log. Operations get theirs in the transaction that settles them (store/operations.ts). */
export async function noteAccess(db: Database, caller: Caller, shown: Shown): Promise<void> {
  const who = { channel: caller.channel, caller: caller.id, actor: operatorOf(caller) }
  await db
    .insertInto('access_log')
    .values({ ...shown, ...who, operation: null, protocol: null, pdf_sha256: null })
    .execute()
}
