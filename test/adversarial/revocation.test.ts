// tsyringe, inside @peculiar/x509, needs this loaded first.
import 'reflect-metadata'
import { KeyObject, randomBytes, sign } from 'node:crypto'
import { CRLDistributionPointsExtension, type Extension, KeyUsageFlags, X509Certificate } from '@peculiar/x509'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Authority, rsaKeys, selfSigned } from '../../simulator/pki/issue.ts'
import { verifyCardCertificate } from '../../trust/card-certificate.ts'
import { crl } from '../../trust/crl.ts'
import { decode } from '../../trust/der.ts'
import {
  ACCEPT,
  anchor,
  CIE_POLICY,
  caExtensions,
  cardCertificate,
  codiceFiscale,
  days,
  intermediate,
  LONG,
  NOW,
  REFUSE,
  subCa,
  trustIn,
} from '../support/trust/authorities.ts'
import { bool, bytes, context, der, extension, integer, name, oid, sequence, utcTime } from '../support/trust/der.ts'

const HOUR = 1 / 24
const URL = 'http://crl.test.invalid/'

let ca: Authority
let impostor: Authority
let mute: Authority
let root: Authority
let issuing: Authority
let keys: CryptoKeyPair

beforeAll(async () => {
  const [one, two, three, four, five, six] = await Promise.all(Array.from({ length: 6 }, () => rsaKeys(2048)))
  if (!one || !two || !three || !four || !five || !six) throw new Error('six pairs of keys')
  keys = one
  ca = await selfSigned('CN=CA TEST', two, LONG)
  impostor = await selfSigned('CN=CA TEST', three, LONG)
  root = await selfSigned('CN=Root TEST', four, LONG, 1)
  issuing = await subCa(root, 'CN=Sub TEST', five)
  mute = await subCa(root, 'CN=Mute TEST', six, { extensions: caExtensions(0, KeyUsageFlags.keyCertSign) })
})

const cardOf = (issuer: Authority, more: Extension[] = []) => cardCertificate(issuer, { keys, more })
const cieOf = (issuer: Authority) =>
  cardCertificate(issuer, { keys, names: [`${codiceFiscale}/CA00000AA`], policies: [CIE_POLICY] })
const serialOf = (certificate: Uint8Array) =>
  Buffer.from(new X509Certificate(new Uint8Array(certificate)).serialNumber, 'hex')

interface Revoked {
  serial: Uint8Array
  at: number
  extensions?: Uint8Array[]
}
interface CrlWish {
  /** Days from now. */
  made?: number
  next?: number
  revoked?: Revoked[]
  entries?: Uint8Array
  extensions?: Uint8Array[]
}

const entriesOf = (revoked: Revoked[]) =>
  revoked.map(({ serial, at, extensions = [] }) =>
    sequence(integer(serial), utcTime(days(at)), ...(extensions.length > 0 ? [sequence(...extensions)] : [])),
  )

/** A CRL, signed with RSA and SHA-256. */
function crlOf(issuer: Authority, wish: CrlWish = {}): Uint8Array {
  const { made = -HOUR, next = 7, revoked = [], entries = Buffer.concat(entriesOf(revoked)), extensions = [] } = wish
  const algorithm = sequence(oid('1.2.840.113549.1.1.11'), der(0x05))
  const tbs = sequence(
    integer(Uint8Array.of(1)),
    algorithm,
    name(issuer.certificate),
    utcTime(days(made)),
    utcTime(days(next)),
    ...(entries.length > 0 ? [sequence(entries)] : []),
    ...(extensions.length > 0 ? [context(0, sequence(...extensions))] : []),
  )
  return sequence(tbs, algorithm, bytes(0x03, sign('sha256', tbs, KeyObject.from(issuer.keys.privateKey)), 0))
}

const revocation = (certificate: Uint8Array, crls: Uint8Array[], { policy = REFUSE, at = NOW, now = NOW } = {}) => {
  const trust = trustIn(
    [anchor('cns', ca), anchor('cie', root), intermediate('cie', issuing), intermediate('cie', mute)],
    crls,
    policy,
  )
  const verified = verifyCardCertificate(certificate, trust, at, now)
  return verified.ok ? verified.value.revocation : verified.error.kind
}

