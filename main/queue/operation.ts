import type { StorageFailure } from './database.ts'

/** The fixed part of a request. `holder`: `holderReference`; `sealed`: `sealRequest`. */
export type NewOperation = {
  operation: string
  kind: 'certificate'
  session: string
  holder: string
  sealed: string
  requestedAt: string
}

/**
 * `queued`: to be sent; `reason` says why it was last put off, `nextAttempt` is in ms since the epoch. `submitted`: the
 * gateway has it on its disk, and its outcome is not known yet. `aside`: sent again only when an operator says so.
 * Times of settlement are the gateway's, all others the totem's.
 */
export type Operation = Omit<NewOperation, 'sealed'> & { seq: number; attempts: number } & (
    | { state: 'queued'; sealed: string; nextAttempt: number; reason: string | null }
    | { state: 'submitted'; sealed: string; submittedAt: number }
    | { state: 'aside'; sealed: string; reason: string }
    | { state: 'issued'; outcome: string; settledAt: string }
    | { state: 'refused'; reason: string; anpr: string | null; settledAt: string }
    | { state: 'collected' | 'expired'; settledAt: string }
  )
export type OperationIn<S extends Operation['state']> = Extract<Operation, { state: S }>

/** An operation as a technician may see it: neither payload nor holder. */
export type Listed = Pick<
  Operation,
  'seq' | 'operation' | 'kind' | 'session' | 'requestedAt' | 'state' | 'attempts'
> & {
  reason: string | null
  anpr: string | null
  settledAt: string | null
  told: boolean
}

export type Settlement =
  | { state: 'issued'; outcome: string }
  | { state: 'refused'; reason: string; anpr: string | null }

export type AddFailure = StorageFailure | { kind: 'operation-differs' | 'operation-malformed' }

export type Depth = {
  queued: number
  submitted: number
  waiting: number
  aside: number
  /** When the oldest queued or submitted operation was requested. */
  oldestQueuedAt: string | null
}

/** A row as the schema leaves it: `state` decides which columns are null. */
export type Row = {
  seq: number
  operation: string
  kind: NewOperation['kind']
  session: string
  holder: string
  requested_at: string
  attempts: number
} & (
  | { state: 'queued'; sealed: string; next_attempt: number; reason: string | null }
  | { state: 'submitted'; sealed: string; submitted_at: number }
  | { state: 'aside'; sealed: string; reason: string }
  | { state: 'issued'; outcome: string; settled_at: string }
  | { state: 'refused'; reason: string; anpr: string | null; settled_at: string }
  | { state: 'collected' | 'expired'; settled_at: string }
)

export function operationOf(row: Row): Operation {
  const { seq, operation, kind, session, holder, requested_at: requestedAt, attempts } = row
  const recorded = { seq, operation, kind, session, holder, requestedAt, attempts }
  switch (row.state) {
    case 'queued':
      return { ...recorded, state: row.state, sealed: row.sealed, nextAttempt: row.next_attempt, reason: row.reason }
    case 'submitted':
      return { ...recorded, state: row.state, sealed: row.sealed, submittedAt: row.submitted_at }
    case 'aside':
      return { ...recorded, state: row.state, sealed: row.sealed, reason: row.reason }
    case 'issued':
      return { ...recorded, state: row.state, outcome: row.outcome, settledAt: row.settled_at }
    case 'refused':
      return { ...recorded, state: row.state, reason: row.reason, anpr: row.anpr, settledAt: row.settled_at }
    case 'collected':
    case 'expired':
      return { ...recorded, state: row.state, settledAt: row.settled_at }
  }
}

/** Rows of one state, as operations. */
export const operationsIn = <S extends Operation['state']>(rows: unknown[]) =>
  rows.map((row) => operationOf(row as Row)) as OperationIn<S>[]

/** Selects rows as `Row` has them; a WHERE may follow. */
export const WITH_PAYLOAD = `SELECT operation.*, sealed.jwe AS sealed, outcome.jwe AS outcome
  FROM operation LEFT JOIN sealed USING (seq) LEFT JOIN outcome USING (seq)`
