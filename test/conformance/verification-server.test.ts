import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildVerificationPage } from '../../gateway/verify/build.ts'
import { openVerificationKeys } from '../../gateway/verify/keys.ts'
import { signVerificationKeys, verificationKeyPair } from '../../simulator/pki/verification-keys.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { PKI } from '../support/pki.ts'

// The real gateway's public listener gives the page to everybody.
const folder = mkdtempSync(join(tmpdir(), 'totem-verification-server-'))
const file = (name: string) => join(folder, name)
const page = file('page.html')
const [{ private: keeper }, { private: stranger }] = await Promise.all([
  verificationKeyPair('the keeper'),
  verificationKeyPair('somebody else'),
])
const { listed } = await verificationKeyPair('TT-0001')
const { d: _, ...signer } = keeper
const list = (sequence: number, by = keeper) =>
  signVerificationKeys(
    { sequence, issued: '2026-11-22T00:00:00Z', nextUpdate: '2099-01-01T00:00:00Z', keys: [listed] },
    by,
  )
const built = async (sequence: number) => buildVerificationPage({ list: await list(sequence), signer })
const two = await built(2)

let centre: Centre
beforeAll(async () => {
  writeFileSync(page, two)
  writeFileSync(file('signer.jwk.json'), JSON.stringify(signer))
  const tls = { key: join(PKI, 'gateway.key.pem'), certificate: join(PKI, 'gateway.cert.pem') }
  centre = await openCentre(null, {
    public: { host: '127.0.0.1', port: 0, tls, page, keysSigner: file('signer.jwk.json') },
  })
})
afterAll(async () => {
  await centre?.stop()
  rmSync(folder, { recursive: true })
})

/** Asks as a browser does, without a client certificate. */
async function get(path: string, headers: Record<string, string> = {}) {
  const ca = readFileSync(join(PKI, 'gateway-ca.pem'))
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) =>
    request(`${centre.gateway.publicUrl}${path}`, { ca, headers, agent: false }, resolve).on('error', reject).end(),
  )
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}

test('without a client certificate: the whole page, with its policy as a header and no framing', async () => {
  const { status, headers, body } = await get('/verify/')
  expect(status).toBe(200)
  expect(body.toString()).toBe(two)
  const csp = String(headers['content-security-policy'])
  expect(csp).toMatch(/^default-src 'none'; script-src 'sha256-[^']+' 'wasm-unsafe-eval'; style-src 'sha256-/)
  expect(csp).toMatch(/frame-ancestors 'none'$/)
  expect(csp).not.toMatch(/unsafe-inline|'unsafe-eval'|connect-src|http/)
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'public, max-age=3600',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  expect(headers['set-cookie']).toBeUndefined()
})

test('a second visit costs nothing, and the page goes compressed', async () => {
  const zipped = await get('/verify/', { 'accept-encoding': 'gzip, br' })
  expect(zipped.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(zipped.body).toString()).toBe(two)
  expect(zipped.body.length).toBeLessThan(two.length / 2)
  const again = await get('/verify/', {
    'accept-encoding': 'gzip, br',
    'if-none-match': String(zipped.headers.etag),
  })
  expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) })
})

test.each(['/', '/v1/status', '/v1/operator/operations', '/verify/../../etc/passwd', '/verify/page.html'])(
  'nothing else is there: %s',
  async (path) => expect(await get(path)).toMatchObject({ status: 404 }),
)

test('an older list of keys is never taken, not even after a restart; a newer one is', async () => {
  const served = async () => (await get('/verify/')).body.toString()
  writeFileSync(page, await built(1))
  expect(await served()).toBe(two)
  expect(centre.logged()).toContain('"reason":"keys-older"')
  await expect(centre.restartGateway()).rejects.toThrow('keys-older')

  const three = await built(3)
  writeFileSync(page, three)
  await centre.restartGateway()
  expect(await served()).toBe(three)
})

test('a page of another signer, half a page, or no page: the former page stays', async () => {
  const { d: _secret, ...other } = stranger
  const before = (await get('/verify/')).body
  const forged = await buildVerificationPage({ list: await list(9, stranger), signer: other })
  for (const [bytes, reason] of [
    [forged, 'keys-unsigned'],
    [two.slice(0, 10_000), 'page-malformed'],
  ] as const) {
    writeFileSync(page, bytes)
    expect((await get('/verify/')).body).toEqual(before)
    expect(centre.logged()).toContain(`"reason":"${reason}"`)
  }
  rmSync(page)
  expect((await get('/verify/')).body).toEqual(before)
})

test('the list itself: an older one is refused by name, also by the build', async () => {
  expect(await openVerificationKeys(await list(1), signer, 2)).toEqual({ ok: false, error: { kind: 'keys-older' } })
  expect(await openVerificationKeys(await list(2), signer, 2)).toMatchObject({ ok: true })
  await expect(buildVerificationPage({ list: await list(1), signer, seen: 2 })).rejects.toThrow('keys-older')
})
