import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  boolean,
  count,
  type Der,
  elements,
  end,
  inside,
  Malformed,
  oid,
  only,
  optional,
  sameBytes,
  sole,
  TAG,
  tagged,
  time,
  wholeBits,
} from './der.ts'
import type { Signed } from './signature.ts'

/**
 * The parts of an X.509 v3 certificate that these rules need (RFC 5280 §4). Names are kept raw; times are milliseconds.
 */
export interface Certificate extends Signed {
  serial: Uint8Array
  issuer: Uint8Array
  subject: Uint8Array
  notBefore: number
  notAfter: number
  key: KeyObject
  spki: Uint8Array
  ca: boolean
  /** How many CAs may stand below this one; null: any number. */
  pathLength: number | null
  /** First byte of the bits (`KEY_USAGE`); null where the certificate has no key usage. */
  keyUsage: number | null
  extendedKeyUsages: string[] | null
  policies: string[]
  subjectKeyId: Uint8Array | null
  /** DER of the general names under which the CRLs for this certificate are found. */
  crlNames: Uint8Array[]
  /** It demands a check that is not made here, e.g. name constraints. */
  demandsMore: boolean
}

/** RFC 5280 §4.2.1.3, bits of the first byte. */
export const KEY_USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04, cRLSign: 0x02 } as const

/** RSA keys of issuers and signers; the State's root has 4096 bits. Elliptic curves are strong enough. */
const MIN_RSA_BITS = 2048
export const hasStrongKey = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'ec' ||
  (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS)

const EXTENSION = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  policies: '2.5.29.32',
  extendedKeyUsages: '2.5.29.37',
} as const
/** Extensions that this file reads, so they may be critical. */
const UNDERSTOOD: readonly string[] = Object.values(EXTENSION).filter((id) => id !== EXTENSION.nameConstraints)

/** A CNS certificate is under 2 KB, a card has at most 32 KB of memory. */
const MAX_BYTES = 32_768
const V3 = 2

/** One DER certificate without trailing bytes. Grammar for `decode`. */
export function certificate(bytes: Uint8Array): Certificate {
  if (bytes.length > MAX_BYTES) throw new Malformed('too large')
  const { tbs, algorithm, signature } = signed(bytes)
  const [version, serial, inner, issuer, validity, subject, spki, ...rest] = elements(tbs.content)
  if (count(only(version, TAG.context, TAG.integer)) !== V3) throw new Malformed('version')
  if (!sameBytes(tagged(inner, TAG.sequence).raw, algorithm.raw)) throw new Malformed('two algorithms')
  const [notBefore, notAfter, ...times] = inside(validity, TAG.sequence)
  end(times)
  // issuerUniqueID and subjectUniqueID are obsolete and not used by these issuers.
  const [extensionList, ...more] = rest
  end(more)
  const extension = extensions(only(extensionList, TAG.context + EXTENSIONS, TAG.sequence))
  const { raw } = tagged(spki, TAG.sequence)
  return {
    tbs,
    algorithm,
    signature,
    serial: tagged(serial, TAG.integer).content,
    issuer: tagged(issuer, TAG.sequence).raw,
    subject: tagged(subject, TAG.sequence).raw,
    notBefore: time(notBefore),
    notAfter: time(notAfter),
    key: publicKey(raw),
    spki: raw,
    ...basicConstraints(extension.get(EXTENSION.basicConstraints)?.value),
    keyUsage: firstBits(extension.get(EXTENSION.keyUsage)?.value),
    extendedKeyUsages: oids(extension.get(EXTENSION.extendedKeyUsages)?.value),
    policies: policies(extension.get(EXTENSION.policies)?.value),
    subjectKeyId: octets(extension.get(EXTENSION.subjectKeyId)?.value),
    crlNames: crlNames(extension.get(EXTENSION.crlDistributionPoints)?.value),
    demandsMore:
      extension.has(EXTENSION.nameConstraints) ||
      [...extension].some(([id, { critical }]) => critical && !UNDERSTOOD.includes(id)),
  }
}

