import { execFile } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { receiptLines } from '../../main/documents/receipt-lines.ts'
import { claims, codeOf } from '../support/documents/codes.ts'
import { papers } from '../support/documents/documents.ts'
import { type Judge, judge } from '../support/documents/judge.ts'
import { difference } from '../support/paper/compare.ts'
import { dotsOf } from '../support/paper/papers.ts'
import { type PrinterBench, startPrinterBench } from '../support/paper/printer-bench.ts'

const run = promisify(execFile)
const golden = (name: string) => fileURLToPath(new URL(`documents/${name}.png`, import.meta.url))

// A thermal head gets lines instead of a page, and draws their letters and code itself.
describe.each(['a4-kiosk', 'receipt-80'] as const)('on %s', (profile) => {
  let bench: PrinterBench
  let verdict: Judge
  beforeAll(async () => {
    verdict = await judge()
    bench = await startPrinterBench(profile)
    await bench.until('ready')
  })
  afterAll(async () => {
    await bench.stop()
    await verdict.end()
  })

  test.each([
    'ricevuta-it',
    'ricevuta-en',
    'ricevuta-marca-it',
    'ricevuta-marca-en',
    'ritiro-it',
    'ritiro-en',
  ] as const)('%s looks as it was approved, and its code is read and genuine', async (name) => {
    const paper = papers[name]
    if (!paper) throw new Error(`no paper ${name}`)
    const sheets = bench.printer.sheets.length
    const printed = await bench.print(name, { kind: 'receipt', document: receiptLines(paper) }, 1)
    expect(printed).toMatchObject({ ok: true, value: { pages: 1 } })
    await bench.untilSheets(sheets + 1)
    const picture = bench.printer.sheets[sheets]?.path ?? ''
    // After a change that was looked at: UPDATE_GOLDEN=1.
    const approved = golden(`${name}-${profile}`)
    if (process.env.UPDATE_GOLDEN) await copyFile(picture, approved)
    expect(difference(dotsOf(await readFile(picture)), dotsOf(await readFile(approved)))).toBeLessThan(0.002)
    const { stdout } = await run('zbarimg', ['-q', '--raw', picture])
    expect(stdout).toBe(`${codeOf(name)}\n`)
    expect(await verdict.of(approved)).toMatchObject({ exit: 0, kind: 'genuine', claims: claims[name] })
  })
})
