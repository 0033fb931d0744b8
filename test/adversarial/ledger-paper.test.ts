import { ulid } from 'ulid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PAGES, type PaperBench, startPaperBench } from '../support/paper/paper-bench.ts'

// The program or its device process dies, or the visit ends; then the ledger is compared with pictures of the paper.
// paper-faults.test.ts has the faults of the printer itself.

let bench: PaperBench
beforeEach(async () => {
  bench = await startPaperBench()
})
afterEach(() => bench.stop())

type Fault = { strike(): void; clear(): void | Promise<void> }
/** A killed program ends the citizen's visit, so the rest is printed in the next one. */
const faults: Record<string, { fault: () => Fault; times: number; sameVisit: boolean }> = {
  'jam, kept for a later visit': {
    ...{ times: 6, sameVisit: false },
    fault: () => ({ strike: () => bench.printer.setError('jam'), clear: () => bench.printer.setError('none') }),
  },
  // Few points, since each death makes the supervisor wait twice as long.
  'device process killed': {
    ...{ times: 3, sameVisit: true },
    fault: () => ({ strike: () => bench.totem.killDeviceProcess(), clear: () => {} }),
  },
  'program killed with its device process': {
    ...{ times: 6, sameVisit: false },
    fault: () => ({ strike: () => bench.totem.kill(), clear: () => bench.restart() }),
  },
}

test.each(Object.entries(faults))(
  '%s at random points of a certificate: the ledger tells the truth about the paper',
  async (_, { fault, times, sameVisit }) => {
    for (let round = 0; round < times; round++) {
      const [operation, session] = [ulid(), ulid()]
      const before = bench.printer.sheets.length
      const pagesOut = async () => (await bench.paper(before)).filter((page) => page !== null)
      const { strike, clear } = fault()
      const point = Math.ceil(Math.random() * bench.bytes)
      const printed = await bench.printUntil(point, strike, operation, session)
      await clear()
      await bench.totem.ready()
      const whole = (await pagesOut()).length
      const { ledger } = bench.totem
      const sheets = ledger.sheets(operation)
      const counted = sheets.filter(({ state }) => state === 'acknowledged').length
      const doubtful = sheets.filter((sheet) => sheet.state === 'void' && sheet.perhapsPrinted).length
      expect(counted).toBeLessThanOrEqual(whole)
      expect(whole).toBeLessThanOrEqual(counted + doubtful)
      if (printed?.ok) expect(counted).toBe(PAGES)

      const visit = sameVisit ? session : ulid()
      if (!printed?.ok || !sameVisit) {
        expect(await bench.print(operation, visit)).toEqual({ ok: true, value: { pages: PAGES } })
      }
      const out = await pagesOut()
      expect(new Set(out)).toHaveLength(PAGES)
      // A page that came out twice is marked as a reprint.
      if (out.length > PAGES) {
        expect(ledger.reprinted({ operation, document: 'certificate', session: visit })).toBe(true)
      }
    }
    expect(bench.totem.journal.verify().ok).toBe(true)
  },
)
