import fc from 'fast-check'
import { exportJWK, generateKeyPair } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { type NamedKey, openRequest, readKey } from './sealing.ts'

let key: NamedKey
beforeAll(async () => {
  const { privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
  key = await readKey(JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'k' }))
})

const part = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url'))

test('whatever comes instead of a sealed request is request-malformed', async () => {
  const anything = fc.oneof(
    fc.string(),
    fc.array(part, { minLength: 5, maxLength: 5 }).map((parts) => parts.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(anything, async (sealed) => {
      const opened = await openRequest({ operation: '01KAXXXXXXXXXXXXXXXXXXXXXX', sealed }, key)
      expect(opened).toEqual({ ok: false, error: { kind: 'request-malformed' } })
    }),
  )
})

test('a key without a name is not taken', async () => {
  const { privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
  await expect(readKey(JSON.stringify(await exportJWK(privateKey)))).rejects.toThrow()
})
