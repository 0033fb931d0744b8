import { execFile } from 'node:child_process'
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { digestOf, newToken, textOfLine } from '../../gateway/settings/operators.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { PKI } from '../support/pki.ts'

const COMMAND = fileURLToPath(new URL('../../gateway/operators.ts', import.meta.url))

/** `node gateway/operators.ts`, as an operator types it. */
const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; said: string }>((resolve) => {
    execFile(process.execPath, [COMMAND, ...args, '--file', file], (error, out, said) => {
      resolve({ code: error ? Number(error.code) : 0, out: out.trim(), said })
    })
  })
const added = async (name: string, role: string) => (await run('add', name, role)).out

let dir: string
let file: string
let centre: Centre
let tokens: Record<'metrics' | 'read' | 'write', string>
const agents: Agent[] = []
/** Each address has its own brake. */
const from = (localAddress: string) => {
  const agent = new Agent({ localAddress, connections: 16, connect: { ca: readFileSync(join(PKI, 'gateway-ca.pem')) } })
  agents.push(agent)
  return agent
}
let dispatcher: Agent

async function ask(path: string, token: string | null, { method = 'GET', by = dispatcher } = {}) {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` }
  const answer = await request(`${centre.gateway.operatorUrl}${path}`, {
    ...{ method: method as 'GET', headers, dispatcher: by },
  })
  await answer.body.dump()
  return answer.statusCode
}
const lines = (kind: string) =>
  centre
    .logged()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((line) => line.kind === kind)

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'operators-'))
  file = join(dir, 'operators')
  tokens = { metrics: await added('prometheus', 'metrics'), read: await added('a.verdi', 'read'), write: '' }
  tokens.write = await added('m.rossi', 'write')
  centre = await openCentre(null, { operator: { host: '127.0.0.1', port: 0, tokens: file } })
})
let calls = 1
beforeEach(() => {
  dispatcher = from(`127.0.0.${++calls}`)
})
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.close()))
  await centre?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const READS = ['/v1/operator/operations', '/v1/operator/totems', '/v1/operator/journal']

test.each<[keyof typeof tokens, Record<string, number>]>([
  ['metrics', { metrics: 200, read: 403, write: 403 }],
  ['read', { metrics: 200, read: 200, write: 403 }],
  ['write', { metrics: 200, read: 200, write: 200 }],
])('%s may do this and no more', async (role, may) => {
  const token = tokens[role]
  expect(await ask('/metrics', token)).toBe(may.metrics)
  for (const path of READS) {
    expect(await ask(path, token)).toBe(may.read)
    expect(await ask(path, token, { method: 'HEAD' })).toBe(may.read)
  }
  expect(await ask('/v1/operator/redrive', token, { method: 'POST' })).toBe(may.write)
})

test('the log names each operator with the route, for what they read and what they change; no token stands in it', async () => {
  await ask('/v1/operator/totems', tokens.read)
  await ask('/v1/operator/redrive', tokens.read, { method: 'POST' })
  await ask('/v1/operator/redrive', tokens.write, { method: 'POST' })
  const told = lines('operator-request').map(({ operator, role, method, route, status }) =>
    [operator, role, method, route, status].join(' '),
  )
  expect(told).toContain('a.verdi read GET /v1/operator/totems 200')
  expect(told).toContain('a.verdi read POST /v1/operator/redrive 403')
  expect(told).toContain('m.rossi write POST /v1/operator/redrive 200')
  expect(lines('redriven').at(-1)).toMatchObject({ operator: 'm.rossi', redriven: 0 })
  for (const token of Object.values(tokens)) expect(centre.logged()).not.toContain(token)
})

test.each([
  ['no token', null],
  ['an empty one', ''],
  ['one cut short', () => tokens.write.slice(0, -1)],
  ['its digest', () => readFileSync(file, 'utf8').split(/\s+/)[2] ?? ''],
  ['the name of an operator', 'm.rossi'],
])('%s opens nothing', async (_, token) => {
  const given = typeof token === 'function' ? token() : token
  for (const path of ['/metrics', ...READS, '/v1/operator/none']) expect(await ask(path, given)).toBe(401)
})

test('a token that somebody has thought of is nobody’s, although its digest stands in the file', async () => {
  appendFileSync(file, `guest write ${'6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b'}\n`)
  expect(await ask('/metrics', '1')).toBe(401)
  expect(await ask('/metrics', tokens.metrics)).toBe(200)
  await run('remove', 'guest')
})

test('wrong tokens: after five, an answer takes a second; a right one and another address are not held up', async () => {
  for (let count = 0; count < 5; count++) expect(await ask('/metrics', 'wrong')).toBe(401)
  const began = performance.now()
  const held = Array.from({ length: 3 }, () => ask('/metrics', 'wrong'))
  expect(await ask('/metrics', tokens.metrics)).toBe(200)
  expect(await ask('/metrics', 'wrong', { by: from('127.0.1.1') })).toBe(401)
  expect(await Promise.all(held)).toEqual([401, 401, 401])
  expect(performance.now() - began).toBeGreaterThanOrEqual(990)
})

test('a flood of wrong tokens: most are turned away unseen, and the log has a few lines', async () => {
  const before = lines('operator-refused').length
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask('/metrics', 'wrong')))
  // Five at once, and four a second while the flood lasts.
  expect(answers.filter((status) => status === 401).length).toBeLessThan(60)
  expect(answers.filter((status) => status === 429).length).toBeGreaterThan(140)
  expect(lines('operator-refused').length - before).toBe(5)
  expect(await ask('/metrics', tokens.metrics)).toBe(200)
})

describe('while the gateway runs', () => {
  test('an operator who is added may come in, and no more once removed', async () => {
    const { code, out, said } = await run('add', 'n.neri', 'read')
    expect({ code, said: said.includes(out) }).toEqual({ code: 0, said: false })
    expect(Buffer.from(out, 'base64url')).toHaveLength(32)
    expect(readFileSync(file, 'utf8')).not.toContain(out)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await ask('/v1/operator/totems', out)).toBe(200)
    expect((await run('list')).out.split('\n')).toContain('n.neri read')
    expect((await run('remove', 'n.neri')).code).toBe(0)
    expect(await ask('/v1/operator/totems', out)).toBe(401)
    expect(await ask('/v1/operator/totems', tokens.read)).toBe(200)
  })
  test.each([
    ['half a line', 'm.rossi wri'],
    ['an unknown role', `m.rossi admin ${'a'.repeat(64)}`],
    ['two operators of one name', `m.rossi read ${'a'.repeat(64)}\nm.rossi write ${'b'.repeat(64)}`],
    ['two operators with one token', `a read ${'a'.repeat(64)}\nb write ${'A'.repeat(64)}`],
    ['a codice fiscale for a name', `RSSMRA85M01H501Q write ${'a'.repeat(64)}`],
  ])('%s in the file: told once, and the operators of before count', async (_, broken) => {
    const sound = readFileSync(file, 'utf8')
    const before = lines('operators-not-taken').length
    writeFileSync(file, broken)
    for (const _time of [1, 2]) expect(await ask('/metrics', tokens.metrics)).toBe(200)
    expect(lines('operators-not-taken').length).toBe(before + 1)
    rmSync(file)
    expect(await ask('/metrics', tokens.metrics)).toBe(200)
    writeFileSync(file, sound, { mode: 0o600 })
    expect(await ask('/metrics', tokens.metrics)).toBe(200)
  })

  test('a file that others may write lets nobody else in', async () => {
    const sound = readFileSync(file, 'utf8')
    const thief = newToken()
    const line = `${textOfLine({ name: 'thief', role: 'write', sha256: digestOf(thief).toString('hex') })}\n`
    chmodSync(file, 0o622)
    appendFileSync(file, line)
    expect(await ask('/v1/operator/totems', thief)).toBe(401)
    expect(await ask('/v1/operator/totems', tokens.read)).toBe(200)
    expect(lines('operators-not-taken').at(-1)).toMatchObject({ reason: 'open-to-writers' })
    writeFileSync(file, sound)
    chmodSync(file, 0o600)
  })
})

describe('the command', () => {
  test.each([
    [64, ['add']],
    [64, ['add', 'x', 'admin']],
    [64, ['list', '--all']],
    [78, ['add', 'm.rossi', 'read']],
    [78, ['remove', 'nobody']],
  ])('ends with %i: %j', async (code, args) => {
    const before = readFileSync(file, 'utf8')
    expect(await run(...args)).toMatchObject({ code, out: '' })
    expect(readFileSync(file, 'utf8')).toBe(before)
  })
  test('leaves a file alone that it cannot read whole', async () => {
    const sound = readFileSync(file, 'utf8')
    appendFileSync(file, 'half a line')
    const { code, said } = await run('add', 'o.blu', 'read')
    expect(code).toBe(78)
    expect(said).toMatch(/line \d+: /)
    expect(readFileSync(file, 'utf8')).toBe(`${sound}half a line`)
    writeFileSync(file, sound)
    chmodSync(file, 0o600)
  })
})
