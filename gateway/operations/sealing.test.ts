import fc from 'fast-check'
import { CompactEncrypt, type CryptoKey, exportJWK, generateKeyPair } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { REQUEST_TYP, sealing } from '../../contract/gateway.ts'
import { type NamedKey, openRequest, readKey } from './sealing.ts'

let key: NamedKey
let publicKey: CryptoKey
beforeAll(async () => {
  const { privateKey, publicKey: toSeal } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
  key = await readKey(JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'k' }))
  publicKey = toSeal
})

const part = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url'))

test('whatever comes instead of a sealed request is unopened: the key may be the wrong one', async () => {
  const anything = fc.oneof(
    fc.string(),
    fc.array(part, { minLength: 5, maxLength: 5 }).map((parts) => parts.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(anything, async (sealed) => {
      const opened = await openRequest({ operation: '01KAXXXXXXXXXXXXXXXXXXXXXX', sealed }, key)
      expect(opened).toEqual({ ok: false, error: { kind: 'request-unopened' } })
    }),
  )
})

test('whatever was sealed and is no request is request-malformed', async () => {
  const operation = '01KAXXXXXXXXXXXXXXXXXXXXXX'
  const seal = (body: string, header: object) =>
    new CompactEncrypt(new TextEncoder().encode(body))
      .setProtectedHeader({ ...sealing, kid: 'k', typ: REQUEST_TYP, op: operation, ...header })
      .encrypt(publicKey)
  const body = fc.oneof(fc.string(), fc.json(), fc.record({ operation: fc.constant(operation) }).map(JSON.stringify))
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const malformed = await openRequest({ operation, sealed: await seal(text, {}) }, key)
      expect(malformed).toEqual({ ok: false, error: { kind: 'request-malformed' } })
      const unopened = await openRequest({ operation, sealed: await seal(text, { kid: 'another' }) }, key)
      expect(unopened).toEqual({ ok: false, error: { kind: 'request-unopened' } })
    }),
  )
})

test('a key without a name is not taken', async () => {
  const { privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
  await expect(readKey(JSON.stringify(await exportJWK(privateKey)))).rejects.toThrow()
})
