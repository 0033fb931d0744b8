import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isJourney, type JourneyName, journeys } from '../../simulator/visitor/journeys.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// The journeys of the table, as `npm start -- --unattended --journey NAME` makes them: the person comes, and the papers lie
// in the slot. The other end-to-end tests look at what can go wrong on the way.

/** A file of its own makes the same visit and looks closer. */
const elsewhere: JourneyName[] = [
  ...([
    'phone',
    'no-printer',
    'email',
    'domicilio',
    'collect',
    'family',
    'requests',
    'accesses',
    'pagopa-resumed',
  ] as const),
  // The same touches as others', which the register answers alike.
  ...(['court', 'school', 'bolzano'] as const),
  'residence',
  'minor',
  'contrassegno',
  'pagopa',
  'declaration',
  'atto-notorio',
  'visura',
]
let office: Office
/** Papers whose pages the printer has acknowledged. */
const printed = (from = 0) =>
  office
    .journal()
    .filter(({ event }) => event === 'print.acknowledged')
    .map(({ fields }) => String(fields.job).split('.')[1])
    .slice(from)
    .filter((paper, page, all) => paper !== all[page - 1])

beforeAll(async () => {
  office = await openOffice({ timings: { idleMs: 60_000, warningMs: 5_000 } })
})
beforeEach(() => office.takesCardAndGoes())
afterAll(() => office?.close())

const here = Object.keys(journeys)
  .filter(isJourney)
  .filter((name) => !elsewhere.includes(name))

test.each(here)('%s', async (name) => {
  const { who, wish, papers, operations } = journeys[name]
  const before = {
    pages: office.journal().filter(({ event }) => event === 'print.acknowledged').length,
    issued: (await office.operations()).length,
  }
  await office.comesWithCard(who)
  expect(await office.walksTo('done', wish)).toMatchObject({ outcome: 'printed', document: papers[0] })
  expect(printed(before.pages)).toEqual(papers)
  expect((await office.operations()).length).toBe(before.issued + operations)
})
