import { sql } from 'kysely'
import { ulid } from 'ulid'
import { DAY_MS, HOUR_MS } from '../../../basics/time.ts'
import { RESTARTS_A_DAY, type TotemCommandKind, totemCommands } from '../../../contract/command.ts'
import type { Answer, Body } from '../../../contract/console/api.ts'
import { aloneBound, type OrderKind, orderKinds, SECOND_PERSON } from '../../../contract/console/commands.ts'
import type { ConsoleProblem, ConsoleProblemKind } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { issue } from '../../commands/issue.ts'
import type { Keyring } from '../../keys/keyring.ts'
import type { Database, Tables } from '../../store/schema.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { ConsoleDatabase, ConsoleTransaction } from '../tables.ts'

const problem = (kind: ConsoleProblemKind, field: string | null = null) => err<ConsoleProblem>({ kind, field })

/** What the gateway itself does of an order, within the caller's transaction. True: it is so now, also if it was before. */
export interface OwnDeeds {
  revoke(on: Database, totem: string, by: string): Promise<boolean>
  /** After the transaction: this gateway is to know it at once. */
  revoked(totem: string, by: string): Promise<void>
  holdUpdates(on: Database, totem: string, held: boolean): Promise<boolean>
}

export interface OrderParts {
  db: ConsoleDatabase
  keys: Pick<Keyring, 'signCommand'>
  own: OwnDeeds
  now(): Date
}

interface Who {
  doer: Doer & { person: string }
  name: string
}

const isOfTotem = (kind: OrderKind): kind is TotemCommandKind => Object.hasOwn(totemCommands, kind)
/** Each of these waits for a second person (`SECOND_PERSON`). */
const OWN_KINDS = orderKinds.filter((kind) => !isOfTotem(kind))

/** How many of these are a totem that somebody has a clone of. */
const cloned = (transaction: ConsoleTransaction, totems: readonly string[]) =>
  transaction
    .selectFrom('alarm')
    .select('totem')
    .where('condition', '=', 'clone')
    .where('ended_at', 'is', null)
    .where('totem', 'in', totems)
    .executeTakeFirst()

/**
 * Orders something of totems that are in sight. It goes out at once, or waits for a second person: always for what brings a totem
 * back or shuts it out, and for anything about many.
 */
export async function orderCommand(
  { db, keys, now }: Omit<OrderParts, 'own'>,
  { doer, name }: Who,
  { kind, args, totems, reason }: Body<'orderCommand'>,
): Promise<Result<Answer<'orderCommand'>, ConsoleProblem>> {
  if (isOfTotem(kind)) {
    if (!keys.signCommand) return problem('no-command-key')
    if (!totemCommands[kind].safeParse(args).success) return problem('malformed', 'args')
  } else if (Object.keys(args).length > 0) return problem('malformed', 'args')
  const at = now()
  const order = ulid(+at)
  const made = await db.transaction().execute(async (transaction) => {
    if (isOfTotem(kind)) {
      const not = await firstThatDoesNotKnow(transaction, kind, totems)
      if (not !== null) return problem('unknown-there', not)
    }
    if (kind === 'restore') {
      const twice = await cloned(transaction, totems)
      if (twice) return problem('clone', twice.totem)
    }
    if (['restart-app', 'restart-device', 'reboot'].includes(kind)) {
      const often = await restartedTooOften(transaction, kind, totems, at)
      if (often !== null) return problem('too-often', often)
    }
    const second = SECOND_PERSON.includes(kind) || (await isMany(transaction, doer.person, kind, totems.length, at))
    await transaction
      .insertInto('command_order')
      .values({
        ...{ id: order, kind, args: JSON.stringify(args), reason, totems: totems.length, second },
        ...{ proposed_by: doer.person, proposed_name: name, proposed_at: at },
      })
      .execute()
    await transaction
      .insertInto('totem_command')
      .values(totems.map((totem) => ({ id: ulid(+at), order_id: order, totem })))
      .execute()
    const detail = { kind, totems: totems.length, first: totems[0] ?? null }
    await append(transaction, doer, { deed: 'commands.order', object: order, reason, detail }, at)
    if (second) return ok('proposed' as const)
    if (isOfTotem(kind) && keys.signCommand) await issue(transaction, { order, kind, args }, keys.signCommand, at)
    return ok('issued' as const)
  })
  if (!made.ok) return made
  return ok({ order, state: made.value })
}

