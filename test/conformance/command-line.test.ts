import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { openJournal } from '../../main/journal/journal.ts'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { personById } from '../../simulator/population/people.ts'
import { PKI } from '../support/pki.ts'

const TOTEM = fileURLToPath(new URL('../../commands/totem.mjs', import.meta.url))
const TRUST = ['--trust', join(PKI, 'trust-list.jws'), '--trust-key', join(PKI, 'trust-list.pub.jwk.json')]
const TEST_KEY = ['--ext-auth-key', join(PKI, 'cie/external-key.bin'), '--test-trust']
const NO_ENV: Record<string, string> = {}
/** On a busy machine the reader may appear before the card in it. */
const NO_COMPLAINT = expect.stringMatching(/^(Put the card in, or on, the reader\.\n)?$/)

let simulator: ChildProcess | null = null
afterEach(async () => {
  if (!simulator) return
  const exited = once(simulator, 'exit')
  simulator.kill('SIGINT')
  expect(await exited).toEqual([0, null])
  simulator = null
})

/** `totem simulator card …` as a technician leaves it running; answers the environment that it prints. */
async function keepCard(...args: string[]): Promise<Record<string, string>> {
  const child = spawn(TOTEM, ['simulator', 'card', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  simulator = child
  for await (const line of createInterface(child.stdout)) {
    const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? []
    if (name && value) return { [name]: value }
  }
  throw new Error('the simulator said no environment')
}

/** Runs one of the product's programs to its end. */
async function run(env: Record<string, string>, program: string, ...args: string[]) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  const [code] = await once(child, 'close')
  return { code, ...said }
}

const totem = (env: Record<string, string>, ...args: string[]) => run(env, TOTEM, ...args)

test('a technician reads and logs in with a CNS, and a wrong PIN has its own exit code', async () => {
  const env = await keepCard('--kind', 'cns', '--person', 'mario-rossi')
  const { surname, codiceFiscale } = personById('mario-rossi')

  const read = await totem(env, 'card', 'read', '--json')
  expect(read).toMatchObject({ code: 0, stderr: NO_COMPLAINT })
  expect(JSON.parse(read.stdout)).toMatchObject({ readout: { card: 'cns', personalData: { codiceFiscale } } })

  const login = await totem(env, 'card', 'login', '--pin', DEFAULT_PIN, ...TRUST)
  expect(login).toMatchObject({ code: 0, stderr: NO_COMPLAINT })
  expect(login.stdout).toContain(surname.toUpperCase())
  expect(login.stdout).toMatch(/APDUs +15/)

  const wrong = await totem(env, 'card', 'login', '--pin', '00000000', '--json', ...TRUST)
  expect(wrong).toEqual({ code: 20, stdout: '{"kind":"wrong-pin","triesLeft":2}\n', stderr: NO_COMPLAINT })
})

test('the trace of a log-in with a CIE has each APDU with its time, and neither PIN nor holder', async () => {
  const env = await keepCard('--kind', 'cie', '--atr', 'bit4id2023', '--person', 'anna-bianchi')
  const trace = await totem(env, 'card', 'trace', '--pin', DEFAULT_PIN, ...TRUST, ...TEST_KEY)
  expect(trace).toMatchObject({ code: 0, stderr: NO_COMPLAINT })
  const lines = trace.stdout.trim().split(/\n+/)
  expect(lines.length).toBeGreaterThan(40)
  for (const line of lines)
    expect(line).toMatch(/^ *\d+ +[\d.]+ ms +\+[\d.]+ [0-9A-F]{8}[0-9A-F·]* → (\d+ bytes )?[0-9A-F]{4}$/)
  expect(lines.filter((line) => line.includes('··'))).toHaveLength(1)

  const { surname, codiceFiscale } = personById('anna-bianchi')
  for (const secret of [DEFAULT_PIN, surname.toUpperCase(), codiceFiscale]) {
    expect(trace.stdout).not.toContain(secret)
    expect(trace.stdout).not.toContain(Buffer.from(secret).toString('hex').toUpperCase())
  }
})

test('a CIE that trusts the terminals of a given exponent logs in with it, and tells which step refuses another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'command-line-'))
  const exponent = randomBytes(256)
  exponent.set([0x3f], 0)
  exponent.set([0x11], 255)
  const own = join(folder, 'exponent.bin')
  writeFileSync(own, exponent)
  const env = await keepCard('--kind', 'cie', '--ext-auth-key', own)
  const login = (...args: string[]) => totem(env, 'card', 'login', '--json', ...TRUST, ...args)

  const good = await login('--ext-auth-key', own, '--test-trust', '--pin', DEFAULT_PIN)
  expect(good).toMatchObject({ code: 0, stdout: expect.stringContaining(personById('anna-bianchi').codiceFiscale) })

  const other = await login(...TEST_KEY, '--pin', DEFAULT_PIN)
  expect(other.code).toBe(15)
  expect(JSON.parse(other.stdout)).toEqual({
    kind: 'card-error',
    step: 'verify-certificate',
    sw: expect.stringMatching(/^[0-9A-F]{4}$/),
  })

  const short = await login(...TEST_KEY, '--pin', '56789')
  expect(short).toMatchObject({ code: 64, stdout: '{"kind":"usage"}\n' })
  rmSync(folder, { recursive: true })
})

