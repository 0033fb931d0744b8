import { type Selectable, sql, type Transaction } from 'kysely'
import { DAY_MS } from '../../basics/time.ts'
import { type Caller, operatorOf } from '../../contract/caller.ts'
import type { Problem } from '../../contract/gateway.ts'
import { type End, endLines } from './access-ends.ts'
import { DEAD, WORK } from './queues.ts'
import type { Database, JobData, Tables } from './schema.ts'

export type OperationRow = Selectable<Tables['operation']>

/** A request that was opened and found good. */
export interface Accepted {
  id: string
  digest: string
  sealed: string
  /** The access log's name for who asked, and the types that they asked for: null where the request was known before. */
  requester: string | null
  types: string | null
}

/** Ids are each totem's own, so that an operation is known by both. */
export const keyOf = (totem: string, operation: string): string => `${totem} ${operation}`

/** What a totem has here: the operations that are not settled, and how many it has brought within a day. */
export interface Standing {
  pending: number
  /** Of the pending, those that have a place for citizens who stand there. */
  express: number
  today: number
}

/** `since`: an earlier place is free again; its citizen has left. */
export async function standingOf(db: Database, totem: string, at: Date, since: Date): Promise<Standing> {
  const { rows } = await sql<Standing>`
    select count(*)::integer as pending,
      count(*) filter (where express and received_at > ${since}::timestamptz)::integer as express,
      (select count(*)::integer from operation
        where totem = ${totem} and received_at > ${new Date(+at - DAY_MS)}::timestamptz) as today
    from operation where totem = ${totem} and state = 'pending'`.execute(db)
  return rows[0] ?? { pending: 0, express: 0, today: 0 }
}

