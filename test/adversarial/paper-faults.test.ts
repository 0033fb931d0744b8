import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { VirtualPrinter } from '../../simulator/printer/virtual-printer.ts'
import { certificatePdf } from '../golden/papers.ts'
import { type PrinterBench, startPrinterBench } from '../golden/printer-bench.ts'

// Every kind of fault at random points of a three-page certificate, through the driver's own process and hidraw. What
// the driver counts is held against the pictures of what came out, which know nothing of acknowledgements.

const POINTS = 50
const PAGES = 3
// PAPER_SEED=… repeats a run.
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
/** A printer that does not answer costs the driver its whole patience: these share the points. */
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

/** Pictures of the sheets that have come out since the `from`-th. */
async function pictures(bench: PrinterBench, from: number): Promise<Buffer[]> {
  await bench.printer.settled()
  return Promise.all(bench.printer.sheets.slice(from).map(({ path }) => readFile(path)))
}

interface Outcome {
  point: number
  acknowledged: number
  whole: number
}

async function lane(pdf: Buffer, fault: Fault, points: (bytes: number) => number[]): Promise<Outcome[]> {
  const bench = await startPrinterBench('receipt-80')
  try {
    await bench.until('ready')
    const whole = await bench.print('whole', { kind: 'pdf', pdf }, 1)
    if (!whole.ok) throw new Error(JSON.stringify(whole.error))
    const pages = await pictures(bench, 0)
    expect(pages).toHaveLength(PAGES)

    const outcomes: Outcome[] = []
    for (const point of points(whole.value.bytes)) {
      const before = bench.printer.sheets.length
      const { strike, clear } = fault(bench.printer)
      let struck = false
      bench.printer.after(point, () => {
        struck = true
        strike()
      })
      const job = `at byte ${point}`
      const printed = await bench.print(job, { kind: 'pdf', pdf }, 1)
      const acknowledged = bench.progress
        .filter((progress) => progress.job === job && progress.state === 'acknowledged')
        .map(({ page }) => page)
      expect(acknowledged).toEqual([1, 2, 3].slice(0, acknowledged.length))
      if (printed.ok) expect(acknowledged).toHaveLength(PAGES)
      else expect(printed.error).toMatchObject({ kind: 'printer-fault', page: acknowledged.length + 1 })

      // Also when the printer was given up before: each point has its fault.
      if (!struck) strike()
      await clear()
      await bench.until('ready')
      await bench.status()
      const out = await pictures(bench, before)
      const wholeOnes = out.filter((picture) => pages.some((page) => page.equals(picture)))
      expect(wholeOnes).toEqual(pages.slice(0, wholeOnes.length))
      outcomes.push({ point, acknowledged: acknowledged.length, whole: wholeOnes.length })
    }
    return outcomes
  } finally {
    await bench.stop()
  }
}

describe.concurrent(`a three-page certificate, seed ${SEED}`, () => {
  test.for(Object.entries(faults))(
    `%s at ${POINTS} points: as many pages are counted as are whole`,
    { timeout: 400_000 },
    async ([name, fault]) => {
      const pdf = await certificatePdf(PAGES)
      const lanes = LANES[name] ?? 1
      const outcomes = await Promise.all(
        Array.from({ length: lanes }, (_, n) => {
          const next = random(SEED + n)
          const count = Math.ceil(POINTS / lanes)
          return lane(pdf, fault, (bytes) => Array.from({ length: count }, () => 1 + Math.floor(next() * (bytes - 1))))
        }),
      )
      for (const { point, acknowledged, whole } of outcomes.flat()) {
        // Never more than the paper. One less only when the fault struck between a sheet's cut and the printer's word.
        expect(whole - acknowledged, `${name} at byte ${point}`).toBeOneOf([0, 1])
      }
      const unheard = outcomes.flat().filter(({ acknowledged, whole }) => acknowledged !== whole)
      // A pulled cable takes with it what the printer goes on saying of the bytes it has already.
      expect(unheard.length).toBeLessThan(name === 'gone' ? POINTS / 2 : POINTS / 10)
      if (name === 'slow') expect(outcomes.flat().every(({ acknowledged }) => acknowledged === PAGES)).toBe(true)
    },
  )
})
