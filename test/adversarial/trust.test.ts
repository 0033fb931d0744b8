// tsyringe, inside @peculiar/x509, needs this loaded first.
import 'reflect-metadata'
import { createHash, createPrivateKey, KeyObject, randomBytes, sign } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  type Extension,
  KeyUsageFlags,
  X509Certificate,
} from '@peculiar/x509'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { atTotem, type Caller } from '../../contract/caller.ts'
import {
  type CardEvidence,
  type Evidence,
  type LoginStatement,
  statementBytes,
  statementOf,
} from '../../contract/evidence.ts'
import { checkLetter } from '../../contract/identity.ts'
import { type Authority, ecKeys, privateKeyPem, rsaKeys, selfSigned } from '../../simulator/pki/issue.ts'
import { verifyCardCertificate } from '../../trust/card-certificate.ts'
import { verifyEvidence } from '../../trust/evidence.ts'
import type { Trust } from '../../trust/trust.ts'
import {
  anchor,
  base64Of,
  CIE_POLICY,
  CNS_POLICY,
  COMMON_NAME,
  caExtensions,
  cardCertificate as cardOf,
  codiceFiscale,
  days,
  intermediate,
  LONG,
  type Making,
  type Member,
  NOW,
  subCa,
  trustIn,
  unknownExtension,
} from '../support/trust/authorities.ts'

const ISSUER = 'CN=Regione Prova - CA Cittadini TEST,C=IT'

let ca: Authority
let foreign: Authority
let retired: Authority
let root: Authority
let issuing: Authority
let elliptic: Authority
let trust: Trust
let card: CryptoKeyPair
let old: CryptoKeyPair
/** Shared by all other CAs of the tests, since making keys takes most of the time. */
let spare: CryptoKeyPair
let cardKey: string

beforeAll(async () => {
  const keys = await Promise.all(Array.from({ length: 6 }, () => rsaKeys(2048)))
  const next = () => keys.shift() ?? spare
  spare = await rsaKeys(2048)
  ca = await selfSigned(ISSUER, next(), LONG)
  foreign = await selfSigned(ISSUER, next(), LONG)
  retired = await selfSigned(ISSUER, next(), { notBefore: days(-3000), notAfter: days(-1) })
  root = await selfSigned('CN=National root CA for Italian Electronic Identity Cards TEST,C=IT', next(), LONG, 1)
  issuing = await subCa(root, 'CN=Issuing sub CA TEST,C=IT', next())
  elliptic = await selfSigned('CN=Elliptic CA TEST,C=IT', await ecKeys(), LONG)
  card = next()
  old = await rsaKeys(1024)
  cardKey = await privateKeyPem(card)
  trust = trustIn([
    anchor('cns', ca),
    anchor('cns', retired),
    anchor('cns', elliptic),
    anchor('cie', root),
    intermediate('cie', issuing),
  ])
})

type Wish = Partial<Making> & { issuer?: () => Authority; with?: () => CryptoKeyPair }
const cardCertificate = ({ issuer = () => ca, with: keys = () => card, ...making }: Wish = {}) =>
  cardOf(issuer(), { keys: keys(), ...making })
const cieCertificate = (wish: Wish = {}) =>
  cardCertificate({
    issuer: () => issuing,
    names: [`${codiceFiscale}/CA00000AA`],
    subject: [{ SN: ['BIANCHI'] }, { G: ['ANNA'] }, { '2.5.4.5': ['CA00000AA'] }],
    policies: [CIE_POLICY],
    usage: KeyUsageFlags.digitalSignature,
    ...wish,
  })

const omocoded = (first15: string) => first15 + checkLetter(first15)
const omocode = (code: string) => omocoded(`${code.slice(0, 14)}${'LMNPQRSTUV'[Number(code[14])]}`)
const wrongLetter = codiceFiscale.slice(0, 15) + (codiceFiscale.endsWith('A') ? 'B' : 'A')
const PSS = { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 }

