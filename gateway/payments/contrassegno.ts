import type { Bollo } from '../../contract/bollo.ts'
import type { Database } from '../store/schema.ts'
import { withPayments } from './tables.ts'

/** One mark, one certificate. A bollo that is no mark pays for nothing here and is always free to take. */
export interface Marks {
  /** This mark has paid for a certificate already, or is about to. */
  isTaken(bollo: Bollo): Promise<boolean>
  /** Takes the mark for this operation. False: another operation has it. The same operation may ask again. */
  take(bollo: Bollo, operation: string): Promise<boolean>
  /** Frees the mark of an operation that was refused. */
  giveBack(operation: string): Promise<void>
}

/** `reference` makes the keyed hash under which a mark is remembered (access/references.ts). */
export function createMarks({ db, reference }: { db: Database; reference(text: string): string }): Marks {
  const payments = withPayments(db)
  const markOf = (bollo: Bollo) => (bollo.kind === 'contrassegno' ? reference(`contrassegno ${bollo.number}`) : null)
  const holderOf = (mark: string) =>
    payments.selectFrom('contrassegno').select('operation').where('mark', '=', mark).executeTakeFirst()
  return {
    async isTaken(bollo) {
      const mark = markOf(bollo)
      return mark !== null && (await holderOf(mark)) !== undefined
    },
    async take(bollo, operation) {
      const mark = markOf(bollo)
      if (mark === null) return true
      // Two operations may come at once: the database lets one of them in.
      await payments
        .insertInto('contrassegno')
        .values({ mark, operation })
        .onConflict((conflict) => conflict.column('mark').doNothing())
        .execute()
      return (await holderOf(mark))?.operation === operation
    },
    async giveBack(operation) {
      await payments.deleteFrom('contrassegno').where('operation', '=', operation).execute()
    },
  }
}
