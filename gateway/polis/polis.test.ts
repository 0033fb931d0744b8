import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { beforeAll, describe, expect, test } from 'vitest'
import type { PolisComune } from '../../contract/polis.ts'
import { type Comuni, readComuni } from './comuni.ts'
import { dashboardOf, documentsOf, type Known, standing } from './figures.ts'
import { certificatesIn, openData, populationIn } from './open-data.ts'
import { polisPage, polisRoutes } from './routes.ts'

let comuni: Comuni
beforeAll(async () => {
  comuni = await readComuni()
})
const names = (q: string) => comuni.search(q).map(({ comune }) => comune.name)

describe('a comune is found', () => {
  test.each([
    ['citta sant angelo', ["Città Sant'Angelo"]],
    ['bozen', ['Bolzano']],
    ['ponte nelle alpi', ['Ponte nelle Alpi']],
    ['%', []],
    ["' or 1=1 --", []],
    ['<script>', []],
  ])('by %s', (q, found) => expect(names(q)).toEqual(found))

  test('reggio is two towns, and then those that begin so', () =>
    expect(names('reggio')).toEqual(['Reggio di Calabria', "Reggio nell'Emilia", 'Reggiolo']))

  test('a comune that is no more leads to the one that it is part of', () => {
    expect(comuni.search('bazzano')).toMatchObject([
      { comune: { name: 'Valsamoggia' }, formerly: { name: 'Bazzano', until: '2013-12-31' } },
    ])
    // Renamed: the same comune. Its own name today comes first.
    expect(comuni.search('girgenti')[0]).toMatchObject({ comune: { name: 'Agrigento' } })
  })

  test('as an office’s address writes it, in its region', () => {
    expect(comuni.named('CITTA’ SANT’ANGELO', '13')?.istat).toBe('068012')
    // Two comuni are called Livo, one in Lombardia and one in Trentino.
    expect(comuni.named('Livo', null)).toBeNull()
    expect(comuni.named('Livo', '04')?.province).toBe('TN')
    expect(comuni.named('Atlantide', null)).toBeNull()
  })
})

test('each has a state, and what is there counts before what is planned', () => {
  const known: Known = {
    plan: new Map([
      ['054050', { from: '2026-09-01', to: '2027-03-31', counter: '2026-10-05' }],
      ['080085', { from: '2027-01-11', to: '2027-06-30', counter: null }],
      ['054039', { from: '2026-09-01', to: '2027-03-31', counter: '2026-11-02' }],
    ]),
    since: new Map([
      ['054050', '2026-11-20'],
      ['058091', '2026-11-21'],
    ]),
    // Rome's only totem was taken out of service again.
    served: new Set(['054050']),
    documents: documentsOf([], new Map()),
    openData: { certificates: null, population: { of: '2024-01-10', residents: new Map([['054050', 8_300]]) } },
    at: new Date('2026-11-30T08:00:00Z'),
  }
  const all = comuni.all.map((each) => standing(each, known))
  const states = (istat: string) => all.find((each) => each.istat === istat) as PolisComune
  expect(states('054050')).toMatchObject({
    state: 'totem-attivo',
    totemSince: '2026-11-20',
    counterSince: '2026-10-05',
    ...{ population: 8_631, residents: 8_300 },
  })
  expect(states('080085')).toMatchObject({ state: 'previsto', from: '2027-01-11', to: '2027-06-30' })
  expect(states('054039').state).toBe('sportello-attivo')
  expect(states('058091')).toMatchObject({ state: 'non-previsto', totemSince: null })

  const { summaries, charts, regions, openData } = dashboardOf(all, known)
  expect(openData).toMatchObject({ certificates: null, population: { of: '2024-01-10', comuni: 1, residents: 8_300 } })
  expect(summaries).toMatchObject({ com_sub: 1, com_pre: 1, com_prev: 1, comuni: 7_901, pop_sub: 8_631 })
  expect(charts.presubentro.map(({ date, comuni: reached }) => [date, reached])).toEqual([
    ['2026-10-05', 1],
    ['2026-11-02', 2],
  ])
  expect(regions.find(({ region }) => region === '10')).toMatchObject({ comuni: 92, com_sub: 1, com_pre: 1 })
  expect(regions.reduce((sum, each) => sum + each.comuni, 0)).toBe(7_901)
})

