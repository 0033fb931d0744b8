// More than 400 lines: one registrar, and everything that somebody may do to it.
import 'reflect-metadata'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SubjectAlternativeNameExtension, X509Certificate } from '@peculiar/x509'
import { CompactEncrypt, CompactSign } from 'jose'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import { type TotemConfig, totemConfigIn } from '../../contract/config.ts'
import { enrolmentRefusal, type Finishing, PROVISION_TYP, transcriptOf } from '../../contract/enrolment.ts'
import { codeIn, codeOf } from '../../contract/enrolment-code.ts'
import { createEnrolmentClient, type EnrolmentClient, gatewayTime } from '../../main/enrolment/client.ts'
import { askRegistrar, type EnrolledAs, enrol } from '../../main/enrolment/enrol.ts'
import { keysInMemory, machineKeys, placesIn } from '../../main/enrolment/keys.ts'
import { openProvision } from '../../main/enrolment/provisioned.ts'
import { createRenewal } from '../../main/enrolment/renewal.ts'
import { machineId } from '../../main/enrolment/tpm-machine.ts'
import { MISTYPED, sayRefusal } from '../../main/enrolment/words.ts'
import { openJournal } from '../../main/journal/journal.ts'
import { readIdentity, type TlsIdentity } from '../../main/keys/tls-identity.ts'
import { loadTotemKeys } from '../../main/keys/totem-keys.ts'
import { createGatewayClient } from '../../main/sync/client.ts'
import { throughRegistrar } from '../../simulator/bench/gateway.ts'
import { ecKeys, issue, privateKeyPem } from '../../simulator/pki/issue.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { NOT_YET_VALID } from '../../simulator/pki/plan.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { type SoftwareTpm, startTpm } from '../support/keys/swtpm.ts'
import { leaveFactory } from '../support/keys/tpm-maker.ts'
import { PKI } from '../support/pki.ts'

// A machine becomes a totem: a real registrar, two machines of a maker and one of none (swtpm).

let centre: Centre
let operator: TotemClient
let here: SoftwareTpm
let elsewhere: SoftwareTpm
let virtual: SoftwareTpm
let dir: string
const CA = () => readFileSync(join(PKI, 'gateway-ca.pem'), 'utf8')
const token = () => ({ authorization: `Bearer ${readFileSync(join(PKI, 'operator-token'), 'utf8').trim()}` })
const urls = { gatewayUrl: 'https://127.0.0.1:1', enrolmentUrl: 'https://127.0.0.1:2' }

beforeAll(async () => {
  await makePki(PKI)
  centre = await openCentre(null, { enrolment: throughRegistrar(PKI, urls) })
  operator = new TotemClient(centre.gateway.operatorUrl, null)
  ;[here, elsewhere, virtual] = await Promise.all([startTpm(), startTpm(), startTpm()])
  await Promise.all([leaveFactory(here.tcti), leaveFactory(elsewhere.tcti)])
}, 180_000)
afterAll(async () => {
  await operator?.close()
  await centre?.stop()
  await Promise.all([here, elsewhere, virtual].map((tpm) => tpm?.stop()))
})
const ends: (() => unknown)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
  centre.clock.now = new Date()
})

let number = 0
const nextTotem = () => `EN-${String(++number).padStart(4, '0')}`
const wish = (totem: string, more: object = {}) => ({
  totem,
  office: { name: 'Ufficio postale di Spello', comune: 'Spello', province: 'PG' },
  printer: { profile: 'a4-kiosk' },
  ...more,
})
async function order(totem = nextTotem(), more: object = {}) {
  const { body } = await operator.post('/v1/operator/orders', { orders: [wish(totem, more)] }, token())
  const [made] = body.orders
  if (made.state !== 'made') throw new Error(made.reason)
  return made as { order: string; totem: string; code: string; expiresAt: string }
}
const stateOf = async (id: string) =>
  (await operator.get('/v1/operator/orders', token())).body.orders.find((each: { order: string }) => each.order === id)
