import { constants, createHash, KeyObject, sign } from 'node:crypto'
import type { Authority } from '../../simulator/pki/issue.ts'
import { context, der, integer, octets, oid, sequence, set } from '../support/trust/der.ts'

type Hash = 'sha1' | 'sha256' | 'sha384' | 'sha512'
const HASHES: Record<Hash, { id: string; rsa: string; ecdsa: string; bytes: number }> = {
  sha1: { id: '1.3.14.3.2.26', rsa: '1.2.840.113549.1.1.5', ecdsa: '1.2.840.10045.4.1', bytes: 20 },
  sha256: { id: '2.16.840.1.101.3.4.2.1', rsa: '1.2.840.113549.1.1.11', ecdsa: '1.2.840.10045.4.3.2', bytes: 32 },
  sha384: { id: '2.16.840.1.101.3.4.2.2', rsa: '1.2.840.113549.1.1.12', ecdsa: '1.2.840.10045.4.3.3', bytes: 48 },
  sha512: { id: '2.16.840.1.101.3.4.2.3', rsa: '1.2.840.113549.1.1.13', ecdsa: '1.2.840.10045.4.3.4', bytes: 64 },
}
const NULL = der(0x05)
const LDS_SECURITY_OBJECT = '2.23.136.1.1.1'

const one = (value: number) => integer(Uint8Array.of(value))
const algorithm = (hash: Hash) => sequence(oid(HASHES[hash].id), NULL)
const attribute = (id: string, value: Uint8Array) => sequence(oid(id), set(value))
export const contentType = (id = LDS_SECURITY_OBJECT) => attribute('1.2.840.113549.1.9.3', oid(id))
export const messageDigest = (digest: Uint8Array) => attribute('1.2.840.113549.1.9.4', octets(digest))
export const digestOf = (content: Uint8Array, hash: Hash = 'sha256') => createHash(hash).update(content).digest()

/** Every part of an EF.SOD that a forger could change; the defaults make a good one. */
export interface Forgery {
  groups: [number, Uint8Array][]
  signer: Authority
  hash?: Hash
  scheme?: 'pkcs1' | 'pkcs1-plain' | 'pss' | 'ecdsa'
  pss?: { salt?: number; saltSaid?: number; mgfHash?: Hash }
  version?: number
  ldsHash?: Hash
  groupNumber?: (number: number) => Uint8Array
  type?: string
  attributes?: (digest: Uint8Array) => Uint8Array[]
  signedAttributes?: (attributes: Uint8Array[]) => Uint8Array
  digestsSaid?: Hash[]
  bySubjectKey?: boolean
  unsigned?: Uint8Array[]
  signers?: number
}

export function forgeSod(forgery: Forgery): Buffer {
  const { groups, signer, hash = 'sha256', version = 0, ldsHash = hash, type = LDS_SECURITY_OBJECT } = forgery
  const { groupNumber = one, digestsSaid = [hash], unsigned = [], signers = 1 } = forgery
  const content = sequence(
    one(version),
    algorithm(ldsHash),
    sequence(...groups.map(([number, file]) => sequence(groupNumber(number), octets(digestOf(file, ldsHash))))),
    ...(version === 1 ? [sequence(der(0x13, Buffer.from('0108')), der(0x13, Buffer.from('040000')))] : []),
  )
  const { attributes: make = (digest) => [contentType(), messageDigest(digest)] } = forgery
  const attributes = make(digestOf(content, hash))
  const { signedAttributes = (all: Uint8Array[]) => set(...all) } = forgery
  const info = sequence(
    ...identifier(forgery),
    algorithm(hash),
    ...(attributes.length > 0 ? [context(0, ...attributes)] : []),
    signatureAlgorithm(forgery, hash),
    octets(signature(forgery, hash, signedAttributes(attributes))),
    ...(unsigned.length > 0 ? [context(1, ...unsigned)] : []),
  )
  const signed = sequence(
    one(3),
    set(...digestsSaid.map(algorithm)),
    sequence(oid(type), context(0, octets(content))),
    context(0, Buffer.from(signer.certificate.rawData)),
    set(...Array.from({ length: signers }, () => info)),
  )
  return der(0x77, sequence(oid('1.2.840.113549.1.7.2'), context(0, signed)))
}

function identifier({ signer: { certificate }, bySubjectKey = false }: Forgery): Uint8Array[] {
  if (!bySubjectKey) {
    const serial = Buffer.from(certificate.serialNumber, 'hex')
    return [one(1), sequence(Buffer.from(certificate.issuerName.toArrayBuffer()), integer(serial))]
  }
  const subjectKeyId = certificate.getExtension('2.5.29.14')
  if (!subjectKeyId) throw new Error('no subject key identifier')
  // The element's value is an OCTET STRING, tagged implicitly here.
  return [one(3), der(0x80, Buffer.from(subjectKeyId.value).subarray(2))]
}

function signatureAlgorithm({ scheme = 'pkcs1', pss: { saltSaid, mgfHash } = {} }: Forgery, hash: Hash): Uint8Array {
  if (scheme === 'ecdsa') return sequence(oid(HASHES[hash].ecdsa))
  if (scheme === 'pkcs1') return sequence(oid(HASHES[hash].rsa), NULL)
  if (scheme === 'pkcs1-plain') return sequence(oid('1.2.840.113549.1.1.1'), NULL)
  return sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(
      context(0, algorithm(hash)),
      context(1, sequence(oid('1.2.840.113549.1.1.8'), algorithm(mgfHash ?? hash))),
      context(2, one(saltSaid ?? HASHES[hash].bytes)),
    ),
  )
}

function signature({ signer, scheme, pss: { salt } = {} }: Forgery, hash: Hash, attributes: Uint8Array): Uint8Array {
  const key = KeyObject.from(signer.keys.privateKey)
  return scheme === 'pss'
    ? sign(hash, attributes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt ?? HASHES[hash].bytes })
    : sign(hash, attributes, key)
}
