// tsyringe, inside @peculiar/x509, needs this loaded first.
import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import {
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from '@peculiar/x509'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Authority, ecKeys, rsaKeys, selfSigned } from '../../simulator/pki/issue.ts'
import { type CieFiles, verifySod } from '../../trust/sod.ts'
import { verifyTravelDocument } from '../../trust/travel-document.ts'
import type { Trust } from '../../trust/trust.ts'
import {
  anchor,
  cardCertificate,
  certify,
  codiceFiscale,
  days,
  LONG,
  NOW,
  trustIn,
  YEAR,
} from '../support/trust/authorities.ts'
import { der, integer, octets, sequence, set } from '../support/trust/der.ts'
import { contentType, digestOf, type Forgery, forgeSod, messageDigest } from './sod-forge.ts'

const NIS = Buffer.from('123456789012')
const SERIAL = Buffer.from('CA00000AA')
const INTERNAL_KEY = sequence(integer(Buffer.concat([Buffer.of(0x40), randomBytes(255)])), integer(Buffer.of(1, 0, 1)))
const CERTIFICATE = sequence(octets(randomBytes(900)))
const GROUPS: [number, Uint8Array][] = [
  [0xa1, NIS],
  [0xa2, SERIAL],
  [0xa3, CERTIFICATE],
  [0xa4, INTERNAL_KEY],
]
const FILES: CieFiles = { nis: NIS, serial: SERIAL, certificate: CERTIFICATE, internalKey: INTERNAL_KEY }

let ca: Authority
let csca: Authority
let impostor: Authority
let signer: Authority
let elliptic: Authority
let documentSigner: Authority
let keys: CryptoKeyPair
let trust: Trust

const SIGNING = [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)]
async function signerUnder(
  issuer: Authority,
  {
    by = keys,
    validity = YEAR,
    extensions = SIGNING,
  }: { by?: CryptoKeyPair; validity?: typeof YEAR; extensions?: Extension[] } = {},
): Promise<Authority> {
  const all = [...extensions, await SubjectKeyIdentifierExtension.create(by.publicKey)]
  return {
    keys: by,
    certificate: await certify({ issuer, subject: 'CN=SOD signer TEST', keys: by, validity, extensions: all }),
  }
}

beforeAll(async () => {
  const [one, two, three, four] = await Promise.all(Array.from({ length: 4 }, () => rsaKeys(2048)))
  if (!one || !two || !three || !four) throw new Error('four pairs of keys')
  keys = one
  ca = await selfSigned('CN=SOD CA TEST', two, LONG)
  csca = await selfSigned('CN=CSCA TEST', three, LONG)
  impostor = await selfSigned('CN=SOD CA TEST', four, LONG)
  signer = await signerUnder(ca)
  elliptic = await signerUnder(ca, { by: await ecKeys() })
  documentSigner = await signerUnder(csca)
  trust = trustIn([anchor('sod', ca), anchor('csca', csca), anchor('cie', impostor)])
})

const verdict = (sod: Uint8Array, files = FILES, at = NOW) => {
  const verified = verifySod(sod, files, trust, at)
  return verified.ok ? 'good' : verified.error.reason
}
type Wish = Partial<Omit<Forgery, 'signer'>> & { signer?: () => Authority | Promise<Authority> }
const sodOf = async ({ signer: by = () => signer, ...rest }: Wish = {}) =>
  forgeSod({ groups: GROUPS, ...rest, signer: await by() })