const enrolledOf = async (totem: string) =>
  (await operator.get('/v1/operator/enrolled', token())).body.totems.find(
    (each: { totem: string }) => each.totem === totem,
  )

/** A bare machine: a folder and a TPM, or none. */
function machine(tcti: string | null, folder = mkdtempSync(join(tmpdir(), 'totem-enrol-'))) {
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  dir = folder
  return { tcti, folder: join(folder, 'etc'), dataDir: join(folder, 'data') }
}
type Bare = ReturnType<typeof machine>

function clientOf(url = centre.gateway.enrolmentUrl ?? '', ca = CA()): EnrolmentClient {
  const client = createEnrolmentClient({ url, ca, version: '0.0.0' })
  ends.push(() => client.close())
  return client
}
const type = (
  code: string,
  on: Bare,
  client: Pick<EnrolmentClient, 'begin' | 'finish'> = clientOf(),
  now = () => centre.clock.now,
) => enrol({ ...on, code, client, ca: CA(), version: '0.0.0', now, onStep: () => undefined })

const refused = (reason: string) => ({ ok: false, error: { kind: 'enrolment-refused', reason } })
async function enrolled(code: string, on: Bare): Promise<EnrolledAs> {
  const done = await type(code, on)
  if (!done.ok) throw new Error(JSON.stringify(done.error))
  return done.value
}
const configOf = ({ config }: EnrolledAs): TotemConfig => {
  const read = totemConfigIn(readFileSync(config, 'utf8'))
  if (!read.ok) throw new Error(read.error.faults.join())
  return read.value
}
async function identityOf(config: TotemConfig): Promise<TlsIdentity> {
  const keys = await loadTotemKeys(config)
  if (!keys.ok) throw new Error(keys.error.kind)
  const identity = await readIdentity(config, keys.value.tls)
  if (!identity.ok) throw new Error(identity.error.kind)
  return identity.value
}
/** What the gateway answers to this totem's certificate. */
async function statusOf(config: TotemConfig): Promise<number> {
  const { ca, certificate: cert, key } = await identityOf(config)
  const totem = new TotemClient(centre.gateway.url, { ca, cert, key })
  try {
    return (await totem.get('/v1/status')).status
  } finally {
    await totem.close()
  }
}

// A TPM's tools are dozens of processes, and slow on a busy machine.
const SLOW = { timeout: 240_000 }

