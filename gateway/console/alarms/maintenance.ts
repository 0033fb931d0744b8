import { type RawBuilder, sql } from 'kysely'
import { ulid } from 'ulid'
import { DAY_MS, HOUR_MS } from '../../../basics/time.ts'
import type { Answer, Body, Query } from '../../../contract/console/api.ts'
import {
  ALONE_TOTEMS,
  type MaintenanceScope,
  type MaintenanceWindow,
  MOST_HOURS,
} from '../../../contract/console/maintenance.ts'
import type { ConsoleProblem, ConsoleProblemKind } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { ConsoleTables, ConsoleTransaction } from '../tables.ts'

const SHOWN_MS = 7 * DAY_MS
const MOST = 200
/** A window that has begun is not planned for the past. */
const LATE_MS = 5 * 60_000

const problem = (kind: ConsoleProblemKind, field: string | null = null) => err<ConsoleProblem>({ kind, field })

type Row = ConsoleTables['maintenance']
const scopeOf = ({ kind, covers }: Pick<Row, 'kind' | 'covers'>): MaintenanceScope =>
  ({
    totem: { kind, totem: covers },
    ufficio: { kind, office: covers },
    regione: { kind, region: covers },
    flotta: { kind },
  })[kind] as MaintenanceScope
const coversOf = (scope: MaintenanceScope): string =>
  scope.kind === 'totem'
    ? scope.totem
    : scope.kind === 'ufficio'
      ? scope.office
      : scope.kind === 'regione'
        ? scope.region
        : ''

/** Whether a window `window_` covers this totem, office and region. */
export const covering = (of: {
  totem: RawBuilder<unknown>
  office: RawBuilder<unknown>
  region: RawBuilder<unknown>
}) =>
  sql`(case window_.kind when 'totem' then window_.covers = ${of.totem} when 'ufficio' then window_.covers = ${of.office}
    when 'regione' then window_.covers = ${of.region} else true end)`
/** Whether something is under maintenance at this moment. */
export const underMaintenance = (of: Parameters<typeof covering>[0], now: Date) =>
  sql<boolean>`exists (select from maintenance window_ where maintained(window_, ${now}::timestamptz) and ${covering(of)})`

function stateOf(row: Row, now: Date): MaintenanceWindow['state'] {
  if (row.ended_at !== null || +row.until_at <= +now) return 'ended'
  if (row.needs_second && row.approved_at === null) return 'proposed'
  return +row.from_at > +now ? 'planned' : 'now'
}

/** `totem`: what covers this one alone. */
export async function windowsOf(
  transaction: ConsoleTransaction,
  { totem }: Query<'maintenance'>,
  person: string,
  now: Date,
): Promise<Answer<'maintenance'>> {
  const place = (column: string) =>
    sql`(select ${sql.ref(column)} from totem_place where totem_place.totem = ${totem ?? ''})`
  const { rows } = await sql<Row & { totems: number }>`
    select window_.*, (
      select count(*)::integer from totem_place place
      where ${covering({ totem: sql`place.totem`, office: sql`place.office`, region: sql`place.region` })}
    ) as totems
    from maintenance window_
    where until_at > ${new Date(+now - SHOWN_MS)}::timestamptz and ${
      totem ? covering({ totem: sql`${totem}`, office: place('office'), region: place('region') }) : sql`true`
    }
    order by from_at desc, id limit ${MOST}`.execute(transaction)
  return {
    windows: rows.map((row) => ({
      ...{ window: row.id, scope: scopeOf(row), reason: row.reason, totems: row.totems, state: stateOf(row, now) },
      ...{ from: row.from_at.toISOString(), until: row.until_at.toISOString() },
      ...{ by: row.proposed_name, approvedBy: row.approved_name, endedBy: row.ended_name },
      isOwn: row.proposed_by === person,
    })),
    at: now.toISOString(),
  }
}

interface Actor {
  doer: Doer & { person: string }
  name: string
}

