import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SMALL } from '../../../contract/polis.ts'
import { broughtIn } from '../../statistics/brought.ts'
import { dailyOf } from '../../statistics/cie.ts'
import { kindOf } from '../../statistics/products.ts'
import { standingOf } from './closures.ts'
import { type Figure, lastMonth, tableOf, toldOf } from './figures.ts'
import { crossFile, productsFile } from './files.ts'

const linesOf = async (text: AsyncIterable<string | Uint8Array>) => {
  let whole = ''
  for await (const part of text) whole += part
  return whole.replace('\uFEFF', '').trimEnd().split('\r\n')
}

// The comune of Milano's table of 2021: all its products in March and April, before and in the pandemic.
const MILANO = [
  'mese;ufficio;prodotto;canale;n',
  '2019-03;;altro-prodotti;sportello;80389',
  '2020-03;;altro-prodotti;sportello;44671',
  '2019-04;;altro-prodotti;sportello;71485',
  '2020-04;;altro-prodotti;sportello;32288',
].join('\n')

test('the table of 2019 and 2020, each month beside that of the year before', async () => {
  const { rows, faults } = broughtIn(MILANO, '2021-05-31')
  expect(faults).toEqual([])
  const figures: Figure[] = rows.map(({ giorno, prodotto: id, n }) => ({
    ...{ id, part: kindOf(id), month: giorno.slice(0, 7), n },
  }))
  const months = ['2020-03', '2020-04']
  const table = tableOf(figures, { by: 'prodotto', months, exact: true })
  expect(table.totals).toEqual([
    { now: 44_671, before: 80_389 },
    { now: 32_288, before: 71_485 },
  ])
  expect(table.rows).toMatchObject([{ name: 'altro-prodotti', group: 'Altro', cells: table.totals }])
  const file = productsFile({
    ...{ at: '', countedAt: null, by: 'prodotto', months, ...table, exact: true, mayExact: true },
    ...{ openFrom: null, late: 0, sources: [{ name: 'Comune di Milano', of: '2021-05-31' }] },
  })
  expect(await linesOf(file.text)).toEqual([
    'prodotto;gruppo;2019-03;2020-03;variazione %;2019-04;2020-04;variazione %',
    // The minus is a number's.
    'altro-prodotti;Altro;80389;44671;"-44,4";71485;32288;"-54,8"',
    'Totale;;80389;44671;"-44,4";71485;32288;"-54,8"',
    '"Fonte: Comune di Milano, dati al 2021-05-31"',
  ])
})

describe('figures that leave the ente', () => {
  const figures: Figure[] = [
    { id: 'certificato-8', part: 'certificato', month: '2026-09', n: 40 },
    { id: 'certificato-12', part: 'certificato', month: '2026-09', n: 9 },
    { id: 'certificato-17', part: 'certificato', month: '2026-09', n: 3 },
    { id: 'visura', part: 'visura', month: '2026-09', n: 12 },
    { id: 'certificato-17', part: 'certificato', month: '2026-10', n: 30 },
  ]
  const cellsOf = (months: string[]) => {
    const { rows, totals } = tableOf(figures, { by: 'prodotto', months, exact: false })
    return { cells: Object.fromEntries(rows.map(({ id, cells }) => [id, cells.map(({ now }) => now)])), totals }
  }

  test('hide what is small with another of its kind, and say the same in every window and in the file', async () => {
    const { cells, totals } = cellsOf(['2026-09', '2026-10'])
    expect(cells).toEqual({
      'certificato-8': [40, 0],
      'certificato-12': [null, 0],
      'certificato-17': [null, 30],
      visura: [12, 0],
    })
    expect(totals.map(({ now }) => now)).toEqual([64, 30])
    for (const [id, [alone]] of Object.entries(cellsOf(['2026-09']).cells)) expect(alone).toBe(cells[id]?.[0])
    const { rows } = tableOf(figures, { by: 'prodotto', months: ['2026-09'], exact: false })
    const page = {
      at: '',
      countedAt: null,
      by: 'prodotto' as const,
      months: ['2026-09'],
      rows,
      totals: totals.slice(0, 1),
    }
    const lines = await linesOf(
      productsFile({ ...page, exact: false, mayExact: false, openFrom: null, late: null, sources: [] }).text,
    )
    expect(lines).toContain('Certificato di Stato Libero;Certificati;0;<5*;')
    expect(lines).toContain('Certificato di Stato di famiglia;Certificati;0;<5*;')
    expect(lines.join()).not.toMatch(/;9;|;3;/)
  })

  test('a region that is hidden shows none of its offices, nor its total', () => {
    const offices: Figure[] = [
      { id: 'PG-101', part: '10', month: '2026-09', n: 3 },
      { id: 'RM-1', part: '12', month: '2026-09', n: 8 },
      { id: 'RM-2', part: '12', month: '2026-09', n: 6 },
      { id: 'MI-1', part: '03', month: '2026-09', n: 90 },
    ]
    const of = (only: string) =>
      tableOf(offices, { by: 'ufficio', months: ['2026-09'], exact: false, only }).rows.map(
        ({ cells }) => cells[0]?.now,
      )
    expect([of('10'), of('12'), of('03')]).toEqual([[null], [null, null], [90]])
    const { totals } = tableOf(offices, { by: 'ufficio', months: ['2026-09'], exact: false, only: '12' })
    expect(totals[0]?.now).toBeNull()
  })

  test('of two equal numbers every table hides the same one, in whatever order the database gives them', () => {
    const month = '2026-09'
    const equal = ['visura', 'cie', 'dichiarazione-notorio'].map((id, at) => ({
      id,
      part: kindOf(id),
      month,
      n: at < 2 ? 40 : 3,
    }))
    const hidden = [equal, equal.toReversed()].map((list) => {
      const table = tableOf(list, { by: 'prodotto', months: [month], exact: false })
      const told = toldOf(list, [month])
      for (const { id, cells } of table.rows) expect(told(id, month)).toBe(cells[0]?.now)
      return table.rows.filter(({ cells }) => cells[0]?.now === null).map(({ id }) => id)
    })
    expect(hidden[0]).toHaveLength(2)
    expect(hidden[1]).toEqual(hidden[0])
  })

  test('nothing is told of a month that may still change', () => {
    expect(lastMonth(new Date('2026-10-07T10:00:00Z'), true)).toBe('2026-09')
    expect(lastMonth(new Date('2026-10-07T10:00:00Z'), false)).toBe('2026-08')
    expect(lastMonth(new Date('2026-10-08T10:00:00Z'), false)).toBe('2026-09')
  })

  test('what a spreadsheet would run is text', async () => {
    const rows = [{ name: '=1+1', cells: [null], total: 7 }]
    const page = { month: '2026-09', columns: ['+A'], rows, totals: [7], total: 7, exact: false, mayExact: false }
    expect((await linesOf(crossFile('x', page).text)).slice(0, 2)).toEqual(["2026-09;'+A;totale", "'=1+1;<5*;7"])
  })
})

