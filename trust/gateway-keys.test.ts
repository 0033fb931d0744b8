import { CompactSign, importJWK, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { GATEWAY_KEYS_TYP, type GatewayKeys } from '../contract/gateway-keys.ts'
import { listed, signGatewayKeys } from '../simulator/pki/gateway-keys.ts'
import { jwkPair } from '../simulator/pki/jwk.ts'
import { sealingKeyAt, sealingKeysUsed, verifyGatewayKeys } from './gateway-keys.ts'

const [signer, stranger, first, second, third, anchor] = await Promise.all([
  jwkPair('sig'),
  jwkPair('sig'),
  jwkPair('enc'),
  jwkPair('enc'),
  jwkPair('enc'),
  jwkPair('sig'),
])
const key = (pair: typeof first) => listed(pair.public)
const list: GatewayKeys = {
  sequence: 3,
  issued: '2026-11-01T00:00:00Z',
  nextUpdate: '2027-03-01T00:00:00Z',
  sealing: [
    { from: '2026-11-20T00:00:00Z', key: key(third) },
    { from: '2026-01-01T00:00:00Z', key: key(first) },
    { from: '2026-06-01T00:00:00Z', key: key(second) },
  ],
  anchor: [key(anchor)],
}

test('a signed list opens', async () => {
  const jws = await signGatewayKeys(list, signer.private)
  expect(await verifyGatewayKeys(jws, signer.public)).toEqual({ ok: true, value: list })
})

const signed = async (payload: unknown, header: Record<string, string> = {}, by: JWK = signer.private) =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', typ: GATEWAY_KEYS_TYP, ...header })
    .sign(await importJWK(by, 'ES256'))

describe('a list is not taken that', () => {
  test.each<[string, () => Promise<string> | string]>([
    ['another key has signed', () => signed(list, {}, stranger.private)],
    ['is a trust list', () => signed(list, { typ: 'totem-trust+jws' })],
    ['was changed', async () => (await signed(list)).replace('.', '.A')],
    ['is not signed', () => `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(list))}.`],
    ['is empty', () => ''],
  ])('%s: unsigned', async (_, jws) => {
    const refused = { ok: false, error: { kind: 'gateway-keys-unsigned' } }
    expect(await verifyGatewayKeys(await jws(), signer.public)).toEqual(refused)
  })
  const { d } = first.private
  test.each<[string, unknown]>([
    ['has no sealing key', { ...list, sealing: [] }],
    ['has no anchor key', { ...list, anchor: [] }],
    ['has no sequence', { ...list, sequence: 0 }],
    ['says more than it may', { ...list, more: true }],
    ['names two keys alike', { ...list, anchor: [{ ...key(anchor), kid: first.public.kid }] }],
    ['has a key of another curve', { ...list, anchor: [{ ...key(anchor), crv: 'P-384' }] }],
    ['has a key that is no point', { ...list, anchor: [{ ...key(anchor), x: key(first).x }] }],
    ['gives a private key away', { ...list, sealing: [{ from: list.issued, key: { ...key(first), d } }] }],
    ['begins at no time', { ...list, sealing: [{ from: 'soon', key: key(first) }] }],
    ['is no object', 'keys'],
  ])('%s: malformed', async (_, payload) => {
    const refused = { ok: false, error: { kind: 'gateway-keys-malformed' } }
    expect(await verifyGatewayKeys(await signed(payload), signer.public)).toEqual(refused)
  })
})

test.each([
  ['before all of them', '2020-01-01T00:00:00Z', first],
  ['in the time of the first', '2026-05-31T23:59:59.999Z', first],
  ['from the moment on that the second begins', '2026-06-01T00:00:00Z', second],
  ['just before the third', '2026-11-19T23:59:59Z', second],
  ['long after', '2126-01-01T00:00:00Z', third],
])('%s a totem seals to the key that began last', (_, at, pair) => {
  expect(sealingKeyAt(list, Date.parse(at)).kid).toBe(pair.public.kid)
})

test.each([
  ['2026-06-01T00:00:00Z', 0, [second, third]],
  ['2026-07-30T00:00:00Z', 60, [first, second, third]],
  ['2026-08-01T00:00:00Z', 60, [second, third]],
  ['2027-06-01T00:00:00Z', 60, [third]],
])('at %s, %i days after a successor, what may come is sealed to', (at, days, pairs) => {
  const used = sealingKeysUsed(list, Date.parse(at), days * 86_400_000)
  expect(used.map(({ kid }) => kid)).toEqual(pairs.map((pair) => pair.public.kid))
})
