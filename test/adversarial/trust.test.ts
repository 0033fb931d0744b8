import 'reflect-metadata'
import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto'
import {
  CertificatePolicyExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
} from '@peculiar/x509'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Evidence, type LoginStatement, statementBytes } from '../../contract/evidence.ts'
import { checkLetter } from '../../contract/identity.ts'
import type { RevocationPolicy, TrustList } from '../../contract/trust.ts'
import {
  type Authority,
  ecKeys,
  issue,
  privateKeyPem,
  rsaKeys,
  selfSigned,
  type Validity,
} from '../../simulator/pki/issue.ts'
import { personById } from '../../simulator/population/people.ts'
import { verifyCardCertificate } from '../../trust/card-certificate.ts'
import { verifyEvidence } from '../../trust/evidence.ts'
import { loadTrust, type Trust } from '../../trust/trust.ts'

const DAY = 86_400_000
const NOW = new Date('2026-11-22T10:00:00.000Z')
const days = (count: number) => new Date(+NOW + count * DAY)
const YEAR: Validity = { notBefore: days(-100), notAfter: days(265) }

const ISSUER = 'CN=Regione Prova - CA Cittadini TEST,C=IT'
const CNS_POLICY = '1.3.76.16.2.1'
const { codiceFiscale } = personById('anna-bianchi')
const COMMON_NAME = `${codiceFiscale}/6030123456789012.q83vEjRWeJCrze8SNFZ4kKvN7xI=`

let ca: Authority
let foreign: Authority
let retired: Authority
let trust: Trust
let card: CryptoKeyPair
let elliptic: CryptoKeyPair
let cardKey: string

beforeAll(async () => {
  const keys = [await rsaKeys(2048), await rsaKeys(2048), await rsaKeys(2048)] as const
  ca = await selfSigned(ISSUER, keys[0], { notBefore: days(-3000), notAfter: days(3000) })
  foreign = await selfSigned(ISSUER, keys[1], { notBefore: days(-3000), notAfter: days(3000) })
  retired = await selfSigned(ISSUER, keys[2], { notBefore: days(-3000), notAfter: days(-1) })
  const loaded = loadTrust(listOf(anchor('cns', ca), anchor('cns', retired)), [], ACCEPT)
  if (!loaded.ok) throw new Error(loaded.error.kind)
  trust = loaded.value
  card = await rsaKeys(2048)
  elliptic = await ecKeys()
  cardKey = await privateKeyPem(card)
})

const ACCEPT: RevocationPolicy = { maxAgeHours: 24, whenUnknown: 'accept' }
type Member = TrustList['authorities'][number]
const base64Of = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(new Uint8Array(bytes)).toString('base64')
const anchor = (role: Member['role'], { certificate }: Authority): Member => ({
  role,
  anchor: true,
  certificate: base64Of(certificate.rawData),
})
const listOf = (...authorities: Member[]): TrustList => ({ sequence: 1, issued: NOW.toISOString(), authorities })

interface Making {
  issuer?: () => Authority
  keys?: () => CryptoKeyPair
  validity?: Validity
  names?: string[]
  policies?: string[] | null
  usage?: number | null
  extended?: string[] | null
}

async function cardCertificate({
  issuer = () => ca,
  keys = () => card,
  validity = YEAR,
  names = [COMMON_NAME],
  policies = [CNS_POLICY],
  usage = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment,
  extended = [ExtendedKeyUsage.clientAuth],
}: Making = {}): Promise<Uint8Array> {
  const subject: JsonName = [{ C: ['IT'] }, ...names.map((name) => ({ CN: [name] }))]
  const certificate = await issue(issuer(), subject, keys(), validity, [
    ...(usage === null ? [] : [new KeyUsagesExtension(usage, true)]),
    ...(extended === null ? [] : [new ExtendedKeyUsageExtension(extended)]),
    ...(policies === null ? [] : [new CertificatePolicyExtension(policies)]),
  ])
  return new Uint8Array(certificate.rawData)
}

const omocode = (code: string): string => {
  const first15 = `${code.slice(0, 14)}${'LMNPQRSTUV'[Number(code[14])]}`
  return first15 + checkLetter(first15)
}
const wrongLetter = codiceFiscale.slice(0, 15) + (codiceFiscale.endsWith('A') ? 'B' : 'A')