describe('card certificate', () => {
  test('a good CNS names its holder and card', async () => {
    const verified = verifyCardCertificate(await cardCertificate(), trust, NOW)
    expect(verified).toMatchObject({
      ok: true,
      value: {
        card: 'cns',
        codiceFiscale,
        cardId: '6030123456789012',
        documentNumber: null,
        notAfter: days(265),
        revocation: 'unknown-accepted',
      },
    })
  })
  test('a good CIE names its holder and document', async () => {
    const verified = verifyCardCertificate(await cieCertificate(), trust, NOW)
    expect(verified).toMatchObject({
      ok: true,
      value: {
        card: 'cie',
        codiceFiscale,
        surname: 'BIANCHI',
        givenName: 'ANNA',
        cardId: null,
        documentNumber: 'CA00000AA',
      },
    })
  })
  test.each<[string, () => Promise<Uint8Array>]>([
    ['with omocodia', () => cardCertificate({ names: [`${omocode(codiceFiscale)}/6030123456789012.AAAA`] })],
    ['with the TINIT prefix', () => cardCertificate({ names: [`TINIT-${codiceFiscale}`] })],
    [
      'with the code in the serialNumber alone',
      () => cardCertificate({ names: ['ANNA BIANCHI'], subject: [{ '2.5.4.5': [`TINIT-${codiceFiscale}`] }] }),
    ],
    [
      'with the code behind IT: in the serialNumber alone',
      () => cardCertificate({ names: ['ANNA BIANCHI'], subject: [{ '2.5.4.5': [`IT:${codiceFiscale}`] }] }),
    ],
    ['with the code in small letters', () => cardCertificate({ names: [codiceFiscale.toLowerCase()] })],
    ['of Lombardia', () => cardCertificate({ policies: ['1.3.159.6.1.3.2.10'] })],
    ['with several policies', () => cardCertificate({ policies: ['0.4.0.2042.1.1', CNS_POLICY] })],
    ['of an old chip, RSA-1024', () => cardCertificate({ with: () => old })],
    ['on its last day', () => cardCertificate({ validity: { notBefore: days(-100), notAfter: NOW } })],
    ['with an extension that need not be understood', () => cardCertificate({ more: [unknownExtension(false)] })],
    [
      'of an elliptic issuer',
      () =>
        cardCertificate({ issuer: () => elliptic, algorithm: { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' } }),
    ],
    ['a CIE without extended key usage', () => cieCertificate({ extended: null })],
    ['a CIE with a prefixed number', () => cieCertificate({ subject: [{ '2.5.4.5': ['IDCIT-CA00000AA'] }] })],
    ['a CIE with its number in the name alone', () => cieCertificate({ subject: [] })],
  ])('%s is accepted', async (_name, made) => {
    expect(verifyCardCertificate(await made(), trust, NOW)).toMatchObject({ ok: true })
  })
  test.each<[string, string, Wish]>([
    ['certificate-untrusted', 'an issuer of the same name and another key', { issuer: () => foreign }],
    ['certificate-untrusted', 'an issuer whose own time is over', { issuer: () => retired }],
    [
      'certificate-signature-unsupported',
      'signed with SHA-1',
      { algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' } },
    ],
    ['certificate-expired', 'expired yesterday', { validity: { notBefore: days(-100), notAfter: days(-1) } }],
    ['certificate-not-yet-valid', 'good from tomorrow', { validity: { notBefore: days(1), notAfter: days(100) } }],
    ['certificate-wrong-policy', 'no policy', { policies: null }],
    ['certificate-wrong-policy', 'qualified signature policy', { policies: ['0.4.0.194112.1.2'] }],
    ['certificate-wrong-policy', 'a policy that begins alike', { policies: [`${CNS_POLICY}.1`] }],
    ['certificate-wrong-policy', 'the policy of a CIE by an issuer of CNS', { policies: [CIE_POLICY] }],
    ['certificate-wrong-policy', 'the policy of a CNS by the issuer of CIE', { issuer: () => issuing }],
    ['certificate-wrong-policy', 'no key usage', { usage: null }],
    ['certificate-wrong-policy', 'no digitalSignature', { usage: KeyUsageFlags.keyEncipherment }],
    [
      'certificate-wrong-policy',
      'nonRepudiation set',
      { usage: KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation },
    ],
    ['certificate-wrong-policy', 'no extended key usage', { extended: null }],
    ['certificate-wrong-policy', 'not for clientAuth', { extended: [ExtendedKeyUsage.emailProtection] }],
    ['key-unsupported', 'an elliptic key', { with: () => elliptic.keys }],
    ['certificate-wrong-policy', 'an unknown critical extension', { more: [unknownExtension(true)] }],
    ['certificate-wrong-policy', 'a CA itself', { more: [new BasicConstraintsExtension(true, 0, true)] }],
    ['certificate-malformed', 'an extension twice', { more: [unknownExtension(false), unknownExtension(false)] }],
    ['codice-fiscale-invalid', 'wrong check letter', { names: [`${wrongLetter}/6030123456789012.AAAA`] }],
    ['codice-fiscale-invalid', 'no code in the name', { names: ['ANNA BIANCHI'] }],
    ['codice-fiscale-invalid', 'a code that goes on', { names: [`${codiceFiscale}9/6030123456789012.AAAA`] }],
    ['codice-fiscale-invalid', 'no common name', { names: [] }],
    ['codice-fiscale-invalid', 'two common names', { names: [COMMON_NAME, COMMON_NAME] }],
    ['codice-fiscale-invalid', 'two codes', { subject: [{ '2.5.4.5': [`TINIT-${omocode(codiceFiscale)}`] }] }],
  ])('%s: %s', async (kind, _name, wish) => {
    expect(verifyCardCertificate(await cardCertificate(wish), trust, NOW)).toMatchObject({ ok: false, error: { kind } })
  })
  test.each<[string, string, Wish]>([
    ['certificate-wrong-policy', 'not for clientAuth', { extended: [ExtendedKeyUsage.emailProtection] }],
    ['key-unsupported', 'RSA-1024', { with: () => old }],
    ['certificate-untrusted', 'issued by the root of another State', { issuer: () => foreign }],
  ])('CIE, %s: %s', async (kind, _name, wish) => {
    expect(verifyCardCertificate(await cieCertificate(wish), trust, NOW)).toMatchObject({ ok: false, error: { kind } })
  })
  test('a refusal by date carries the day in Italian time', async () => {
    const expired = await cardCertificate({
      validity: { notBefore: days(-100), notAfter: new Date('2026-11-20T23:30:00Z') },
    })
    expect(verifyCardCertificate(expired, trust, NOW)).toEqual({
      ok: false,
      error: { kind: 'certificate-expired', date: '2026-11-21' },
    })
    const early = await cardCertificate({ validity: { notBefore: days(2), notAfter: days(100) } })
    expect(verifyCardCertificate(early, trust, NOW)).toEqual({
      ok: false,
      error: { kind: 'certificate-not-yet-valid', date: '2026-11-24' },
    })
  })
  test('a card that expired with its issuer is refused as expired, not as untrusted', async () => {
    const expired = await cardCertificate({
      issuer: () => retired,
      validity: { notBefore: days(-100), notAfter: days(-2) },
    })
    expect(verifyCardCertificate(expired, trust, NOW)).toMatchObject({ error: { kind: 'certificate-expired' } })
  })
  test('certificate-malformed: cut, lengthened, empty', async () => {
    const der = await cardCertificate()
    for (const wrong of [der.subarray(0, 700), Buffer.concat([der, Buffer.alloc(1)]), new Uint8Array()]) {
      expect(verifyCardCertificate(wrong, trust, NOW)).toEqual({ ok: false, error: { kind: 'certificate-malformed' } })
    }
  })
  test('certificate-malformed: an invalid subject, signed by a careless issuer', async () => {
    const der = Buffer.from(await cardCertificate())
    // The last common name (2.5.4.3) is the subject's. It becomes an OCTET STRING, and the certificate is signed anew.
    der[der.lastIndexOf(Buffer.from('0603550403', 'hex'))] = 0x04
    const tbs = der.subarray(4, 8 + der.readUInt16BE(6))
    sign('sha256', tbs, KeyObject.from(ca.keys.privateKey)).copy(der, der.length - 256)
    expect(verifyCardCertificate(der, trust, NOW)).toEqual({ ok: false, error: { kind: 'certificate-malformed' } })
  })
  test('one bit changed in any byte: refused, never thrown', async () => {
    const der = await cardCertificate()
    for (const place of der.keys()) {
      const wrong = Uint8Array.from(der)
      wrong[place] = (wrong[place] ?? 0) ^ (1 << (place % 8))
      expect(verifyCardCertificate(wrong, trust, NOW).ok).toBe(false)
    }
  })
  test('any bytes at all: certificate-malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(verifyCardCertificate(bytes, trust, NOW)).toEqual({
          ok: false,
          error: { kind: 'certificate-malformed' },
        })
      }),
    )
  })
})