describe('EF.SOD of a CIE', () => {
  test.each<[string, Wish]>([
    ['SHA-256 and PKCS#1', {}],
    ['SHA-384 and PKCS#1', { hash: 'sha384' }],
    ['SHA-512 and PKCS#1', { hash: 'sha512' }],
    ['rsaEncryption', { scheme: 'pkcs1-plain' }],
    ['SHA-256 and PSS', { scheme: 'pss' }],
    ['SHA-512 and PSS', { scheme: 'pss', hash: 'sha512', version: 1 }],
    ['PSS with a salt of 20', { scheme: 'pss', pss: { salt: 20, saltSaid: 20 } }],
    ['ECDSA', { scheme: 'ecdsa', signer: () => elliptic }],
    ['a signer named by its key', { bySubjectKey: true }],
    ['file hashes of another length than the signature', { ldsHash: 'sha512' }],
  ])('signed with %s: good', async (_name, wish) => {
    expect(verdict(await sodOf(wish))).toBe('good')
  })
  test('file padding is not hashed, neither of EF.SOD nor of the files', async () => {
    for (const padding of [Buffer.alloc(40), Buffer.alloc(40, 0xff)]) {
      const padded = (file: Uint8Array) => Buffer.concat([file, padding])
      const files = { ...FILES, certificate: padded(CERTIFICATE), internalKey: padded(INTERNAL_KEY) }
      expect(verdict(padded(await sodOf()), files)).toBe('good')
    }
  })
  test.each<[string, string, CieFiles]>([
    ['nis-differs', 'of another card', { nis: Buffer.from('123456789013') }],
    ['nis-differs', 'with padding, which the NIS never has', { nis: Buffer.concat([NIS, Buffer.of(0)]) }],
    ['serial-differs', 'another number', { serial: Buffer.from('CA00000AB') }],
    ['certificate-differs', "another person's", { certificate: sequence(octets(randomBytes(900))) }],
    ['certificate-malformed', 'cut', { certificate: CERTIFICATE.subarray(0, 500) }],
    ['certificate-malformed', 'empty', { certificate: new Uint8Array() }],
    [
      'internalKey-differs',
      'the key of the chip that holds the copy',
      { internalKey: sequence(integer(randomBytes(256))) },
    ],
    ['servicesKey-not-listed', 'not among the files signed', { servicesKey: INTERNAL_KEY }],
  ])('%s: %s', async (reason, _name, files) => {
    expect(verdict(await sodOf(), files)).toBe(reason)
  })
  test.each<[string, string, Wish]>([
    [
      'sod-signature',
      'attributes of another EF.SOD',
      { attributes: () => [contentType(), messageDigest(digestOf(NIS))] },
    ],
    [
      'sod-signature',
      'attributes in another order than signed',
      { signedAttributes: (all) => set(...all.toReversed()) },
    ],
    [
      'sod-signature',
      'another content type than signed',
      { attributes: (digest) => [contentType('1.2.3'), messageDigest(digest)] },
    ],
    ['sod-signature', 'signed as stored, not as a SET', { signedAttributes: (all) => der(0xa0, ...all) }],
    ['sod-signature', 'PSS with another salt than said', { scheme: 'pss', pss: { salt: 0 } }],
    ['sod-signature', 'said to be RSA by an elliptic signer', { signer: () => elliptic }],
    ['sod-malformed', 'PSS without a salt', { scheme: 'pss', pss: { salt: 0, saltSaid: 0 } }],
    ['sod-malformed', 'PSS with two hashes', { scheme: 'pss', pss: { mgfHash: 'sha512' } }],
    ['sod-malformed', 'SHA-1', { hash: 'sha1' }],
    ['sod-malformed', 'file hashes of SHA-1', { ldsHash: 'sha1' }],
    ['sod-malformed', 'a digest that is not the one said', { digestsSaid: ['sha512'] }],
    ['sod-malformed', 'two digests', { digestsSaid: ['sha256', 'sha512'] }],
    ['sod-malformed', 'no attributes', { attributes: () => [] }],
    ['sod-malformed', 'no message digest', { attributes: () => [contentType()] }],
    [
      'sod-malformed',
      'two message digests',
      { attributes: (digest) => [contentType(), messageDigest(digest), messageDigest(NIS)] },
    ],
    ['sod-malformed', 'an attribute that is not signed', { unsigned: [contentType()] }],
    ['sod-malformed', 'two signers', { signers: 2 }],
    ['sod-malformed', 'no signer', { signers: 0 }],
    [
      'sod-malformed',
      'another kind of content',
      {
        type: '1.2.840.113549.1.7.1',
        attributes: (digest) => [contentType('1.2.840.113549.1.7.1'), messageDigest(digest)],
      },
    ],
    ['sod-malformed', 'a file twice', { groups: [...GROUPS, [0xa1, Buffer.from('123456789013')]] }],
    ['sod-malformed', 'an unknown version', { version: 2 }],
    ['sod-malformed', 'numbers of two bytes', { groupNumber: (number) => integer(Buffer.of(0, number)) }],
    ['sod-signer-untrusted', 'a signer under a CA of the same name', { signer: () => signerUnder(impostor) }],
    ['sod-signer-untrusted', 'a signer of travel documents', { signer: () => documentSigner }],
    ['sod-signer-untrusted', 'the CA itself', { signer: () => ca }],
    [
      'sod-signer-untrusted',
      'a signer that signs for itself',
      { signer: () => selfSigned('CN=SOD signer TEST', keys, LONG) },
    ],
    [
      'sod-signer-untrusted',
      'a signer that has expired',
      { signer: () => signerUnder(ca, { validity: { notBefore: days(-90), notAfter: days(-1) } }) },
    ],
    [
      'sod-signer-untrusted',
      'a signer of tomorrow',
      { signer: () => signerUnder(ca, { validity: { notBefore: days(1), notAfter: days(9) } }) },
    ],
    [
      'sod-signer-untrusted',
      'a signer that may only encrypt',
      { signer: () => signerUnder(ca, { extensions: [new KeyUsagesExtension(KeyUsageFlags.keyEncipherment, true)] }) },
    ],
    [
      'sod-signer-untrusted',
      'a signer that is a CA',
      { signer: () => signerUnder(ca, { extensions: [...SIGNING, new BasicConstraintsExtension(true, 0, true)] }) },
    ],
    [
      'sod-signer-untrusted',
      'a signer of RSA-1024',
      { signer: async () => signerUnder(ca, { by: await rsaKeys(1024) }) },
    ],
  ])('%s: %s', async (reason, _name, wish) => {
    expect(verdict(await sodOf(wish))).toBe(reason)
  })
  test("a citizen's own card signs no EF.SOD, though the same State issued it", async () => {
    const certificate = new X509Certificate(new Uint8Array(await cardCertificate(impostor, { keys })))
    expect(verdict(await sodOf({ signer: () => ({ keys, certificate }) }))).toBe('sod-signer-untrusted')
  })
  test('bytes behind it that are no padding', async () => {
    expect(verdict(Buffer.concat([await sodOf(), Buffer.of(0, 1)]))).toBe('sod-malformed')
  })
  test.each<[string, Wish]>([
    ['PKCS#1', {}],
    ['PSS', { scheme: 'pss', hash: 'sha512', version: 1 }],
    ['ECDSA', { scheme: 'ecdsa', signer: () => elliptic }],
  ])('one bit changed in any byte, %s: never good, never thrown', async (_name, wish) => {
    const sod = await sodOf(wish)
    for (const place of sod.keys()) {
      const wrong = Uint8Array.from(sod)
      wrong[place] = (wrong[place] ?? 0) ^ (1 << (place % 8))
      expect(verdict(wrong)).not.toBe('good')
    }
  })
  test('any bytes at all: sod-malformed', async () => {
    const sod = await sodOf()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(sod.length - 1), (any, cut) => {
        expect(verdict(any)).toBe('sod-malformed')
        expect(verdict(sod.subarray(0, cut))).toBe('sod-malformed')
        expect(verdict(Buffer.concat([sod.subarray(0, cut), any]))).not.toBe('good')
      }),
    )
  })
})