describe('ANPR’s open data', () => {
  // As they stood in italia/anpr-opendata (CC0), by the names of columns that they have had.
  const NOVEMBER = ['11,2021,AIRE,CONTESTUALE,911,811,1722', '11,2021,Residenti,Residenza,39999,51629,91628']
  test.each([
    ['with spaces', 'MESE,ANNO,TIPO SOGGETTO,TIPOLOGIA CERTIFICATO,BOLLO,IN CARTA LIBERA,TOTALE'],
    ['with underscores', 'MESE,ANNO,TIPO_SOGGETTO,TIPOLOGIA_CERTIFICATO,BOLLO,ESENTI_DA_BOLLO,TOTALE'],
  ])('certificates by month: a header %s', (_, head) =>
    expect(certificatesIn([head, '1,2022,Residenti,Residenza,1,2,3', ...NOVEMBER].join('\n'))).toEqual([
      { month: '2021-11', bollo: 40_910, exempt: 52_440, total: 93_350 },
      { month: '2022-01', bollo: 1, exempt: 2, total: 3 },
    ]),
  )

  test('residents by comune, on the day on which they were counted', () => {
    const head = 'DATA ELABORAZIONE,REGIONE,PROVINCIA,COD_ISTAT_COMUNE,COMUNE,RESIDENTI,NUOVA'
    const told = populationIn(`${head}\n10-01-2024,ABRUZZO,PESCARA,068012,CITTÀ SANT'ANGELO,15063,x`)
    expect([told?.of, told?.residents.get('068012')]).toEqual(['2024-01-10', 15_063])
  })

  test.each([
    ['another file', 'a,b\n1,2'],
    ['no rows', 'MESE,ANNO,BOLLO,ESENTI_DA_BOLLO,TOTALE'],
    ['a month that is none', 'MESE,ANNO,BOLLO,ESENTI_DA_BOLLO,TOTALE\n13,2021,1,2,3'],
    ['a number that is none', 'MESE,ANNO,BOLLO,ESENTI_DA_BOLLO,TOTALE\n1,2021,1,2,n.d.'],
  ])('is not taken: %s', (_, text) => expect([certificatesIn(text), populationIn(text)]).toEqual([null, null]))

  test('a change counts at the next look; a file that is broken is told, and the one before counts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'totem-open-data-'))
    const lines: string[] = []
    const log = pino({}, { write: (line) => void lines.push(line) })
    const look = openData(folder, log)
    expect(await look()).toEqual({ certificates: null, population: null })
    const file = join(folder, 'certificati_export.csv')
    writeFileSync(file, `MESE,ANNO,BOLLO,IN CARTA LIBERA,TOTALE\n1,2022,1,2,3`)
    const known = [{ month: '2022-01', bollo: 1, exempt: 2, total: 3 }]
    expect((await look()).certificates).toEqual(known)
    writeFileSync(file, '<html>')
    expect((await look()).certificates).toEqual(known)
    expect(lines.join()).toContain('open-data-not-taken')
    rmSync(folder, { recursive: true })
  })
})

test('what could show a person is hidden, and a total where it is all that is missing', () => {
  const counts = new Map([
    ['10 2026-09', 3],
    ['12 2026-10', 400],
    ['10 2026-10', 300],
    ['09 2026-10', 2],
  ])
  const { rows, totals } = documentsOf(['2026-09', '2026-10'], counts)
  expect(rows).toEqual([
    { region: '09', counts: [0, null] },
    { region: '10', counts: [null, null] },
    { region: '12', counts: [0, 400] },
  ])
  expect(totals).toEqual([null, 702])
})

test('who floods is turned away, and nobody else', async () => {
  const server = Fastify() as unknown as FastifyInstance
  const told = { plain: '{"at":"now"}', gzipped: Buffer.from('') }
  const figures = { dashboard: told, map: told, comune: () => null, search: () => [] }
  const keeper = { figures: async () => figures, stop: async () => undefined }
  polisPage({ index: Buffer.from('<title>'), files: new Map() }, polisRoutes(keeper))(server)
  const ask = (url: string, remoteAddress: string) => server.inject({ url, remoteAddress })
  const statuses: number[] = []
  for (let n = 0; n < 310; n++) statuses.push((await ask('/polis/v1/dashboard', '192.0.2.1')).statusCode)
  expect(statuses).toEqual([...Array.from({ length: 300 }, () => 200), ...Array.from({ length: 10 }, () => 429)])
  const page = await ask('/polis/', '192.0.2.2')
  expect(page.statusCode).toBe(200)
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  expect((await ask('/polis', '192.0.2.2')).headers.location).toBe('/polis/')
  expect((await ask('/polis/v1/comuni/054050', '192.0.2.2')).statusCode).toBe(404)
  await server.close()
})
