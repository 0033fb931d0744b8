import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PrinterStatus } from '../../contract/device.ts'
import { difference } from '../support/paper/compare.ts'
import { certificatePdf, dotsOf, pageDots, receipt } from '../support/paper/papers.ts'
import { type PrinterBench, startPrinterBench } from '../support/paper/printer-bench.ts'

const PAGES = 3
let pdf: Buffer
let bench: PrinterBench

beforeAll(async () => {
  pdf = await certificatePdf(PAGES)
})
beforeEach(async () => {
  bench = await startPrinterBench('a4-kiosk')
  await bench.until('ready')
})
afterEach(() => bench.stop())

const certificate = (fromPage: number) => bench.print('job', { kind: 'pdf', pdf }, fromPage)
const slip = () => bench.print('job', { kind: 'receipt', document: receipt }, 1)
const fault = (status: PrinterStatus, page: number) => ({ ok: false, error: { kind: 'printer-fault', status, page } })
const sent = (page: number, band: number) =>
  bench.untilProgress((progress) => progress.state === 'sent' && progress.page === page && progress.band === band)
const kinds = () => bench.printer.sheets.map(({ kind }) => kind)

/** Whole sheets show whole pages and nothing else, in the order of printing. */
async function expectWholeSheets(pages: number[]) {
  const whole = bench.printer.sheets.filter(({ kind }) => kind === 'whole')
  expect(whole).toHaveLength(pages.length)
  for (const [index, page] of pages.entries()) {
    const printed = dotsOf(await readFile(whole[index]?.path ?? ''))
    expect(difference(printed, await pageDots(pdf, page, 'a4-kiosk'))).toBeLessThan(0.0001)
  }
}

describe('paper', () => {
  test('paper-out-mid-certificate: the page is void and is printed anew on the new roll', async () => {
    const printing = certificate(1)
    await sent(2, 3)
    bench.printer.paperOutAfter(20_000)
    expect(await printing).toEqual(fault('paperOut', 2))
    expect(bench.statuses.at(-1)).toBe('paperOut')
    bench.printer.setPaper('ok')
    await bench.until('ready')
    expect(await certificate(2)).toMatchObject({ ok: true, value: { pages: 3 } })
    await bench.untilSheets(4)
    expect(kinds()).toEqual(['whole', 'void', 'whole', 'whole'])
    await expectWholeSheets([1, 2, 3])
  })

  test('paper-out-at-any-byte: a receipt is either refused or whole', async () => {
    let whole = 0
    for (const bytes of [1, 333, 900, 1500, 2000, 20_000]) {
      bench.printer.paperOutAfter(bytes)
      const printed = await slip()
      if (printed.ok) whole += 1
      else expect(printed).toEqual(fault('paperOut', 1))
      bench.printer.setPaper('out')
      await bench.until('paperOut')
      bench.printer.setPaper('ok')
      await bench.until('ready')
    }
    expect(await slip()).toMatchObject({ ok: true })
    await bench.untilSheets(whole + 1, 'whole')
    expect(kinds().filter((kind) => kind === 'whole')).toHaveLength(whole + 1)
    // The test proves something only if some rolls ended within the receipt and some after it.
    expect(whole).toBeGreaterThan(0)
    expect(whole).toBeLessThan(6)
  })

  test('paper-low is reported, and printing goes on', async () => {
    bench.printer.setPaper('low')
    await bench.until('paperLow')
    expect(await slip()).toMatchObject({ ok: true })
  })

  test('no-paper-at-all: nothing is sent', async () => {
    bench.printer.setPaper('out')
    expect(await certificate(1)).toEqual(fault('paperOut', 1))
    expect(bench.progress.some(({ state }) => state === 'sent')).toBe(false)
  })
})