describe('a machine with a TPM', SLOW, () => {
  test('types the code, and is the totem: keys in the TPM’s care, configuration whole, let in', async () => {
    const { totem, code, order: id } = await order()
    // The code was copied to a machine whose maker nobody knows.
    const copied = machine(virtual.tcti)
    expect(await type(code, copied)).toMatchObject(refused('machine-unknown'))
    expect(await stateOf(id)).toMatchObject({ state: 'open', machine: null })
    const on = machine(here.tcti)
    const done = await enrolled(code, on)
    expect(done).toMatchObject({ totem, office: 'Ufficio postale di Spello (PG)', key: 'tpm' })
    const config = configOf(done)
    expect(config).toMatchObject({ totem, keyProtection: { kind: 'tpm' }, enrolment: { url: urls.enrolmentUrl } })
    expect(await statusOf(config)).toBe(200)
    expect(await stateOf(id)).toMatchObject({ state: 'done', totem, madeBy: 'bench' })
    const machineHere = await machineId(here.tcti)
    expect(machineHere.ok && (await enrolledOf(totem))).toMatchObject({
      ...{ key: 'tpm', machine: machineHere.ok && machineHere.value, withdrawnAt: null },
      boot: { 0: expect.stringMatching(/^[0-9a-f]{64}$/), 7: expect.any(String) },
    })
    // No private key lies in the clear, and the code lies nowhere.
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    expect(texts.length).toBeGreaterThan(8)
    expect(
      texts.filter((text) => text.includes('PRIVATE KEY') || text.includes('"d":') || text.includes(code)),
    ).toEqual([])
    const log = openJournal({ path: join(on.dataDir, 'journal.db'), totem, now: Date.now })
    expect(log.ok && log.value.newest(1)).toMatchObject([
      { event: 'enrolment.done', fields: { order: id, key: 'tpm' } },
    ])
    if (log.ok) log.value.close()
    expect(centre.logged()).not.toContain(code)
    // A code found in a bin puts no totem out.
    expect(await type(code, copied)).toMatchObject(refused('machine-unknown'))
    expect(await stateOf(id)).toMatchObject({ state: 'done' })
    await operator.post('/v1/operator/enrolled/withdraw', { totem }, token())
  })

  test('a copied disk at another machine: keys that its TPM does not open, and no order used up', async () => {
    const { code, totem } = await order()
    const first = machine(here.tcti)
    // The line was lost before the registrar heard of the machine.
    const dead = clientOf('https://127.0.0.1:9')
    expect(await type(code, first, dead)).toMatchObject({ ok: false, error: { kind: 'line-down' } })
    const copied = machine(elsewhere.tcti)
    cpSync(first.folder, copied.folder, { recursive: true })
    expect(await type(code, copied)).toMatchObject({ ok: false, error: { kind: 'tpm-other' } })
    expect(await type(code, first)).toMatchObject({ ok: true, value: { totem } })
    await operator.post('/v1/operator/enrolled/withdraw', { totem }, token())
  })

  test('an order may name one machine, of whatever maker', async () => {
    const id = await machineId(virtual.tcti)
    const named = await order(nextTotem(), { machine: id.ok && id.value })
    expect(await type(named.code, machine(here.tcti))).toMatchObject(refused('machine-other'))
    expect(await type(named.code, machine(virtual.tcti))).toMatchObject({ ok: true, value: { totem: named.totem } })
  })

  test('another TPM answers for this one: what it opens, quotes or signs proves nothing', async () => {
    const { code, totem } = await order()
    const [own, other] = [machine(here.tcti), machine(elsewhere.tcti)]
    const keys = await machineKeys(placesIn(own.folder), here.tcti, Date.now())
    const others = await machineKeys(placesIn(other.folder), elsewhere.tcti, Date.now())
    if (!keys.ok || !others.ok) throw new Error('no keys')
    const client = clientOf()
    const begun = await client.begin({ code, version: '0.0.0', ...keys.value.shown })
    if (!begun.ok || begun.value.state !== 'challenge') throw new Error(JSON.stringify(begun))
    const { enrolment, nonce, credential } = begun.value
    // It cannot even open the secret.
    const transcript = transcriptOf(nonce, keys.value.shown)
    expect(await others.value.prove(transcript, credential)).toMatchObject({ ok: false, error: { kind: 'tpm-other' } })
    const [mine, theirs] = [await keys.value.prove(transcript, credential), await others.value.prove(transcript, null)]
    if (!mine.ok || mine.value.kind !== 'tpm' || !theirs.ok) throw new Error('no proof')
    const otherQuote = await keys.value.prove(transcriptOf('another', keys.value.shown), credential)
    if (!otherQuote.ok || otherQuote.value.kind !== 'tpm') throw new Error('no proof')
    const flipped = (text: string) => {
      const bytes = Buffer.from(text, 'base64')
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      return bytes.toString('base64')
    }
    const { secret, quote } = mine.value
    const forged: Finishing['proof'][] = [
      theirs.value,
      { ...mine.value, secret: Buffer.alloc(32).toString('base64') },
      { ...mine.value, secret: flipped(secret) },
      { ...mine.value, quote: otherQuote.value.quote },
      { ...mine.value, quote: { ...quote, attest: flipped(quote.attest) } },
      { ...mine.value, quote: { ...quote, values: flipped(quote.values) } },
      { ...mine.value, quote: { ...quote, signature: 'AAAA' } },
    ]
    for (const proof of forged)
      expect(await client.finish({ enrolment, proof })).toMatchObject({
        value: { state: 'refused', reason: 'proof-refused' },
      })
    expect(await client.finish({ enrolment, proof: mine.value })).toMatchObject({ value: { state: 'enrolled' } })
    const swapped = { ...keys.value.shown, csr: others.value.shown.csr }
    // The same machine with another machine's key for TLS: its TPM vouches for what it was told, and the key is not held.
    expect(await client.begin({ code, version: '0.0.0', ...swapped })).toMatchObject({ value: { state: 'challenge' } })
    for (const part of ['ek', 'ak', 'kek'] as const) {
      const { keys: shown } = keys.value.shown
      const { keys: foreign } = others.value.shown
      if (shown.kind !== 'tpm' || foreign.kind !== 'tpm') throw new Error('no TPM')
      const mixed = { ...keys.value.shown, keys: { ...shown, [part]: foreign[part] } }
      const answer = await client.begin({ code, version: '0.0.0', ...mixed })
      expect(answer).toMatchObject({ value: { state: 'refused' } })
    }
    await operator.post('/v1/operator/enrolled/withdraw', { totem }, token())
  })
})

