import { createHash } from 'node:crypto'
import { type Certificate, certificate } from './certificate.ts'
import { count, type Der, elements, end, inside, Malformed, oid, only, sameBytes, sole, TAG, tagged } from './der.ts'
import { type Hash, hashOf, isSigned, type Scheme, schemeOf } from './signature.ts'

/** A CMS SignedData (RFC 5652 §5) with one signer, whose certificate it carries. */
export interface SignedData {
  contentType: string
  content: Uint8Array
  digest: Hash
  scheme: Scheme
  /** DER of the SET OF attributes, in its signed form. */
  attributes: Uint8Array
  /** Content type by the signed attributes. */
  signedContentType: string
  messageDigest: Uint8Array
  signature: Uint8Array
  signer: Certificate
}

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
} as const
const SIGNED_DATA_VERSION = 3
const SKI_TAG = 0x80
/** The document signer and perhaps its issuers. */
const MAX_CERTIFICATES = 4

/** A ContentInfo as EF.SOD has it (ICAO 9303-10 §4.6.2). Grammar for `decode`; every unsigned part is refused. */
export function signedData(bytes: Uint8Array): SignedData {
  const [type, wrapped, ...rest] = inside(sole(bytes, TAG.sequence), TAG.sequence)
  end(rest)
  if (oid(type) !== OID.signedData) throw new Malformed('content type')
  const [version, digests, encapsulated, certificates, signers, ...more] = inside(
    only(wrapped, TAG.context, TAG.sequence),
    TAG.sequence,
  )
  // No CRLs: nothing signs them here.
  end(more)
  if (count(version) !== SIGNED_DATA_VERSION) throw new Malformed('version')
  const [contentType, content, ...others] = inside(encapsulated, TAG.sequence)
  end(others)
  const digest = hashOf(only(digests, TAG.set, TAG.sequence))
  return {
    contentType: oid(contentType),
    content: only(content, TAG.context, TAG.octetString).content,
    ...signerInfo(only(signers, TAG.set, TAG.sequence), digest, inside(certificates, TAG.context)),
  }
}

function signerInfo(
  info: Der,
  digest: Hash,
  certificates: readonly Der[],
): Omit<SignedData, 'contentType' | 'content'> {
  const [version, identifier, digestAlgorithm, signed, algorithm, signature, ...rest] = inside(info, TAG.sequence)
  // No unsigned attributes.
  end(rest)
  if (hashOf(digestAlgorithm) !== digest) throw new Malformed('two digests')
  const attributes = attributesOf(tagged(signed, TAG.context))
  return {
    digest,
    scheme: schemeOf(algorithm, digest),
    attributes: Buffer.concat([Buffer.of(TAG.set), tagged(signed, TAG.context).raw.subarray(1)]),
    signedContentType: oid(attributes.get(OID.contentType)),
    messageDigest: tagged(attributes.get(OID.messageDigest), TAG.octetString).content,
    signature: tagged(signature, TAG.octetString).content,
    signer: signerOf(count(version), identifier, certificates),
  }
}

/** Attributes with one value each; none may come twice (RFC 5652 §5.3, §11). */
function attributesOf(set: Der): Map<string, Der> {
  const found = new Map<string, Der>()
  for (const attribute of elements(set.content)) {
    const [type, values, ...rest] = inside(attribute, TAG.sequence)
    end(rest)
    const [value, ...others] = inside(values, TAG.set)
    end(others)
    if (!value || found.has(oid(type))) throw new Malformed('attribute')
    found.set(oid(type), value)
  }
  return found
}

/** Version 1 names the signer by issuer and serial number, version 3 by the identifier of its key. */
function signerOf(version: number, identifier: Der | undefined, certificates: readonly Der[]): Certificate {
  if (certificates.length > MAX_CERTIFICATES) throw new Malformed('certificates')
  const read = certificates.map(({ raw }) => certificate(raw))
  const signer = version === 1 ? byIssuer(identifier, read) : version === 3 ? byKeyId(identifier, read) : undefined
  if (!signer) throw new Malformed('signer')
  return signer
}

function byIssuer(identifier: Der | undefined, certificates: readonly Certificate[]) {
  const [issuer, serial, ...rest] = inside(identifier, TAG.sequence)
  end(rest)
  const name = tagged(issuer, TAG.sequence).raw
  const number = tagged(serial, TAG.integer).content
  return certificates.find((candidate) => sameBytes(candidate.issuer, name) && sameBytes(candidate.serial, number))
}

function byKeyId(identifier: Der | undefined, certificates: readonly Certificate[]) {
  const { content } = tagged(identifier, SKI_TAG)
  return certificates.find(({ subjectKeyId }) => subjectKeyId !== null && sameBytes(subjectKeyId, content))
}

/** Whether the signer's key signed the content. Whether the signer may sign it is another question. */
export function isAuthentic({
  contentType,
  content,
  digest,
  scheme,
  attributes,
  signedContentType,
  messageDigest,
  signature,
  signer,
}: SignedData): boolean {
  return (
    signedContentType === contentType &&
    sameBytes(messageDigest, createHash(digest).update(content).digest()) &&
    isSigned(attributes, signature, scheme, signer.key)
  )
}
