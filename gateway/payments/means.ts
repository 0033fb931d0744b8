import type { Transaction } from 'kysely'
import type { Bollo } from '../../contract/bollo.ts'
import type { RefusalKind } from '../../contract/gateway.ts'
import { refusedForGood } from '../../contract/pagopa.ts'
import type { JobData, Tables } from '../store/schema.ts'
import type { Marks } from './contrassegno.ts'
import type { Bought, Notices } from './notices.ts'

/** What pays the bollo on a certificate, each once: a mark, or a notice of pagoPA. An exempt use needs none. */
export interface Means {
  /** Why this could not pay now, as a preview asks; null: it could. */
  whyNot(bollo: Bollo, bought: Bought): Promise<RefusalKind | null>
  /** Takes it for this operation, which may ask again; otherwise why not. */
  take(bollo: Bollo, bought: Bought, operation: JobData): Promise<RefusalKind | null>
  /** Operations were refused: a mark is free again, a payment too, unless the register refuses for good. */
  refused(transaction: Transaction<Tables>, operations: readonly (JobData & { refusal: RefusalKind })[]): Promise<void>
}

/** `notices` null: this gateway takes no payments by pagoPA. */
export function createMeans(marks: Marks, notices: Notices | null): Means {
  const missing = 'payment-missing'
  return {
    async whyNot(bollo, bought) {
      if (bollo.kind === 'contrassegno') return (await marks.isTaken(bollo)) ? 'contrassegno-used' : null
      if (bollo.kind !== 'pagopa') return null
      if (notices === null) return 'payment-unavailable'
      return bollo.notice === null || (await notices.canPay(bollo.notice, bought)) ? null : missing
    },
    async take(bollo, bought, operation) {
      if (bollo.kind === 'contrassegno') return (await marks.take(bollo, operation)) ? null : 'contrassegno-used'
      if (bollo.kind !== 'pagopa') return null
      const isTaken = bollo.notice !== null && (await notices?.spend(bollo.notice, bought, operation))
      return isTaken ? null : missing
    },
    async refused(transaction, operations) {
      await marks.giveBack(transaction, operations)
      await notices?.refused(
        transaction,
        operations.map((one) => ({ ...one, forGood: refusedForGood.safeParse(one.refusal).success })),
      )
    },
  }
}
