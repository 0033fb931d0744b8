import { constants, type KeyObject, verify } from 'node:crypto'
import { count, type Der, decode, elements, end, inside, Malformed, oid, only, optional, sole, TAG } from './der.ts'

export type Hash = 'sha256' | 'sha384' | 'sha512'
/** RFC 4055 and RFC 5758; `saltLength` in bytes. */
export type Scheme = { kind: 'rsa' | 'ecdsa'; hash: Hash } | { kind: 'rsa-pss'; hash: Hash; saltLength: number }

const HASHES: Record<string, Hash> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
// SHA-1 is missing: two certificates can be made that share one signature. Italian issuers were to leave it in 2011
// (Deliberazione CNIPA 45/2009), but some cards that it signed are still in use: they are refused by that name.
const SCHEMES: Record<string, Scheme> = {
  '1.2.840.113549.1.1.11': { kind: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa', hash: 'sha512' },
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', hash: 'sha512' },
}
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
const RSA_PSS = '1.2.840.113549.1.1.10'
const MGF1 = '1.2.840.113549.1.1.8'
/** RFC 4055 §3.1: the default, and never less. A salt longer than the longest hash adds nothing. */
const SALT_BYTES = { default: 20, min: 20, max: 64 }

/** Parameters must be NULL or left out. */
export function hashOf(algorithm: Der | undefined): Hash {
  const [id, ...parameters] = inside(algorithm, TAG.sequence)
  const hash = HASHES[oid(id)]
  if (!hash) throw new Malformed('hash')
  noParameters(parameters)
  return hash
}

/** `digest`: the hash that CMS names beside a plain rsaEncryption (RFC 3370 §3.2). */
export function schemeOf(algorithm: Der | undefined, digest?: Hash): Scheme {
  const [id, ...parameters] = inside(algorithm, TAG.sequence)
  const name = oid(id)
  if (name === RSA_PSS) return pss(parameters)
  noParameters(parameters)
  const scheme = name === RSA_ENCRYPTION && digest ? { kind: 'rsa' as const, hash: digest } : SCHEMES[name]
  if (!scheme) throw new Malformed('signature algorithm')
  return scheme
}

function pss(parameters: Der[]): Scheme {
  const [sequence, ...rest] = parameters
  end(rest)
  const fields = inside(sequence, TAG.sequence)
  const hash = hashOf(only(optional(fields, TAG.context), TAG.context, TAG.sequence))
  const [mgf, mgfHash, ...more] = elements(
    only(optional(fields, TAG.context + 1), TAG.context + 1, TAG.sequence).content,
  )
  // node:crypto takes one hash for both, and no issuer uses two.
  if (oid(mgf) !== MGF1 || hashOf(mgfHash) !== hash) throw new Malformed('mask generation')
  end(more)
  const salt = optional(fields, TAG.context + 2)
  const saltLength = salt ? count(only(salt, TAG.context + 2, TAG.integer)) : SALT_BYTES.default
  if (saltLength < SALT_BYTES.min || saltLength > SALT_BYTES.max) throw new Malformed('salt')
  const trailer = optional(fields, TAG.context + 3)
  if (trailer && count(only(trailer, TAG.context + 3, TAG.integer)) !== 1) throw new Malformed('trailer')
  end(fields)
  return { kind: 'rsa-pss', hash, saltLength }
}

function noParameters([parameters, ...rest]: Der[]): void {
  if (parameters && (parameters.tag !== TAG.null || parameters.content.length > 0)) throw new Malformed('parameters')
  end(rest)
}

export function isSigned(data: Uint8Array, signature: Uint8Array, scheme: Scheme, key: KeyObject): boolean {
  const wanted = scheme.kind === 'ecdsa' ? 'ec' : 'rsa'
  if (key.asymmetricKeyType !== wanted) return false
  try {
    return scheme.kind === 'rsa-pss'
      ? verify(
          scheme.hash,
          data,
          { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: scheme.saltLength },
          signature,
        )
      : verify(scheme.hash, data, key, signature)
  } catch {
    // OpenSSL or BoringSSL refuses to calculate with this key.
    return false
  }
}

/** Outer shape of certificates and CRLs: SEQUENCE { signed part, algorithm, signature } (RFC 5280 §4.1.1, §5.1.1). */
export interface Signed {
  tbs: Der
  algorithm: Der
  signature: Uint8Array
}

/** Whether the algorithm of this signature is one that is accepted here, whoever has signed. */
export const isSupported = ({ algorithm }: Signed): boolean => schemeIn(algorithm) !== null

const schemeIn = ({ raw }: Der): Scheme | null => decode(raw, (bytes) => schemeOf(sole(bytes, TAG.sequence)))

export function isSignedBy({ tbs, algorithm, signature }: Signed, key: KeyObject): boolean {
  const scheme = schemeIn(algorithm)
  return scheme !== null && isSigned(tbs.raw, signature, scheme, key)
}
