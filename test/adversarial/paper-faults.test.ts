import { ulid } from 'ulid'
import { describe, expect, test } from 'vitest'
import type { VirtualPrinter } from '../../simulator/printer/virtual-printer.ts'
import { PAGES, type PaperBench, startPaperBench } from '../support/paper/paper-bench.ts'

// Every kind of fault at random points of a three-page certificate. The ledger is compared with pictures of the paper,
// which know nothing of acknowledgements. Then the rest is printed, as for a citizen who has waited.

/** Spread over the whole certificate; PAPER_POINTS=50 is the long form. */
const POINTS = Number(process.env.PAPER_POINTS ?? 6)
// PAPER_SEED=… repeats a run, except for some bytes: the machine decides how often the driver polls the printer.
const SEED = Number(process.env.PAPER_SEED ?? Date.now() % 1_000_000_007)

type Fault = (printer: VirtualPrinter) => { strike(): void; clear(): void | Promise<void> }

const faults: Record<string, Fault> = {
  'paper out': (printer) => ({ strike: () => printer.setPaper('out'), clear: () => printer.setPaper('ok') }),
  'cover open': (printer) => ({ strike: () => printer.setCover(true), clear: () => printer.setCover(false) }),
  jam: (printer) => ({ strike: () => printer.setError('jam'), clear: () => printer.setError('none') }),
  overheated: (printer) => ({ strike: () => printer.setError('overheated'), clear: () => printer.setError('none') }),
  deaf: (printer) => ({ strike: () => printer.deaf(true), clear: () => printer.deaf(false) }),
  'wrong status': (printer) => ({
    strike: () => printer.garbageStatus(true),
    clear: () => printer.garbageStatus(false),
  }),
  slow: (printer) => ({ strike: () => printer.pace(40_000), clear: () => printer.pace(null) }),
  gone(printer) {
    let gone: Promise<void>
    return {
      strike() {
        gone = printer.unplug()
      },
      async clear() {
        await gone
        await printer.plug()
      },
    }
  },
}
const PAGE_NUMBERS = Array.from({ length: PAGES }, (_, n) => n + 1)
/** A printer that does not answer costs the driver its whole time-out, so these faults share the points. */
const LANES: Record<string, number> = { deaf: 3, 'wrong status': 3 }

/** Uniform numbers below 1 from a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Outcome {
  point: number
  /** Pages that the ledger says are on paper, and that are. */
  counted: number
  whole: number
  /** Pages that came out marked as a reprint. */
  marked: boolean
}

async function printWithFault({ printer, totem, ...bench }: PaperBench, fault: Fault, point: number): Promise<Outcome> {
  const [operation, session] = [ulid(), ulid()]
  const before = printer.sheets.length
  const { strike, clear } = fault(printer)
  const printed = await bench.printUntil(point, strike, operation, session)
  const sheets = totem.ledger.sheets(operation)
  const counted = sheets.filter(({ state }) => state === 'acknowledged').length
  const [lost] = sheets.slice(counted)
  const marked = lost?.state === 'void' && lost.perhapsPrinted
  const counts = PAGE_NUMBERS.slice(0, counted).map((page) => ({ page, state: 'acknowledged', reprint: false }))
  if (counted < PAGES) {
    expect(printed).toMatchObject({ ok: false, error: { kind: 'print-fault', page: counted + 1 } })
    // A page that was not begun has no sheet.
    expect(sheets).toMatchObject([...counts, { page: counted + 1, state: 'void', reprint: false }])
  } else {
    expect(printed).toEqual({ ok: true, value: { pages: PAGES } })
    expect(sheets).toMatchObject(counts)
  }

  await clear()
  await totem.ready()
  const whole = (await bench.paper(before)).filter((page) => page !== null)
  expect(whole).toEqual(PAGE_NUMBERS.slice(0, whole.length))
  if (counted < PAGES) {
    const rest = PAGE_NUMBERS.slice(counted)
    const from = printer.sheets.length
    expect(await bench.print(operation, session)).toEqual({ ok: true, value: { pages: PAGES } })
    expect(await bench.paper(from)).toEqual(rest)
    expect(totem.ledger.sheets(operation).slice(sheets.length)).toMatchObject(
      rest.map((page) => ({ page, state: 'acknowledged', reprint: marked })),
    )
    expect(totem.ledger.reprinted({ operation, document: 'certificate', session })).toBe(marked)
  }
  return { point, counted, whole: whole.length, marked }
}

async function lane(fault: Fault, points: (bytes: number) => number[]): Promise<Outcome[]> {
  const bench = await startPaperBench()
  try {
    const outcomes: Outcome[] = []
    for (const point of points(bench.bytes)) outcomes.push(await printWithFault(bench, fault, point))
    expect(bench.totem.journal.verify().ok).toBe(true)
    return outcomes
  } finally {
    await bench.stop()
  }
}

describe.concurrent(`a three-page certificate, seed ${SEED}`, () => {
  test.for(Object.entries(faults).map(([name, fault], kind) => ({ name, fault, kind })))(
    `$name at ${POINTS} points: the ledger tells the truth about the paper`,
    { timeout: 400_000 },
    async ({ name, fault, kind }) => {
      const lanes = LANES[name] ?? 1
      const outcomes = await Promise.all(
        Array.from({ length: lanes }, (_, n) => {
          const next = random(SEED + 10 * kind + n)
          const count = Math.ceil(POINTS / lanes)
          // One point in each of as many equal parts: a small run looks at every part of the certificate too.
          return lane(fault, (bytes) =>
            Array.from({ length: count }, (_, part) => 1 + Math.floor(((part + next()) / count) * (bytes - 1))),
          )
        }),
      )
      for (const { point, counted, whole, marked } of outcomes.flat()) {
        // Never more than the paper. One less only when the fault struck between a sheet's cut and its acknowledgement;
        // then the second copy of that sheet is marked as a reprint.
        expect(whole - counted, `${name} at byte ${point}`).toBeOneOf(marked ? [0, 1] : [0])
      }
      // A ledger that doubts every sheet would tell nothing.
      expect(outcomes.flat().filter(({ marked }) => marked).length).toBeLessThan((POINTS * 2) / 3)
      // A pulled cable loses what the printer still reports about the bytes that it has.
      const unheard = outcomes.flat().filter(({ counted, whole }) => counted !== whole)
      if (name !== 'gone') expect(unheard.length).toBeLessThan(Math.max(3, POINTS / 10))
      if (name === 'slow') expect(outcomes.flat().every(({ counted }) => counted === PAGES)).toBe(true)
    },
  )
})
