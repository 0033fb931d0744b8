import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  HANDOVER_BYTES,
  HANDOVER_MS,
  HANDOVER_RETRY_MS,
  HANDOVERS_WAITING,
  handoverAad,
} from '../../contract/handover.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { outsider, publicDoorIn } from '../support/gateway/public-page.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'

// Telephones, several and hostile, at the real gateway's public door; the totem is one of the PKI.
const folder = mkdtempSync(join(tmpdir(), 'totem-phone-handover-'))
let centre: Centre
let totem: TotemClient
let other: TotemClient

beforeAll(async () => {
  centre = await openCentre(null, { public: await publicDoorIn(folder), delivery: {} })
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
  other = new TotemClient(centre.gateway.url, 'TT-0002')
})
afterAll(async () => {
  await Promise.all([totem?.close(), other?.close(), closeOutside()])
  await centre?.stop()
  rmSync(folder, { recursive: true })
})
/** Nothing of the test before is waiting any more. */
beforeEach(() => {
  centre.clock.now = new Date(+centre.clock.now + 2 * HANDOVER_MS)
})

const later = (ms: number) => {
  centre.clock.now = new Date(+centre.clock.now + ms)
}
const random = (bytes: number) => randomBytes(bytes).toString('base64url')
const sealedFor = (id: string, key: Buffer, pdf: Buffer) => {
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12)).setAAD(Buffer.from(handoverAad(id)))
  return Buffer.concat([cipher.update(pdf), cipher.final(), cipher.getAuthTag()])
}
function opened(id: string, key: Buffer, sealed: Buffer): Buffer {
  const opening = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12)).setAAD(Buffer.from(handoverAad(id)))
  opening.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([opening.update(sealed.subarray(0, -16)), opening.final()])
}
const PDF = Buffer.concat([Buffer.from('%PDF-1.7 ROSSI MARIO'), randomBytes(100_000)])

async function offered(pdf = PDF, by = totem) {
  const id = random(16)
  const key = randomBytes(32)
  const sealed = sealedFor(id, key, pdf)
  const answer = await by.post('/v1/handovers', { id, sealed: sealed.toString('base64') })
  return { id, key, sealed, answer }
}
const { ask, close: closeOutside } = outsider(() => centre.gateway.publicUrl)
const claim = (id: string, phone: string) => ask('POST', `/d/${id}/claim`, { phone })
const taken = (id: string, phone: string) => ask('POST', `/d/${id}/taken`, { phone })
const kindOf = ({ body }: { body: Buffer }) => JSON.parse(body.toString()).kind
const became = async (id: string, by = totem) => (await by.get(`/v1/handovers?id=${id}`)).body.state

test('one telephone: the ciphertext, whole; the totem hears of each step', async () => {
  const { id, key, sealed, answer } = await offered()
  expect(answer).toEqual({
    status: 201,
    body: {
      page: `${centre.gateway.publicUrl}/d/${id}`,
      until: new Date(+centre.clock.now + HANDOVER_MS).toISOString(),
    },
  })
  expect(sealed.length).toBe(PDF.length + 16)
  expect(await became(id)).toBe('waiting')
  const me = random(16)
  const got = await claim(id, me)
  expect(got).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  expect(opened(id, key, got.body).equals(PDF)).toBe(true)
  expect(await became(id)).toBe('opened')
  expect((await taken(id, me)).status).toBe(204)
  expect(await became(id)).toBe('taken')
})

