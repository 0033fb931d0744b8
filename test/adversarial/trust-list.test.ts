// tsyringe, inside @peculiar/x509, needs this loaded first.
import 'reflect-metadata'
import {
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
} from '@peculiar/x509'
import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Authority, rsaKeys, selfSigned } from '../../simulator/pki/issue.ts'
import { replaces, verifyTrustList } from '../../trust/list.ts'
import { loadTrust } from '../../trust/trust.ts'
import {
  ACCEPT,
  anchor,
  CERT_SIGN,
  caExtensions,
  cardCertificate as cardOf,
  certify,
  intermediate,
  LONG,
  listOf,
  unknownExtension,
} from '../support/trust/authorities.ts'

// A list that names the issuers of cards: what may stand on it, and who may sign it.

let ca: Authority
let foreign: Authority
let root: Authority
let old: CryptoKeyPair
let spare: CryptoKeyPair

beforeAll(async () => {
  spare = await rsaKeys(2048)
  old = await rsaKeys(1024)
  ca = await selfSigned('CN=Regione Prova - CA Cittadini TEST,C=IT', spare, LONG)
  foreign = await selfSigned('CN=Regione Prova - CA Cittadini TEST,C=IT', await rsaKeys(2048), LONG)
  root = await selfSigned('CN=National root CA TEST,C=IT', await rsaKeys(2048), LONG, 1)
})

describe('trust list', () => {
  const authority = (extensions: Extension[], keys = spare) =>
    certify({ issuer: root, subject: 'CN=X TEST', keys, extensions })
  test.each<[string, () => Promise<X509Certificate>]>([
    ['a card', async () => new X509Certificate(new Uint8Array(await cardOf(ca, { keys: spare })))],
    [
      'no CA',
      () => authority([new BasicConstraintsExtension(false, undefined, true), new KeyUsagesExtension(CERT_SIGN)]),
    ],
    ['a CA that may not sign certificates', () => authority(caExtensions(0, KeyUsageFlags.cRLSign))],
    ['a CA that does not say what it may', () => authority([new BasicConstraintsExtension(true)])],
    [
      'a CA with name constraints',
      () => authority([...caExtensions(), new Extension('2.5.29.30', true, Uint8Array.of(0x30, 0))]),
    ],
    ['a CA with an unknown critical extension', () => authority([...caExtensions(), unknownExtension(true)])],
    ['a CA of RSA-1024', () => authority(caExtensions(), old)],
  ])('%s among the issuers: refused whole', async (_name, made) => {
    expect(
      loadTrust(listOf(anchor('cie', root), intermediate('cie', { certificate: await made() })), [], ACCEPT),
    ).toEqual({
      ok: false,
      error: { kind: 'authorities-malformed', index: 1 },
    })
  })
  test('a list without any valid certificate is refused as a whole', () => {
    const list = listOf(anchor('cie', root), { role: 'cns', anchor: true, certificate: 'AAAA' })
    expect(loadTrust(list, [], ACCEPT)).toMatchObject({ error: { index: 1 } })
  })

  describe('signed', () => {
    let publicJwk: JWK
    let privateKey: CryptoKey
    beforeAll(async () => {
      const pair = await generateKeyPair('ES256', { extractable: true })
      privateKey = pair.privateKey
      publicJwk = await exportJWK(pair.publicKey)
    })
    const signed = (
      payload: unknown = listOf(anchor('cns', ca)),
      header: Record<string, string> = {},
      key: CryptoKey = privateKey,
    ) =>
      new CompactSign(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'ES256', typ: 'totem-trust+jws', ...header })
        .sign(key)
    const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url')

    test('a good one is opened', async () => {
      expect(await verifyTrustList(await signed(), publicJwk)).toEqual({ ok: true, value: listOf(anchor('cns', ca)) })
    })
    test.each<[string, () => Promise<string>]>([
      ['by another key', async () => signed(undefined, {}, (await generateKeyPair('ES256')).privateKey)],
      ['of another type', () => signed(undefined, { typ: 'JWT' })],
      [
        'not at all (alg none)',
        async () => `${part({ alg: 'none', typ: 'totem-trust+jws' })}.${part(listOf(anchor('cns', ca)))}.`,
      ],
      [
        'with a MAC by the public key',
        async () =>
          new CompactSign(Buffer.from(JSON.stringify(listOf(anchor('cns', ca)))))
            .setProtectedHeader({ alg: 'HS256', typ: 'totem-trust+jws' })
            .sign(Buffer.from(JSON.stringify(publicJwk))),
      ],
      [
        'over another payload',
        async () => {
          const [header, , signature] = (await signed()).split('.')
          return `${header}.${part(listOf(anchor('cns', foreign)))}.${signature}`
        },
      ],
      ['nothing', async () => ''],
    ])('trust-list-unsigned: %s', async (_name, jws) => {
      expect(await verifyTrustList(await jws(), publicJwk)).toEqual({
        ok: false,
        error: { kind: 'trust-list-unsigned' },
      })
    })
    test.each<[string, unknown]>([
      ['no JSON', '{'],
      ['no authorities', listOf()],
      ['an unknown role', { ...listOf(), authorities: [{ role: 'tls', anchor: true, certificate: 'AAAA' }] }],
      ['no sequence', { ...listOf({ role: 'cns', anchor: true, certificate: 'AAAA' }), sequence: 0 }],
    ])('trust-list-malformed: %s', async (_name, payload) => {
      expect(await verifyTrustList(await signed(payload), publicJwk)).toEqual({
        ok: false,
        error: { kind: 'trust-list-malformed' },
      })
    })
    test('an older list, or the same number again, replaces nothing', () => {
      const list = (sequence: number) => ({ ...listOf(anchor('cns', ca)), sequence })
      expect([6, 7, 8].map((sequence) => replaces(list(sequence), list(7)))).toEqual([false, false, true])
    })
  })
})
