import { sql } from 'kysely'
import { DAY_MS, italianDay } from '../../../basics/time.ts'
import type { Query } from '../../../contract/console/api.ts'
import type { ConsoleProblem } from '../../../contract/console/problem.ts'
import type { CiePage, CrossPage, ProductsPage } from '../../../contract/console/statistics.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { dailyOf } from '../../statistics/cie.ts'
import { dayAfter } from '../../statistics/count.ts'
import { kindNames, kindOf, productName } from '../../statistics/products.ts'
import { maskedTable } from '../../statistics/suppress.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { CHANNELS, givenIn, lastMonth, lateIn, monthAfter, sourcesIn, tableOf, toldOf, yearBefore } from './figures.ts'
import { regimesOf } from './regimes.ts'

/** As many lines as a page bears: offices are asked for by region. */
const MOST_ROWS = 1_500
/** Where `mayExact`, exactly unless it is asked to be as it may leave the ente. */
export interface Shown {
  exact: boolean
  mayExact: boolean
  now: Date
}

const malformed = (field: string) => err<ConsoleProblem>({ kind: 'malformed', field })

/** A month that may be told: none to come, and to others none that may still change. */
function monthOf(asked: string | undefined, { exact, now }: Shown): string | null {
  const last = exact ? italianDay(now).slice(0, 7) : lastMonth(now, false)
  if (asked === undefined) return lastMonth(now, exact)
  return asked <= last ? asked : null
}

export async function productsOf(
  transaction: ConsoleTransaction,
  { by = 'prodotto', months: many = 2, month: asked, numbers: _, ...filter }: Query<'products'>,
  shown: Shown,
): Promise<Result<ProductsPage, ConsoleProblem>> {
  const month = monthOf(asked, shown)
  if (month === null) return malformed('month')
  const { exact, mayExact, now } = shown
  const narrowed = Object.keys(filter).find((key) => key !== 'regione' || by !== 'ufficio')
  if (!exact && narrowed !== undefined) return malformed(narrowed)
  const months = Array.from({ length: many }, (_each, back) => monthAfter(month, back + 1 - many))
  const { regione, ...others } = filter
  // A region's offices hide by what all regions together hide.
  const only = by === 'ufficio' ? regione : undefined
  const { figures, names } = await givenIn(transaction, {
    ...{ months, by, filter: by === 'ufficio' && !exact ? others : filter },
  })
  const table = tableOf(figures, { by, months, exact, names, ...(only !== undefined && { only }) })
  if (table.rows.length > MOST_ROWS) return err({ kind: 'too-wide', field: 'regione' })
  const { rows } = await sql<{ counted: Date | null; open: string | null }>`
    select counted_at as counted, (select max(giorno) + 1 from stat_fermo)::text as open from stat_conto`.execute(
    transaction,
  )
  const [{ counted, open } = { counted: null, open: null }] = rows
  const isOpen = open !== null && open < `${monthAfter(month, 1)}-01`
  return ok({
    ...{ at: now.toISOString(), countedAt: counted?.toISOString() ?? null, by, months, ...table, exact, mayExact },
    openFrom: isOpen ? open : null,
    late: await lateIn(transaction, months, exact),
    sources: [
      { name: 'Totem Polis', of: null },
      ...(await sourcesIn(transaction, `${yearBefore(months[0] ?? month)}-01`, `${monthAfter(month, 1)}-01`)),
    ],
  })
}

/** Rows by columns with the totals of both, hidden where it must be. */
function crossOf(
  counts: ReadonlyMap<string, number>,
  {
    rows,
    columns,
    columnNames,
    hiddenRows,
  }: { rows: string[]; columns: string[]; columnNames: string[]; hiddenRows?: boolean[] },
  { exact, mayExact }: Shown,
): Omit<CrossPage, 'month'> {
  const table = rows.map((row) => columns.map((column) => counts.get(`${row} ${column}`) ?? 0))
  const names = rows.map(productName)
  const sum = (cells: readonly number[]) => cells.reduce((total, each) => total + each, 0)
  if (exact || table.length === 0) {
    const totals = columns.map((_, x) => sum(table.map((row) => row[x] ?? 0)))
    return {
      ...{ columns: columnNames, totals, total: sum(totals), exact, mayExact },
      rows: table.map((cells, y) => ({ name: names[y] ?? '', cells, total: sum(cells) })),
    }
  }
  const masked = maskedTable(table, hiddenRows)
  const together = (places: readonly number[], of: readonly string[]) => places.map((at) => of[at] ?? '').join('; ')
  return {
    columns: masked.columns.map((places) => together(places, columnNames)),
    rows: masked.rows.map((places, y) => ({
      name: together(places, names),
      ...{ cells: masked.cells[y] ?? [], total: masked.rowTotals[y] ?? null },
    })),
    ...{ totals: masked.columnTotals, total: masked.total, exact, mayExact },
  }
}