describe('chain', () => {
  /** A CNS under a chain of CAs made for it; the first is the anchor. */
  async function under(
    links: { validity?: typeof LONG; extensions?: Extension[] }[],
    listed: (chain: Authority[]) => Member[] = ([top, ...others]) => [
      ...(top ? [anchor('cns', top)] : []),
      ...others.map((link) => intermediate('cns', link)),
    ],
  ) {
    const chain: Authority[] = []
    for (const [index, link] of links.entries()) {
      const keys = await rsaKeys(2048)
      const name = `CN=CA ${index} TEST,C=IT`
      const issuer = chain.at(-1) ?? { keys, certificate: (await selfSigned(name, keys, LONG)).certificate }
      chain.push(await subCa(issuer, name, keys, link))
    }
    const issuer = chain.at(-1) ?? ca
    return verifyCardCertificate(await cardCertificate({ issuer: () => issuer }), trustIn(listed(chain)), NOW)
  }
  const untrusted = { ok: false, error: { kind: 'certificate-untrusted' } }

  test('of four authorities is followed, one of five is not', async () => {
    expect(await under([{}, {}, {}, {}])).toMatchObject({ ok: true })
    expect(await under([{}, {}, {}, {}, {}])).toEqual(untrusted)
  })
  test.each<[string, Parameters<typeof under>]>([
    ['whose intermediate has expired', [[{}, { validity: { notBefore: days(-900), notAfter: days(-1) } }]]],
    ['whose anchor has expired', [[{ validity: { notBefore: days(-900), notAfter: days(-1) } }, {}]]],
    ['longer than its anchor allows', [[{ extensions: caExtensions(0) }, {}]]],
    ['longer than an intermediate allows', [[{}, { extensions: caExtensions(0) }, {}]]],
    ['whose anchor is on no list', [[{}, {}], ([, ...others]) => others.map((link) => intermediate('cns', link))]],
    [
      'with a gap',
      [[{}, {}, {}], ([top, , last]) => (top && last ? [anchor('cns', top), intermediate('cns', last)] : [])],
    ],
    [
      'that ends in an anchor of CIE',
      [[{}, {}], ([top, last]) => (top && last ? [anchor('cie', top), intermediate('cns', last)] : [])],
    ],
    ['of signers of EF.SOD', [[{}], ([top]) => (top ? [anchor('sod', top)] : [])]],
    ['of country signing CAs', [[{}], ([top]) => (top ? [anchor('csca', top)] : [])]],
  ])('%s: certificate-untrusted', async (_name, [links, listed]) => {
    expect(await under(links, listed)).toEqual(untrusted)
  })
  test('an intermediate of the same name and another key vouches for nobody', async () => {
    const impostor = await subCa(foreign, issuing.certificate.subject, spare)
    expect(verifyCardCertificate(await cieCertificate({ issuer: () => impostor }), trust, NOW)).toEqual(untrusted)
    // Being on the list does not help: its chain does not end in the anchor.
    const listed = trustIn([anchor('cie', root), intermediate('cie', impostor)])
    expect(verifyCardCertificate(await cieCertificate({ issuer: () => impostor }), listed, NOW)).toEqual(untrusted)
  })
  test('two authorities that vouch for each other vouch for nobody', async () => {
    const [one, other] = ['CN=One TEST', 'CN=Other TEST'] as const
    const first = await selfSigned(one, spare, LONG)
    const second = await subCa(first, other, foreign.keys)
    const cross = await subCa(second, one, spare)
    const round = trustIn([intermediate('cns', cross), intermediate('cns', second)])
    expect(verifyCardCertificate(await cardCertificate({ issuer: () => second }), round, NOW)).toEqual(untrusted)
  })
  test("a citizen's card can't make another", async () => {
    const holder: Authority = { keys: card, certificate: new X509Certificate(new Uint8Array(await cardCertificate())) }
    expect(verifyCardCertificate(await cardCertificate({ issuer: () => holder }), trust, NOW)).toEqual(untrusted)
  })
  test('a CA that signs with RSA-PSS is understood', async () => {
    expect(verifyCardCertificate(await cardCertificate({ algorithm: PSS }), trust, NOW)).toMatchObject({ ok: true })
  })
})

