import { sql } from 'kysely'
import { ulid } from 'ulid'
import { italianDay } from '../../../basics/time.ts'
import type { Answer, Body, Query } from '../../../contract/console/api.ts'
import type { ConsoleProblem } from '../../../contract/console/problem.ts'
import type { Closure, OfficesPage } from '../../../contract/console/statistics.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { Comuni } from '../../polis/comuni.ts'
import { daysBetween } from '../../statistics/cie.ts'
import { dayAfter } from '../../statistics/count.ts'
import { append } from '../audit/chain.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { type Actor, regimesOf } from './regimes.ts'

const MOST = 1_500

type Office = Omit<OfficesPage['offices'][number], 'state' | 'closure' | 'next' | 'closedDays'>
type Row = Closure & { office: string }

/** How an office stands on a day, by its closures; two that overlap count their days once. */
export function standingOf(
  closures: readonly Closure[],
  today: string,
): Pick<OfficesPage['offices'][number], 'state' | 'closure' | 'next' | 'closedDays'> {
  const ordered = closures.toSorted((one, other) => (one.from < other.from ? -1 : 1))
  const now = ordered.filter(({ from, until }) => from <= today && (until === null || until >= today))
  // The one that lasts longest says when it opens again.
  const closure = now.reduce<Closure | null>(
    (longest, each) =>
      longest === null || (longest.until !== null && (each.until === null || each.until > longest.until))
        ? each
        : longest,
    null,
  )
  const next = closure === null ? (ordered.find(({ from }) => from > today) ?? null) : null
  const isShut = (day: string) => ordered.some(({ from, until }) => from <= day && (until === null || until >= day))
  const closedDays = ordered.length === 0 ? 0 : daysBetween(dayAfter(today, -364), today).filter(isShut).length
  return { state: closure === null ? 'aperto' : 'chiuso', closure, next, closedDays }
}

export async function officesOf(
  transaction: ConsoleTransaction,
  { state }: Query<'offices'>,
  { comuni, mayWrite, now }: { comuni: Comuni; mayWrite: boolean; now: Date },
): Promise<OfficesPage> {
  const today = italianDay(now)
  const offices = await sql<Office>`
    select ufficio as office, name, kind, regione, comune from stat_ufficio order by name, ufficio`.execute(transaction)
  const closures = await sql<Row>`
    select id as closure, ufficio as office, dal::text as from, al::text as until, motivo as reason, nota as note,
      by_name as by
    from ufficio_chiuso where al is null or al >= ${dayAfter(today, -364)}::date`.execute(transaction)
  const byOffice = Map.groupBy(closures.rows, ({ office }) => office)
  const all = offices.rows.map((office) => {
    const own = (byOffice.get(office.office) ?? []).map(({ office: _, ...closure }) => closure)
    const comune = office.comune === null ? null : (comuni.byIstat.get(office.comune)?.name ?? office.comune)
    return { ...office, comune, ...standingOf(own, today) }
  })
  // What is shut comes first: it is why somebody looks.
  const shown = all.filter((office) => state === undefined || office.state === state)
  shown.sort((one, other) => Number(one.state === 'aperto') - Number(other.state === 'aperto'))
  return { today, offices: shown.slice(0, MOST), regimes: await regimesOf(transaction, today, '9999-12-31'), mayWrite }
}

export async function closeOffice(
  transaction: ConsoleTransaction,
  { doer, name }: Actor,
  { office, reason, note, from, until }: Body<'closeOffice'>,
  now: Date,
): Promise<Result<Answer<'closeOffice'>, ConsoleProblem>> {
  const { rows } = await sql<{ regione: string | null; comune: string | null }>`
    select regione, comune from stat_ufficio where ufficio = ${office}`.execute(transaction)
  const [place] = rows
  // What is out of sight is as unknown as what is nowhere.
  if (!place) return err({ kind: 'not-found', field: 'office' })
  const id = ulid(+now)
  await transaction
    .insertInto('ufficio_chiuso')
    .values({
      ...{ id, ufficio: office, ...place, dal: from, al: until, motivo: reason, nota: note, at: now },
      ...{ by_person: doer.person, by_name: name },
    })
    .execute()
  const detail = { office, reason, from, until: until ?? '' }
  await append(transaction, doer, { deed: 'statistics.close', object: id, detail }, now)
  return ok({ done: true })
}

/** Says the last day on which it is shut. */
export async function reopenOffice(
  transaction: ConsoleTransaction,
  { doer, name }: Actor,
  { closure, until }: Body<'reopenOffice'>,
  now: Date,
): Promise<Result<Answer<'reopenOffice'>, ConsoleProblem>> {
  const found = await transaction
    .updateTable('ufficio_chiuso')
    .set({ al: until, ended_name: name, ended_at: now })
    .where('id', '=', closure)
    .where('dal', '<=', until)
    .executeTakeFirst()
  if (found.numUpdatedRows === 0n) return err({ kind: 'not-found', field: null })
  await append(transaction, doer, { deed: 'statistics.reopen', object: closure, detail: { until } }, now)
  return ok({ done: true })
}
