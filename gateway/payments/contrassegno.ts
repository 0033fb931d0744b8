import { sql, type Transaction } from 'kysely'
import type { Bollo } from '../../contract/bollo.ts'
import type { Database, JobData, Tables } from '../store/schema.ts'
import { withPayments } from './tables.ts'

/** One mark, one certificate. A bollo that is no mark pays for nothing here and is always free to take. */
export interface Marks {
  /** An operation holds this mark: it has paid for a certificate, or its request is not settled yet. */
  isTaken(bollo: Bollo): Promise<boolean>
  /**
   * Takes the mark for this operation. False: another operation has it, or this one is settled without it. The same
   * operation may ask again.
   */
  take(bollo: Bollo, operation: JobData): Promise<boolean>
  /** Frees the marks of operations that were refused. `transaction` is the one that refuses them. */
  giveBack(transaction: Transaction<Tables>, operations: readonly JobData[]): Promise<void>
}

/** `reference` makes the keyed hash under which a mark is remembered (access/references.ts). */
export function createMarks({ db, reference }: { db: Database; reference(text: string): string }): Marks {
  const payments = withPayments(db)
  const markOf = (bollo: Bollo) => (bollo.kind === 'contrassegno' ? reference(`contrassegno ${bollo.number}`) : null)
  const holderOf = (mark: string) =>
    payments.selectFrom('contrassegno').select(['totem', 'operation']).where('mark', '=', mark).executeTakeFirst()
  return {
    async isTaken(bollo) {
      const mark = markOf(bollo)
      return mark !== null && (await holderOf(mark)) !== undefined
    },
    async take(bollo, { totem, operation }) {
      const mark = markOf(bollo)
      if (mark === null) return true
      // Two operations may come at once, and the database lets one of them in. The lock waits for a settlement under way,
      // so that a late gateway takes no mark for a settled operation.
      await sql`
        insert into contrassegno (mark, totem, operation)
        select ${mark}, totem, id from operation
        where totem = ${totem} and id = ${operation} and state = 'pending' for share
        on conflict (mark) do nothing`.execute(db)
      const holder = await holderOf(mark)
      return holder?.totem === totem && holder.operation === operation
    },
    async giveBack(transaction, operations) {
      if (operations.length === 0) return
      await sql`
        delete from contrassegno using unnest(
          ${operations.map(({ totem }) => totem)}::text[], ${operations.map(({ operation }) => operation)}::text[]
        ) as refused (totem, operation)
        where contrassegno.totem = refused.totem and contrassegno.operation = refused.operation`.execute(transaction)
    },
  }
}
