import { CompactEncrypt, calculateJwkThumbprint, compactDecrypt, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type CertificateRequest, certificateRequest, OUTCOME_TYP, sealing } from '../../contract/gateway.ts'
import { holderReference, openOutcome, sealRequest } from './sealing.ts'

const operation = '01KANPR0000000000000000001'
const other = '01KANPR0000000000000000002'
const request: CertificateRequest = {
  operation,
  kind: 'certificate',
  subject: null,
  types: ['8'],
  exemption: 'processuale',
  language: 'IT',
  requestedAt: '2026-11-22T09:00:00Z',
  evidence: {
    statement: {
      purpose: 'totem-polis/login/1',
      totem: 'TT-0001',
      session: other,
      at: '2026-11-22T09:00:00Z',
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

async function keyPair(): Promise<{ open: JWK; seal: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair(sealing.alg, { crv: 'P-256', extractable: true })
  const seal = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(seal)
  return { seal: { ...seal, kid }, open: { ...(await exportJWK(privateKey)), kid } }
}
let totem: Awaited<ReturnType<typeof keyPair>>
let stranger: Awaited<ReturnType<typeof keyPair>>
beforeAll(async () => {
  totem = await keyPair()
  stranger = await keyPair()
})

test('a sealed request opens at the gateway and says for which operation it is', async () => {
  const sealed = await sealRequest(request, totem.seal)
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, totem.open)
  expect(protectedHeader).toMatchObject({
    alg: 'ECDH-ES',
    enc: 'A256GCM',
    typ: 'totem-request+jwe',
    op: operation,
    kid: totem.seal.kid,
  })
  expect(certificateRequest.parse(JSON.parse(new TextDecoder().decode(plaintext)))).toEqual(request)
})

test('the same request never looks the same twice', async () => {
  expect(await sealRequest(request, totem.seal)).not.toBe(await sealRequest(request, totem.seal))
})

const sealed = (body: unknown, header: Record<string, unknown> = {}, key = totem.seal) =>
  new CompactEncrypt(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)))
    .setProtectedHeader({ ...sealing, kid: totem.seal.kid, typ: OUTCOME_TYP, op: operation, ...header } as never)
    .encrypt(key)

describe('an outcome', () => {
  test('opens for its operation', async () => {
    expect(await openOutcome(await sealed(outcome), totem.open, operation)).toEqual({ ok: true, value: outcome })
  })
  test.each<[string, () => Promise<string> | string]>([
    ['was swapped with another', () => sealed({ ...outcome, operation: other }, { op: other })],
    ['has the header of one and the body of another', () => sealed({ ...outcome, operation: other })],
    ['is a request', () => sealed(outcome, { typ: 'totem-request+jwe' })],
    ['names another key', () => sealed(outcome, { kid: 'other' })],
    ['was sealed to another totem', () => sealed(outcome, {}, stranger.seal)],
    ['was sealed some other way', () => sealed(outcome, { enc: 'A128GCM' })],
    ['lacks the PDF', () => sealed({ ...outcome, pdf: undefined })],
    ['is no JSON', () => sealed('%PDF-1.7')],
    ['was cut', async () => (await sealed(outcome)).slice(0, -10)],
    ['was changed', async () => (await sealed(outcome)).replace(/\.(.)/, (_, c) => `.${c === 'A' ? 'B' : 'A'}`)],
    ['is empty', () => ''],
    ['is garbage', () => 'a.b.c.d.e'],
  ])('that %s is unreadable', async (_, jwe) => {
    expect(await openOutcome(await jwe(), totem.open, operation)).toEqual({
      ok: false,
      error: { kind: 'outcome-unreadable' },
    })
  })
})

test('a holder is known by a keyed hash', () => {
  const secret = new TextEncoder().encode('totem secret')
  const reference = holderReference('BNCNMR51H58I888X', secret)
  expect(reference).toMatch(/^[0-9a-f]{64}$/)
  expect(holderReference('BNCNMR51H58I888X', secret)).toBe(reference)
  expect(holderReference('BNCNMR51H58I888X', new TextEncoder().encode('other totem'))).not.toBe(reference)
})