test('a card of a model that is not read yet has its own exit code', async () => {
  const env = await keepCard('--kind', 'cns', '--atr', 'actalis2025')
  expect(await totem(env, 'card', 'read', '--json')).toMatchObject({
    code: 17,
    stdout: '{"kind":"card-unsupported","card":"cns","model":"ace-2025"}\n',
  })
})

test('a test exponent is not taken for the published one', async () => {
  const refused = await totem(NO_ENV, 'card', 'login', ...TRUST, ...TEST_KEY.slice(0, 2), '--json')
  expect(refused).toMatchObject({ code: 78, stdout: '{"kind":"key-refused"}\n' })
})

test.each([
  [['nonsense'], 'no such command: nonsense'],
  [[], 'totem card read'],
  [['card'], 'Exit codes'],
  [['card', 'nonsense'], 'no such command: card nonsense'],
  [['card', 'login'], '--trust'],
  [['card', 'read', '--can', '12345'], 'six digits'],
  [['card', 'read', '--wait', 'x'], 'seconds'],
  [['card', 'login', '--trust', 'x', '--pin', '1234'], '--pin'],
  [['simulator', 'card', '--kind', 'cns', '--ext-auth-key', 'x'], 'CIE'],
  [['simulator', 'card', '--kind', 'passport'], 'cns, cie'],
  [['simulator', 'card', '--kind', 'cns', '--person', 'nobody'], 'anna-bianchi'],
])('totem %j tells how it is used', async (args, told) => {
  const answer = await totem(NO_ENV, ...args)
  expect(answer).toMatchObject({ code: 64, stdout: '' })
  expect(answer.stderr).toContain(told)
})

test.each([
  [[]],
  [['card']],
  [['journal', 'tail']],
  [['keys']],
  [['print', 'readiness']],
  [['queue']],
  [['simulator']],
  [['simulator', 'fleet']],
  [['verify']],
])('help that is asked for is an answer: %j', async (args) => {
  const answer = await totem(NO_ENV, ...args, '--help')
  expect(answer).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`totem ${args[0] ?? 'card'}`) })
})

test('a log that cannot be exported to the given place, and a totem that is not provisioned', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'command-line-'))
  openJournal({ path: join(folder, 'journal.db'), totem: 'TT-0001', now: Date.now })
  const exported = await totem(NO_ENV, 'journal', 'export', join(folder, 'none/log.jsonl'), '--data', folder)
  rmSync(folder, { recursive: true })
  expect(exported).toMatchObject({ code: 73, stdout: '', stderr: expect.stringContaining('cannot be made: ENOENT') })
  for (const command of [
    ['keys', 'status'],
    ['journal', 'tail'],
    ['print', 'readiness'],
  ]) {
    const none = await totem(NO_ENV, ...command)
    expect(none).toMatchObject({ code: 66, stdout: '', stderr: expect.stringContaining('--config') })
  }
})

