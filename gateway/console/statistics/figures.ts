import { sql } from 'kysely'
import { DAY_MS, italianDay } from '../../../basics/time.ts'
import type { Query } from '../../../contract/console/api.ts'
import { type Region, regions } from '../../../contract/console/regions.ts'
import type { channels, Grouping, Pair, ProductsPage } from '../../../contract/console/statistics.ts'
import { SMALL } from '../../../contract/polis.ts'
import { OPEN_DAYS } from '../../statistics/keep.ts'
import { kindNames, kindOf, type ProductKind, productName } from '../../statistics/products.ts'
import { hiddenWithin, type Shown, totalShown } from '../../statistics/suppress.ts'
import type { ConsoleTransaction } from '../tables.ts'

/** How many of something in a month, YYYY-MM. `part`: within which list it stands (a kind of products, a region). */
export interface Figure {
  id: string
  part: string
  month: string
  n: number
}

export const CHANNELS: Record<(typeof channels)[number], string> = {
  ...{ totem: 'Totem', sportello: 'Sportello', massiva: 'Richieste massive', portale: 'Portale' },
}
const STAMPS: Record<string, string> = { bollo: 'In bollo', esente: 'Esenti', '': 'Senza bollo' }

/** What counts as given: nobody waits for it any more, and nothing was refused. */
const GIVEN = sql`esito in ('emesso', 'stampato')`

export const monthAfter = (month: string, months: number): string => {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7)
}
export const yearBefore = (month: string): string => monthAfter(month, -12)

/** The last whole month; of figures that leave the ente the last that is frozen, because what is added to it would show. */
export function lastMonth(now: Date, exact: boolean): string {
  const day = exact ? italianDay(now) : italianDay(new Date(+now - OPEN_DAYS * DAY_MS))
  return monthAfter(day.slice(0, 7), -1)
}

/** What was given in the months up to this one and in those a year before, and who has counted it. */
export async function givenIn(
  transaction: ConsoleTransaction,
  { months, by, filter }: { months: readonly string[]; by: Grouping | 'prodotto-canale'; filter: Filter },
): Promise<{ figures: Figure[]; names: Map<string, string> }> {
  const [first, last] = [months[0] ?? '', months.at(-1) ?? '']
  const within = (column: string) =>
    sql`(${sql.ref(column)} >= (${yearBefore(first)} || '-01')::date and ${sql.ref(column)} < (${monthAfter(yearBefore(last), 1)} || '-01')::date
      or ${sql.ref(column)} >= (${first} || '-01')::date and ${sql.ref(column)} < (${monthAfter(last, 1)} || '-01')::date)`
  const id = {
    ...{ prodotto: sql`prodotto`, canale: sql`canale`, ufficio: sql`ufficio` },
    ...{ regione: sql`coalesce(regione, '')`, bollo: sql`bollo` },
    'prodotto-canale': sql`prodotto || ' ' || canale`,
  }[by]
  const part = by === 'ufficio' ? sql`coalesce(regione, '')` : sql`''`
  const like = (column: keyof Filter) =>
    filter[column] === undefined ? sql`true` : sql`${sql.ref(column)} = ${filter[column]}`
  const { rows } = await sql<Figure>`
    select ${id} as id, ${part} as part, to_char(giorno, 'YYYY-MM') as month, sum(n)::integer as n
    from (
      select giorno, ufficio, canale, prodotto, bollo, regione, n from stat_giorno
      where ${within('giorno')} and ${GIVEN} and prodotto not like 'consultazione-%'
      union all
      select giorno, portato.ufficio, canale, prodotto, '', sede.regione, n
      from stat_portato portato left join stat_ufficio sede on sede.ufficio = portato.ufficio
      where ${within('giorno')} and (grana = 'mese' or not exists (
        select from stat_portato whole
        where whole.grana = 'mese' and whole.giorno = date_trunc('month', portato.giorno)::date
          and (whole.comune, whole.prodotto, whole.ufficio, whole.canale)
            = (portato.comune, portato.prodotto, portato.ufficio, portato.canale)))
    ) as given
    where ${like('regione')} and ${like('ufficio')} and ${like('canale')} and ${like('prodotto')}
    group by 1, 2, 3`.execute(transaction)
  const figures = by === 'prodotto' ? rows.map((row) => ({ ...row, part: kindOf(row.id) })) : rows
  return { figures, names: by === 'ufficio' ? await officeNames(transaction) : new Map() }
}
type Filter = Pick<Query<'products'>, 'regione' | 'ufficio' | 'canale' | 'prodotto'>

async function officeNames(transaction: ConsoleTransaction): Promise<Map<string, string>> {
  const { rows } = await sql<{ ufficio: string; name: string }>`
    select ufficio, name from stat_ufficio`.execute(transaction)
  return new Map(rows.map(({ ufficio, name }) => [ufficio, name]))
}

const nameOf = (by: Grouping, id: string, names: ReadonlyMap<string, string>): string => {
  if (by === 'prodotto') return productName(id)
  if (by === 'canale') return CHANNELS[id as keyof typeof CHANNELS] ?? id
  if (by === 'bollo') return STAMPS[id] ?? id
  if (by === 'regione') return regions[id as Region] ?? 'Regione non registrata'
  return names.get(id) ?? (id === '' ? 'Ufficio non registrato' : id)
}
const groupOf = (by: Grouping, part: string): string | null => {
  if (by === 'prodotto') return kindNames[part as ProductKind] ?? null
  return by === 'ufficio' ? (regions[part as Region] ?? null) : null
}

