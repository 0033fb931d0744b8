import { DAY_MS } from '../../../basics/time.ts'
import 'reflect-metadata'
import {
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { AuthorityRole, RevocationPolicy, TrustList } from '../../../contract/trust.ts'
import type { Authority, Validity } from '../../../simulator/pki/issue.ts'
import { personById } from '../../../simulator/population/people.ts'
import { loadTrust, type Trust } from '../../../trust/trust.ts'

/** Issuers and cards as a forger, or a careless issuer, would make them. */
export const NOW = new Date('2026-11-22T10:00:00.000Z')
export const days = (count: number) => new Date(+NOW + count * DAY_MS)
export const YEAR: Validity = { notBefore: days(-100), notAfter: days(265) }
export const LONG: Validity = { notBefore: days(-3000), notAfter: days(3000) }

export const ACCEPT: RevocationPolicy = { maxAgeHours: 24, whenUnknown: 'accept' }
export const REFUSE: RevocationPolicy = { maxAgeHours: 24, whenUnknown: 'refuse' }
export const CNS_POLICY = '1.3.76.16.2.1'
export const CIE_POLICY = '1.3.76.47.4'
export const { codiceFiscale } = personById('anna-bianchi')
export const COMMON_NAME = `${codiceFiscale}/6030123456789012.q83vEjRWeJCrze8SNFZ4kKvN7xI=`

const SHA256_RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

export interface Certifying {
  issuer: Authority
  subject: string | JsonName
  keys: CryptoKeyPair
  validity?: Validity
  extensions: Extension[]
  algorithm?: SigningAlgorithm
}
type SigningAlgorithm = Algorithm & { hash: string; saltLength?: number; namedCurve?: string }

let serial = 0x4000
export async function certify({
  issuer,
  subject,
  keys,
  validity = YEAR,
  extensions,
  algorithm = SHA256_RSA,
}: Certifying): Promise<X509Certificate> {
  // WebCrypto binds a key to one algorithm.
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', issuer.keys.privateKey)
  return X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16),
    subject,
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    ...validity,
    extensions,
  })
}

export const CERT_SIGN = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
export const caExtensions = (pathLength?: number, usage: number = CERT_SIGN) => [
  new BasicConstraintsExtension(true, pathLength, true),
  new KeyUsagesExtension(usage, true),
]

export async function subCa(
  issuer: Authority,
  name: string,
  keys: CryptoKeyPair,
  { validity = LONG, extensions = caExtensions() }: { validity?: Validity; extensions?: Extension[] } = {},
): Promise<Authority> {
  return { keys, certificate: await certify({ issuer, subject: name, keys, validity, extensions }) }
}

export interface Making {
  keys: CryptoKeyPair
  validity?: Validity
  names?: string[]
  /** Other attributes of the subject. */
  subject?: JsonName
  policies?: string[] | null
  usage?: number | null
  extended?: string[] | null
  more?: Extension[]
  algorithm?: SigningAlgorithm
}

export async function cardCertificate(
  issuer: Authority,
  {
    keys,
    validity = YEAR,
    names = [COMMON_NAME],
    subject = [],
    policies = [CNS_POLICY],
    usage = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment,
    extended = [ExtendedKeyUsage.clientAuth],
    more = [],
    algorithm = SHA256_RSA,
  }: Making,
): Promise<Uint8Array> {
  const certificate = await certify({
    issuer,
    subject: [{ C: ['IT'] }, ...subject, ...names.map((name) => ({ CN: [name] }))],
    keys,
    validity,
    algorithm,
    extensions: [
      ...(usage === null ? [] : [new KeyUsagesExtension(usage, true)]),
      ...(extended === null ? [] : [new ExtendedKeyUsageExtension(extended)]),
      ...(policies === null ? [] : [new CertificatePolicyExtension(policies)]),
      ...more,
    ],
  })
  return new Uint8Array(certificate.rawData)
}

/** An extension that no part of the product understands. */
export const unknownExtension = (critical: boolean) =>
  new Extension('1.3.6.1.4.1.99999.1', critical, Uint8Array.of(5, 0))

export type Member = TrustList['authorities'][number]
export const base64Of = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(new Uint8Array(bytes)).toString('base64')
const member =
  (anchor: boolean) =>
  (role: AuthorityRole, { certificate }: Pick<Authority, 'certificate'>): Member => ({
    role,
    anchor,
    certificate: base64Of(certificate.rawData),
  })
export const anchor = member(true)
export const intermediate = member(false)
export const listOf = (...authorities: Member[]): TrustList => ({
  sequence: 1,
  issued: NOW.toISOString(),
  nextUpdate: new Date(+NOW + 90 * 86_400_000).toISOString(),
  authorities,
})

export function trustIn(members: Member[], crls: Uint8Array[] = [], policy = ACCEPT): Trust {
  const loaded = loadTrust(listOf(...members), crls, policy)
  if (!loaded.ok) throw new Error(loaded.error.kind)
  return loaded.value
}
