import fc from 'fast-check'
import { CompactEncrypt, calculateJwkThumbprint, compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type CertificateRequest, certificateRequest, OUTCOME_TYP, sealing } from '../../contract/gateway.ts'
import { holderReference, type NamedKey, type OutcomeKeys, openOutcome, sealRequest } from './sealing.ts'

const operation = '01KANPR0000000000000000001'
const other = '01KANPR0000000000000000002'
const totem = 'TT-0001'
const request: CertificateRequest = {
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
      caller: { channel: 'totem', id: totem },
      session: other,
      at: '2026-11-22T09:00:00Z',
      challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      nonce: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    },
    certificate: 'AAAA',
    signature: 'AAAA',
  },
}
const outcome = {
  operation,
  types: ['8'],
  protocol: '2198294275',
  idOperazioneAnpr: '77',
  issuedAt: '2026-11-22T09:00:01Z',
  pdf: 'JVBERi0=',
}

async function keyPair(): Promise<{ open: NamedKey; seal: NamedKey }> {
  const { publicKey, privateKey } = await generateKeyPair(sealing.alg, { crv: 'P-256', extractable: true })
  const seal = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(seal)
  return { seal: { ...seal, kid }, open: { ...(await exportJWK(privateKey)), kid } }
}
const [own, older, stranger] = await Promise.all([keyPair(), keyPair(), keyPair()])
const keys: OutcomeKeys = new Map([own, older].map(({ open }) => [open.kid, open]))
const unreadable = { ok: false, error: { kind: 'outcome-unreadable' } }

test('a sealed request opens at the gateway and says for which operation, of which totem and kind it is', async () => {
  const sealed = await sealRequest(request, own.seal, totem)
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, own.open)
  const { epk: _, ...header } = protectedHeader
  expect(header).toEqual({
    alg: 'ECDH-ES',
    enc: 'A256GCM',
    typ: 'totem-request+jwe',
    op: operation,
    kid: own.seal.kid,
    caller: `totem/${totem}`,
    kind: 'certificate',
  })
  expect(certificateRequest.parse(JSON.parse(new TextDecoder().decode(plaintext)))).toEqual(request)
})

test('the same request never looks the same twice', async () => {
  expect(await sealRequest(request, own.seal, totem)).not.toBe(await sealRequest(request, own.seal, totem))
})

const sealed = (body: unknown, header: Record<string, unknown> = {}, { seal } = own) =>
  new CompactEncrypt(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)))
    .setProtectedHeader({
      ...sealing,
      kid: seal.kid,
      typ: OUTCOME_TYP,
      op: operation,
      totem,
      kind: 'certificate',
      ...header,
    } as never)
    .encrypt(seal)

describe('an outcome', () => {
  test('opens for its operation', async () => {
    expect(await openOutcome(await sealed(outcome), keys, operation, totem)).toEqual({ ok: true, value: outcome })
  })
  test('sealed to the key that the totem had before opens too', async () => {
    const opened = await openOutcome(await sealed(outcome, {}, older), keys, operation, totem)
    expect(opened).toEqual({ ok: true, value: outcome })
  })
  test.each<[string, () => Promise<string> | string]>([
    ['was swapped with another', () => sealed({ ...outcome, operation: other }, { op: other })],
    ['has the header of one and the body of another', () => sealed({ ...outcome, operation: other })],
    ['is a request', () => sealed(outcome, { typ: 'totem-request+jwe' })],
    ['is of another totem', () => sealed(outcome, { totem: 'TT-0002' })],
    ['is of another kind', () => sealed(outcome, { kind: 'visura' })],
    ['names no totem', () => sealed(outcome, { totem: undefined })],
    ['names no kind', () => sealed(outcome, { kind: undefined })],
    ['names no operation', () => sealed(outcome, { op: undefined })],
    ['names another key', () => sealed(outcome, { kid: 'other' })],
    ['names the other one of its keys', () => sealed(outcome, { kid: older.seal.kid })],
    ['names no key', () => sealed(outcome, { kid: undefined })],
    ['names its totem as a list', () => sealed(outcome, { totem: [totem] })],
    ['was sealed to a key that is not here', () => sealed(outcome, {}, stranger)],
    ['was sealed some other way', () => sealed(outcome, { enc: 'A128GCM' })],
    ['lacks the PDF', () => sealed({ ...outcome, pdf: undefined })],
    ['is no JSON', () => sealed('%PDF-1.7')],
    ['was cut', async () => (await sealed(outcome)).slice(0, -10)],
    ['was changed', async () => (await sealed(outcome)).replace(/\.(.)/, (_, c) => `.${c === 'A' ? 'B' : 'A'}`)],
    ['is empty', () => ''],
    ['is garbage', () => 'a.b.c.d.e'],
  ])('that %s is unreadable', async (_, jwe) => {
    expect(await openOutcome(await jwe(), keys, operation, totem)).toEqual(unreadable)
  })

  let token: string
  let another: string
  beforeAll(async () => {
    token = await sealed(outcome)
    another = await sealed(outcome)
  })
  test('in which any one character is another is unreadable', async () => {
    const one = fc.tuple(
      fc.nat(),
      fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'),
    )
    await fc.assert(
      fc.asyncProperty(one, async ([place, character]) => {
        const at = place % token.length
        const changed = token.slice(0, at) + character + token.slice(at + 1)
        // Base64url has bits to spare in a last character: a token that decodes to the same bytes is the same token.
        fc.pre(bytesOf(changed) !== bytesOf(token))
        expect(await openOutcome(changed, keys, operation, totem)).toEqual(unreadable)
      }),
    )
  })
  test('put together out of two that are good is unreadable', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), async (fromAnother) => {
        fc.pre(new Set(fromAnother.toSpliced(1, 1)).size > 1)
        const [a, b] = [token.split('.'), another.split('.')]
        const mixed = fromAnother.map((second, part) => (second ? b : a)[part]).join('.')
        expect(await openOutcome(mixed, keys, operation, totem)).toEqual(unreadable)
      }),
    )
  })
})

const bytesOf = (token: string) =>
  token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.')

test('a holder is known by a keyed hash', () => {
  const secret = new TextEncoder().encode('totem secret')
  const reference = holderReference('BNCNMR51H58I888X', secret)
  expect(reference).toMatch(/^[0-9a-f]{64}$/)
  expect(holderReference('BNCNMR51H58I888X', secret)).toBe(reference)
  expect(holderReference('BNCNMR51H58I888X', new TextEncoder().encode('other totem'))).not.toBe(reference)
})