describe('a CRL', () => {
  test('says good or revoked', async () => {
    const certificate = await cardOf(ca)
    const other = { serial: Uint8Array.of(0x40, 0x01), at: -5 }
    expect(revocation(certificate, [crlOf(ca, { revoked: [other] })])).toBe('good')
    const revoked = [other, { serial: serialOf(certificate), at: -5 }]
    expect(revocation(certificate, [crlOf(ca, { revoked })])).toBe('certificate-revoked')
    expect(revocation(certificate, [crlOf(ca, { revoked })], { policy: ACCEPT })).toBe('certificate-revoked')
  })
  test('revokes by an entry whose date cannot be read', async () => {
    const certificate = await cardOf(ca)
    const entries = sequence(integer(serialOf(certificate)), der(0x17, Buffer.from('2611200000Z')))
    expect(revocation(certificate, [crlOf(ca, { entries })])).toBe('certificate-revoked')
  })
  test.each<[string, () => Uint8Array[]]>([
    ['none', () => []],
    ['older than the policy allows', () => [crlOf(ca, { made: -25 * HOUR })]],
    ['past its nextUpdate', () => [crlOf(ca, { made: -2 * HOUR, next: -HOUR })]],
    ['from the future', () => [crlOf(ca, { made: HOUR })]],
    ['of an issuer of the same name and another key', () => [crlOf(impostor)]],
    ['of another issuer', () => [crlOf(root)]],
    ['with a signature that is cut', () => [crlOf(ca).subarray(0, -1)]],
    ['with a bit changed', () => [crlOf(ca).map((byte, place) => (place === 60 ? byte ^ 1 : byte))]],
    [
      'of changes only (delta)',
      () => [crlOf(ca, { extensions: [extension('2.5.29.27', true, integer(Uint8Array.of(1)))] })],
    ],
    ['of other issuers too (indirect)', () => [crlOf(ca, { extensions: [point(context(4, bool(true)))] })]],
    ['of some reasons only', () => [crlOf(ca, { extensions: [point(der(0x83, Buffer.of(0, 0x80)))] })]],
    ['of CAs only', () => [crlOf(ca, { extensions: [point(der(0x82, Buffer.of(0xff)))] })]],
    ['of another distribution point', () => [crlOf(ca, { extensions: [partition('2.crl')] })]],
    [
      'that demands what nobody understands',
      () => [crlOf(ca, { extensions: [extension('1.3.6.1.4.1.99999.1', true, der(0x05))] })],
    ],
    [
      'with an entry of another issuer',
      () => [
        crlOf(ca, {
          revoked: [{ serial: Uint8Array.of(1), at: -5, extensions: [extension('2.5.29.29', true, sequence())] }],
        }),
      ],
    ],
  ])('%s: unknown, and the policy decides', async (_name, crls) => {
    const certificate = await cardOf(ca)
    expect(revocation(certificate, crls())).toBe('revocation-unknown')
    expect(revocation(certificate, crls(), { policy: ACCEPT })).toBe('unknown-accepted')
  })
  test('from before the revocation, beside the newer one, is not believed', async () => {
    const certificate = await cardOf(ca)
    const newer = crlOf(ca, { made: -HOUR, revoked: [{ serial: serialOf(certificate), at: -2 * HOUR }] })
    const older = crlOf(ca, { made: -3 * HOUR })
    expect(revocation(certificate, [older, newer])).toBe('certificate-revoked')
    expect(revocation(certificate, [newer, older])).toBe('certificate-revoked')
  })
  test('that is too old to say good still says revoked', async () => {
    const certificate = await cardOf(ca)
    const old = crlOf(ca, { made: -20, next: -10, revoked: [{ serial: serialOf(certificate), at: -30 }] })
    expect(revocation(certificate, [old], { policy: ACCEPT })).toBe('certificate-revoked')
  })
  test('in parts counts for the cards that name that part', async () => {
    const certificate = await cardOf(ca, [new CRLDistributionPointsExtension([`${URL}1.crl`])])
    expect(revocation(certificate, [crlOf(ca, { extensions: [partition('1.crl')] })])).toBe('good')
    expect(revocation(certificate, [crlOf(ca, { extensions: [partition('2.crl')] })])).toBe('revocation-unknown')
    const revoked = [{ serial: serialOf(certificate), at: -5 }]
    const parts = [
      crlOf(ca, { revoked, extensions: [partition('1.crl')] }),
      crlOf(ca, { made: 0, extensions: [partition('2.crl')] }),
    ]
    expect(revocation(certificate, parts)).toBe('certificate-revoked')
  })
  test('for holders only is enough for a holder', async () => {
    const users = crlOf(ca, { extensions: [point(der(0x81, Buffer.of(0xff)))] })
    expect(revocation(await cardOf(ca), [users])).toBe('good')
  })
  test('of today judges a log-in of three weeks ago by its own date', async () => {
    const certificate = await cardOf(ca)
    const at = days(-20)
    const of = (revokedAt: number) => crlOf(ca, { revoked: [{ serial: serialOf(certificate), at: revokedAt }] })
    expect(revocation(certificate, [of(-10)], { at })).toBe('good')
    expect(revocation(certificate, [of(-30)], { at })).toBe('certificate-revoked')
  })
})