describe('card certificate', () => {
  test('a good one names its holder and card', async () => {
    const verified = verifyCardCertificate(await cardCertificate(), trust, NOW)
    expect(verified).toMatchObject({
      ok: true,
      value: { codiceFiscale, cardId: '6030123456789012', notAfter: days(265) },
    })
  })
  test.each<[string, Making]>([
    ['with omocodia', { names: [`${omocode(codiceFiscale)}/6030123456789012.AAAA`] }],
    ['with the TINIT prefix', { names: [`TINIT-${codiceFiscale}`] }],
    ['with several policies', { policies: ['1.3.159.6.1.3.2.10', CNS_POLICY] }],
    ['on its last day', { validity: { notBefore: days(-100), notAfter: NOW } }],
  ])('%s is accepted', async (_name, making) => {
    expect(verifyCardCertificate(await cardCertificate(making), trust, NOW).ok).toBe(true)
  })
  test.each<[string, string, Making]>([
    ['certificate-untrusted', 'an issuer of the same name and another key', { issuer: () => foreign }],
    ['certificate-untrusted', 'an issuer whose own time is over', { issuer: () => retired }],
    ['certificate-expired', 'expired yesterday', { validity: { notBefore: days(-100), notAfter: days(-1) } }],
    ['certificate-not-yet-valid', 'good from tomorrow', { validity: { notBefore: days(1), notAfter: days(100) } }],
    ['certificate-wrong-policy', 'no policy', { policies: null }],
    ['certificate-wrong-policy', 'qualified signature policy', { policies: ['0.4.0.194112.1.2'] }],
    ['certificate-wrong-policy', 'a policy that begins alike', { policies: [`${CNS_POLICY}.1`] }],
    ['certificate-wrong-policy', 'no key usage', { usage: null }],
    ['certificate-wrong-policy', 'no digitalSignature', { usage: KeyUsageFlags.keyEncipherment }],
    [
      'certificate-wrong-policy',
      'nonRepudiation set',
      { usage: KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation },
    ],
    ['certificate-wrong-policy', 'no extended key usage', { extended: null }],
    ['certificate-wrong-policy', 'not for clientAuth', { extended: [ExtendedKeyUsage.emailProtection] }],
    ['certificate-wrong-policy', 'an elliptic key', { keys: () => elliptic }],
    ['codice-fiscale-invalid', 'wrong check letter', { names: [`${wrongLetter}/6030123456789012.AAAA`] }],
    ['codice-fiscale-invalid', 'no code in the name', { names: ['ANNA BIANCHI'] }],
    ['codice-fiscale-invalid', 'a code that goes on', { names: [`${codiceFiscale}9/6030123456789012.AAAA`] }],
    ['codice-fiscale-invalid', 'no common name', { names: [] }],
    ['codice-fiscale-invalid', 'two common names', { names: [COMMON_NAME, COMMON_NAME] }],
  ])('%s: %s', async (kind, _name, making) => {
    expect(verifyCardCertificate(await cardCertificate(making), trust, NOW)).toMatchObject({
      ok: false,
      error: { kind },
    })
  })
  test('certificate-malformed: cut, lengthened, empty', async () => {
    const der = await cardCertificate()
    for (const wrong of [der.subarray(0, 900), Buffer.concat([der, Buffer.alloc(1)]), new Uint8Array()]) {
      expect(verifyCardCertificate(wrong, trust, NOW)).toEqual({
        ok: false,
        error: { kind: 'certificate-malformed' },
      })
    }
  })
  test('any one byte changed: refused, never thrown', async () => {
    const der = await cardCertificate()
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
        const wrong = Uint8Array.from(der)
        wrong[place] = (wrong[place] ?? 0) ^ flip
        expect(verifyCardCertificate(wrong, trust, NOW).ok).toBe(false)
      }),
    )
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

describe('evidence', () => {
  const statement: LoginStatement = {
    purpose: 'totem-polis/login/1',
    totem: 'TT-0001',
    session: '01KAXXXXXXXXXXXXXXXXXXXXXX',
    at: NOW.toISOString(),
    nonce: randomBytes(32).toString('base64'),
  }
  const challenge = (of: LoginStatement) => createHash('sha256').update(statementBytes(of)).digest()
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const signed = async (over: Uint8Array, hash = 'sha256', making: Making = {}): Promise<Evidence> => ({
    statement,
    certificate: base64(await cardCertificate(making)),
    signature: base64(sign(hash, over, createPrivateKey(cardKey))),
  })

  test('signed by the card: names the holder', async () => {
    const verified = verifyEvidence(await signed(challenge(statement)), trust, NOW)
    expect(verified).toMatchObject({ ok: true, value: { codiceFiscale } })
  })
  test.each<[string, () => Promise<Evidence>]>([
    ['over another challenge', () => signed(randomBytes(32))],
    ['over another totem', () => signed(challenge({ ...statement, totem: 'TT-0002' }))],
    ['over the statement, not its digest', () => signed(statementBytes(statement))],
    ['with SHA-1', () => signed(challenge(statement), 'sha1')],
    ['by another key', () => signed(challenge(statement), 'sha256', { keys: () => foreign.keys })],
    ['empty', async () => ({ ...(await signed(challenge(statement))), signature: '' })],
  ])('signature-invalid: %s', async (_name, evidence) => {
    expect(verifyEvidence(await evidence(), trust, NOW)).toEqual({
      ok: false,
      error: { kind: 'signature-invalid' },
    })
  })
  test('a bad chain is told before a bad signature, a bad signature before a bad code', async () => {
    const wrong = await signed(randomBytes(32), 'sha256', { issuer: () => foreign })
    expect(verifyEvidence(wrong, trust, NOW)).toMatchObject({ error: { kind: 'certificate-untrusted' } })
    const unsigned = await signed(randomBytes(32), 'sha256', { names: ['ANNA BIANCHI'] })
    expect(verifyEvidence(unsigned, trust, NOW)).toMatchObject({ error: { kind: 'signature-invalid' } })
  })
})

describe('trust list', () => {
  test('a card among the issuers: refused whole', async () => {
    const card: Member = { role: 'cns', anchor: false, certificate: base64Of(await cardCertificate()) }
    expect(loadTrust(listOf(anchor('cns', ca), card), [], ACCEPT)).toEqual({
      ok: false,
      error: { kind: 'authorities-malformed', index: 1 },
    })
  })
})
