import { sql, type Transaction } from 'kysely'
import type { CallerAt } from '../../contract/caller.ts'
import type { Problem } from '../../contract/gateway.ts'
import { DEAD } from './queues.ts'
import type { Database, Tables } from './schema.ts'

export type OperationRow = Tables['operation']

/** A request that was opened and found good. */
export interface Accepted {
  id: string
  digest: string
  sealed: string
}

/**
 * Takes operations of one totem in, each once. Answers the row of each, whoever brought it first, and the ids of those
 * that are to be worked on from here on.
 */
export async function record(
  transaction: Transaction<Tables>,
  totem: string,
  items: readonly Accepted[],
  at: Date,
): Promise<{ rows: Map<string, Pick<OperationRow, RowKeys>>; begun: string[] }> {
  // In one order everywhere, so that two batches with the same items do not wait for each other.
  const sorted = items.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const ids = sorted.map(({ id }) => id)
  const begun = await insert(transaction, totem, sorted, at)
  const taken = new Set(begun)
  const rows = new Map(
    sorted
      .filter(({ id }) => taken.has(id))
      .map(({ id, digest }) => [id, { id, totem, digest, state: 'pending', refusal: null, refusal_anpr: null }]),
  ) as Map<string, Pick<OperationRow, RowKeys>>
  if (begun.length === sorted.length) return { rows, begun }
  const known = await transaction
    .selectFrom('operation')
    .select(ROW_KEYS)
    .where(
      'id',
      'in',
      ids.filter((id) => !taken.has(id)),
    )
    .execute()
  for (const row of known) rows.set(row.id, row)
  const resumed = await keepRequests(
    transaction,
    sorted.filter(({ id, digest }) => {
      const row = rows.get(id)
      return !taken.has(id) && row?.state === 'pending' && row.totem === totem && row.digest === digest
    }),
  )
  return { rows, begun: [...begun, ...resumed] }
}

/** An operation may be older than the table of requests: then its totem brings the request again. */
async function keepRequests(transaction: Transaction<Tables>, items: readonly Accepted[]): Promise<string[]> {
  if (items.length === 0) return []
  const kept = await transaction
    .insertInto('operation_request')
    .values(items.map(({ id: operation, sealed }) => ({ operation, sealed })))
    .onConflict((conflict) => conflict.column('operation').doNothing())
    .returning('operation')
    .execute()
  return kept.map(({ operation }) => operation)
}

/** The operations of `ids` that this totem has brought before, by id. */
export async function broughtBefore(
  db: Database,
  totem: string,
  ids: readonly string[],
): Promise<Map<string, Pick<OperationRow, RowKeys>>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('operation')
    .select(ROW_KEYS)
    .where('totem', '=', totem)
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

const ROW_KEYS = ['id', 'totem', 'digest', 'state', 'refusal', 'refusal_anpr'] as const
type RowKeys = (typeof ROW_KEYS)[number]

async function insert(
  transaction: Transaction<Tables>,
  totem: string,
  items: readonly Accepted[],
  at: Date,
): Promise<string[]> {
  const column = (name: keyof Accepted) => items.map((item) => item[name])
  const { rows } = await sql<{ id: string }>`
    with given as (
      select * from unnest(${column('id')}::text[], ${column('digest')}::text[], ${column('sealed')}::text[])
        as item (id, digest, sealed)
    ), taken as (
      insert into operation (id, totem, digest, state, received_at)
      select id, ${totem}, digest, 'pending', ${at}::timestamptz from given
      on conflict (id) do nothing
      returning id
    )
    insert into operation_request (operation, sealed)
    select id, sealed from given join taken using (id)
    returning operation as id`.execute(transaction)
  return rows.map(({ id }) => id)
}

/** An operation to be worked on, with its sealed request, which is erased once the operation is settled. */
export type Pending = Pick<OperationRow, 'id' | 'totem' | 'received_at'> & { sealed: string | null }

/** The operations of `ids` that are not settled yet, by id. */
export async function pending(db: Database, ids: readonly string[]): Promise<Map<string, Pending>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('operation')
    .leftJoin('operation_request', 'operation', 'id')
    .select(['id', 'totem', 'state', 'received_at', 'sealed'])
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.flatMap(({ state, ...row }) => (state === 'pending' ? [[row.id, row]] : [])))
}

export type Settlement = { state: 'issued'; outcome: string; protocol: string } | { state: 'refused'; problem: Problem }

/** `line`: the line that was written before ANPR was asked to issue (access/register.ts); null: ANPR was not asked. */
export type AccessEntry = Pick<
  Tables['access_log'],
  'requester' | 'subject' | 'types' | 'exemption' | 'anpr_operation' | 'pdf_sha256'