describe('evidence', () => {
  const statement = statementOf({
    caller: atTotem('TT-0001'),
    session: '01KAXXXXXXXXXXXXXXXXXXXXXX',
    at: NOW.toISOString(),
    challenge: randomBytes(32).toString('base64'),
    nonce: randomBytes(32).toString('base64'),
  })
  const challenge = (of: LoginStatement) => createHash('sha256').update(statementBytes(of)).digest()
  const signed = async (over: Uint8Array, hash = 'sha256', wish: Wish = {}): Promise<CardEvidence> => ({
    by: 'card',
    statement,
    certificate: base64Of(await cardCertificate(wish)),
    signature: base64Of(sign(hash, over, createPrivateKey(cardKey))),
  })

  test('signed by the card: names the holder', async () => {
    const verified = verifyEvidence(await signed(challenge(statement)), trust, NOW)
    expect(verified).toMatchObject({ ok: true, value: { codiceFiscale } })
  })
  test.each<[string, () => Promise<Evidence>]>([
    ['over another challenge', () => signed(randomBytes(32))],
    ['over another totem', () => signed(challenge({ ...statement, caller: atTotem('TT-0002') }))],
    [
      'over another channel',
      () => signed(challenge({ ...statement, caller: { channel: 'counter', id: 'TT-0001-01', person: 'm.verdi' } })),
    ],
    ['over the statement, not its digest', () => signed(statementBytes(statement))],
    ['with SHA-1', () => signed(challenge(statement), 'sha1')],
    ['by another key', () => signed(challenge(statement), 'sha256', { with: () => foreign.keys })],
    ['empty', async () => ({ ...(await signed(challenge(statement))), signature: '' })],
    [
      'with RSA-PSS',
      async () => ({
        ...(await signed(challenge(statement))),
        signature: base64Of(
          sign('sha256', challenge(statement), {
            key: KeyObject.from(card.privateKey),
            padding: 6,
            saltLength: 32,
          }),
        ),
      }),
    ],
  ])('signature-invalid: %s', async (_name, evidence) => {
    expect(verifyEvidence(await evidence(), trust, NOW)).toEqual({
      ok: false,
      error: { kind: 'signature-invalid' },
    })
  })
  test.each(['phone', 'operator'] as const)('by %s: refused by name, though a card has signed as well', async (by) => {
    const { statement: signedFor, certificate, signature } = await signed(challenge(statement))
    const evidence: Evidence = { by, statement: signedFor, certificate, signature }
    expect(verifyEvidence(evidence, trust, NOW)).toEqual({ ok: false, error: { kind: `${by}-not-accepted` } })
  })
  test('each caller makes its own statement: no two share their bytes', () => {
    const counter = { channel: 'counter', id: 'TT-0001-01' } as const
    const callers: Caller[] = [
      atTotem('TT-0001'),
      atTotem('TT-0002'),
      { ...counter, person: 'm.verdi' },
      { ...counter, person: 'l.neri' },
      { ...counter, channel: 'console', person: 'm.verdi' },
    ]
    const texts = callers.map((each) => Buffer.from(statementBytes({ ...statement, caller: each })).toString())
    expect(new Set(texts).size).toBe(callers.length)
    for (const text of texts) expect(text.split('\n')).toHaveLength(6)
  })
  test('a bad chain is told before a bad signature, a bad signature before a bad code', async () => {
    const wrong = await signed(randomBytes(32), 'sha256', { issuer: () => foreign })
    expect(verifyEvidence(wrong, trust, NOW)).toMatchObject({ error: { kind: 'certificate-untrusted' } })
    const unsigned = await signed(randomBytes(32), 'sha256', { names: ['ANNA BIANCHI'] })
    expect(verifyEvidence(unsigned, trust, NOW)).toMatchObject({ error: { kind: 'signature-invalid' } })
  })
})
