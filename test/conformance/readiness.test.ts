import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBench } from '../../simulator/bench/bench.ts'
import type { Bench } from '../../simulator/bench/office.ts'

// `totem print readiness` on a whole office, as a technician runs it before handing the totem over.
const TOTEM = fileURLToPath(new URL('../../commands/totem.mjs', import.meta.url))
let bench: Bench
beforeAll(async () => {
  bench = await startBench({ printerBytesPerSecond: 2_000_000 })
})
afterAll(() => bench?.stop())

interface Told {
  code: number
  stdout: string
  stderr: string
}
const readiness = (...args: string[]): Promise<Told> =>
  new Promise((resolve) => {
    const given = ['print', 'readiness', '--config', bench.totem.configFile, ...args]
    const child = execFile(TOTEM, given, (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }))
  })
const outcomes = ({ stdout }: Told): Record<string, string> =>
  Object.fromEntries(
    JSON.parse(stdout).checks.map((check: Record<string, string>) => [check.name, `${check.outcome} ${check.detail}`]),
  )

test('a complete totem: everything is tried, and the report is one sheet of paper', async () => {
  const told = await readiness('--json', '--language', 'en')
  expect(told).toMatchObject({ code: 0, stderr: '' })
  expect(outcomes(told)).toMatchObject({
    'Card reader': 'ok empty',
    'Key for the CIE': 'ok ready',
    Printer: 'ok a4-kiosk: ready',
    'Private keys': 'ok file',
    Gateway: expect.stringMatching(/^ok /),
    Clock: expect.stringMatching(/^ok ± \d s/),
    'Trust list': expect.stringMatching(/^ok \d+ CA/),
    'Second language': 'ok –',
  })
  expect(JSON.parse(told.stdout)).toMatchObject({
    ...{ kind: 'ready', printed: true, queue: { waiting: 0, oldest: null }, lastSync: null },
  })
  await bench.printer.settled()
  expect(bench.printer.sheets.map(({ kind }) => kind)).toEqual(['whole'])
})

test('the line is down, a key is missing, the territory’s language is not set: each has its line', async () => {
  const { configFile, config } = bench.totem
  const before = readFileSync(configFile)
  const office = { ...config.office, comune: 'Sluderno', province: 'BZ' }
  writeFileSync(configFile, JSON.stringify({ ...config, office, cie: { externalKey: '/none' }, verification: null }))
  bench.line.cut()
  const told = await readiness('--json')
  bench.line.up()
  writeFileSync(configFile, before)
  expect(told.code).toBe(30)
  expect(JSON.parse(told.stdout)).toMatchObject({ kind: 'not-ready', printed: true })
  expect(outcomes(told)).toMatchObject({
    'Chiave per la CIE': 'failed key-refused',
    Gateway: expect.stringMatching(/^attention line-down /),
    'Codice di verifica': 'attention not-configured',
    'Seconda lingua': 'attention –, not de',
  })
})

test('no paper: the exit code is the printer’s, and the report has all the rest', async () => {
  bench.printer.setPaper('out')
  const told = await readiness()
  bench.printer.setPaper('ok')
  expect(told).toMatchObject({ code: 10, stdout: '' })
  expect(told.stderr).toMatch(/failed\s+Stampante\s+a4-kiosk: paperOut/)
  expect(told.stderr).toContain('NOT printed')
})

test('no configuration, or an invalid one', async () => {
  expect(await readiness('--config', '/none.json', '--json')).toMatchObject({
    code: 66,
    stdout: '{"kind":"file-unreadable"}\n',
  })
  expect(await readiness('--language', 'fr')).toMatchObject({ code: 64 })
})