describe('an issuing CA', () => {
  test('must be known not to be revoked, like the card', async () => {
    const certificate = await cieOf(issuing)
    expect(revocation(certificate, [crlOf(issuing)])).toBe('revocation-unknown')
    expect(revocation(certificate, [crlOf(root)])).toBe('revocation-unknown')
    expect(revocation(certificate, [crlOf(issuing), crlOf(root)])).toBe('good')
  })
  test('is judged by a CRL of its root, which issues one twice a year', async () => {
    const certificate = await cieOf(issuing)
    const ofRoot = (next: number) => crlOf(root, { made: -90, next })
    expect(revocation(certificate, [crlOf(issuing), ofRoot(90)])).toBe('good')
    expect(revocation(certificate, [crlOf(issuing), ofRoot(-1)])).toBe('revocation-unknown')
  })
  test('that is revoked vouches for nobody', async () => {
    const revoked = [{ serial: serialOf(new Uint8Array(issuing.certificate.rawData)), at: -5 }]
    const crls = [crlOf(issuing), crlOf(root, { revoked })]
    expect(revocation(await cieOf(issuing), crls, { policy: ACCEPT })).toBe('certificate-untrusted')
  })
  test('that may not sign CRLs is not believed', async () => {
    expect(revocation(await cieOf(mute), [crlOf(mute), crlOf(root)])).toBe('revocation-unknown')
  })
})

describe('any input as a CRL', () => {
  test('a CRL that is not used is reported', () => {
    const refused = trustIn([anchor('cns', ca)], [crlOf(impostor), Buffer.of(1), crlOf(ca)]).refusedCrls
    expect(refused.map(({ kind }) => kind)).toEqual(['crl-unsigned', 'crl-malformed'])
    expect(refused[0]?.sha256).toMatch(/^[0-9a-f]{64}$/)
  })
  test('crl-that-takes-hours: the entries of a CRL without a listed signer are not read', () => {
    const [one] = entriesOf([{ serial: Buffer.of(1), at: -5 }])
    if (!one) throw new Error('no entry')
    // The same serial again and again: looking each up among all before it would take hours.
    const entries = Buffer.alloc(2_000_000 * one.length, one)
    const { refusedCrls } = trustIn([anchor('cns', ca)], [crlOf(impostor, { entries })])
    expect(refusedCrls.map(({ kind }) => kind)).toEqual(['crl-unsigned'])
  })
  test('crl-that-fills-memory: the reader stops before millions of empty elements', () => {
    const { refusedCrls } = trustIn([anchor('cns', ca)], [sequence(Buffer.alloc(60_000_000, der(0x05)))])
    expect(refusedCrls.map(({ kind }) => kind)).toEqual(['crl-malformed'])
  })
  test('any bytes: read or refused, never thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (any) => {
        expect(decode(any, crl)).toBeNull()
      }),
    )
  })
  test('any byte of a good one changed: never thrown', () => {
    const good = crlOf(ca, {
      revoked: [{ serial: Uint8Array.of(0x40), at: -1, extensions: [REASON] }],
    })
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
        const wrong = Uint8Array.from(good)
        wrong[place] = (wrong[place] ?? 0) ^ flip
        decode(wrong, crl)
      }),
      { numRuns: 1_000 },
    )
  })
  test('300,000 entries of a region: each is found, and no other', () => {
    const [one] = entriesOf([{ serial: Buffer.alloc(16, 1), at: -5, extensions: [REASON] }])
    if (!one) throw new Error('no entry')
    const many = Buffer.alloc(300_000 * one.length, one)
    const serials = Array.from({ length: 300_000 }, (_, index) => {
      const serial = many.subarray(index * one.length + SERIAL_AT, index * one.length + SERIAL_AT + 16)
      serial.writeUInt32BE(index, 8)
      return serial
    })
    const read = decode(crlOf(ca, { entries: many }), crl)
    expect(serials.every((serial) => read?.revokedAt(serial) === +days(-5))).toBe(true)
    expect(Array.from({ length: 1_000 }, () => read?.revokedAt(randomBytes(16))).every((at) => at === null)).toBe(true)
  })
})

/** Reason: key compromise. */
const REASON = extension('2.5.29.21', false, der(0x0a, Buffer.of(1)))
/** Behind the headers of the entry and of the serial number. */
const SERIAL_AT = 4
/** IssuingDistributionPoint, critical as it must be. */
const point = (...fields: Uint8Array[]) => extension('2.5.29.28', true, sequence(...fields))
const partition = (file: string) => point(context(0, context(0, der(0x86, Buffer.from(URL + file)))))