/** Of equal numbers every list is to hide the same one, in whatever order they have come. */
const inOrder = (one: Figure, other: Figure) => (`${one.part} ${one.id}` < `${other.part} ${other.id}` ? -1 : 1)

/** Which numbers of each month leave the ente: every table that has one of them hides by this, and so do its days. */
function maskedOf(figures: readonly Figure[], months: readonly string[]) {
  const parts = [...Map.groupBy(figures.toSorted(inOrder), ({ part }) => part)].map(([part, own]) => ({
    part,
    ids: [...new Set(own.map(({ id }) => id))],
  }))
  const counts = new Map<string, number>()
  for (const { part, id, month, n } of figures) {
    const key = `${part} ${id} ${month}`
    counts.set(key, (counts.get(key) ?? 0) + n)
  }
  const masks = new Map(
    months.map((month) => {
      const lists = parts.map(({ part, ids }) => ids.map((id) => counts.get(`${part} ${id} ${month}`) ?? 0))
      return [month, { lists, ...hiddenWithin(lists) }]
    }),
  )
  return { parts, masks }
}

/** What is told of a product in a month, for a table that has it too. */
export function toldOf(
  figures: readonly Omit<Figure, 'part'>[],
  months: readonly string[],
): (product: string, month: string) => Shown {
  const { parts, masks } = maskedOf(
    figures.map((figure) => ({ ...figure, part: kindOf(figure.id) })),
    months,
  )
  return (product, month) => {
    const at = parts.findIndex(({ ids }) => ids.includes(product))
    const place = parts[at]?.ids.indexOf(product) ?? -1
    const mask = masks.get(month)
    return mask?.hidden.lists[at]?.[place] ? null : (mask?.lists[at]?.[place] ?? 0)
  }
}

/**
 * The figures as a screen and a file have them. Each month is a list of its own with its total, and hides the same whatever
 * stands beside it; rows have no totals over months. `only`: one region of the offices, whose list is a part of the whole.
 */
export function tableOf(
  figures: readonly Figure[],
  {
    by,
    months,
    exact,
    names = new Map(),
    only,
  }: { by: Grouping; months: readonly string[]; exact: boolean; names?: ReadonlyMap<string, string>; only?: string },
): Pick<ProductsPage, 'rows' | 'totals'> {
  const { parts, masks } = maskedOf(
    figures,
    months.flatMap((month) => [month, yearBefore(month)]),
  )
  const shownParts = parts.map((_, at) => at).filter((at) => only === undefined || parts[at]?.part === only)
  const cellOf = (month: string, at: number, place: number): Shown => {
    const mask = masks.get(month)
    return !exact && mask?.hidden.lists[at]?.[place] ? null : (mask?.lists[at]?.[place] ?? 0)
  }
  const totalOf = (month: string): Shown => {
    const mask = masks.get(month)
    const lists = shownParts.map((at) => mask?.lists[at] ?? [])
    const list = lists.flat()
    if (exact) return list.reduce((sum, each) => sum + each, 0)
    return only !== undefined && shownParts.some((at) => mask?.hidden.parts[at]) ? null : totalShown(list)
  }
  const pairOf = (of: (month: string) => Shown) =>
    months.map((month): Pair => ({ now: of(month), before: of(yearBefore(month)) }))
  const rows = shownParts.flatMap((at) => {
    const { part, ids } = parts[at] ?? { part: '', ids: [] }
    return ids.map((id, place) => ({
      ...{ id, name: nameOf(by, id, names), group: groupOf(by, part) },
      cells: pairOf((month) => cellOf(month, at, place)),
    }))
  })
  // By name: an order by size would tell of what is hidden.
  const order = Object.values(kindNames) as string[]
  rows.sort(
    (one, other) =>
      order.indexOf(one.group ?? '') - order.indexOf(other.group ?? '') || one.name.localeCompare(other.name, 'it'),
  )
  return { rows, totals: pairOf(totalOf) }
}

/** What was found after its day was frozen, if that is of nobody or of enough. */
export async function lateIn(
  transaction: ConsoleTransaction,
  months: readonly string[],
  exact: boolean,
): Promise<number | null> {
  const [first, last] = [months[0] ?? '', months.at(-1) ?? '']
  const { rows } = await sql<{ n: number }>`
    select coalesce(sum(n), 0)::integer as n from stat_tardi
    where giorno >= (${first} || '-01')::date and giorno < (${monthAfter(last, 1)} || '-01')::date
      and ${GIVEN} and prodotto not like 'consultazione-%'`.execute(transaction)
  const n = rows[0]?.n ?? 0
  return exact || n === 0 || Math.abs(n) >= SMALL ? n : null
}

/** Who else has counted for these months, and by which day. */
export async function sourcesIn(
  transaction: ConsoleTransaction,
  from: string,
  until: string,
): Promise<ProductsPage['sources']> {
  const { rows } = await sql<{ name: string; of: string }>`
    select fonte as name, max(del)::text as of from stat_portato
    where giorno >= ${from}::date and giorno < ${until}::date group by fonte order by fonte`.execute(transaction)
  return rows
}