/** The console says it before sending: a totem tells with each heartbeat which commands it knows. */
async function firstThatDoesNotKnow(
  transaction: ConsoleTransaction,
  kind: TotemCommandKind,
  totems: readonly string[],
): Promise<string | null> {
  const { rows } = await sql<{ totem: string }>`
    select asked.totem from unnest(${totems}::text[]) as asked (totem)
      left join heartbeat on heartbeat.totem = asked.totem
    where not coalesce(heartbeat.body -> 'commands' ? ${kind}, false) order by asked.totem limit 1`.execute(transaction)
  return rows[0]?.totem ?? null
}

async function restartedTooOften(
  transaction: ConsoleTransaction,
  kind: OrderKind,
  totems: readonly string[],
  at: Date,
): Promise<string | null> {
  const row = await transaction
    .selectFrom('totem_command')
    .innerJoin('command_order', 'command_order.id', 'totem_command.order_id')
    .select('totem')
    .where('kind', '=', kind)
    .where('totem', 'in', totems)
    .where('proposed_at', '>', new Date(+at - DAY_MS))
    .groupBy('totem')
    .having(({ fn }) => fn.countAll(), '>=', RESTARTS_A_DAY)
    .executeTakeFirst()
  return row?.totem ?? null
}

/** Whether it is more than one person may do alone; cut into slices it is as much. */
async function isMany(
  transaction: ConsoleTransaction,
  person: string,
  kind: OrderKind,
  totems: number,
  at: Date,
): Promise<boolean> {
  // One after the other: two slices at once would each not see the other.
  await transaction.selectFrom('console_audit_head').select('n').forUpdate().execute()
  const { rows } = await sql<{ before: number; fleet: number }>`
    select (select coalesce(sum(totems), 0)::integer from command_order
        where proposed_by = ${person} and kind = ${kind} and not second and proposed_at > ${new Date(+at - HOUR_MS)}::timestamptz) as before,
      (select count(*)::integer from (select totem from totem_place union select totem from heartbeat) as known) as fleet`.execute(
    transaction,
  )
  return totems + (rows[0]?.before ?? 0) > aloneBound(rows[0]?.fleet ?? 0)
}

/** Whether somebody sees every totem that an order is about. */
export async function isWhole(seen: ConsoleTransaction, order: string): Promise<boolean> {
  const row = await seen
    .selectFrom('command_order')
    .select(({ selectFrom, fn }) => [
      'totems',
      selectFrom('totem_command')
        .select(fn.countAll<string>().as('count'))
        .whereRef('order_id', '=', 'command_order.id')
        .as('inSight'),
    ])
    .where('id', '=', order)
    .executeTakeFirst()
  return row !== undefined && Number(row.inSight) === row.totems
}

/** A second person lets it go. It is judged again: since it was proposed a clone may have been seen. */
export async function approveOrder(
  { db, keys, own, now }: OrderParts,
  { doer, name }: Who,
  order: string,
): Promise<Result<Answer<'approveOrder'>, ConsoleProblem>> {
  const at = now()
  const approved = await db.transaction().execute(async (transaction) => {
    const found = await transaction
      .selectFrom('command_order')
      .selectAll()
      .where('id', '=', order)
      .forUpdate()
      .executeTakeFirst()
    if (!found) return problem('not-found')
    const { kind, args, second, approved_at, ended_at, proposed_at, proposed_by } = found
    if (!second || approved_at || ended_at || isLapsed(proposed_at, at)) return problem('conflict')
    // SECURITY: the same person by another account is the same person.
    if (proposed_by === doer.person) return problem('same-person')
    const rows = await transaction.selectFrom('totem_command').select('totem').where('order_id', '=', order).execute()
    if (kind === 'restore') {
      const twice = await cloned(
        transaction,
        rows.map(({ totem }) => totem),
      )
      if (twice) return problem('clone', twice.totem)
    }
    if (isOfTotem(kind)) {
      if (!keys.signCommand) return problem('no-command-key')
      await issue(transaction, { order, kind, args }, keys.signCommand, at)
    }
    await transaction
      .updateTable('command_order')
      .set({ approved_by: doer.person, approved_name: name, approved_at: at })
      .where('id', '=', order)
      .execute()
    await append(
      transaction,
      doer,
      { deed: 'commands.approve', object: order, detail: { kind, totems: rows.length } },
      at,
    )
    return ok(kind)
  })
  if (!approved.ok) return approved
  // The approval stands, whatever fails now: it is tried again every minute, and told then.
  if (!isOfTotem(approved.value)) await carryOutDue({ db, own, now }).catch(() => undefined)
  return ok({ done: true })
}