/** Number of the explicit tag that holds a certificate's extensions. */
const EXTENSIONS = 3

export function signed(bytes: Uint8Array): Signed {
  const [tbs, algorithm, signature, ...rest] = inside(sole(bytes, TAG.sequence), TAG.sequence)
  end(rest)
  return {
    tbs: tagged(tbs, TAG.sequence),
    algorithm: tagged(algorithm, TAG.sequence),
    signature: wholeBits(signature),
  }
}

/** Extensions by their OID (RFC 5280 §4.2); none may occur twice. */
export function extensions(list: Der): Map<string, { critical: boolean; value: Uint8Array }> {
  const found = new Map<string, { critical: boolean; value: Uint8Array }>()
  for (const item of elements(list.content)) {
    const fields = inside(item, TAG.sequence)
    const id = oid(fields.shift())
    const critical = optional(fields, TAG.boolean)
    const [value, ...rest] = fields
    end(rest)
    if (found.has(id)) throw new Malformed('an extension twice')
    found.set(id, {
      critical: critical !== undefined && boolean(critical),
      value: tagged(value, TAG.octetString).content,
    })
  }
  return found
}

function publicKey(spki: Uint8Array): KeyObject {
  try {
    // A text: Node makes and drops four errors with their stacks for an object, three quarters of the time this takes.
    return createPublicKey(
      `-----BEGIN PUBLIC KEY-----\n${Buffer.from(spki).toString('base64')}\n-----END PUBLIC KEY-----`,
    )
  } catch {
    throw new Malformed('key')
  }
}

function basicConstraints(value: Uint8Array | undefined): { ca: boolean; pathLength: number | null } {
  if (!value) return { ca: false, pathLength: null }
  const fields = inside(sole(value, TAG.sequence), TAG.sequence)
  const ca = optional(fields, TAG.boolean)
  const pathLength = optional(fields, TAG.integer)
  end(fields)
  return { ca: ca !== undefined && boolean(ca), pathLength: pathLength ? count(pathLength) : null }
}

function firstBits(value: Uint8Array | undefined): number | null {
  return value ? (sole(value, TAG.bitString).content[1] ?? 0) : null
}

const oids = (value: Uint8Array | undefined): string[] | null =>
  value ? inside(sole(value, TAG.sequence), TAG.sequence).map(oid) : null

const octets = (value: Uint8Array | undefined): Uint8Array | null =>
  value ? sole(value, TAG.octetString).content : null

const policies = (value: Uint8Array | undefined): string[] =>
  value ? inside(sole(value, TAG.sequence), TAG.sequence).map((policy) => oid(inside(policy, TAG.sequence)[0])) : []

function crlNames(value: Uint8Array | undefined): Uint8Array[] {
  if (!value) return []
  return inside(sole(value, TAG.sequence), TAG.sequence).flatMap((point) =>
    fullNames(optional(inside(point, TAG.sequence), TAG.context)),
  )
}

/** DistributionPointName (RFC 5280 §4.2.1.13): its full names. No issuer uses a name relative to its own. */
export function fullNames(name: Der | undefined): Uint8Array[] {
  if (!name) return []
  const [choice, ...rest] = elements(name.content)
  end(rest)
  return choice?.tag === TAG.context ? elements(choice.content).map(({ raw }) => raw) : []
}

/** All values of an attribute in a Name, e.g. '2.5.4.3'. */
export function attribute(name: Uint8Array, id: string): string[] {
  return inside(sole(name, TAG.sequence), TAG.sequence)
    .flatMap((set) => inside(set, TAG.set))
    .map((pair) => inside(pair, TAG.sequence))
    .filter(([type]) => oid(type) === id)
    .map(([, value]) => text(value))
}

const BMP_STRING = 0x1e
const UTF8_STRING = 0x0c

function text(value: Der | undefined): string {
  const content = Buffer.from(value?.content ?? [])
  if (value?.tag === BMP_STRING && content.length % 2 === 0) return content.swap16().toString('utf16le')
  return content.toString(value?.tag === UTF8_STRING ? 'utf8' : 'latin1')
}