describe('the code', () => {
  const software = (more: object = {}) => order(nextTotem(), { softwareKey: true, ...more })
  let address = 1
  /** One try of a code from an address of its own, so that the brake of an address waits for none. */
  async function tryCode(code: string): Promise<unknown> {
    const { shown } = await keysInMemory(Date.now())
    const agent = new Agent({ connect: { ca: CA(), localAddress: `127.0.0.${++address}` } })
    const answer = await request(`${centre.gateway.enrolmentUrl}/v1/enrolment/begin`, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, version: '0.0.0', ...shown }),
    })
    const told = await answer.body.json()
    await agent.close()
    return told
  }
  /** Another code of the same order: it finds it, and is wrong. */
  const wrongFor = (code: string) => {
    const symbols = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ']
    const body = [...code.replaceAll('-', '').slice(0, 10)].map((symbol) => symbols.indexOf(symbol))
    body[4] = ((body[4] ?? 0) + 1) % 32
    return codeOf(body)
  }

  test('wrong five times: a quarter of an hour; ten times: the order is closed, for the right code too', async () => {
    const { code, order: id } = await software()
    const wrong = wrongFor(code)
    for (let count = 0; count < 5; count++) expect(await tryCode(wrong)).toMatchObject({ reason: 'code-refused' })
    expect(await tryCode(code)).toMatchObject({ reason: 'too-many-tries', againS: 15 * 60 })
    centre.clock.now = new Date(Date.now() + 16 * MINUTE_MS)
    for (let count = 0; count < 5; count++) expect(await tryCode(wrong)).toMatchObject({ reason: 'code-refused' })
    centre.clock.now = new Date(Date.now() + 40 * MINUTE_MS)
    expect(await tryCode(code)).toMatchObject({ reason: 'code-refused' })
    expect(await stateOf(id)).toMatchObject({ state: 'closed', failures: 10 })
    expect(centre.logged()).toContain('order-closed')
  })

  test('unknown, withdrawn: the same answer; expired: said to who has it', async () => {
    expect(await tryCode(codeOf(Array.from({ length: 10 }, () => 7)))).toMatchObject({ reason: 'code-refused' })
    const taken = await software()
    const { body } = await operator.post('/v1/operator/orders/withdraw', { order: taken.order }, token())
    expect(body).toEqual({ withdrawn: true })
    expect(await tryCode(taken.code)).toMatchObject({ reason: 'code-refused' })
    const old = await software({ hours: 1 })
    centre.clock.now = new Date(Date.now() + HOUR_MS + 1)
    expect(await tryCode(old.code)).toMatchObject({ reason: 'code-expired' })
    // The place can be ordered anew.
    expect(await order(old.totem)).toMatchObject({ state: 'made' })
  })

  test('without a TPM only where the order allows it, and marked for good', async () => {
    const { code } = await order()
    expect(await type(code, machine(null))).toMatchObject(refused('software-key-refused'))
    const { code: allowed, totem } = await software()
    const done = await enrolled(allowed, machine(null))
    expect(done.key).toBe('file')
    expect(configOf(done)).toMatchObject({ keyProtection: { kind: 'file' }, enrolment: { ak: null } })
    expect(await enrolledOf(totem)).toMatchObject({ key: 'file', boot: null })
  })

  test('stolen: a second machine comes with it, and neither is let in; the log says so at once', async () => {
    const { code, totem, order: id } = await software()
    const first = machine(null)
    const config = configOf(await enrolled(code, first))
    expect(await statusOf(config)).toBe(200)
    expect(await type(code, machine(null))).toMatchObject(refused('code-used'))
    expect(await statusOf(config)).toBe(403)
    expect(await stateOf(id)).toMatchObject({ state: 'disputed' })
    expect(await enrolledOf(totem)).toMatchObject({ withdrawnAt: expect.any(String) })
    expect(centre.logged()).toContain('"kind":"order-disputed"')
    rmSync(placesIn(first.folder).config)
    expect(await type(code, first)).toMatchObject(refused('code-used'))
    // A new order makes the place good again.
    const again = await order(totem, { softwareKey: true })
    expect(await statusOf(configOf(await enrolled(again.code, machine(null))))).toBe(200)
  })

  test('a machine that is a totem in service becomes no second one', async () => {
    const [first, second] = [await software(), await software()]
    const on = machine(null)
    await enrolled(first.code, on)
    rmSync(placesIn(on.folder).config)
    expect(await type(second.code, on)).toMatchObject(refused('machine-enrolled'))
    await operator.post('/v1/operator/enrolled/withdraw', { totem: first.totem }, token())
    expect(await type(second.code, on)).toMatchObject({ ok: true, value: { totem: second.totem } })
  })

  test('used weeks ago and found again: it says nothing and does nothing', async () => {
    const { code } = await software()
    const config = configOf(await enrolled(code, machine(null)))
    centre.clock.now = new Date(Date.now() + 10 * DAY_MS)
    expect(await tryCode(code)).toMatchObject({ reason: 'code-refused' })
    expect(await statusOf(config)).toBe(200)
  })

  test('a revoked totem: shut out at once, and its code does not bring it back', async () => {
    const { code, totem } = await software()
    const on = machine(null)
    const config = configOf(await enrolled(code, on))
    const { body } = await operator.post('/v1/operator/enrolled/withdraw', { totem }, token())
    expect(body).toEqual({ withdrawn: true })
    expect(await statusOf(config)).toBe(403)
    rmSync(placesIn(on.folder).config)
    expect(await type(code, on)).toMatchObject(refused('code-refused'))
  })

  test('orders: one of a place at a time, none over an operator’s own files, and only by who may write', async () => {
    const totem = nextTotem()
    const wishes = [wish(totem), wish(totem), wish('TT-0001')]
    const first = await operator.post('/v1/operator/orders', { orders: wishes }, token())
    expect(first.body.orders).toMatchObject([
      { state: 'made', totem, code: expect.stringMatching(/^([0-9A-Z]{4}-){2}[0-9A-Z]{4}$/) },
      { state: 'refused', reason: 'twice' },
      { state: 'refused', reason: 'provisioned-by-hand' },
    ])
    const second = await operator.post('/v1/operator/orders', { orders: [wish(totem)] }, token())
    expect(second.body.orders).toMatchObject([{ state: 'refused', reason: 'waiting' }])
    expect((await operator.post('/v1/operator/orders', { orders: wishes })).status).toBe(401)
    expect((await operator.post('/v1/operator/orders', { orders: [{ totem }] }, token())).status).toBe(400)
  })
})