/** Nothing of it goes out any more; what a totem has fetched it may still do. */
export async function stopOrder(
  { db, now }: Pick<OrderParts, 'db' | 'now'>,
  { doer, name }: Who,
  order: string,
): Promise<Result<Answer<'stopOrder'>, ConsoleProblem>> {
  const at = now()
  return db.transaction().execute(async (transaction) => {
    const ended = await transaction
      .updateTable('command_order')
      .set({ ended_why: 'withdrawn', ended_name: name, ended_at: at })
      .where('id', '=', order)
      .where('ended_at', 'is', null)
      .returning('kind')
      .executeTakeFirst()
    if (!ended) return problem('conflict')
    await append(transaction, doer, { deed: 'commands.stop', object: order, detail: { kind: ended.kind } }, at)
    return ok({ done: true })
  })
}

/** A proposal that nobody has looked at for a day is about yesterday. */
export const isLapsed = (proposedAt: Date, at: Date): boolean => +at - +proposedAt > DAY_MS

/**
 * Does what was let go of the gateway's own orders and is not done yet, the oldest first: also what a gateway had in hand that died.
 * One gateway at a time picks, does and notes one deed, all in one transaction: the order of two deeds is that of their approvals.
 * What fails holds up what comes later for the same totem, and nothing else; it is thrown when all the rest is done.
 */
export async function carryOutDue({ db, own, now }: Pick<OrderParts, 'db' | 'own' | 'now'>): Promise<void> {
  const failed = new Map<string, unknown>()
  for (;;) {
    let picked: string | null = null
    try {
      const done = await db.transaction().execute(async (transaction) => {
        // Who waited longer than this looks again within the minute.
        await sql`set local lock_timeout = '10s'`.execute(transaction)
        await sql`select pg_advisory_xact_lock(hashtext('totem-own-orders'))`.execute(transaction)
        const due = await oldestDue(transaction, [...failed.keys()])
        if (!due) return null
        picked = due.totem
        const { id, totem, kind } = due
        const on = transaction.$pickTables<keyof Tables>()
        const by = due.approved_by ?? ''
        const isDone = await (kind === 'revoke'
          ? own.revoke(on, totem, by)
          : own.holdUpdates(on, totem, kind === 'pause-updates'))
        await transaction
          .updateTable('totem_command')
          .set({ issued_at: now(), ended_at: now(), refusal: isDone ? null : 'no-mechanism' })
          .where('id', '=', id)
          .execute()
        return { totem, by, isRevoked: kind === 'revoke' && isDone }
      })
      if (done === null) break
      if (done.isRevoked) await own.revoked(done.totem, done.by)
    } catch (failure) {
      // Without a totem it is the database itself.
      if (picked === null) throw failure
      failed.set(picked, failure)
    }
  }
  for (const failure of failed.values()) throw failure
}

const oldestDue = (transaction: ConsoleTransaction, failed: readonly string[]) =>
  transaction
    .selectFrom('totem_command')
    .innerJoin('command_order', 'command_order.id', 'totem_command.order_id')
    .select(['totem_command.id', 'totem', 'kind', 'approved_by'])
    .where('kind', 'in', OWN_KINDS)
    .where('approved_at', 'is not', null)
    .where('command_order.ended_at', 'is', null)
    .where('totem_command.ended_at', 'is', null)
    .$if(failed.length > 0, (query) => query.where('totem', 'not in', failed))
    .orderBy('approved_at')
    .orderBy('totem_command.id')
    .limit(1)
    .executeTakeFirst()
