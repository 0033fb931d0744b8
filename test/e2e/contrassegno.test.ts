import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sheet } from '../../simulator/printer/virtual-printer.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// A certificate for a private party: the person has a marca da bollo in hand, and it pays once.
let office: Office
let before = 0
const forBank = { type: 'together', purpose: 'privateParty' } as const
const mark = { number: '01234567890123', issued: '05032026' }
async function sheets(): Promise<Sheet[]> {
  await office.bench.printer.settled()
  return office.bench.printer.sheets.slice(before)
}
/** From attract to the mark, for a bank. */
async function comesWithMark(who: string) {
  before = office.bench.printer.sheets.length
  await office.comesWithCard(who)
  await office.entersPin()
  await office.walksTo('private-party', { ...forBank, mark })
}

beforeAll(async () => {
  office = await openOffice({ timings: { idleMs: 20_000, warningMs: 5_000 } })
})
afterAll(() => office?.close())

test('number, day and price, then the certificate and a receipt that says where the mark goes', async () => {
  await comesWithMark('anna-bianchi')
  await office.answers('private-party', { mark })
  await office.sees('contrassegno')
  await office.answers('contrassegno', { mark })
  await office.sees('contrassegno-date')
  // Nobody sells a mark of tomorrow.
  await office.answers('contrassegno-date', { mark: { ...mark, issued: '01012999' } })
  await expect.poll(() => office.screen()).toEqual({ screen: 'contrassegno-date', wrong: true })
  await office.answers('contrassegno-date', { mark })
  expect(await office.asksFor({ ...forBank, mark })).toMatchObject({
    use: 'privateParty',
    bollo: { settled: 'contrassegno', cents: 1600, reference: '0123 4567 8901 23' },
    anpr: 'ready',
  })
  await office.prints(forBank)
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'certificate' })
  expect((await sheets()).map(({ kind }) => kind)).toEqual(['whole', 'whole'])
  expect(await office.operations()).toMatchObject([{ state: 'issued' }])
  await office.takesCardAndGoes()
})

test('the same mark again, by somebody else: told before the confirmation, and nothing is asked for', async () => {
  const operations = await office.operations()
  await comesWithMark('elena-ferrari')
  expect(await office.walksTo('refused', { ...forBank, mark })).toMatchObject({
    reason: 'contrassegno-used',
  })
  expect(await office.operations()).toEqual(operations)
  expect(await sheets()).toEqual([])
  await office.takesCardAndGoes()
})

test('a person who would rather not pay gets the free declaration', async () => {
  await comesWithMark('anna-bianchi')
  await office.answers('private-party', { mark: null })
  expect(await office.sees('declaration')).toMatchObject({ for: 'privateParty', attoNotorio: false })
  await office.answers('declaration')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'declaration' })
})