describe('the line breaks', () => {
  const lost = async () => ({ ok: false, error: { kind: 'line-down', reason: 'ECONNRESET' } }) as const
  const real = () => clientOf()
  /** The question is lost on its way, or its answer. */
  const BREAKS: [string, () => Pick<EnrolmentClient, 'begin' | 'finish'>][] = [
    ['before the code arrives', () => ({ ...real(), begin: lost })],
    [
      'before the challenge comes back',
      () => {
        const client = real()
        return { ...client, begin: (asked) => client.begin(asked).then(lost) }
      },
    ],
    ['before the proof arrives', () => ({ ...real(), finish: lost })],
    [
      'before certificate and configuration come back',
      () => {
        const client = real()
        return { ...client, finish: (asked) => client.finish(asked).then(lost) }
      },
    ],
  ]
  test.each(BREAKS)('%s: the same code goes on, with the same keys and one certificate', async (_, broken) => {
    const { code, totem } = await order(nextTotem(), { softwareKey: true })
    const on = machine(null)
    expect(await type(code, on, broken())).toMatchObject({ ok: false, error: { kind: 'line-down' } })
    expect(existsSync(placesIn(on.folder).config)).toBe(false)
    const key = readFileSync(placesIn(on.folder).tls, 'utf8')
    const config = configOf(await enrolled(code, on))
    expect(readFileSync(config.gateway.key, 'utf8')).toBe(key)
    expect(await statusOf(config)).toBe(200)
    expect(
      centre
        .logged()
        .split('\n')
        .filter((line) => line.includes('"totem-enrolled"') && line.includes(totem)),
    ).toHaveLength(1)
  })

  test('the disk does not take the files: nothing counts, and the same code goes on', async () => {
    const { code } = await order(nextTotem(), { softwareKey: true })
    const on = machine(null)
    writeFileSync(on.dataDir, 'a file where the data should be')
    const failed = await type(code, on)
    expect(failed).toMatchObject({ ok: false, error: { kind: 'not-written', reason: 'ENOTDIR' } })
    expect(existsSync(placesIn(on.folder).config)).toBe(false)
    rmSync(on.dataDir)
    expect(await type(code, on)).toMatchObject({ ok: true })
    expect(await type(code, on)).toMatchObject({ ok: false, error: { kind: 'already-enrolled' } })
  })

  test('an hour and more: begin again, with the same code', async () => {
    const { code } = await order(nextTotem(), { softwareKey: true })
    const client = clientOf()
    const late = {
      ...client,
      finish(asked: Finishing) {
        centre.clock.now = new Date(Date.now() + 61 * MINUTE_MS)
        return client.finish(asked)
      },
    }
    const on = machine(null)
    expect(await type(code, on, late)).toMatchObject(refused('request-stale'))
    expect(await type(code, on)).toMatchObject({ ok: true })
  })
})

