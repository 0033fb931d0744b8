// What the simulator signs is good for a library in another language too, and what that one refuses is refused here.
import { createPublicKey } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readIndependently } from '../../../test/support/independent-jwt.ts'
import { openAnpr } from '../test-client.ts'

let opened: Awaited<ReturnType<typeof openAnpr>>
beforeAll(async () => {
  opened = await openAnpr()
  opened.clock.now = new Date()
})
afterAll(() => opened?.end())

test('a voucher of the token server', async () => {
  const { anpr, client } = opened
  const digest = 'a'.repeat(64)
  const voucher = String((await client.ask(client.form(await client.assertion('C021', digest)))).json().access_token)
  const jwks = (await client.hear(anpr.access.jwksUrl, {})).json() as unknown as JSONWebKeySet
  const { eServices, client: known } = anpr.access
  const { header, claims } = readIndependently(voucher, jwks.keys[0] ?? {}, eServices.C021?.audience ?? '')
  expect(header).toMatchObject({ typ: 'at+jwt', use: 'sig', kid: jwks.keys[0]?.kid })
  expect(claims).toMatchObject({ sub: known.clientId, purposeId: eServices.C021?.purposeId, digest: { value: digest } })
  const another = createPublicKey(client.key).export({ format: 'jwk' })
  expect(() => readIndependently(voucher, another, eServices.C021?.audience ?? '')).toThrow(/InvalidSignature/)
  expect(() => readIndependently(voucher, jwks.keys[0] ?? {}, 'another')).toThrow(/InvalidAudience/)
})