export async function productsByChannel(
  transaction: ConsoleTransaction,
  { month: asked }: Query<'productsCross'>,
  shown: Shown,
): Promise<Result<CrossPage, ConsoleProblem>> {
  const month = monthOf(asked, shown)
  if (month === null) return malformed('month')
  const { figures } = await givenIn(transaction, { months: [month], by: 'prodotto-canale', filter: {} })
  const own = figures.filter((figure) => figure.month === month)
  const counts = new Map(own.map(({ id, n }) => [id, n]))
  const inOrder = Object.keys(kindNames)
  const rows = [...new Set(own.map(({ id }) => id.split(' ')[0] ?? ''))].sort(
    (one, other) =>
      inOrder.indexOf(kindOf(one)) - inOrder.indexOf(kindOf(other)) ||
      productName(one).localeCompare(productName(other), 'it'),
  )
  const columns = Object.keys(CHANNELS).filter((channel) => own.some(({ id }) => id.endsWith(` ${channel}`)))
  const columnNames = columns.map((channel) => CHANNELS[channel as keyof typeof CHANNELS])
  // The list of products hides by kinds; this table is to say the same.
  const told = toldOf(
    own.map((figure) => ({ ...figure, id: figure.id.split(' ')[0] ?? '' })),
    [month],
  )
  const hiddenRows = rows.map((row) => told(row, month) === null)
  return ok({ month, ...crossOf(counts, { rows, columns, columnNames, hiddenRows }, shown) })
}

const OUTCOMES = {
  ...{
    trovato: 'Trovati',
    'non-trovato': 'Non trovati',
    'senza-risposta': 'Senza risposta',
    errore: 'Rifiutate da ANPR',
  },
}

/** What was asked of ANPR in a month by offices, and what came of it. */
export async function consultationsOf(
  transaction: ConsoleTransaction,
  { month: asked }: Query<'consultations'>,
  shown: Shown,
): Promise<Result<CrossPage, ConsoleProblem>> {
  const month = monthOf(asked, shown)
  if (month === null) return malformed('month')
  const { rows } = await sql<{ key: string; n: number }>`
    select prodotto || ' ' || esito as key, sum(n)::integer as n from stat_giorno
    where canale = 'massiva' and giorno >= (${month} || '-01')::date and giorno < (${monthAfter(month, 1)} || '-01')::date
    group by 1`.execute(transaction)
  const counts = new Map(rows.map(({ key, n }) => [key, n]))
  const services = [...new Set(rows.map(({ key }) => key.split(' ')[0] ?? ''))].sort()
  const columns = Object.keys(OUTCOMES)
  return ok({ month, ...crossOf(counts, { rows: services, columns, columnNames: Object.values(OUTCOMES) }, shown) })
}

const MOST_DAYS = 400

/** Identity cards by day: the last three months where no days are asked for. */
export async function cieOf(
  transaction: ConsoleTransaction,
  { from: askedFrom, until: askedUntil }: Query<'cie'>,
  shown: Shown,
): Promise<Result<CiePage, ConsoleProblem>> {
  const { exact, mayExact, now } = shown
  const last = exact ? italianDay(now) : dayAfter(`${monthAfter(lastMonth(now, false), 1)}-01`, -1)
  const until = askedUntil ?? last
  const from = askedFrom ?? dayAfter(until, -91)
  if (until > last) return malformed('until')
  if (from > until || Date.parse(until) - Date.parse(from) > MOST_DAYS * DAY_MS) return malformed('from')
  // Whole months, of which a hidden day's list is made, and the week before.
  const months: string[] = []
  for (let month = dayAfter(from, -6).slice(0, 7); month <= until.slice(0, 7); month = monthAfter(month, 1))
    months.push(month)
  const [begins, ends] = [`${months[0]}-01`, `${monthAfter(months.at(-1) ?? '', 1)}-01`]
  const { rows } = await sql<{ day: string; n: number }>`
    select giorno::text as day, sum(n)::integer as n from stat_portato
    where prodotto = 'cie' and grana = 'giorno' and giorno >= ${begins}::date and giorno < ${ends}::date
    group by 1`.execute(transaction)
  const counts = new Map(rows.map(({ day, n }) => [day, n]))
  const { figures } = exact ? { figures: [] } : await givenIn(transaction, { months, by: 'prodotto', filter: {} })
  const told = toldOf(figures, months)
  return ok({
    ...{ from, until, exact, mayExact },
    days: dailyOf(counts, { from, until, exact, monthOf: (month) => told('cie', month) }),
    regimes: await regimesOf(transaction, from, until),
    sources: await sourcesIn(transaction, from, dayAfter(until)),
  })
}
