import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownFolder } from '../../basics/temporary.ts'
import { createAnprClient } from '../../gateway/anpr/client.ts'
import { pdndTransport } from '../../gateway/anpr/pdnd/transport.ts'
import { pdndAccess, pdndSettings } from '../../gateway/settings/pdnd.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { personById } from '../../simulator/population/people.ts'
import { openCentre } from '../support/gateway/centre.ts'
import { login } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'

// The way from the simulated ANPR to UAT, as gateway/README.md tells it: a key made by openssl, a registry of clients of
// its own, and the gateway's file filled in by hand from what the simulator prints. No part of it is known beforehand.

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(REPOSITORY, 'gateway/README.md'), 'utf8')
const page = readme.slice(readme.indexOf('### ANPR through PDND'), readme.indexOf('### pagoPA'))
const [makeKey = '', runSimulator = ''] = [...page.matchAll(/^ {3}```sh\n(.*?)^ {3}```$/gms)].map(([, block]) => block)
const [, skeleton = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? []
const folder = ownFolder('totem-uat')

let child: ChildProcess
/** What the simulator prints, line by line. */
let printed: string[]
let anpr: { pdnd: Record<string, unknown> & { services: Record<string, Record<string, string>> } }

beforeAll(async () => {
  execFileSync('sh', ['-ec', makeKey], { cwd: folder, stdio: 'ignore' })
  await makePki(PKI)
  const registry = JSON.parse(readFileSync(join(PKI, 'pdnd/registry.json'), 'utf8'))
  const [client] = registry.organisations[0].clients
  client.clientId = randomUUID()
  client.keys = []
  for (const purpose of client.purposes) purpose.purposeId = randomUUID()
  writeFileSync(join(folder, 'registry.json'), JSON.stringify(registry))
  const [, ...args] = runSimulator.trim().replace('npx ', '').replace('9443', '0').split(' ')
  child = spawn(join(REPOSITORY, 'commands/totem.mjs'), [...args, '--registry', 'registry.json'], {
    ...{ cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] },
  })
  printed = []
  if (!child.stdout) throw new Error('no pipe')
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('Ctrl+C')) break
    printed.push(line)
  }
  anpr = filledIn()
})
afterAll(async () => {
  if (child?.exitCode === null) {
    child.kill('SIGINT')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
})

/** The value beside `label`, the first one after the line that begins with `after`. */
function read(label: string, after = printed[0] ?? ''): string {
  const from = printed.findIndex((line) => line.startsWith(after))
  const line = printed.slice(from).find((one) => one.trim().startsWith(label)) ?? ''
  return line.trim().slice(label.length).trim()
}

/** The README's fields, as somebody fills them in who has the simulator's lines before them. */
function filledIn(): typeof anpr {
  const [, step = ''] = /3\. (Fill the fields in.*?)\n\n/s.exec(page) ?? []
  const services = [...step.matchAll(/C\d{3}|ANPR-Certificazione/g)].map(([code]) => code)
  const fields = JSON.parse(
    skeleton
      .replace('TOKEN-URL', read('token server'))
      .replace('TOKEN-AUDIENCE', read('audience'))
      .replace('CLIENT-ID', read('client'))
      .replace('KEY-FILE', join(folder, 'pdnd.key.pem'))
      .replace('"tokenCa": null', `"tokenCa": "${read('CA')}"`)
      .replace('GATE-CA-FILE', read('CA')),
  )
  fields.pdnd.services = Object.fromEntries(
    services.map((code) => [
      code,
      Object.fromEntries(['url', 'audience', 'purposeId'].map((field) => [field, read(field, code)])),
    ]),
  )
  return fields
}

test('a key of openssl alone, a registry of one’s own and the printed fields: a person sees their data', async () => {
  expect(statSync(join(folder, 'pdnd.key.pem')).mode & 0o777).toBe(0o600)
  const { client } = await pdndAccess(pdndSettings.parse(anpr.pdnd))
  expect(client.signer.kid).toBe(read('yours'))

  const centre = await openCentre(null, {}, { throughLine: () => anpr as never })
  const totem = new TotemClient(centre.gateway.url, 'TT-0001')
  try {
    const { body: session } = await totem.post('/v1/sessions', login('mario-rossi'))
    const bearer = { authorization: `Bearer ${session.token}` }
    const { status, body } = await totem.get('/v1/sessions/current/visura', bearer)
    expect([status, body.person?.codiceFiscale]).toEqual([200, personById('mario-rossi').codiceFiscale])
    const sections = ['identity', 'residence', 'citizenship', 'marriage', 'union', 'document']
    const subject = personById('mario-rossi').idAnpr
    const detail = await totem.post('/v1/sessions/current/person', { subject, sections, on: null }, bearer)
    expect([detail.status, detail.body.missing]).toEqual([200, []])
    expect(centre.logged()).not.toContain('anpr-misconfigured')
  } finally {
    await totem.close()
    await centre.stop()
  }
})

/** The reason that the log would give for a question with these fields. */
async function reasonWith(change: (pdnd: typeof anpr.pdnd) => void): Promise<string> {
  const pdnd = structuredClone(anpr.pdnd)
  change(pdnd)
  const transport = pdndTransport(await pdndAccess(pdndSettings.parse(pdnd)), { timeoutMs: 8_000 })
  let told = ''
  const client = createAnprClient({
    ...{ transport, now: () => new Date() },
    onAnswer: (_service, kind, _ms, reason) => {
      told = `${kind} ${reason}`
    },
  })
  await client
    .as({ userId: 'a-person', userLocation: 'TT-0001', loa: 'LOA3' }, ['1'])
    .tell('C015', { idAnpr: personById('mario-rossi').idAnpr, isTheirs: () => null }, { day: '2026-11-22' })
  await client.close()
  return told
}
const of = (pdnd: typeof anpr.pdnd, code: string) => pdnd.services[code] ?? expect.fail(code)

test.each<[reason: string, (pdnd: typeof anpr.pdnd) => void]>([
  ['gate-InteroperabilityInvalidRequest', (pdnd) => (of(pdnd, 'C015').audience += '/other')],
  ['gate-AuthorizationTokenDeny', (pdnd) => (of(pdnd, 'C015').purposeId = of(pdnd, 'C020').purposeId ?? '')],
  ['gate-NotFound', (pdnd) => (of(pdnd, 'C015').url += '0')],
  ['pdnd-015-0008-ID', (pdnd) => (pdnd.clientId = randomUUID())],
  ['pdnd-015-0008-ID', (pdnd) => (pdnd.tokenAudience = 'auth.interop.pagopa.it/client-assertion')],
  ['pdnd-015-0008-ID', (pdnd) => (of(pdnd, 'C015').purposeId = randomUUID())],
  ['no-purpose', (pdnd) => delete pdnd.services.C015],
])('a field that is wrong is told as the page says: %s', async (reason, change) => {
  expect(page).toContain(`\`${reason}\``)
  expect((await reasonWith(change)).replace(/[0-9a-f]{8}-[0-9a-f-]{27}$/, 'ID')).toBe(`anpr-misconfigured ${reason}`)
})

test('a key that PDND does not have, or that others may read, does not get far', async () => {
  execFileSync('sh', ['-ec', makeKey.replaceAll('pdnd.', 'other.')], { cwd: folder, stdio: 'ignore' })
  const withKey = (file: string) => reasonWith((pdnd) => (pdnd.key = join(folder, file)))
  expect(await withKey('other.key.pem')).toMatch(/^anpr-misconfigured pdnd-015-0008-/)
  copyFileSync(join(folder, 'pdnd.key.pem'), join(folder, 'open.key.pem'))
  execFileSync('chmod', ['644', join(folder, 'open.key.pem')])
  await expect(withKey('open.key.pem')).rejects.toThrow(/anpr\.pdnd\.key: .*open\.key\.pem/)
})