describe('printer', () => {
  test('cover-opened-mid-certificate: the half page is cut off before anything else is printed', async () => {
    const printing = certificate(1)
    await sent(1, 8)
    bench.printer.setCover(true)
    expect(await printing).toEqual(fault('coverOpen', 1))
    bench.printer.setCover(false)
    await bench.until('ready')
    expect(await certificate(1)).toMatchObject({ ok: true })
    await bench.untilSheets(4)
    expect(kinds()).toEqual(['void', 'whole', 'whole', 'whole'])
    await expectWholeSheets([1, 2, 3])
  })

  test('cutter-jammed and head-too-hot are told apart, also while nothing prints', async () => {
    bench.printer.setError('jam')
    await bench.until('jam')
    bench.printer.setError('overheated')
    await bench.until('overheated')
    bench.printer.setError('none')
    await bench.until('ready')
  })

  test('cable-pulled-mid-certificate: absent, and void when it is back', async () => {
    const printing = certificate(1)
    await sent(1, 8)
    await bench.printer.unplug()
    expect(await printing).toEqual(fault('absent', 1))
    expect(await slip()).toEqual(fault('absent', 1))
    await bench.printer.plug()
    await bench.until('ready')
    expect(await certificate(3)).toMatchObject({ ok: true })
    await bench.untilSheets(2)
    expect(kinds()).toEqual(['void', 'whole'])
    await expectWholeSheets([3])
  })

  test('printer-deaf-mid-certificate: off line, and usable once it listens again', async () => {
    const printing = certificate(1)
    await sent(1, 8)
    bench.printer.deaf(true)
    expect(await printing).toEqual(fault('offline', 1))
    bench.printer.deaf(false)
    await bench.until('ready')
    expect(await certificate(3)).toMatchObject({ ok: true })
    await bench.untilSheets(2)
    expect(kinds()).toEqual(['void', 'whole'])
  })

  test('an answer lost in mid-certificate: the question is put again, and the certificate is whole', async () => {
    const printing = certificate(3)
    await sent(3, 4)
    bench.printer.deaf(true)
    // Longer than one question waits for its answer.
    await pause(2500)
    bench.printer.deaf(false)
    expect(await printing).toMatchObject({ ok: true })
    await bench.untilSheets(1)
    expect(kinds()).toEqual(['whole'])
    await expectWholeSheets([3])
  })

  test('status-garbled: off line, never ready', async () => {
    bench.printer.garbageStatus(true)
    await bench.until('offline')
    expect(await slip()).toEqual(fault('offline', 1))
    bench.printer.garbageStatus(false)
    await bench.until('ready')
    expect(bench.printer.sheets).toHaveLength(0)
  })

  test('device-process-killed-mid-certificate: the next print does not run over the half page', async () => {
    void certificate(1)
    await sent(1, 8)
    await bench.crash()
    await bench.until('ready')
    expect(await certificate(3)).toMatchObject({ ok: true })
    await bench.untilSheets(2)
    expect(kinds()).toEqual(['void', 'whole'])
    await expectWholeSheets([3])
  })
})