test('a wrong command is answered in one line, which names the help', async () => {
  for (const command of [
    ['card', 'login'],
    ['keys', 'rotate'],
    ['simulator', 'card'],
    ['queue', 'show'],
    ['nonsense'],
  ]) {
    const { stderr } = await totem(NO_ENV, ...command, ...(command[0] === 'keys' ? ['--nonsense'] : []))
    expect(stderr).toMatch(/^[^\n]+ \(npx totem( \w+)? --help shows the options\)\n$/)
  }
})

test.each<[string, string, RegExp]>([
  ['a wrong id', '{"totem":"TT-1"}', /: totem: .*; office: .*; dataDir: /],
  ['a path that hangs on the folder', '{"dataDir":"data"}', /dataDir: not an absolute path/],
  [
    'seconds for milliseconds',
    '{"timings":{"idleMs":60}}',
    /timings.idleMs: less than a second: .*timings.goodbyeMs: /,
  ],
  ['a screen of no size', '{"panel":{"width":0,"height":1920,"mmPerPixel":0.3}}', /panel.width: Too small/],
  ['nothing', '{}', /: totem: .*gateway: /],
  [
    "a counter's hours that cannot be, and a nearest totem without an address",
    JSON.stringify({
      office: {
        hours: [
          { from: 'lun', to: 'fri', opens: '8:20', closes: '19:05' },
          { from: 'sat', to: 'mon', opens: '08:20', closes: '12:00' },
          { from: 'mon', to: 'fri', opens: '12:00', closes: '08:20' },
        ],
        nearest: [{ name: 'Foligno', distance: 5.2 }],
      },
    }),
    /hours.0.from: not a day: .*hours.0.opens: not a time of day: .*hours.1: ends on a day before .*hours.2: closes before .*nearest.0.address: .*nearest.0.distance: /,
  ],
  [
    "a counter's hours that overlap",
    JSON.stringify({
      office: {
        hours: [
          { from: 'mon', to: 'fri', opens: '08:20', closes: '19:05' },
          { from: 'fri', to: 'sat', opens: '12:00', closes: '13:00' },
        ],
      },
    }),
    /office.hours: hours that overlap/,
  ],
  ["a gateway's file", '{"listen":{"host":"::","port":1}}', /Unrecognized key: "listen"/],
  ['broken JSON', '{"totem":\n1,}', /no JSON \(line 2 column 3\)\n$/],
  [
    'a key that was named by mistake',
    '-----BEGIN PRIVATE KEY-----\nMIGHAgEA',
    /configuration: no JSON( \(line \d+ column \d+\))?\n$/,
  ],
])('a configuration with %s: the message names the field, in one line', async (_, text, told) => {
  const folder = mkdtempSync(join(tmpdir(), 'command-line-'))
  const file = join(folder, 'totem.json')
  writeFileSync(file, text)
  const answer = await totem(NO_ENV, 'keys', 'status', '--config', file)
  rmSync(folder, { recursive: true })
  expect(answer).toMatchObject({ code: 78, stdout: '', stderr: expect.stringMatching(told) })
  expect(answer.stderr.trim().split('\n')).toHaveLength(1)
})

test.each([
  ['gateway/index.ts', 78, 'GATEWAY_CONFIG'],
  ['gateway/verify/build.ts', 64, '--keys FILE'],
])('%s without what it needs says so in a line', async (program, code, told) => {
  const answer = await run({ GATEWAY_CONFIG: '' }, process.execPath, program)
  expect(answer).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(new RegExp(`^.*${told}.*\n$`)) })
})

test.each([
  [['--config', '/none'], 66, 'file-unreadable'],
  [['--config', TOTEM], 78, 'configuration-malformed'],
  [['--ext-auth-key', '/none', '--trust', '/none'], 78, 'key-refused'],
])('card login with %j: a file that is not there, or not what it should be', async (named, code, kind) => {
  expect(await totem(NO_ENV, 'card', 'login', ...named, '--json')).toMatchObject({
    code,
    stdout: `{"kind":"${kind}"}\n`,
  })
})

test('a missing PC/SC service is named, and the command does not wait for it', async () => {
  const none = await totem({ PCSCLITE_CSOCK_NAME: '/nowhere/pcscd.comm' }, 'card', 'read', '--wait', '5', '--json')
  expect(none.code).toBe(30)
})
