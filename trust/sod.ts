import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../contract/result.ts'
import { hasStrongKey, KEY_USAGE } from './certificate.ts'
import { chainStatus } from './chain.ts'
import {
  count,
  type Der,
  decode,
  elements,
  end,
  first,
  inside,
  Malformed,
  optional,
  sameBytes,
  sole,
  TAG,
  tagged,
} from './der.ts'
import { type Hash, hashOf, type Scheme } from './signature.ts'
import { isAuthentic, type SignedData, signedData } from './signed-data.ts'
import { inRole, issuersOf, type Trust } from './trust.ts'

/** Files by the numbers under which EF.SOD lists them, of a CIE and of a travel document (ICAO 9303-10). */
const DATA_GROUPS = {
  nis: 0xa1,
  serial: 0xa2,
  certificate: 0xa3,
  internalKey: 0xa4,
  servicesKey: 0xa5,
  dg1: 1,
  dg11: 11,
} as const
type DataGroup = keyof typeof DATA_GROUPS

export interface CardAltered {
  kind: 'card-altered'
  /** For the log; the citizen gets one message for all. */
  reason:
    | 'sod-malformed'
    | 'sod-signature'
    | 'sod-signer-untrusted'
    | 'sod-signer-revoked'
    | `${DataGroup}-${'malformed' | 'not-listed' | 'differs'}`
    | 'holder-differs'
}

/** The State's signature over the list of the files' hashes. */
export interface SodSignature {
  digest: Hash
  scheme: Scheme['kind']
}

/** `nis` has 12 bytes and `serial` 9; the others are DER, which file padding may follow. */
export interface CieFiles {
  nis?: Uint8Array
  serial?: Uint8Array
  certificate?: Uint8Array
  internalKey?: Uint8Array
  servicesKey?: Uint8Array
}

/**
 * Whether the Ministry put these files on this CIE. A signer of role `sod` that is good at `at` has signed EF.SOD, and
 * EF.SOD lists the hash of every given file. DER files are hashed over their own length.
 */
export function verifySod(
  sod: Uint8Array,
  { nis, serial, certificate, internalKey, servicesKey }: CieFiles,
  trust: Trust,
  at: Date,
): Result<SodSignature, CardAltered> {
  const files = [
    ['nis', nis],
    ['serial', serial],
    ['certificate', cut(certificate)],
    ['internalKey', cut(internalKey)],
    ['servicesKey', cut(servicesKey)],
  ] as const
  return verifyFiles(sod, files, 'sod', trust, at)
}

/** Whether EF.SOD lists the authentication certificate: a CIE whose holder was given none has no hash of it. */
export const listsCertificate = (sod: Uint8Array): boolean =>
  decode(sod, readSod)?.list.hashes.has(DATA_GROUPS.certificate) ?? false

const cut = (file: Uint8Array | undefined) => file && decode(file, (bytes) => tagged(first(bytes), TAG.sequence).raw)

/**
 * Passive authentication (ICAO 9303-11 §5.1) of named and cut files; null is one that could not be cut. The signer's
 * certificate is judged at `at`, because it outlives the documents that it signs (ICAO 9303-12 §7.1). A signer without
 * a CRL at hand does not count against the card: its key signs for a few months only.
 */
export function verifyFiles(
  sod: Uint8Array,
  files: readonly (readonly [DataGroup, Uint8Array | null | undefined])[],
  role: 'sod' | 'csca',
  trust: Trust,
  at: Date,
): Result<SodSignature, CardAltered> {
  const altered = (reason: CardAltered['reason']) => err<CardAltered>({ kind: 'card-altered', reason })
  const read = decode(sod, readSod)
  if (!read) return altered('sod-malformed')
  const { signed, list } = read
  if (!isAuthentic(signed)) return altered('sod-signature')
  const issuers = issuersOf(signed.signer, inRole(trust.authorities, role))
  const status = maySign(signed, at) ? chainStatus(signed.signer, issuers, trust, { at, now: at }) : null
  if (status === null) return altered('sod-signer-untrusted')
  if (status === 'revoked') return altered('sod-signer-revoked')

  for (const [name, file] of files) {
    if (file === undefined) continue
    if (file === null) return altered(`${name}-malformed`)
    const hash = list.hashes.get(DATA_GROUPS[name])
    if (!hash) return altered(`${name}-not-listed`)
    if (!sameBytes(hash, createHash(list.algorithm).update(file).digest())) return altered(`${name}-differs`)
  }
  return ok({ digest: list.algorithm, scheme: signed.scheme.kind })
}

function maySign({ signer: { notBefore, notAfter, ca, keyUsage, demandsMore, key } }: SignedData, at: Date): boolean {
  return (
    +at >= notBefore &&
    +at <= notAfter &&
    !ca &&
    !demandsMore &&
    (keyUsage === null || (keyUsage & KEY_USAGE.digitalSignature) !== 0) &&
    hasStrongKey(key)
  )
}

/** An EF.SOD is under 4 KB; a card has at most 32 KB of memory. */
const MAX_BYTES = 32_768
/** ICAO 9303-10 §4.6.2: the application tag around the ContentInfo. */
const SOD_TAG = 0x77
const LDS_SECURITY_OBJECT = '2.23.136.1.1.1'

function readSod(bytes: Uint8Array): { signed: SignedData; list: HashList } {
  if (bytes.length > MAX_BYTES) throw new Malformed('too large')
  const { content, raw } = tagged(first(bytes), SOD_TAG)
  // A file may be larger than its content.
  if (!bytes.subarray(raw.length).every((byte) => byte === 0 || byte === 0xff)) throw new Malformed('trailing bytes')
  const signed = signedData(content)
  if (signed.contentType !== LDS_SECURITY_OBJECT) throw new Malformed('content type')
  return { signed, list: hashList(signed.content) }
}

interface HashList {
  algorithm: Hash
  hashes: Map<number, Uint8Array>
}

/**
 * LDSSecurityObject (ICAO 9303-10 §4.6.2.3). Version 1 adds the versions of LDS and Unicode, which are not used here.
 */
function hashList(bytes: Uint8Array): HashList {
  const fields = inside(sole(bytes, TAG.sequence), TAG.sequence)
  const version = count(fields.shift())
  const algorithm = hashOf(fields.shift())
  const hashes = new Map<number, Uint8Array>()
  for (const item of inside(fields.shift(), TAG.sequence)) {
    const [number, hash, ...rest] = inside(item, TAG.sequence)
    end(rest)
    const group = dataGroupNumber(number)
    if (hashes.has(group)) throw new Malformed('a data group twice')
    hashes.set(group, tagged(hash, TAG.octetString).content)
  }
  if (version > 1) throw new Malformed('version')
  if (version === 1) elements(tagged(optional(fields, TAG.sequence), TAG.sequence).content)
  end(fields)
  return { algorithm, hashes }
}

/** A CIE writes A1 as `02 01 A1`, which in DER is a negative number: the single byte is taken as it is. */
function dataGroupNumber(element: Der | undefined): number {
  const [number, ...rest] = tagged(element, TAG.integer).content
  if (number === undefined || rest.length > 0) throw new Malformed('data group')
  return number
}