describe('presenter', () => {
  const states = () => bench.progress.map(({ job, state }) => `${job} ${state}`)
  const told = (state: string) => bench.untilProgress((progress) => progress.state === state)

  test('sheet-taken is reported once, for the sheet that was held out', async () => {
    expect(await slip()).toMatchObject({ ok: true })
    expect(states().at(-1)).toBe('job acknowledged')
    const taken = told('taken')
    bench.printer.tear()
    await taken
    expect(await bench.status()).toBe('ready')
    expect(states().filter((state) => state === 'job taken')).toHaveLength(1)
  })

  test('next-sheet-before-taking drops the first sheet, and reports nothing about it', async () => {
    expect(await slip()).toMatchObject({ ok: true })
    expect(await bench.print('next', { kind: 'receipt', document: receipt }, 1)).toMatchObject({ ok: true })
    const taken = told('taken')
    bench.printer.tear()
    await taken
    expect(states().filter((state) => state.endsWith('taken'))).toEqual(['next taken'])
  })

  test('sheet-not-taken is drawn in, reported as retracted, and out of view', async () => {
    await bench.stop()
    bench = await startPrinterBench('a4-kiosk', { heldOutMs: 1 })
    await bench.until('ready')
    const retracted = told('retracted')
    expect(await slip()).toMatchObject({ ok: true })
    await retracted
    expect(bench.printer.sheets.map(({ retracted: drawnIn, taken }) => [drawnIn, taken])).toEqual([[true, false]])
  })

  test('cable-pulled while a sheet is held out: it stays there, and what is told of it is what became of it', async () => {
    await bench.stop()
    bench = await startPrinterBench('a4-kiosk', { heldOutMs: 400 })
    await bench.until('ready')
    for (const [number, delay] of [0, 50, 200, 600].entries()) {
      expect(await slip()).toMatchObject({ ok: true })
      await bench.untilSheets(number + 1)
      await pause(delay)
      await bench.printer.unplug()
      await bench.until('absent')
      await bench.printer.plug()
      await bench.until('ready')
      await expect.poll(() => bench.printer.sheets[number]?.retracted, { timeout: 60_000 }).toBe(true)
      await bench.status()
    }
    const told = states().filter((state) => state === 'job retracted')
    expect(told.length).toBeLessThanOrEqual(bench.printer.sheets.length)
    expect(bench.printer.sheets.map(({ retracted, taken }) => [retracted, taken])).toEqual(Array(4).fill([true, false]))
    expect(states()).not.toContain('job taken')
  })

  test('taken while the cable was out: nobody saw it, and nothing is told', async () => {
    expect(await slip()).toMatchObject({ ok: true })
    await bench.printer.unplug()
    await bench.until('absent')
    bench.printer.tear()
    await bench.printer.plug()
    await bench.until('ready')
    expect(await bench.status()).toBe('ready')
    expect(states().at(-1)).toBe('job acknowledged')
  })

  test('device-process-killed while a sheet is held out: it neither falls nor gets a name, and is drawn in', async () => {
    await bench.stop()
    bench = await startPrinterBench('a4-kiosk', { heldOutMs: 400 })
    await bench.until('ready')
    expect(await slip()).toMatchObject({ ok: true })
    await bench.crash()
    await bench.until('ready')
    await expect.poll(() => bench.printer.sheets[0]?.retracted, { timeout: 60_000 }).toBe(true)
    expect(bench.printer.sheets).toHaveLength(1)
    expect(states()).not.toContain('job retracted')
    expect(states()).not.toContain('job taken')
    expect(await slip()).toMatchObject({ ok: true })
  })

  test('bin-full: a sheet that cannot be drawn in is a jam, and never reported as retracted', async () => {
    await bench.stop()
    bench = await startPrinterBench('a4-kiosk', { heldOutMs: 1 })
    await bench.until('ready')
    bench.printer.presenterFull(true)
    expect(await slip()).toMatchObject({ ok: true })
    await bench.until('jam')
    expect(states()).not.toContain('job retracted')
  })
})

describe('paper saved', () => {
  test('fault-while-idle: no slip is cut when the printer was sent nothing', async () => {
    expect(await slip()).toMatchObject({ ok: true })
    const moved = bench.printer.moved
    for (const [status, strike, clear] of [
      ['coverOpen', () => bench.printer.setCover(true), () => bench.printer.setCover(false)],
      ['jam', () => bench.printer.setError('jam'), () => bench.printer.setError('none')],
      ['overheated', () => bench.printer.setError('overheated'), () => bench.printer.setError('none')],
    ] as const) {
      strike()
      await bench.until(status)
      clear()
      await bench.until('ready')
    }
    expect(bench.printer.moved).toBe(moved)
  })
})

describe('printer without a blade', () => {
  test('paper-torn-off: the receipt is whole, and paper-low is never reported', async () => {
    await bench.stop()
    bench = await startPrinterBench('receipt-80-tear')
    await bench.until('ready')
    bench.printer.setPaper('low')
    expect(await slip()).toMatchObject({ ok: true })
    bench.printer.tear()
    await bench.untilSheets(1)
    expect(kinds()).toEqual(['whole'])
    expect(await bench.status()).toBe('ready')
  })
})

describe('caller', () => {
  test('second-job-while-printing is refused, the first goes on', async () => {
    const first = certificate(1)
    expect(await slip()).toEqual({ ok: false, error: { kind: 'printer-busy' } })
    expect(await first).toMatchObject({ ok: true })
  })

  test('not-a-pdf and no-such-page are refused by name, no paper is used', async () => {
    const refused = { ok: false, error: { kind: 'pdf-refused', reason: 'broken' } }
    expect(await bench.print('job', { kind: 'pdf', pdf: Buffer.from('no pdf') }, 1)).toEqual(refused)
    expect(await certificate(PAGES + 1)).toEqual(refused)
    expect(await bench.raster(Buffer.from('no pdf'), 1, 400)).toEqual(refused)
    expect(bench.printer.sheets).toHaveLength(0)
  })

  test('preview-while-printing: a page is drawn for the screen', async () => {
    const printing = certificate(1)
    const drawn = await bench.raster(pdf, 2, 840)
    expect(drawn).toMatchObject({ ok: true, value: { pages: PAGES, width: 840, height: 1188 } })
    expect(await printing).toMatchObject({ ok: true })
  })
})