describe('travel document', () => {
  const MRZ = ['C<ITACA00000AA4<<<<<<<<<<<<<<<', '8001014M3401011ITA<<<<<<<<<<<4', 'ROSSI<<MARIO<<<<<<<<<<<<<<<<<<']
  const dataGroup1 = (lines: string[] = MRZ) => der(0x61, tag2(0x5f1f, Buffer.from(lines.join(''))))
  const tag2 = (tag: number, content: Uint8Array) => Buffer.concat([Buffer.of(tag >> 8), der(tag & 0xff, content)])
  const DETAILS: Record<number, string> = {
    24334: 'ROSSI<<MARIO',
    24336: 'RSSMRA80A01H501U',
    24363: '19800101',
    24337: 'ROMA<RM',
    24386: 'VIA GARIBALDI 10<ROMA<RM',
  }
  const dataGroup11 = (other: Record<number, string | Uint8Array | null> = {}) =>
    der(
      0x6b,
      ...Object.entries({ ...DETAILS, ...other }).flatMap(([tag, text]) =>
        text === null ? [] : [tag2(Number(tag), Buffer.from(text))],
      ),
    )
  const read = (
    dg1: Uint8Array,
    dg11: Uint8Array,
    groups: [number, Uint8Array][] = [
      [1, dg1],
      [11, dg11],
    ],
    by = documentSigner,
  ) => {
    const verified = verifyTravelDocument({ dg1, dg11, sod: forgeSod({ groups, signer: by }) }, trust, NOW)
    return verified.ok ? verified.value : verified.error.reason
  }

  test('names its holder', () => {
    expect(read(dataGroup1(), dataGroup11())).toEqual({
      documentNumber: 'CA00000AA',
      surname: 'ROSSI',
      name: 'MARIO',
      codiceFiscale: 'RSSMRA80A01H501U',
      born: '1980-01-01',
      expires: '2034-01-01',
      birthPlace: ['ROMA', 'RM'],
      address: ['VIA GARIBALDI 10', 'ROMA', 'RM'],
    })
  })
  test.each<[string, object, string[], Record<number, string | Uint8Array | null>]>([
    ['born abroad, without a separator', { birthPlace: ['MONTEVIDEO'] }, MRZ, { 24337: 'MONTEVIDEO' }],
    ['without an address', { address: [] }, MRZ, { 24386: null }],
    [
      'with an accent in Latin-1',
      { address: ['VIA LIBERTÀ 1', 'ROMA'] },
      MRZ,
      { 24386: Buffer.from('VIA LIBERTÀ 1<ROMA', 'latin1') },
    ],
    [
      'with an apostrophe and an accent in the name',
      { surname: "D'ANGELÒ", name: 'MARIO MARIA' },
      [MRZ[0] ?? '', MRZ[1] ?? '', 'DANGELO<<MARIO<MARIA<<<<<<<<<<'],
      { 24334: "D'ANGELÒ<<MARIO<MARIA" },
    ],
    [
      'with a name that has no one spelling in the machine-readable zone',
      { surname: 'MÜLLER' },
      [MRZ[0] ?? '', MRZ[1] ?? '', 'MUELLER<<MARIO<<<<<<<<<<<<<<<<'],
      { 24334: 'MÜLLER<<MARIO' },
    ],
    [
      'with a name longer than the machine-readable zone',
      { surname: 'PAPADOPOULOS ALEXANDROPOULOS' },
      [MRZ[0] ?? '', MRZ[1] ?? '', 'PAPADOPOULOS<ALEXANDROPO<<MARI'],
      { 24334: 'PAPADOPOULOS<ALEXANDROPOULOS<<MARIO' },
    ],
    ['without a name in DG11', { surname: 'ROSSI', name: 'MARIO' }, MRZ, { 24334: null }],
  ])('%s', (_name, expected, lines, details) => {
    expect(read(dataGroup1(lines), dataGroup11(details))).toMatchObject(expected)
  })
  test.each<[string, string, string[], Record<number, string | null>]>([
    ['dg1-malformed', 'a wrong check digit', [MRZ[0] ?? '', '8001015M3401011ITA<<<<<<<<<<<4', MRZ[2] ?? ''], {}],
    ['dg1-malformed', 'a line too short', [MRZ[0] ?? '', MRZ[1] ?? '', 'ROSSI<<MARIO'], {}],
    ['dg11-malformed', 'a codice fiscale with a wrong check letter', MRZ, { 24336: 'RSSMRA80A01H501A' }],
    ['dg11-malformed', 'no codice fiscale', MRZ, { 24336: null }],
    ['dg11-malformed', 'a day of birth that is none', MRZ, { 24363: '19800231' }],
    ['holder-differs', 'two names', MRZ, { 24334: 'VERDI<<GIUSEPPE' }],
    ['holder-differs', 'two days of birth', MRZ, { 24363: '19800102' }],
  ])('%s: %s', (reason, _name, lines, details) => {
    expect(read(dataGroup1(lines), dataGroup11(details))).toBe(reason)
  })
  test('files of another document, or no files', () => {
    const [dg1, dg11] = [dataGroup1(), dataGroup11()]
    const others = dataGroup11({ 24336: codiceFiscale })
    expect(
      read(dg1, others, [
        [1, dg1],
        [11, dg11],
      ]),
    ).toBe('dg11-differs')
    expect(read(dg1, dg11, [[1, dg1]])).toBe('dg11-not-listed')
    expect(read(dg11, dg11)).toBe('dg1-malformed')
    expect(read(dg1, dg11, undefined, signer)).toBe('sod-signer-untrusted')
  })
  test('any bytes as a file: refused, never thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
        const [dg1, dg11] = [der(0x61, any), der(0x6b, any)]
        expect(read(dg1, dg11)).toBeTypeOf('string')
        expect(read(dataGroup1(), dg11)).toBe('dg11-malformed')
      }),
      { numRuns: 50 },
    )
  })
})
