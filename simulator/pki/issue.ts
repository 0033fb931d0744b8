import { randomBytes } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

export interface Authority {
  certificate: X509Certificate
  keys: CryptoKeyPair
}

export interface Validity {
  notBefore: Date
  notAfter: Date
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: Uint8Array.of(1, 0, 1) }
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export const rsaKeys = (modulusLength: 1024 | 2048 | 3072) =>
  crypto.subtle.generateKey({ ...RSA, modulusLength }, true, ['sign', 'verify'])
export const ecKeys = () => crypto.subtle.generateKey(EC, true, ['sign', 'verify'])

export async function privateKeyPem(keys: CryptoKeyPair): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. */
const serialNumber = () => (0x40 | ((randomBytes(1)[0] ?? 0) >> 2)).toString(16) + randomBytes(15).toString('hex')

const algorithm = ({ privateKey }: CryptoKeyPair) =>
  privateKey.algorithm.name === EC.name ? EC : { ...RSA, hash: (privateKey.algorithm as RsaHashedKeyAlgorithm).hash }

/** `pathLength`: how many CAs may stand between it and a card (RFC 5280 §4.2.1.9). */
export async function selfSigned(
  name: string,
  keys: CryptoKeyPair,
  validity: Validity,
  pathLength = 0,
): Promise<Authority> {
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name,
    keys,
    ...validity,
    signingAlgorithm: algorithm(keys),
    extensions: [...authorityExtensions(pathLength), await SubjectKeyIdentifierExtension.create(keys.publicKey)],
  })
  return { certificate, keys }
}

const authorityExtensions = (pathLength: number) => [
  new BasicConstraintsExtension(true, pathLength, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
]

/** A CA under another CA; it issues to holders only. */
export async function issueAuthority(
  issuer: Authority,
  name: string,
  keys: CryptoKeyPair,
  validity: Validity,
  extensions: Extension[],
): Promise<Authority> {
  const certificate = await sign(issuer, name, keys, validity, [...authorityExtensions(0), ...extensions])
  return { certificate, keys }
}

export const issue = (
  issuer: Authority,
  subject: string | JsonName,
  keys: CryptoKeyPair,
  validity: Validity,
  extensions: Extension[],
): Promise<X509Certificate> =>
  sign(issuer, subject, keys, validity, [new BasicConstraintsExtension(false, undefined, true), ...extensions])

/** The same authority, signing with SHA-1 as some did until the 2010s. */
export async function withSha1({ certificate, keys }: Authority): Promise<Authority> {
  const sha1 = { name: RSA.name, hash: 'SHA-1' }
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, sha1, true, ['sign'])
  return { certificate, keys: { ...keys, privateKey } }
}

async function sign(
  issuer: Authority,
  subject: string | JsonName,
  keys: CryptoKeyPair,
  validity: Validity,
  extensions: Extension[],
): Promise<X509Certificate> {
  return X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm(issuer.keys),
    ...validity,
    extensions: [
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ...extensions,
    ],
  })
}