describe('the gateway that answers', () => {
  async function serverOf(certificate: string, key: string) {
    const heard: string[] = []
    const server = createServer({ cert: certificate, key }, (asked, answer) => {
      heard.push(String(asked.url))
      answer.end('{}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.push(() => server.close())
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
  }

  test('of another authority: the code is not even sent', async () => {
    const { url, heard } = await serverOf(
      readFileSync(join(PKI, 'gateway.cert.pem'), 'utf8'),
      readFileSync(join(PKI, 'gateway.key.pem'), 'utf8'),
    )
    const client = clientOf(url, readFileSync(join(PKI, 'totem-ca.pem'), 'utf8'))
    const { code } = await order(nextTotem(), { softwareKey: true })
    const failed = await type(code, machine(null), client)
    expect(failed.ok).toBe(false)
    expect(!failed.ok && sayRefusal(failed.error)).toMatch(/^Chi risponde NON è il gateway/)
    expect(heard).toEqual([])
  })

  test('its certificate is not valid yet: this machine’s clock is in 1970, and the technician reads the gateway’s time', async () => {
    const key = createPrivateKey(readFileSync(join(PKI, 'gateway-ca.key.pem')))
    const EC = { name: 'ECDSA', namedCurve: 'P-256' }
    const certificate = new X509Certificate(CA())
    const privateKey = await crypto.subtle.importKey(
      'pkcs8',
      new Uint8Array(key.export({ type: 'pkcs8', format: 'der' })),
      EC,
      false,
      ['sign'],
    )
    const authority = {
      certificate,
      keys: { privateKey, publicKey: await certificate.publicKey.export(EC, ['verify']) },
    }
    const keys = await ecKeys()
    const own = await issue(authority, 'CN=localhost', keys, NOT_YET_VALID, [
      new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
    ])
    const { url } = await serverOf(own.toString('pem'), await privateKeyPem(keys))
    const { code } = await order(nextTotem(), { softwareKey: true })
    expect(await type(code, machine(null), clientOf(url))).toMatchObject({
      error: { kind: 'line-down', reason: 'CERT_NOT_YET_VALID' },
    })
    const told = await gatewayTime(url, CA())
    expect(Math.abs(Number(told) - Date.now())).toBeLessThan(5_000)
    expect(await gatewayTime(url, readFileSync(join(PKI, 'totem-ca.pem'), 'utf8'))).toBeNull()
    const epoch = await type(code, machine(null), clientOf(), () => new Date(0))
    expect(epoch).toMatchObject({ ok: false, error: { kind: 'clock-wrong' } })
    expect(!epoch.ok && sayRefusal(epoch.error)).toContain(String(new Date().getFullYear()))
  })

  test('a configuration that is not the registrar’s, or another totem’s: nothing of it is written', async () => {
    const keys = await keysInMemory(Date.now())
    const { code, totem } = await order(nextTotem(), { softwareKey: true })
    let sealed = ''
    const client = clientOf()
    const seen = {
      ...client,
      finish: async (asked: Finishing) => {
        const answer = await client.finish(asked)
        if (answer.ok && answer.value.state === 'enrolled') sealed = answer.value.sealed
        return answer
      },
    }
    const parts = { code, client: seen, ca: CA(), version: '0.0.0', now: () => new Date(), onStep: () => undefined }
    const got = await askRegistrar(keys, parts)
    expect(got).toMatchObject({ ok: true, value: { totem } })
    const own = { totem, outcomeKey: keys.outcome, tlsKey: keys.tls, ca: CA(), now: new Date() }
    const other = await keysInMemory(Date.now())
    const kindOf = async (text: string, more: object = {}) => {
      const opened = await openProvision(text, { ...own, ...more })
      return opened.ok ? 'opened' : opened.error.kind
    }
    expect(await kindOf(sealed)).toBe('opened')
    expect(await kindOf(sealed, { outcomeKey: { ...other.outcome, kid: keys.outcome.kid } })).toBe('provision-unopened')
    expect(await kindOf(`${sealed.slice(0, -4)}AAAA`)).toBe('provision-unopened')
    expect(await kindOf(sealed, { totem: 'EN-9999' })).toBe('provision-unopened')
    expect(await kindOf(sealed, { tlsKey: other.tls })).toBe('provision-other')
    expect(await kindOf(sealed, { ca: readFileSync(join(PKI, 'totem-ca.pem'), 'utf8') })).toBe('provision-unsigned')
    expect(await kindOf(sealed, { now: new Date(0) })).toBe('provision-unsigned')
    // Signed by a certificate of the same authority that is not the registrar's: the gateway's own.
    const forged = await new CompactSign(Buffer.from(JSON.stringify(got.ok && got.value)))
      .setProtectedHeader({
        alg: 'ES256',
        typ: PROVISION_TYP,
        x5c: [new X509Certificate(readFileSync(join(PKI, 'gateway.cert.pem'), 'utf8')).toString('base64')],
      })
      .sign(createPrivateKey(readFileSync(join(PKI, 'gateway.key.pem'))))
    const { kid, x, y } = keys.shown.outcome
    const again = await new CompactEncrypt(Buffer.from(forged))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', typ: PROVISION_TYP, kid, totem })
      .encrypt(createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' }))
    expect(await kindOf(again)).toBe('provision-unsigned')
  })
})

describe('the certificate is renewed', SLOW, () => {
  /** A totem that was enrolled so long ago, and the watch that renews its certificate. */
  async function totemOf(days: number, tcti: string | null) {
    centre.clock.now = new Date(Date.now() - days * DAY_MS)
    const { code, totem } = await order(nextTotem(), { softwareKey: tcti === null })
    const told = configOf(await enrolled(code, machine(tcti)))
    const config = {
      ...told,
      enrolment: told.enrolment && { ...told.enrolment, url: centre.gateway.enrolmentUrl ?? '' },
    }
    centre.clock.now = new Date()
    const events: [string, object][] = []
    return {
      ...{ totem, config, events },
      async look(more: Partial<TotemConfig> = {}) {
        const identity = await identityOf(config)
        const client = createGatewayClient({
          url: centre.gateway.url,
          ...identity,
          version: '0.0.0',
          onMalformed: () => undefined,
        })
        await createRenewal(
          { ...config, ...more },
          {
            ...{ identity: () => identity, client, onRenewed: async () => undefined, version: '0.0.0' },
            ...{
              journal: { record: (event, fields) => void events.push([event, fields]) },
              now: () => new Date(),
              random: () => 0,
            },
          },
        ).look()
        client.close()
        return (await identityOf(config)).ends
      },
    }
  }
  const daysTo = (end: Date) => Math.round((+end - Date.now()) / DAY_MS)

  test('in the last third of its life over the line; before it not', async () => {
    const young = await totemOf(50, null)
    expect(daysTo(await young.look())).toBe(40)
    const { look, config, totem } = await totemOf(61, null)
    expect(daysTo(await look())).toBe(90)
    expect(await statusOf(config)).toBe(200)
    expect(await enrolledOf(totem)).toMatchObject({ certificateEnds: expect.any(String) })
  })

  test('after its end by the door of machines without one', async () => {
    const { look, config } = await totemOf(100, null)
    expect(daysTo(await look())).toBe(90)
    expect(await statusOf(config)).toBe(200)
  })

  test('with a TPM: not for who has stolen the key for TLS alone', async () => {
    const { look, events, config, totem } = await totemOf(61, here.tcti)
    const thief = { kind: 'tpm', tcti: elsewhere.tcti, blob: '' } as const
    const ak = join(dir, 'thief.ak.json')
    expect(daysTo(await look({ keyProtection: thief, enrolment: { url: config.enrolment?.url ?? '', ak } }))).toBe(29)
    expect(daysTo(await look({ keyProtection: { kind: 'file' } }))).toBe(29)
    expect(events).toEqual([
      ['certificate.not-renewed', { reason: 'proof-refused' }],
      ['certificate.not-renewed', { reason: 'proof-refused' }],
    ])
    expect(daysTo(await look())).toBe(90)
    await operator.post('/v1/operator/enrolled/withdraw', { totem }, token())
  })

  test('not for a totem that was revoked, whose own door is shut as well', async () => {
    const { look, events, totem } = await totemOf(100, null)
    await operator.post('/v1/operator/enrolled/withdraw', { totem }, token())
    expect(daysTo(await look())).toBe(-10)
    expect(events).toEqual([['certificate.not-renewed', { reason: 'totem-withdrawn' }]])
  })
})

test('every refusal is a sentence of its own, in Italian, that says what to do', () => {
  const said = enrolmentRefusal.options.map((reason) => sayRefusal({ kind: 'enrolment-refused', reason, againS: 900 }))
  expect(new Set(said).size).toBe(said.length)
  for (const sentence of [...said, MISTYPED]) expect(sentence).toMatch(/^[A-ZÈ].{40,}\.$/)
  expect(said.join()).toContain('fra 15 minuti')
  expect(codeIn('k7qm 4t9x 2hwb')).toBeNull()
})
