import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { atTotem, callerText } from '../../contract/caller.ts'
import { startBench } from '../../simulator/bench/bench.ts'
import { throughPdnd } from '../../simulator/bench/gateway.ts'
import type { Bench } from '../../simulator/bench/office.ts'
import { issueCrls } from '../../simulator/pki/trust-list.ts'
import { freePort } from '../../simulator/ports.ts'
import { login, sealedText, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'

// The commands of gateway/INSTALLATION.md as they stand there, in an empty folder. The bench lends what no command makes:
// reader, printer, ANPR, and the State's part of the trust (issuers of cards, their CRLs, the key for the CIE).

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(REPOSITORY, 'gateway/INSTALLATION.md'), 'utf8')
const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
const folder = mkdtempSync(join(tmpdir(), 'installation-'))
const at = (name: string) => join(folder, name)

let bench: Bench
let ports: [totems: number, operators: number, machines: number]
let gateway: ChildProcess | null = null
beforeAll(async () => {
  bench = await startBench({ printerBytesPerSecond: 2_000_000 })
  const issuers = {
    'card-ca': 'cns',
    'cie/root': 'cie',
    'cie/sub-ca': 'cie',
    'cie/sod-signer-ca': 'sod',
    'cie/csca': 'csca',
  }
  for (const [file, role] of Object.entries(issuers)) {
    mkdirSync(at(`issuers/${role}`), { recursive: true })
    copyFileSync(join(PKI, `${file}.pem`), at(`issuers/${role}/${file.replace('cie/', '')}.pem`))
  }
  copyFileSync(join(PKI, 'cie/external-key.bin'), at('issuers/external-key.bin'))
  await issueCrls(PKI, at('issuers/crls'))
  mkdirSync(at('gateway'))
  writeFileSync(at('gateway/anpr.json'), JSON.stringify(throughPdnd(bench.anpr.access)))
  const first = await freePort(3)
  ports = [first, first + 1, first + 2]
})
afterAll(async () => {
  if (gateway?.exitCode === null) {
    gateway.kill('SIGTERM')
    await once(gateway, 'exit')
  }
  await bench?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A block of the page, with this machine's ports, ANPR and hardware. `npx totem` without npx' own second. */
function script(block: string): string {
  const here = block
    .replaceAll('8443', String(ports[0]))
    .replaceAll('8444', String(ports[1]))
    .replaceAll('8445', String(ports[2]))
    .replaceAll('"bench": null', `"bench": ${JSON.stringify(bench.totem.config.bench)}`)
  return `set -eu\nnpx() { shift; commands/totem.mjs "$@"; }\n${here}`
}
const options = { cwd: REPOSITORY, env: { ...process.env, I: folder } }
const run = (block: string) => promisify(execFile)('bash', ['-c', script(block)], options)

test('from an empty folder to a totem that is ready and a request that is accepted', async () => {
  const last = blocks.findIndex((block) => block.includes('gateway/index.ts'))
  await run(blocks.slice(0, last).join('\n'))

  const privates = globSync(['ca/*.key.pem', 'signer/*', 'gateway/*.key.pem', 'gateway/keys/*', 'totem/keys/**/*.*'], {
    cwd: folder,
  })
  expect(privates).toHaveLength(13)
  expect(privates.map((file) => statSync(at(file)).mode & 0o777)).toEqual(privates.map(() => 0o600))

  gateway = spawn('bash', ['-c', script(blocks[last] ?? '').replace(/^GATEWAY_CONFIG/m, 'exec env $&')], {
    ...options,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (!gateway.stdout) throw new Error('no pipe')
  const [line] = await once(createInterface(gateway.stdout), 'line')
  expect(JSON.parse(line)).toMatchObject({ listening: expect.stringMatching(/^https:/) })

  const told = await run((blocks[last + 1] ?? '').replace('print readiness', 'print readiness --json'))
  expect(JSON.parse(told.stdout)).toMatchObject({ kind: 'ready', printed: true })

  const text = (name: string) => readFileSync(at(name), 'utf8')
  const totem = new TotemClient(`https://localhost:${ports[0]}`, {
    ...{ ca: text('ca/gateway.pem'), cert: text('totem/PG-0001.cert.pem'), key: text('totem/keys/tls.key.pem') },
  })
  const { body } = await totem.post('/v1/challenges', {})
  const request = wish('mario-rossi', { evidence: login('mario-rossi', { totem: 'PG-0001', ...body }) })
  const [sealing = ''] = globSync('public/sealing-*.json', { cwd: folder })
  const { key } = JSON.parse(text(sealing)).sealing[0]
  const answer = await totem.settled(
    await sealedText(request.operation, request, { kid: key.kid, caller: callerText(atTotem('PG-0001')) }, key),
  )
  await totem.close()
  expect(answer.body.results).toMatchObject([{ state: 'issued', operation: request.operation }])

  // The next totem, by the code that is printed to the operator and typed at the machine.
  const [ordering = '', enrolling = ''] = blocks.slice(last + 2)
  const { stdout: ordered } = await run(ordering)
  const [, code = ''] = /^PG-0002 {2}(\S+) {2}until/.exec(ordered) ?? []
  const typed = promisify(execFile)('bash', ['-c', script(enrolling).replace('enrol ', 'enrol --no-report ')], options)
  typed.child.stdin?.end(`${code}\n`)
  expect((await typed).stderr).toContain('In servizio come PG-0002, Ufficio postale di Foligno (PG).')
  const second = new TotemClient(`https://localhost:${ports[0]}`, {
    ca: text('second/gateway.pem'),
    cert: text('second/totem.cert.pem'),
    key: text('second/keys/tls.key.pem'),
  })
  expect((await second.get('/v1/status')).status).toBe(200)
  await second.close()
  // A dozen programs one after the other, on a busy machine.
}, 180_000)
