import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nisOf } from '../../simulator/card/cie/identity.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { issueCrls } from '../../simulator/pki/trust-list.ts'
import { personById } from '../../simulator/population/people.ts'
import { verifyCardCertificate } from '../../trust/card-certificate.ts'
import { verifyTrustList } from '../../trust/list.ts'
import { verifySod } from '../../trust/sod.ts'
import { verifyTravelDocument } from '../../trust/travel-document.ts'
import { loadTrust, type Trust } from '../../trust/trust.ts'
import { PKI } from '../support/pki.ts'

// The totem's rules and OpenSSL judge every card of the bench's PKI, and must agree.
const dir = mkdtempSync(join(tmpdir(), 'totem-trust-'))
const read = (name: string) => readFileSync(join(PKI, name))
const now = new Date()
let trust: Trust

beforeAll(async () => {
  await makePki(PKI)
  const list = await verifyTrustList(
    read('trust-list.jws').toString(),
    JSON.parse(read('trust-list.pub.jwk.json').toString()),
  )
  if (!list.ok) throw new Error(list.error.kind)
  const crls = (await issueCrls(PKI, dir, { issued: now })).map((file) => readFileSync(file))
  const loaded = loadTrust(list.value, crls, { maxAgeHours: 24, whenUnknown: 'refuse' })
  if (!loaded.ok) throw new Error(loaded.error.kind)
  trust = loaded.value
})
afterAll(() => rmSync(dir, { recursive: true }))

test('every CRL of the bench is used', () => {
  expect(trust.refusedCrls).toEqual([])
})

const person = personById('anna-bianchi')

describe.each(['cns', 'cie'] as const)('certificate of a %s', (card) => {
  const certificate = (variant: string) => read(`${card === 'cie' ? 'cie/' : ''}cards/${person.id}${variant}.cert.der`)
  test('names its holder, and is not revoked', () => {
    expect(verifyCardCertificate(certificate(''), trust, now)).toMatchObject({
      value: { card, codiceFiscale: person.codiceFiscale, revocation: 'good' },
    })
  })
  test.each([
    ['.expired', 'certificate-expired'],
    ['.not-yet-valid', 'certificate-not-yet-valid'],
    ['.foreign', 'certificate-untrusted'],
    ['.wrong-policy', 'certificate-wrong-policy'],
    ['.revoked', 'certificate-revoked'],
  ])('%s: %s', (variant, kind) => {
    expect(verifyCardCertificate(certificate(variant), trust, now)).toMatchObject({ error: { kind } })
  })
})

/** The contents of an EF.SOD whose signature and signer OpenSSL has verified; null if it refuses. */
function openssl(sod: Uint8Array, authority: string): Buffer | null {
  writeFileSync(join(dir, 'sod.der'), sod.subarray(4))
  writeFileSync(join(dir, 'ca.pem'), read(authority))
  try {
    return execFileSync(
      'openssl',
      ['cms', '-verify', '-inform', 'DER', '-in', 'sod.der', '-CAfile', 'ca.pem', '-purpose', 'any', '-binary'],
      { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] },
    )
  } catch {
    return null
  }
}

describe.each(['sha256', 'sha512pss'])('EF.SOD of a CIE, %s', (kind) => {
  const files = (variant = '') => ({
    nis: Buffer.from(nisOf(person)),
    certificate: read(`cie/cards/${person.id}${variant}.cert.der`),
  })
  const sod = (variant = '') => read(`cie/cards/${person.id}${variant}.sod.${kind}.der`)

  test('is good for the totem and for OpenSSL', () => {
    expect(verifySod(sod(), files(), trust, now)).toMatchObject({ ok: true })
    expect(openssl(sod(), 'cie/sod-signer-ca.pem')).not.toBeNull()
  })
  test('by a signer on no list is refused by both', () => {
    expect(verifySod(sod('.foreign-signer'), files(), trust, now)).toMatchObject({
      error: { reason: 'sod-signer-untrusted' },
    })
    expect(openssl(sod('.foreign-signer'), 'cie/sod-signer-ca.pem')).toBeNull()
  })
  test('vouches for no other certificate', () => {
    expect(verifySod(sod(), files('.other-cf'), trust, now)).toMatchObject({ error: { reason: 'certificate-differs' } })
  })
})

describe('travel document', () => {
  const document = (variant: string) => {
    const [dg1, dg11, sod] = ['dg1', 'dg11', 'sod'].map((file) =>
      read(`cie/cards/${person.id}${variant}.travel.${file}.bin`),
    )
    return { dg1: dg1 ?? Buffer.of(), dg11: dg11 ?? Buffer.of(), sod: sod ?? Buffer.of() }
  }
  test.each(['', '.pss', '.expired', '.born-abroad'])(
    '%s names its holder; OpenSSL agrees on the signature',
    (variant) => {
      expect(verifyTravelDocument(document(variant), trust, now)).toMatchObject({
        ok: true,
        value: { codiceFiscale: person.codiceFiscale, surname: person.surname.toUpperCase(), born: person.born },
      })
      expect(openssl(document(variant).sod, 'cie/csca.pem')).not.toBeNull()
    },
  )
  test.each([
    ['.foreign', 'sod-signer-untrusted'],
    ['.altered', 'dg11-differs'],
  ])('%s: %s', (variant, reason) => {
    expect(verifyTravelDocument(document(variant), trust, now)).toEqual({
      ok: false,
      error: { kind: 'card-altered', reason },
    })
  })
})
