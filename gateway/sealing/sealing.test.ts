import fc from 'fast-check'
import { CompactEncrypt, exportJWK, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { atTotem } from '../../contract/caller.ts'
import { REQUEST_TYP, sealing } from '../../contract/gateway.ts'
import { openRequest, readKey, type SealingKeys } from './sealing.ts'

const pairs = await Promise.all(['k', 'older', 'stranger'].map(pair))
const [own, older, stranger] = pairs
const keys: SealingKeys = new Map([own, older].flatMap((named) => (named ? [[named.kid, named.key]] : [])))

async function pair(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
  const { key } = readKey(JSON.stringify({ ...(await exportJWK(privateKey)), kid }))
  return { kid, key, publicKey }
}

const operation = '01KANPR0000000000000000001'
const other = '01KANPR0000000000000000002'
const caller = atTotem('TT-0001')
const request = {
  version: 3,
  operation,
  kind: 'certificate',
  subject: null,
  types: ['8'],
  bollo: { kind: 'exempt', exemption: 'processuale' },
  language: 'IT',
  requestedAt: '2026-11-22T09:00:00Z',
  evidence: {
    by: 'card',
    statement: {
      purpose: 'totem-polis/login/3',
      caller,
      session: other,
      at: '2026-11-22T09:00:00Z',
      challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      nonce: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    },
    certificate: 'AAAA',
    signature: 'AAAA',
  },
}
const header = { ...sealing, kid: 'k', typ: REQUEST_TYP, op: operation, caller: 'totem/TT-0001', kind: 'certificate' }

const sealed = (body: unknown, changed: Record<string, unknown> = {}, to = own) => {
  if (!to) throw new Error('no key')
  return new CompactEncrypt(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)))
    .setProtectedHeader({ ...header, kid: to.kid, ...changed } as never)
    .encrypt(to.publicKey)
}
const unopened = { ok: false, error: { kind: 'request-unopened' } }
const malformed = { ok: false, error: { kind: 'request-malformed' } }

/** As totems sealed it when a request had no version and a statement named its totem. */
const { by: _by, statement, ...proof } = request.evidence
const { version: _version, ...unversioned } = request
const { caller: _caller, ...sameStatement } = statement
const former = {
  ...unversioned,
  evidence: { ...proof, statement: { ...sameStatement, purpose: 'totem-polis/login/1', totem: 'TT-0001' } },
}

describe('a request', () => {
  test.each([
    ['the key in force', own],
    ['the key before it', older],
  ])('sealed to %s opens', async (_, to) => {
    const opened = await openRequest({ operation, sealed: await sealed(request, {}, to) }, keys, caller)
    expect(opened).toMatchObject({ ok: true, value: { request } })
  })
  test.each([
    ['was swapped with another', { ...request, operation: other }, { op: other }],
    ['has the header of one and the body of another', { ...request, operation: other }, {}],
    ['has the body of one and the header of another', request, { op: other }],
    ['comes from another totem', request, { caller: 'totem/TT-0002' }],
    ['comes from another channel', request, { caller: 'counter/TT-0001' }],
    ['names no caller', request, { caller: undefined }],
    ['names its totem as requests did before', request, { caller: undefined, totem: 'TT-0001' }],
    ['was signed for no version', { ...request, version: undefined }, {}],
    ['is of another kind', request, { kind: 'visura' }],
    ['is of another kind in header and body', { ...request, kind: 'visura' }, { kind: 'visura' }],
    ['names no kind', request, { kind: undefined }],
    ['is an outcome', request, { typ: 'totem-outcome+jwe' }],
    ['names no operation', request, { op: undefined }],
    ['names its operation as a list', request, { op: [operation] }],
  ])('that %s is malformed', async (_, body, changed) => {
    expect(await openRequest({ operation, sealed: await sealed(body, changed) }, keys, caller)).toEqual(malformed)
  })
  test.each([
    ['names a key that is not here', { kid: 'stranger' }, own],
    ['names the other one of the keys', { kid: 'older' }, own],
    ['names no key', { kid: undefined }, own],
    ['was sealed to a key that is not here', {}, stranger],
    ['was sealed to another key under a name that is here', { kid: 'k' }, stranger],
    ['was sealed some other way', { enc: 'A128GCM' }, own],
  ])('that %s is unopened', async (_, changed, to) => {
    expect(await openRequest({ operation, sealed: await sealed(request, changed, to) }, keys, caller)).toEqual(unopened)
  })
  test.each([
    ['of the version before, which had no number', former, 'request-outdated'],
    ['of a version that says so', { ...request, version: 2 }, 'request-outdated'],
    ['of a later version, whatever it holds', { version: 4, operation, payments: [] }, 'request-later'],
    ['of no version that there can be', { ...request, version: 0 }, 'request-malformed'],
    ['of this version with evidence of the one before', { ...request, evidence: former.evidence }, 'request-malformed'],
  ])('%s is refused by name', async (_, body, kind) => {
    const header = { caller: undefined, totem: 'TT-0001' }
    for (const changed of [{}, header]) {
      const opened = await openRequest({ operation, sealed: await sealed(body, changed) }, keys, caller)
      expect(opened).toEqual({ ok: false, error: { kind } })
    }
  })
  test('in which any one character is another is unopened', async () => {
    const token = await sealed(request)
    const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: token.length - 1 }), fc.constantFrom(...base64url, '.'), async (at, character) => {
        const changed = token.slice(0, at) + character + token.slice(at + 1)
        // Base64url has bits to spare in a last character: what decodes to the same bytes is the same token.
        fc.pre(bytesOf(changed) !== bytesOf(token))
        expect(await openRequest({ operation, sealed: changed }, keys, caller)).toEqual(unopened)
      }),
    )
  })
})

const bytesOf = (token: string) =>
  token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.')

const part = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url'))

test('anything else than a sealed request is unopened: the key may be the wrong one', async () => {
  const anything = fc.oneof(
    fc.string(),
    fc.array(part, { minLength: 5, maxLength: 5 }).map((parts) => parts.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(anything, async (sealed) => {
      expect(await openRequest({ operation, sealed }, keys, caller)).toEqual(unopened)
    }),
  )
})

test('anything that was sealed and is no request is request-malformed', async () => {
  const body = fc.oneof(fc.string(), fc.json(), fc.record({ operation: fc.constant(operation) }).map(JSON.stringify))
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      expect(await openRequest({ operation, sealed: await sealed(text) }, keys, caller)).toEqual(malformed)
    }),
  )
})

test('a key without a name is not taken', async () => {
  const { privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
  const jwk = await exportJWK(privateKey)
  expect(() => readKey(JSON.stringify(jwk))).toThrow()
})

test('a key of another curve is not taken', async () => {
  const { publicKey } = await generateKeyPair('ECDH-ES', { crv: 'P-384', extractable: true })
  const jwk = await exportJWK(publicKey)
  expect(() => readKey(JSON.stringify({ ...jwk, kid: 'k' }))).toThrow()
})
