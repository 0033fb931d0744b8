import { type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import { DAY_MS, italianDay } from '../../../basics/time.ts'
import type { Answer, Body } from '../../../contract/console/api.ts'
import type { Role, Scope } from '../../../contract/console/people.ts'
import type { ConsoleProblem, ConsoleProblemKind } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { append, type Doer } from '../audit/chain.ts'
import { scopeNames } from '../enti/names.ts'
import type { ConsoleDatabase, ConsoleTables, ConsoleTransaction } from '../tables.ts'
import { areBothSides, comuneOf, partIn } from './giving.ts'
import type { Held, Sight } from './matrix.ts'

/** Who proposes and approves where nobody is there to do it: whoever can reach the gateway's machine (gateway/console.ts). */
export const INSTALLATION = 'installation'
export const INSTALLATION_NAME = 'installazione'
/** Of these somebody must always be left, or nobody could grant anything again. */
const LAST = 'PIATTAFORMA'
/** 12 months, at most; a leap year's too. */
const YEAR_MS = 366 * 86_400_000

const problem = (kind: ConsoleProblemKind, field: string | null = null) => err<ConsoleProblem>({ kind, field })

type Grant = ConsoleTables['console_grant']
type Terms = Pick<Selectable<Grant>, 'from_at' | 'until_at' | 'approved_at' | 'revoked_at' | 'used_at' | 'confirmed_at'>

/** Rights that nobody uses, nor says are wanted still, are only of use to who steals them. */
const UNUSED_MS = 90 * DAY_MS
/** A quarter after the last word on it, a grant is to be confirmed, within a month. */
const CONFIRM_MS = 91 * DAY_MS
const ANSWER_MS = 30 * DAY_MS

const latest = (...dates: (Date | null)[]) => Math.max(...dates.map((date) => Number(date ?? 0)))
/** From when a grant is to be confirmed. */
export const confirmFrom = ({ confirmed_at, approved_at, from_at }: Terms) =>
  latest(confirmed_at, approved_at, from_at) + CONFIRM_MS

/** What a grant is worth at a moment. Only `given` counts, from its first day on. */
export function stateOf(grant: Terms, at: Date): Answer<'grants'>['grants'][number]['state'] {
  const { revoked_at, until_at, approved_at, from_at, used_at, confirmed_at } = grant
  if (revoked_at) return 'revoked'
  if (+until_at <= +at) return 'ended'
  if (!approved_at) return 'proposed'
  if (+at >= confirmFrom(grant) + ANSWER_MS) return 'unconfirmed'
  return +at >= latest(used_at, confirmed_at, approved_at, from_at) + UNUSED_MS ? 'unused' : 'given'
}

/** All grants that count now. */
export async function held(db: Pick<ConsoleDatabase, 'selectFrom'>, at: Date): Promise<Selectable<Grant>[]> {
  const given = await db
    .selectFrom('console_grant')
    .selectAll()
    .where('approved_at', 'is not', null)
    .where('revoked_at', 'is', null)
    .where('from_at', '<=', at)
    .where('until_at', '>', at)
    .orderBy('id')
    .execute()
  return given.filter((grant) => stateOf(grant, at) === 'given')
}

/** The grants of a person that count now: asked at each request, so that one that has ended counts no more. */
export const heldBy = async (
  db: Pick<ConsoleDatabase, 'selectFrom'>,
  person: string,
  at: Date,
): Promise<(Held & { grant: string; until: Date; usedAt: Date | null })[]> =>
  (await held(db, at))
    .filter(({ holder }) => holder === person)
    .map(({ id, role, scope, until_at, used_at }) => ({ grant: id, role, scope, until: until_at, usedAt: used_at }))

/** Everybody's. */
export async function heldByAll(db: Pick<ConsoleDatabase, 'selectFrom'>, at: Date): Promise<Map<string, Held[]>> {
  const all = new Map<string, Held[]>()
  for (const { holder, role, scope } of await held(db, at))
    all.set(holder, [...(all.get(holder) ?? []), { role, scope }])
  return all
}

/** One note a day is enough to know that a grant is used. */
export async function noteUse(
  db: Pick<ConsoleDatabase, 'updateTable'>,
  grants: readonly { grant: string; usedAt: Date | null }[],
  at: Date,
): Promise<void> {
  const stale = grants.filter(({ usedAt }) => +at - Number(usedAt ?? 0) >= DAY_MS).map(({ grant }) => grant)
  if (stale.length > 0) await db.updateTable('console_grant').set({ used_at: at }).where('id', 'in', stale).execute()
}

/** Who asks, by what they hold now. */
export interface Giver {
  doer: Doer & { person: string }
  held: readonly Held[]
}

/** How many people are TOP of a comune now, by grants that count. */
const topsOf = (counting: readonly (Held & { holder: string })[], scope: Scope): number =>
  new Set(
    counting
      .filter((each) => each.role === 'TOP' && comuneOf(each.scope) === comuneOf(scope))
      .map(({ holder }) => holder),
  ).size

/** The grants in sight: all, those about its comuni and offices, and one's own. */
export async function grantsOf(
  db: ConsoleDatabase,
  { doer: { person }, held: own }: Giver,
  sight: Sight,
  names: ReadonlyMap<string, string>,
  at: Date,
): Promise<Answer<'grants'>> {
  let query = db.selectFrom('console_grant').selectAll().orderBy('id', 'desc').limit(1_000)
  if (!sight.all)
    query = query.where((where) =>
      where.or([
        where('holder', '=', person),
        // SECURITY: the console's own role of the database has no right to this table at all, so that this is its only wall.
        sql<boolean>`coalesce(scope ->> 'comune', scope ->> 'ente') = any(string_to_array(${sight.enti.join(',')}, ','))`,
        sql<boolean>`(scope ->> 'ente') || '/' || (scope ->> 'ufficio') || '@' || (scope ->> 'comune')
          = any(string_to_array(${sight.ufficiEnte.map(officeKey).join(',')}, ','))`,
      ]),
    )
  const name = (known: string) => (known === INSTALLATION ? INSTALLATION_NAME : (names.get(known) ?? known))
  const counting = await held(db, at)
  const nameOf = await scopeNames(db)
  return {
    grants: (await query.execute()).map((grant) => {
      const state = stateOf(grant, at)
      const part = partIn(own, grant, topsOf(counting, grant.scope))
      const isOpen = state !== 'revoked' && state !== 'ended'
      return {
        ...{ grant: grant.id, holder: grant.holder },
        // SECURITY: who names a codice fiscale learns whose it is when its holder has used what they were given, and not before.
        holderName: sight.all || grant.used_at || grant.holder === person ? (names.get(grant.holder) ?? null) : null,
        ...{ role: grant.role, scope: grant.scope, scopeName: nameOf(grant.scope), reason: grant.reason, state },
        ...{ from: grant.from_at.toISOString(), until: grant.until_at.toISOString() },
        proposedBy: name(grant.proposed_by),
        approvedBy: grant.approved_by && name(grant.approved_by),
        revokedBy: grant.revoked_by && name(grant.revoked_by),
        usedAt: grant.used_at?.toISOString() ?? null,
        may: [
          ...(state === 'proposed' && part.approves && ![grant.holder, grant.proposed_by].includes(person)
            ? (['approve'] as const)
            : []),
          ...(isOpen && state !== 'proposed' && isGiver(part) && grant.holder !== person ? (['confirm'] as const) : []),
          ...(isOpen && isGiver(part) ? (['revoke'] as const) : []),
        ],
        confirmFrom: grant.approved_at && new Date(confirmFrom(grant)).toISOString(),
        confirmBy: grant.approved_at && new Date(confirmFrom(grant) + ANSWER_MS).toISOString(),
      }
    }),
  }
}

const officeKey = ({ ente, ufficio, comune }: Sight['ufficiEnte'][number]) => `${ente}/${ufficio}@${comune}`
const isGiver = ({ proposes, approves }: ReturnType<typeof partIn>) => proposes || approves
/** As the audit finds it for who answers for that comune or office. */
const about = ({ holder, role, scope }: { holder: string; role: Role; scope: Scope }) => ({
  ...{ holder, role },
  ...(scope.kind === 'ente' && { comune: scope.ente }),
  ...(scope.kind === 'ufficio-ente' && { comune: scope.comune, fruitore: scope.ente, ufficio: scope.ufficio }),
})

/** Gives grants one after the other: two at once would each not know of the other's. */
const oneByOne = (transaction: ConsoleTransaction) =>
  transaction.selectFrom('console_audit_head').select('n').forUpdate().execute()

/** A second person must approve it before it counts. `holder`: already the keyed hash; `isNamed`: by codice fiscale. */
export async function propose(
  transaction: ConsoleTransaction,
  { doer, held: own }: Giver,
  { holder, role, scope, from, until, reason }: Body<'proposeGrant'>,
  isNamed: boolean,
  at: Date,
): Promise<Result<Answer<'proposeGrant'>, ConsoleProblem>> {
  await oneByOne(transaction)
  const counting = await held(transaction, at)
  if (!partIn(own, { role, scope }, topsOf(counting, scope)).proposes) return problem('beyond-own', 'role')
  if (holder === doer.person) return problem('same-person', 'holder')
  const [begins, ends] = [Date.parse(from), Date.parse(until)]
  if (ends <= begins || ends <= +at) return problem('malformed', 'until')
  if (ends - begins > YEAR_MS || ends > yearAfter(new Date(begins))) return problem('beyond-own', 'until')
  const known = await transaction
    .selectFrom('console_person')
    .select('person')
    .where('person', '=', holder)
    .executeTakeFirst()
  if (!known && !isNamed) return problem('not-found', 'holder')
  if (!(await isThere(transaction, scope, at))) return problem('not-found', 'scope')
  if (await isOnOtherSide(transaction, holder, { role, scope }, at)) return problem('both-sides', 'holder')
  const grant: ConsoleTables['console_grant']['id'] = ulid(+at)
  await transaction
    .insertInto('console_grant')
    .values({
      ...{ id: grant, holder, role, scope: JSON.stringify(scope), reason },
      ...{ from_at: new Date(begins), until_at: new Date(ends), proposed_by: doer.person, proposed_at: at },
    })
    .execute()
  const detail = about({ holder, role, scope })
  await append(transaction, doer, { deed: 'grants.propose', object: grant, reason, detail }, at)
  return ok({ grant })
}

/** A comune that is a tenant; an office of a body with which that comune has agreed, and still does. */
async function isThere(transaction: ConsoleTransaction, scope: Scope, at: Date): Promise<boolean> {
  if (scope.kind === 'ente') {
    const found = await transaction.selectFrom('ente').select('id').where('id', '=', scope.ente).executeTakeFirst()
    return found !== undefined
  }
  if (scope.kind !== 'ufficio-ente') return true
  const found = await transaction
    .selectFrom('ufficio_ente')
    .innerJoin('convenzione', 'convenzione.fruitore', 'ufficio_ente.ente')
    .select('ufficio_ente.id')
    .where('ufficio_ente.ente', '=', scope.ente)
    .where('ufficio_ente.id', '=', scope.ufficio)
    .where('convenzione.comune', '=', scope.comune)
    .where('convenzione.approved_at', 'is not', null)
    .where('convenzione.ended_at', 'is', null)
    .where('convenzione.al', '>=', italianDay(at))
    .executeTakeFirst()
  return found !== undefined
}

async function isOnOtherSide(
  transaction: ConsoleTransaction,
  holder: string,
  wanted: Held,
  at: Date,
): Promise<boolean> {
  const others = await transaction
    .selectFrom('console_grant')
    .select(['role', 'scope'])
    .where('holder', '=', holder)
    .where('revoked_at', 'is', null)
    .where('until_at', '>', at)
    .execute()
  return others.some((other) => areBothSides(wanted, other))
}

const yearAfter = (from: Date): number => {
  const end = new Date(from)
  end.setUTCFullYear(end.getUTCFullYear() + 1)
  return +end
}

const locked = (transaction: ConsoleTransaction, grant: string) =>
  transaction.selectFrom('console_grant').selectAll().where('id', '=', grant).forUpdate().executeTakeFirst()

/** What part somebody has in a grant that is there; none in one that is not, and who has none is told that there is none. */
async function partOf(
  transaction: ConsoleTransaction,
  own: readonly Held[],
  grant: Held | undefined,
  at: Date,
): Promise<ReturnType<typeof partIn>> {
  if (!grant) return { proposes: false, approves: false }
  return partIn(own, grant, topsOf(await held(transaction, at), grant.scope))
}

/** Proposer, approver and holder are three people, by the keyed hash of each, whatever accounts they use. */
export async function approve(
  transaction: ConsoleTransaction,
  { doer, held: own }: Giver,
  { grant: id }: Body<'approveGrant'>,
  at: Date,
): Promise<Result<Answer<'approveGrant'>, ConsoleProblem>> {
  await oneByOne(transaction)
  const grant = await locked(transaction, id)
  const part = await partOf(transaction, own, grant, at)
  if (!grant || !isGiver(part)) return problem('not-found')
  if (stateOf(grant, at) !== 'proposed') return problem('conflict')
  if ([grant.holder, grant.proposed_by].includes(doer.person)) return problem('same-person')
  if (!part.approves) return problem('beyond-own')
  await transaction
    .updateTable('console_grant')
    .set({ approved_by: doer.person, approved_at: at })
    .where('id', '=', id)
    .execute()
  await append(transaction, doer, { deed: 'grants.approve', object: id, detail: about(grant) }, at)
  return ok({ done: true })
}

/**
 * Somebody who may grant says that it is still wanted, which also brings back a suspended one. Not only who gave it may: they
 * may have left. Its holder never.
 */
export async function confirm(
  transaction: ConsoleTransaction,
  { doer, held: own }: Giver,
  { grant: id }: Body<'confirmGrant'>,
  at: Date,
): Promise<Result<Answer<'confirmGrant'>, ConsoleProblem>> {
  const grant = await locked(transaction, id)
  if (!grant || !isGiver(await partOf(transaction, own, grant, at))) return problem('not-found')
  const was = stateOf(grant, at)
  if (!['given', 'unused', 'unconfirmed'].includes(was)) return problem('conflict')
  if (grant.holder === doer.person) return problem('same-person')
  await transaction
    .updateTable('console_grant')
    // SECURITY: it is no use of it, which would tell the giver whose it is (grantsOf).
    .set({ confirmed_by: doer.person, confirmed_at: at })
    .where('id', '=', id)
    .execute()
  const detail = { ...about(grant), was }
  await append(transaction, doer, { deed: 'grants.confirm', object: id, detail }, at)
  return ok({ done: true })
}

/** Taking away needs no second person: it is what one does in an emergency. */
export async function revoke(
  transaction: ConsoleTransaction,
  { doer, held: own }: Giver,
  { grant: id }: Body<'revokeGrant'>,
  at: Date,
): Promise<Result<Answer<'revokeGrant'>, ConsoleProblem>> {
  await oneByOne(transaction)
  const grant = await locked(transaction, id)
  if (!grant || !isGiver(await partOf(transaction, own, grant, at))) return problem('not-found')
  if (['revoked', 'ended'].includes(stateOf(grant, at))) return problem('conflict')
  const others = (await held(transaction, at)).filter(
    ({ id: other, role, scope, holder }) =>
      other !== id && role === LAST && scope.kind === 'flotta' && holder !== grant.holder,
  )
  // Two must be left: one alone could propose and nobody approve.
  if (grant.role === LAST && grant.approved_at && new Set(others.map(({ holder }) => holder)).size < 2)
    return problem('last-one')
  // Nobody would be left to answer for the comune: its successor comes first.
  const tops = (await held(transaction, at)).filter(({ id: other, holder }) => other !== id && holder !== grant.holder)
  if (grant.role === 'TOP' && grant.approved_at && topsOf(tops, grant.scope) === 0) return problem('last-one')
  await transaction
    .updateTable('console_grant')
    .set({ revoked_by: doer.person, revoked_at: at })
    .where('id', '=', id)
    .execute()
  await append(transaction, doer, { deed: 'grants.revoke', object: id, detail: about(grant) }, at)
  return ok({ done: true })
}
