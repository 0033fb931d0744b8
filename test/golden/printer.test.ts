import { execFile } from 'node:child_process'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { pngOf } from '../../simulator/printer/paper.ts'
import { difference } from '../support/paper/compare.ts'
import { certificatePdf, dotsOf, illustratedPdf, pageDots, receipt } from '../support/paper/papers.ts'
import { type PrinterBench, startPrinterBench } from '../support/paper/printer-bench.ts'

const run = promisify(execFile)
const golden = (name: string) => fileURLToPath(new URL(`${name}.png`, import.meta.url))

async function sheet(bench: PrinterBench, index: number): Promise<string> {
  await bench.untilSheets(index + 1)
  return bench.printer.sheets[index]?.path ?? ''
}

let bench: PrinterBench
afterEach(() => bench.stop())

test.each(['a4-kiosk', 'receipt-80'] as const)(
  'a receipt on %s looks as it was approved and its code can be read',
  async (profile) => {
    bench = await startPrinterBench(profile)
    await bench.until('ready')
    const printed = await bench.print('job', { kind: 'receipt', document: receipt }, 1)
    expect(printed).toMatchObject({ ok: true, value: { pages: 1 } })
    const path = await sheet(bench, 0)
    const { stdout } = await run('zbarimg', ['-q', '--raw', path])
    expect(stdout.trim()).toBe('TP1;op=01JD9Q3V6W8X2Y4Z5A6B7C8D9E;code=7K3M9QXR')
    // After a change that was looked at: UPDATE_GOLDEN=1.
    if (process.env.UPDATE_GOLDEN) await copyFile(path, golden(`receipt-${profile}`))
    const approved = dotsOf(await readFile(golden(`receipt-${profile}`)))
    expect(difference(dotsOf(await readFile(path)), approved)).toBeLessThan(0.002)
  },
)

// A fold rubs a stripe white; a thumb or a coffee cup leaves a blot.
test.each(['a4-kiosk', 'receipt-80'] as const)(
  'the code of a receipt on %s is read with a tenth of it gone',
  async (profile) => {
    bench = await startPrinterBench(profile)
    await bench.until('ready')
    await bench.print('job', { kind: 'receipt', document: receipt }, 1)
    const path = await sheet(bench, 0)
    const png = await readFile(path)
    const { stdout: xml } = await run('zbarimg', ['-q', '--xml', path])
    const corners = [...xml.matchAll(/\+(\d+),\+(\d+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }))
    const [left, right] = [Math.min(...corners.map(({ x }) => x)), Math.max(...corners.map(({ x }) => x))]
    const [top, bottom] = [Math.min(...corners.map(({ y }) => y)), Math.max(...corners.map(({ y }) => y))]
    const [side, middleX, middleY] = [right - left, (left + right) / 2, (top + bottom) / 2]
    const half = (Math.sqrt(0.1) * side) / 2
    for (const { dot, across, down } of [
      { dot: 0, across: side / 2, down: side / 20 },
      { dot: 1, across: half, down: half },
    ]) {
      const smudged = dotsOf(png)
      for (let y = Math.round(middleY - down); y < middleY + down; y++) {
        const row = y * smudged.width
        smudged.dots.fill(dot, row + Math.round(middleX - across), row + Math.round(middleX + across))
      }
      await writeFile(path, pngOf(smudged))
      const { stdout } = await run('zbarimg', ['-q', '--raw', path])
      expect(stdout.trim()).toBe('TP1;op=01JD9Q3V6W8X2Y4Z5A6B7C8D9E;code=7K3M9QXR')
    }
  },
)

test.each(['a4-kiosk', 'receipt-80'] as const)(
  'a photograph on %s is dithered, the letters and the code beside it are not',
  async (profile) => {
    bench = await startPrinterBench(profile)
    await bench.until('ready')
    const printed = await bench.print('job', { kind: 'pdf', pdf: await illustratedPdf() }, 1)
    expect(printed).toMatchObject({ ok: true, value: { pages: 1 } })
    const path = await sheet(bench, 0)
    const { stdout } = await run('zbarimg', ['-q', '--raw', path])
    expect(stdout.trim()).toBe('TP1;fotografia')
    if (process.env.UPDATE_GOLDEN) await copyFile(path, golden(`photograph-${profile}`))
    const approved = dotsOf(await readFile(golden(`photograph-${profile}`)))
    expect(difference(dotsOf(await readFile(path)), approved)).toBeLessThan(0.002)
  },
)

test('each page of a certificate is an A4 sheet of its own, dot for dot what pdfium draws', async () => {
  bench = await startPrinterBench('a4-kiosk')
  await bench.until('ready')
  const pdf = await certificatePdf(2)
  expect(await bench.print('job', { kind: 'pdf', pdf }, 1)).toMatchObject({ ok: true, value: { pages: 2 } })
  for (const page of [1, 2]) {
    const printed = dotsOf(await readFile(await sheet(bench, page - 1)))
    expect(printed.height).toBe(297 * 8)
    expect(difference(printed, await pageDots(pdf, page, 'a4-kiosk'))).toBeLessThan(0.0001)
  }
  const acknowledged = bench.progress.filter(({ state }) => state === 'acknowledged').map(({ page }) => page)
  expect(acknowledged).toEqual([1, 2])
})