> & { line: string | null }

export interface Settled {
  id: string
  caller: CallerAt<'totem'>
  settlement: Settlement
  access: AccessEntry
}

/**
 * Settles operations: stores the outcome, numbers it among its totem's, ends its line in the access log, or writes one
 * where ANPR was not asked to issue, and erases the request.
 * `items` has each id once. Answers the ids that this call settled; the others keep their first settlement, which is
 * what everybody gets.
 */
export async function settle(
  transaction: Transaction<Tables>,
  items: readonly Settled[],
  at: Date,
): Promise<Set<string>> {
  const rows = items.map(({ id, caller, settlement, access }) => ({
    ...access,
    id,
    channel: caller.channel,
    totem: caller.id,
    state: settlement.state,
    ...(settlement.state === 'issued'
      ? { protocol: settlement.protocol, refusal: null, anpr: null }
      : { protocol: null, refusal: settlement.problem.kind, anpr: settlement.problem.anpr }),
  }))
  const column = (name: keyof (typeof rows)[number]) => sql`${rows.map((row) => row[name])}::text[]`
  // Operations are locked before counters, each in order, so that two gateways never wait for each other. Their state
  // is read after they are found by id: asked for both at once, PostgreSQL reads the whole index of pending rows each
  // time.
  const { rows: settled } = await sql<{ id: string }>`
    with given as (
      select * from unnest(
        ${column('id')}, ${column('channel')}, ${column('totem')}, ${column('state')}, ${column('protocol')},
        ${column('refusal')}, ${column('anpr')}, ${column('requester')}, ${column('subject')}, ${column('types')},
        ${column('exemption')}, ${column('anpr_operation')}, ${column('pdf_sha256')}, ${column('line')}
      ) as item (id, channel, totem, state, protocol, refusal, anpr, requester, subject, types, exemption,
        anpr_operation, pdf_sha256, line)
    ), locked as materialized (
      select id, totem, state from operation where id = any (${column('id')}) order by id for update
    ), pending as (
      select id, totem from locked where state = 'pending'
    ), counter as (
      insert into outcome_counter (totem, last)
      select totem, count(*) from pending group by totem order by totem
      on conflict (totem) do update set last = outcome_counter.last + excluded.last
      returning totem, last
    ), numbered as (
      select id, last - row_number() over (partition by totem order by id desc) + 1 as number
      from pending join counter using (totem)
    ), settled as (
      update operation
      set state = given.state, settled_at = ${at}::timestamptz, number = numbered.number, protocol = given.protocol,
        refusal = given.refusal, refusal_anpr = given.anpr
      from numbered join given using (id)
      where operation.id = numbered.id
      returning operation.id
    ), ended as (
      delete from operation_request where operation = any (${column('id')})
    ), noted as (
      insert into access_log
        (at, channel, caller, operation, requester, subject, types, exemption, outcome, protocol, anpr_operation,
          pdf_sha256)
      select ${at}::timestamptz, channel, totem, id, requester, subject, types, exemption,
        coalesce(anpr, refusal, state), protocol, anpr_operation, pdf_sha256
      from given join settled using (id) where line is null
    ), ended_lines as (
      update access_log
      set outcome = coalesce(anpr, refusal, state), protocol = given.protocol,
        anpr_operation = given.anpr_operation, pdf_sha256 = given.pdf_sha256
      from given
      where access_log.id = given.line::bigint
    )
    select id from settled`.execute(transaction)
  const fresh = new Set(settled.map(({ id }) => id))
  const outcomes = items.flatMap(({ id: operation, settlement }) =>
    settlement.state === 'issued' && fresh.has(operation) ? [{ operation, sealed: settlement.outcome }] : [],
  )
  // One parameter each: an array would escape and parse all 100 KB of them.
  if (outcomes.length > 0) await transaction.insertInto('operation_outcome').values(outcomes).execute()
  return fresh
}

/** Operations, newest first: of one totem, or of all for an operator. */
export function list(db: Database, of: { totem: string } | 'all', limit: number): Promise<OperationRow[]> {
  const all = db.selectFrom('operation').selectAll().orderBy('received_at', 'desc').orderBy('id').limit(limit)
  return (of === 'all' ? all : all.where('totem', '=', of.totem)).execute()
}

/** The ids of operations that were given up: their jobs are among the dead letters. */
export async function deadOperations(db: Database): Promise<Set<string>> {
  const rows = await db
    .selectFrom('pgboss.job')
    .select('data')
    .where('name', '=', DEAD)
    .where('state', 'in', ['created', 'retry'])
    .execute()
  return new Set(rows.map(({ data }) => data.operation))
}