test('who only looks at the link, as previews and scanners do, takes nothing', async () => {
  const { id } = await offered()
  for (const path of [`/d/${id}`, `/d/${id}/claim`, `/d/${id}/taken`])
    for (const method of ['GET', 'HEAD'] as const) await ask(method, path)
  expect(await became(id)).toBe('waiting')
  const { status, headers } = await ask('GET', `/d/${id}`)
  expect(status).toBe(200)
  expect(headers).toMatchObject({
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  })
  const csp = String(headers['content-security-policy'])
  expect(csp.replaceAll(/'sha256-[^']{44}'/g, "'sha256-…'")).toBe(
    "default-src 'none'; script-src 'sha256-…'; style-src 'sha256-…'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(headers['set-cookie']).toBeUndefined()
})

test('the page says nothing of whether a document is there', async () => {
  const { id } = await offered()
  const there = await ask('GET', `/d/${id}`)
  const nowhere = await ask('GET', `/d/${random(16)}`)
  expect(nowhere.body.equals(there.body)).toBe(true)
})

test('two telephones: the second ends it for both, before and after the first has the whole', async () => {
  for (const whole of [false, true]) {
    const { id } = await offered()
    const [mine, theirs] = [random(16), random(16)]
    await claim(id, mine)
    if (whole) await taken(id, mine)
    const second = await claim(id, theirs)
    expect([second.status, kindOf(second)]).toEqual([410, 'contested'])
    expect(kindOf(await claim(id, mine))).toBe('gone')
    expect((await taken(id, mine)).status).toBe(410)
    expect(await became(id)).toBe('contested')
  }
})

test('ten telephones at once: one has it at most, and the totem hears that there were more', async () => {
  const { id } = await offered()
  const answers = await Promise.all(Array.from({ length: 10 }, () => claim(id, random(16))))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(await became(id)).toBe('contested')
})

test('the same telephone asks again: until a minute after it had the whole, and no longer', async () => {
  const { id } = await offered()
  const me = random(16)
  expect((await claim(id, me)).status).toBe(200)
  expect((await claim(id, me)).status).toBe(200)
  await taken(id, me)
  later(HANDOVER_RETRY_MS - 1)
  expect((await claim(id, me)).status).toBe(200)
  // Saying it again does not give another minute.
  await taken(id, me)
  later(1)
  expect(kindOf(await claim(id, me))).toBe('gone')
  expect(await became(id)).toBe('taken')
})

test('after ten minutes it is gone, also for a telephone that has begun', async () => {
  const [begun, waiting] = [await offered(), await offered()]
  const me = random(16)
  await claim(begun.id, me)
  later(HANDOVER_MS)
  for (const { id } of [begun, waiting]) {
    expect(kindOf(await claim(id, me))).toBe('gone')
    expect((await taken(id, me)).status).toBe(410)
    expect(await became(id)).toBe('gone')
  }
})

test('the totem takes it back, and no other totem can', async () => {
  const { id } = await offered()
  await other.post('/v1/handovers/withdrawn', { id })
  expect(await became(id, other)).toBe('gone')
  expect(await became(id)).toBe('waiting')
  expect((await totem.post('/v1/handovers/withdrawn', { id })).status).toBe(200)
  expect(kindOf(await claim(id, random(16)))).toBe('gone')
})

test('a totem has three waiting at most: a fourth ends the oldest, and nobody else’s', async () => {
  const theirs = await offered(PDF, other)
  const mine = [await offered()]
  const me = random(16)
  // What has been taken waits no longer.
  await claim(mine[0]?.id ?? '', me)
  await taken(mine[0]?.id ?? '', me)
  for (let further = 0; further <= HANDOVERS_WAITING; further++) mine.push(await offered())
  const states = await Promise.all(mine.map(({ id }) => became(id)))
  expect(states).toEqual(['taken', 'gone', 'waiting', 'waiting', 'waiting'])
  expect(await became(theirs.id, other)).toBe('waiting')
})

test('swapped, cut short, or under another id: it does not open', async () => {
  const [one, two] = [await offered(), await offered(Buffer.from('%PDF-1.7 another'))]
  expect(() => opened(one.id, two.key, two.sealed)).toThrow()
  expect(() => opened(one.id, one.key, two.sealed)).toThrow()
  expect(() => opened(one.id, one.key, one.sealed.subarray(0, -1))).toThrow()
})

test('2 MB go through, and not a byte more; an id counts once', async () => {
  const most = await offered(randomBytes(HANDOVER_BYTES))
  expect(most.answer.status).toBe(201)
  expect((await claim(most.id, random(16))).body.length).toBe(HANDOVER_BYTES + 16)
  expect((await offered(randomBytes(HANDOVER_BYTES + 3))).answer.status).toBe(400)
  const again = { id: most.id, sealed: most.sealed.toString('base64') }
  expect((await totem.post('/v1/handovers', again)).status).toBe(400)
})

test.each([
  ['no body', undefined],
  ['no telephone', {}],
  ['a number', { phone: 7 }],
  ['a short one', { phone: 'AAAA' }],
  ['SQL', { phone: "'; drop table handover; --" }],
  ['more than asked', { phone: random(16), id: 'x' }],
])('a claim that is none: %s', async (_, body) => {
  const { id } = await offered()
  expect((await ask('POST', `/d/${id}/claim`, body)).status).toBe(400)
  expect(await became(id)).toBe('waiting')
})

test.each(['/d/', '/d/x', `/d/${'A'.repeat(23)}`, '/d/../v1/handovers', '/v1/handovers', '/d'])(
  'nothing is at %s',
  async (path) => {
    expect((await ask('GET', path)).status).toBe(404)
  },
)

test('without a totem’s certificate nothing can be left here', async () => {
  const id = random(16)
  expect((await ask('POST', '/v1/handovers', { id, sealed: 'AAAA' })).status).toBe(404)
  expect(kindOf(await claim(id, random(16)))).toBe('gone')
})

test('neither log nor disk holds the key, the document or the telephone', async () => {
  const { id, key } = await offered()
  const me = random(16)
  await claim(id, me)
  await taken(id, me)
  await centre.restartGateway()
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
  const secrets = [
    key,
    Buffer.from(key.toString('base64url')),
    Buffer.from(key.toString('hex')),
    PDF.subarray(0, 24),
    Buffer.from(me),
  ]
  const files = readdirSync(centre.config.dataDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(centre.config.dataDir, name))
    .filter((file) => statSync(file).isFile())
  expect(files.length).toBeGreaterThan(10)
  for (const bytes of [...files.map((file) => readFileSync(file)), Buffer.from(centre.logged())])
    expect(secrets.map((secret) => bytes.includes(secret))).toEqual(secrets.map(() => false))
  // The ciphertext survives a restart, or a telephone that was about to claim would be left with nothing.
  expect((await claim(id, me)).status).toBe(200)
})