/** Submissions of one totem wait for each other here, until this transaction ends: so its bounds hold. */
export const lockTotem = (transaction: Transaction<Tables>, totem: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`operations ${totem}`}, 0))`.execute(transaction)

/**
 * Takes operations of one totem in, each once; `express` says which have a place for citizens who stand there. Answers
 * the row of each and the ids of those that are to be worked on from here on.
 */
export async function record(
  transaction: Transaction<Tables>,
  totem: string,
  items: readonly (Accepted & { express: boolean })[],
  at: Date,
): Promise<{ rows: Map<string, KnownRow>; begun: string[] }> {
  // In one order everywhere: two totems may bring the same id, which ANPR may know once only.
  const sorted = items.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const begun = await insert(transaction, totem, sorted, at)
  const taken = new Set(begun)
  const rows = new Map<string, KnownRow>(
    sorted
      .filter(({ id }) => taken.has(id))
      .map(({ id, digest }) => [id, { id, digest, state: 'pending', refusal: null, refusal_anpr: null }]),
  )
  if (begun.length === sorted.length) return { rows, begun }
  const known = await broughtBefore(
    transaction,
    totem,
    sorted.map(({ id }) => id).filter((id) => !taken.has(id)),
  )
  for (const [id, row] of known) rows.set(id, row)
  const resumed = await keepRequests(
    transaction,
    totem,
    sorted.filter(({ id, digest }) => {
      const row = known.get(id)
      return row?.state === 'pending' && row.digest === digest
    }),
  )
  return { rows, begun: [...begun, ...resumed] }
}

/** An operation may be older than the table of requests: then its totem brings the request again. */
async function keepRequests(
  transaction: Transaction<Tables>,
  totem: string,
  items: readonly Accepted[],
): Promise<string[]> {
  if (items.length === 0) return []
  const kept = await transaction
    .insertInto('operation_request')
    .values(items.map(({ id: operation, sealed }) => ({ totem, operation, sealed })))
    .onConflict((conflict) => conflict.columns(['totem', 'operation']).doNothing())
    .returning('operation')
    .execute()
  return kept.map(({ operation }) => operation)
}

/** The operations of `ids` that this totem has brought before, by id. */
export async function broughtBefore(
  db: Database,
  totem: string,
  ids: readonly string[],
): Promise<Map<string, KnownRow>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('operation')
    .select(ROW_KEYS)
    .where('totem', '=', totem)
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

const ROW_KEYS = ['id', 'digest', 'state', 'refusal', 'refusal_anpr'] as const
export type KnownRow = Pick<OperationRow, (typeof ROW_KEYS)[number]>

async function insert(
  transaction: Transaction<Tables>,
  totem: string,
  items: readonly (Accepted & { express: boolean })[],
  at: Date,
): Promise<string[]> {
  const column = (name: keyof Accepted) => items.map((item) => item[name])
  const express = items.map((item) => item.express)
  // SECURITY: ANPR answers a repeated id with what it has issued under it, perhaps to somebody else. So ANPR hears ids
  // of the gateway's own, and none that a totem has chosen.
  const { rows } = await sql<{ id: string }>`
    with given as (
      select * from unnest(
        ${column('id')}::text[], ${column('digest')}::text[], ${column('sealed')}::text[], ${express}::boolean[],
        ${column('requester')}::text[], ${column('types')}::text[]
      ) as item (id, digest, sealed, express, requester, types)
    ), taken as (
      insert into operation (id, totem, digest, express, requester, types, state, received_at)
      select id, ${totem}, digest, express, requester, types, 'pending', ${at}::timestamptz
      from given
      on conflict (totem, id) do nothing
      returning id
    )
    insert into operation_request (totem, operation, sealed)
    select ${totem}, id, sealed from given join taken using (id)
    returning operation as id`.execute(transaction)
  return rows.map(({ id }) => id)
}

/** An operation to be worked on, with its sealed request, which is erased once the operation is settled. */
export type Pending = Pick<OperationRow, 'id' | 'totem' | 'anpr_id' | 'express' | 'received_at'> & {
  sealed: string | null
}

/** The operations of these jobs that are not settled yet, by `keyOf`. */
export async function pending(db: Database, jobs: readonly JobData[]): Promise<Map<string, Pending>> {
  if (jobs.length === 0) return new Map()
  const { rows } = await sql<Pending & Pick<OperationRow, 'state'>>`
    select id, operation.totem, anpr_id, express, state, received_at, sealed
    from unnest(${jobs.map(({ totem }) => totem)}::text[], ${jobs.map(({ operation }) => operation)}::text[])
      as job (totem, id)
    join operation using (totem, id)
    left join operation_request request on request.totem = operation.totem and request.operation = id`.execute(db)
  return new Map(
    rows.flatMap(({ state, ...row }) => (state === 'pending' ? [[keyOf(row.totem, row.id), row] as const] : [])),
  )
}

/** `outcome` null: its certificate left with the answer, to a counter, and is kept nowhere. */
export type Settlement =
  | { state: 'issued'; outcome: string | null; protocol: string }
  | { state: 'refused'; problem: Problem }

/** `line`: the line that was written before ANPR was asked to issue (access/register.ts); null: ANPR was not asked. */
export type AccessEntry = Pick<
  Tables['access_log'],
  'requester' | 'subject' | 'types' | 'exemption' | 'anpr_operation' | 'gate_transaction' | 'warnings' | 'pdf_sha256'
> & { line: string | null }

export interface Settled {
  id: string
  caller: Caller
  settlement: Settlement
  access: AccessEntry
  /** How the looks before the issue ended. */
  ends: readonly End[]
}

/**
 * Settles operations: stores the outcome, numbers it among its totem's, ends its line in the access log, or writes one
 * where ANPR was not asked to issue, and erases the request and the `jobs`. An operation that is not settled yet stands in
 * `items` once. `ends` are those of all looks, also of an operation that was carried out twice. Answers the keys (`keyOf`)
 * of those that this call settled; the others keep their first settlement, which is what everybody gets.
 * It is one statement, which takes effect as a whole also where `db` is no transaction.
 */
export async function settle(
  db: Database,
  { items, ends, jobs }: { items: readonly Omit<Settled, 'ends'>[]; ends: readonly End[]; jobs: readonly string[] },
  at: Date,
): Promise<Set<string>> {
  const rows = items.map(({ id, caller, settlement, access }) => ({
    ...access,
    id,
    channel: caller.channel,
    totem: caller.id,
    actor: operatorOf(caller),
    state: settlement.state,
    ...(settlement.state === 'issued'
      ? { protocol: settlement.protocol, refusal: null, anpr: null }
      : { protocol: null, refusal: settlement.problem.kind, anpr: settlement.problem.anpr }),
  }))
  const column = (name: keyof (typeof rows)[number]) => sql`${rows.map((row) => row[name])}::text[]`
  // One parameter each: an array would escape and parse all 100 KB of them. Places that stay empty belong to no
  // operation; with them a few texts, each prepared once, serve any number of items.
  const issued = items.flatMap(({ id, caller, settlement: { state, ...more } }) =>
    'outcome' in more && more.outcome !== null ? [[caller.id, id, more.outcome] as const] : [],
  )
  const places = Array.from({ length: 2 ** Math.ceil(Math.log2(issued.length + 1)) }, (_, at) => issued[at] ?? NOBODY)
  const outcomes = sql.join(places.map((place) => sql`(${sql.join(place.map((one) => sql`${one}::text`))})`))
  // Operations are locked before counters, each in order, so that two gateways never wait for each other. Their state
  // is read after they are found by key: asked for both at once, PostgreSQL reads the whole index of pending rows each
  // time.
  const { rows: settled } = await sql<{ totem: string; id: string }>`
    with given as (
      select * from unnest(
        ${column('id')}, ${column('channel')}, ${column('totem')}, ${column('state')}, ${column('protocol')},
        ${column('refusal')}, ${column('anpr')}, ${column('requester')}, ${column('subject')}, ${column('types')},
        ${column('exemption')}, ${column('anpr_operation')}, ${column('gate_transaction')}, ${column('warnings')},
        ${column('pdf_sha256')}, ${column('line')}, ${column('actor')}
      ) as item (id, channel, totem, state, protocol, refusal, anpr, requester, subject, types, exemption,
        anpr_operation, gate_transaction, warnings, pdf_sha256, line, actor)
    ), locked as materialized (
      select operation.id, operation.totem, operation.state from operation
      where (operation.totem, operation.id) in (select totem, id from given)
      order by operation.totem, operation.id for update
    ), pending as (
      select id, totem from locked where state = 'pending'
    ), counter as (
      insert into outcome_counter (totem, last)
      select totem, count(*) from pending group by totem order by totem
      on conflict (totem) do update set last = outcome_counter.last + excluded.last
      returning totem, last
    ), numbered as (
      select id, totem, last - row_number() over (partition by totem order by id desc) + 1 as number
      from pending join counter using (totem)
    ), settled as (
      update operation
      set state = given.state, settled_at = ${at}::timestamptz,
        -- A totem asks for its outcomes by their numbers; a counter has its answer already.
        number = case when given.channel = 'totem' then numbered.number end, protocol = given.protocol,
        refusal = given.refusal, refusal_anpr = given.anpr, gate_transaction = given.gate_transaction
      from numbered join given using (totem, id)
      where operation.totem = numbered.totem and operation.id = numbered.id
      returning operation.totem, operation.id
    ), ended as (
      delete from operation_request
      where (operation_request.totem, operation_request.operation) in (select totem, id from given)
    ), done as (
      delete from pgboss.job where name = ${WORK} and id = any(${jobs}::uuid[])
    ), noted as (
      insert into access_log
        (at, channel, caller, actor, operation, requester, subject, types, exemption, outcome, protocol, anpr_operation,
          gate_transaction, warnings, pdf_sha256)
      select ${at}::timestamptz, channel, totem, actor, id, requester, subject, types, exemption,
        coalesce(anpr, refusal, state), protocol, anpr_operation, given.gate_transaction, warnings, pdf_sha256
      from given join settled using (totem, id) where line is null
    ), ended_lines as (
      update access_log
      set outcome = coalesce(anpr, refusal, state), protocol = given.protocol,
        anpr_operation = given.anpr_operation, gate_transaction = given.gate_transaction, warnings = given.warnings,
        pdf_sha256 = given.pdf_sha256
      from given
      where access_log.id = given.line::bigint
    ), looks as (${endLines(ends)}
    ), kept as (
      insert into operation_outcome (totem, operation, sealed)
      select totem, id, sealed from (values ${outcomes}) as outcome (totem, id, sealed) join settled using (totem, id)
    )
    select totem, id from settled`.execute(db)
  return new Set(settled.map(({ totem, id }) => keyOf(totem, id)))
}

const NOBODY = [null, null, null] as const

/** Operations, newest first: of one totem, or of all for an operator. */
export function list(db: Database, of: { totem: string } | 'all', limit: number): Promise<OperationRow[]> {
  const all = db.selectFrom('operation').selectAll().orderBy('received_at', 'desc').orderBy('id').limit(limit)
  return (of === 'all' ? all : all.where('totem', '=', of.totem)).execute()
}

/** The keys (`keyOf`) of operations that were given up: their jobs are among the dead letters. */
export async function deadOperations(db: Database): Promise<Set<string>> {
  const rows = await db
    .selectFrom('pgboss.job')
    .select('data')
    .where('name', '=', DEAD)
    .where('state', 'in', ['created', 'retry'])
    .execute()
  return new Set(rows.map(({ data }) => keyOf(data.totem, data.operation)))
}