describe('identity cards by day', () => {
  const day = (n: number) => `2021-05-${String(n).padStart(2, '0')}`
  const counts = new Map(Array.from({ length: 31 }, (_, at) => [day(at + 1), at === 16 ? 3 : 600 + at] as const))

  const monthOf = (month: string) => [...counts].reduce((sum, [each, n]) => sum + (each.startsWith(month) ? n : 0), 0)

  test('the mean is of seven days, those before the first among them', () => {
    const days = dailyOf(counts, { from: day(7), until: day(9), exact: true, monthOf })
    expect(days.map(({ mean }) => mean)).toEqual([603, 604, 605])
    expect(dailyOf(new Map([[day(7), 14]]), { from: day(7), until: day(7), exact: true, monthOf })[0]?.mean).toBe(2)
  })

  test('a hidden day hides another, and each mean that it is in', () => {
    const days = dailyOf(counts, { from: day(1), until: day(31), exact: false, monthOf })
    expect(days.filter(({ count }) => count === null).map((each) => each.day)).toEqual([day(1), day(17)])
    expect(days.filter(({ mean }) => mean === null).map((each) => each.day)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 17, 18, 19, 20, 21, 22, 23].map(day),
    )
    // The same days, whatever window is asked for.
    expect(dailyOf(counts, { from: day(10), until: day(20), exact: false, monthOf })).toEqual(days.slice(9, 20))
    const none = dailyOf(counts, { from: day(10), until: day(11), exact: false, monthOf: () => null })
    expect(none.map(({ count }) => count)).toEqual([null, null])
  })

  test('days and months together: who has both, in any order and window, finds no small number in either', () => {
    const few = fc.oneof(fc.nat({ max: 6 }), fc.constantFrom(40, 40, 600))
    const monthly = fc.record({
      'cie-smarrita': few,
      visura: few,
      'certificato-8': few,
      'certificato-12': few,
      rest: few,
    })
    const month = fc.record({ days: fc.array(few, { minLength: 1, maxLength: 5 }), others: monthly })
    fc.assert(
      fc.property(fc.array(month, { minLength: 1, maxLength: 2 }), (months) => {
        const named = months.map((_, at) => `2021-0${at + 5}`)
        // The rest is of an office that has brought the month alone.
        const figures = months.flatMap(({ days, others: { rest, ...others } }, at) =>
          Object.entries({ ...others, cie: days.reduce((sum, n) => sum + n, rest) }).map(([id, n]) => ({
            ...{ id, n, part: kindOf(id), month: named[at] ?? '' },
          })),
        )
        const counts = new Map(
          months.flatMap(({ days }, at) => days.map((n, place) => [`${named[at]}-0${place + 1}`, n] as const)),
        )
        const told = toldOf(figures.toReversed(), named)
        const { rows } = tableOf(figures, { by: 'prodotto', months: named, exact: false })
        const cells = rows.find(({ id }) => id === 'cie')?.cells ?? []
        const days = dailyOf(counts, {
          ...{ from: `${named[0]}-01`, until: '2021-06-30', exact: false },
          monthOf: (each) => told('cie', each),
        })
        for (const [at, { days: real, others }] of months.entries()) {
          const total = cells[at]?.now ?? null
          expect(told('cie', named[at] ?? '')).toBe(total)
          const own = days.filter(({ day: each }) => each.startsWith(named[at] ?? '')).slice(0, real.length)
          const missing = real.filter((_, place) => own[place]?.count === null)
          // A hidden month is not the sum of its days, nor what a year lacks without the others.
          if (total === null) expect(own.every(({ count }) => count === null || count === 0)).toBe(true)
          else {
            const unknown = [...missing, ...(others.rest > 0 ? [others.rest] : [])]
            const left = total - own.reduce((sum, { count }) => sum + (count ?? 0), 0)
            expect(left === 0 || left >= SMALL).toBe(true)
            if (missing.length > 0) expect(unknown.length).toBeGreaterThan(1)
          }
          expect(own.some(({ count }) => count && count < SMALL)).toBe(false)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('a comune’s own count', () => {
  const HEAD = 'Giorno;Ufficio;Prodotto;Canale;N'
  test.each([
    [
      'days as people write them',
      `${HEAD}\n1/6/2021;Larga;CIE;;650`,
      [['2021-06-01', 'Larga', 'cie', 'sportello', 650]],
    ],
    [
      'columns in any order',
      'n,canale,prodotto,ufficio,giorno\n5,portale,visura,,2021-06-01',
      [['2021-06-01', '', 'visura', 'portale', 5]],
    ],
  ])('%s', (_, csv, rows) =>
    expect(
      broughtIn(csv, '2021-06-30').rows.map(({ giorno, ufficio, prodotto, canale, n }) => [
        giorno,
        ufficio,
        prodotto,
        canale,
        n,
      ]),
    ).toEqual(rows),
  )

  test.each([
    ['no such column', 'giorno;ufficio;n\n2021-06-01;Larga;4', [{ line: 1, kind: 'columns' }]],
    ['one column twice', 'giorno;ufficio;prodotto;canale;n;n\n', [{ line: 1, kind: 'columns' }]],
    ['only a header', HEAD, [{ line: 1, kind: 'empty' }]],
    ['no such day', `${HEAD}\n31/06/2021;Larga;cie;;4`, [{ line: 2, kind: 'day' }]],
    ['a day to come', `${HEAD}\n2021-07-01;Larga;cie;;4`, [{ line: 2, kind: 'day' }]],
    ['a number of Excel’s', `${HEAD}\n2021-06-01;Larga;cie;;1,2E+3`, [{ line: 2, kind: 'count' }]],
    ['below zero', `${HEAD}\n2021-06-01;Larga;cie;;-4`, [{ line: 2, kind: 'count' }]],
    ['no such channel', `${HEAD}\n2021-06-01;Larga;cie;fax;4`, [{ line: 2, kind: 'channel' }]],
    ['a product with a formula', `${HEAD}\n2021-06-01;Larga;=cie;;4`, [{ line: 2, kind: 'product' }]],
    [
      'the same twice',
      `${HEAD}\n2021-06-01;Larga;cie;;4\n01/06/2021;Larga;CIE;sportello;5`,
      [{ line: 3, kind: 'twice' }],
    ],
  ])('is refused whole: %s', (_, csv, faults) => expect(broughtIn(csv, '2021-06-30')).toEqual({ rows: [], faults }))
})

describe('offices that are shut', () => {
  const closure = (from: string, until: string | null) => ({
    ...{ closure: '01KB0000000000000000000001', from, until, reason: 'lavori' as const, note: null, by: 't.onori' },
  })
  test.each([
    ['open', [], 'aperto', null, 0],
    ['for works, nobody knows until when', [closure('2021-05-01', null)], 'chiuso', null, 31],
    ['until today', [closure('2021-05-31', '2021-05-31')], 'chiuso', '2021-05-31', 1],
    ['since yesterday no more', [closure('2021-05-01', '2021-05-30')], 'aperto', null, 30],
    [
      'two that overlap count their days once',
      [closure('2021-05-01', '2021-05-20'), closure('2021-05-11', '2021-06-30')],
      'chiuso',
      '2021-06-30',
      31,
    ],
  ])('%s', (_, closures, state, until, days) => {
    const standing = standingOf(closures, '2021-05-31')
    expect([standing.state, standing.closure?.until ?? null, standing.closedDays]).toEqual([state, until, days])
  })
  test('what is to come is told of one that is open', () =>
    expect(standingOf([closure('2021-06-21', null)], '2021-05-31')).toMatchObject({
      ...{ state: 'aperto', closure: null, closedDays: 0 },
      next: { from: '2021-06-21' },
    }))
})
