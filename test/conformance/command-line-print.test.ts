import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startIppPrinter } from '../../simulator/printer/ipp-printer.ts'
import { startVirtualPrinter } from '../../simulator/printer/virtual-printer.ts'
import { certificatePdf } from '../support/paper/papers.ts'

const run = promisify(execFile)
const TOTEM = fileURLToPath(new URL('../../commands/totem.mjs', import.meta.url))

let dir: string
let certificate: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'totem-print-'))
  certificate = join(dir, 'certificate.pdf')
  await writeFile(certificate, await certificatePdf(2))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function totem(env: Record<string, string>, ...args: string[]) {
  const child = spawn(TOTEM, ['print', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  const [code] = await once(child, 'close')
  return { code, ...said }
}

test.each([['a4-kiosk'], ['receipt-80']] as const)('a technician prints on a %s head', async (profile) => {
  const printer = await startVirtualPrinter({ profile, outDir: join(dir, profile) })
  try {
    const named = ['--profile', profile, '--json']
    const status = await totem(printer.env, 'status', ...named)
    expect(status).toEqual({ code: 0, stdout: `{"kind":"ready","profile":"${profile}"}\n`, stderr: '' })

    const page = await totem(printer.env, 'test-page', ...named)
    expect(page).toEqual({ code: 0, stdout: '{"kind":"printed","pages":2}\n', stderr: '' })
    const read: string[] = []
    for (const { path } of printer.sheets)
      read.push(
        await run('zbarimg', ['-q', '--raw', path]).then(
          ({ stdout }) => stdout.trim(),
          () => '',
        ),
      )
    expect(read.filter((text) => text === 'TOTEM POLIS TEST PAGE')).toHaveLength(2)

    // A sheet that another process has presented is waited for: nothing is cut off behind it.
    printer.tear()
    const file = await totem(printer.env, 'file', certificate, '--profile', profile)
    expect(file).toEqual({ code: 0, stdout: 'printed: 2 pages\n', stderr: 'page 1 of 2\npage 2 of 2\n' })
  } finally {
    await printer.stop()
  }
})

test('a technician prints on an office printer, and every fault has its exit code', async () => {
  const printer = await startIppPrinter()
  const to = ['--uri', printer.uri, '--json']
  try {
    const status = await totem({}, 'status', ...to)
    expect(status).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(status.stdout)).toMatchObject({ kind: 'ready', profile: 'a4-office', reasons: ['none'] })
    expect(await totem({}, 'test-page', ...to)).toMatchObject({ code: 0, stdout: '{"kind":"printed","pages":1}\n' })
    expect(await totem({}, 'file', certificate, ...to)).toMatchObject({ code: 0 })
    const [, sent] = await printer.documents()
    expect(sent).toEqual(await readFile(certificate))

    await printer.beforeEachSheet('[ $sheet = 2 ] && exit 1')
    const fault = await totem({}, 'file', certificate, ...to)
    expect(fault).toEqual({ code: 14, stdout: '{"kind":"offline","page":2}\n', stderr: '' })
    await printer.kill()
    expect(await totem({}, 'status', ...to)).toMatchObject({ code: 15 })
  } finally {
    await printer.stop()
  }
})

test.each([
  [['nonsense'], 'no such command: print nonsense'],
  [['file'], 'which file?'],
  [['status', '--profile', 'a4-office'], '--uri'],
  [['status', '--profile', 'receipt-80', '--uri', 'ipp://localhost/ipp/print'], 'receipt-80'],
  [['status', '--uri', 'http://localhost'], '--uri ipp'],
])('totem print %j tells how it is used', async (args, told) => {
  const answer = await totem({}, ...args)
  expect(answer).toMatchObject({ code: 64, stdout: '' })
  expect(answer.stderr).toContain(told)
})

test('a file that does not exist, and one that is no PDF', async () => {
  const to = ['--uri', 'ipp://localhost:9/ipp/print', '--json']
  const none = await totem({}, 'file', join(dir, 'none.pdf'), ...to)
  expect(none).toEqual({ code: 66, stdout: '{"kind":"file-unreadable"}\n', stderr: '' })
  await writeFile(join(dir, 'text.pdf'), 'nonsense')
  const text = await totem({}, 'file', join(dir, 'text.pdf'), ...to)
  expect(text).toEqual({ code: 20, stdout: '{"kind":"pdf-refused","reason":"broken"}\n', stderr: '' })
})
