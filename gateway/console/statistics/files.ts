import { csvLine } from '../../../basics/csv.ts'
import { regions } from '../../../contract/console/regions.ts'
import type { CiePage, CrossPage, OfficesPage, Pair, ProductsPage } from '../../../contract/console/statistics.ts'
import type { Download } from '../route.ts'
import { yearBefore } from './figures.ts'

// Files of what a screen shows, made of the very page that the screen gets: nothing else can stand in them.

/** In a file as on the screen: fewer than five, or a number from which such a one would follow. */
const HIDDEN = '<5*'
const NOTE = '* da 1 a 4, o un numero dal quale uno così si ricaverebbe'

const told = (count: number | null): string => (count === null ? HIDDEN : String(count))
const decimal = (value: number | null): string => (value === null ? '' : value.toFixed(1).replace('.', ','))
/** In percent, where both numbers are told and there was something before. */
const change = ({ now, before }: Pair): string =>
  now === null || before === null || before === 0 ? '' : decimal(((now - before) / before) * 100)

function file(name: string, lines: readonly (readonly string[])[]): Download {
  async function* text() {
    yield `\uFEFF${lines.map((cells) => csvLine(cells, { separator: ';', end: '\r\n' })).join('')}`
  }
  return { name: `${name}.csv`, type: 'text/csv; charset=utf-8', text: text() }
}
const suffix = (exact: boolean) => (exact ? 'interno' : 'pubblicabile')
const noteOf = (exact: boolean) => (exact ? [] : [[NOTE]])
const sourcesOf = (sources: ProductsPage['sources']) =>
  sources.map(({ name, of }) => [of === null ? `Fonte: ${name}` : `Fonte: ${name}, dati al ${of}`])

export function productsFile({ by, months, rows, totals, exact, sources, late, openFrom }: ProductsPage): Download {
  const heads = months.flatMap((month) => [yearBefore(month), month, 'variazione %'])
  const cells = (pairs: readonly Pair[]) => pairs.flatMap((pair) => [told(pair.before), told(pair.now), change(pair)])
  return file(`statistiche-${by}-${months.at(-1)}-${suffix(exact)}`, [
    [by, 'gruppo', ...heads],
    ...rows.map((row) => [row.name, row.group ?? '', ...cells(row.cells)]),
    ['Totale', '', ...cells(totals)],
    ...noteOf(exact),
    ...(openFrom === null ? [] : [[`I giorni dal ${openFrom} si contano ancora`]]),
    ...(late === null || late === 0 ? [] : [[`Arrivati dopo la chiusura dei giorni, e non compresi: ${late}`]]),
    ...sourcesOf(sources),
  ])
}

export const crossFile = (name: string, { month, columns, rows, totals, total, exact }: CrossPage): Download =>
  file(`${name}-${month}-${suffix(exact)}`, [
    [month, ...columns, 'totale'],
    ...rows.map((row) => [row.name, ...row.cells.map(told), told(row.total)]),
    ['Totale', ...totals.map(told), told(total)],
    ...noteOf(exact),
  ])

export const cieFile = ({ from, until, days, exact, sources, regimes }: CiePage): Download =>
  file(`cie-${from}-${until}-${suffix(exact)}`, [
    ['giorno', 'cie', 'media di 7 giorni', 'regime'],
    ...days.map(({ day, count, mean }) => [
      ...[day, told(count), decimal(mean)],
      regimes
        .filter((each) => each.from <= day && (each.until === null || each.until >= day))
        .map(({ name }) => name)
        .join('; '),
    ]),
    ...noteOf(exact),
    ...sourcesOf(sources),
  ])

export const officesFile = ({ today, offices }: OfficesPage): Download =>
  file(`uffici-${today}`, [
    ['ufficio', 'nome', 'comune', 'regione', 'stato', 'motivo', 'nota', 'dal', 'al', 'giorni di chiusura in 12 mesi'],
    ...offices.map(({ office, name, comune, regione, state, closure, closedDays }) => [
      ...[
        office,
        name,
        comune ?? '',
        regione ? regions[regione] : '',
        state,
        closure?.reason ?? '',
        closure?.note ?? '',
      ],
      ...[closure?.from ?? '', closure ? (closure.until ?? 'non si sa') : '', String(closedDays)],
    ]),
  ])