/** One totem or office may be silenced by one person; more than fifty totems, a region and the fleet by two. */
export async function planMaintenance(
  transaction: ConsoleTransaction,
  { doer, name }: Actor,
  { scope, from, until, reason }: Body<'planMaintenance'>,
  now: Date,
): Promise<Result<Answer<'planMaintenance'>, ConsoleProblem>> {
  const [begins, ends] = [Date.parse(from), Date.parse(until)]
  if (begins < +now - LATE_MS || ends <= begins || ends <= +now) return problem('malformed', 'until')
  if (ends - begins > MOST_HOURS * HOUR_MS) return problem('malformed', 'until')
  const covers = coversOf(scope)
  const { rows } = await sql<{ totems: number; whole: boolean }>`
    select count(*)::integer as totems,
      ${scope.kind === 'regione' ? sql`console_sees(${covers}, null)` : sql`console_sees(null, null)`} as whole
    from totem_place window_place cross join (select ${scope.kind}::text as kind, ${covers}::text as covers) as window_
    where ${covering({ totem: sql`window_place.totem`, office: sql`window_place.office`, region: sql`window_place.region` })}
    `.execute(transaction)
  const [{ totems, whole } = { totems: 0, whole: false }] = rows
  const isWide = scope.kind === 'regione' || scope.kind === 'flotta'
  // What is out of sight is as unknown as what is nowhere.
  if (isWide ? !whole : totems === 0) return problem('not-found', 'scope')
  const needsSecond = isWide || totems > ALONE_TOTEMS
  const id = ulid(+now)
  await transaction
    .insertInto('maintenance')
    .values({
      ...{ id, kind: scope.kind, covers, from_at: new Date(begins), until_at: new Date(ends), reason },
      ...{ needs_second: needsSecond, proposed_by: doer.person, proposed_name: name, proposed_at: now },
    })
    .execute()
  const detail = { kind: scope.kind, covers, from, until }
  await append(transaction, doer, { deed: 'maintenance.plan', object: id, reason, detail }, now)
  return ok({ window: id, needsSecond })
}

const found = (transaction: ConsoleTransaction, id: string) =>
  transaction.selectFrom('maintenance').selectAll().where('id', '=', id).executeTakeFirst()

export async function approveMaintenance(
  transaction: ConsoleTransaction,
  { doer, name }: Actor,
  { window: id }: Body<'approveMaintenance'>,
  now: Date,
): Promise<Result<Answer<'approveMaintenance'>, ConsoleProblem>> {
  const row = await found(transaction, id)
  if (!row) return problem('not-found')
  if (stateOf(row, now) !== 'proposed') return problem('conflict')
  if (row.proposed_by === doer.person) return problem('same-person')
  const { numUpdatedRows } = await transaction
    .updateTable('maintenance')
    .set({ approved_by: doer.person, approved_name: name, approved_at: now })
    .where('id', '=', id)
    .where('approved_at', 'is', null)
    .executeTakeFirst()
  // In sight, and wider than what this person may silence.
  if (numUpdatedRows === 0n) return problem('not-found')
  await append(transaction, doer, { deed: 'maintenance.approve', object: id }, now)
  return ok({ done: true })
}

/** Ending it needs no second person: then alarms are told again. */
export async function endMaintenance(
  transaction: ConsoleTransaction,
  { doer, name }: Actor,
  { window: id }: Body<'endMaintenance'>,
  now: Date,
): Promise<Result<Answer<'endMaintenance'>, ConsoleProblem>> {
  const row = await found(transaction, id)
  if (!row) return problem('not-found')
  if (stateOf(row, now) === 'ended') return problem('conflict')
  const { numUpdatedRows } = await transaction
    .updateTable('maintenance')
    .set({ ended_by: doer.person, ended_name: name, ended_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return problem('not-found')
  await append(transaction, doer, { deed: 'maintenance.end', object: id }, now)
  return ok({ done: true })
}
