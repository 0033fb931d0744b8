import { createHash, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { CertificationRequest } from 'pkijs'
import { type Beginning, QUOTED_PCRS, type Quote, type TpmKeys } from '../../contract/enrolment.ts'
import { isAttestation, isEndorsement, isSealed, publicIn, statementIn } from './tpm-structures.ts'

/** A key as it stands in certificates (SubjectPublicKeyInfo, DER). */
export const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const digestOf = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()

/** A machine as it shows itself. `id`: SHA-256 of its EK, or of the key for TLS where it has no TPM. */
export interface Machine {
  id: string
  kind: 'tpm' | 'file'
  /** DER. */
  spki: Buffer
  tpm: { ek: KeyObject; ak: KeyObject; name: Buffer; certificate: X509Certificate | null } | null
}

/** Reads what a machine shows; null: its parts are not what they should be, or do not belong together. */
export async function machineIn({ csr, keys }: Pick<Beginning, 'csr' | 'keys'>): Promise<Machine | null> {
  const spki = await requestedKey(csr)
  if (spki === null) return null
  if (keys.kind === 'file') return { id: digestOf(spki).toString('hex'), kind: 'file', spki, tpm: null }
  const [ek, ak, kek] = [publicIn(keys.ek), publicIn(keys.ak), publicIn(keys.kek)]
  if (!ek?.key || !ak?.key || !kek) return null
  if (!isEndorsement(ek) || !isAttestation(ak) || !isSealed(kek)) return null
  if (!isCertified(keys, ak.key, kek.name)) return null
  const certificate = keys.ekCertificate === null ? null : certificateIn(keys.ekCertificate)
  const id = digestOf(spkiOf(ek.key)).toString('hex')
  return { id, kind: 'tpm', spki, tpm: { ek: ek.key, ak: ak.key, name: ak.name, certificate } }
}

/** The key under which the totem's files lie is in the same TPM as the AK: so the AK says. */
function isCertified({ certified }: TpmKeys, ak: KeyObject, kek: Buffer): boolean {
  const attest = Buffer.from(certified.attest, 'base64')
  const statement = statementIn(attest)
  return statement?.of === 'certify' && statement.name.equals(kek) && isSigned(attest, certified.signature, ak)
}

/** A quote over the agreed registers about this very exchange; answers the registers by number, or null. */
export function quotedIn(quote: Quote, ak: KeyObject, transcript: string): Record<string, string> | null {
  const attest = Buffer.from(quote.attest, 'base64')
  const values = Buffer.from(quote.values, 'base64')
  const statement = statementIn(attest)
  if (statement?.of !== 'quote' || !isSigned(attest, quote.signature, ak)) return null
  if (!statement.extra.equals(digestOf(transcript))) return null
  if (statement.registers.join() !== QUOTED_PCRS.join()) return null
  if (values.length !== 32 * QUOTED_PCRS.length || !digestOf(values).equals(statement.digest)) return null
  return Object.fromEntries(
    QUOTED_PCRS.map((register, place) => [register, values.subarray(32 * place, 32 * place + 32).toString('hex')]),
  )
}

export function isSigned(text: Buffer | string, signature: string, key: KeyObject): boolean {
  try {
    return verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** True where one of these, up to one that signed itself, vouches for the machine's TPM. */
export function isVouchedFor(machine: Machine, makers: readonly X509Certificate[], now: Date): boolean {
  const { tpm } = machine
  if (!tpm?.certificate) return false
  try {
    // Another TPM's certificate says nothing of this one.
    if (!spkiOf(tpm.certificate.publicKey).equals(spkiOf(tpm.ek))) return false
    return chains(tpm.certificate, makers, now)
  } catch {
    // A key in a form that OpenSSL does not take.
    return false
  }
}

function chains(certificate: X509Certificate, makers: readonly X509Certificate[], now: Date, depth = 0): boolean {
  // A maker's certificate outlives the machine, and some have no end (year 9999).
  if (now < certificate.validFromDate || now > certificate.validToDate) return false
  return makers.some((maker) => {
    if (!maker.ca || !certificate.checkIssued(maker) || !certificate.verify(maker.publicKey)) return false
    return maker.checkIssued(maker) ? now <= maker.validToDate : depth < 4 && chains(maker, makers, now, depth + 1)
  })
}

function certificateIn(base64: string): X509Certificate | null {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'))
  } catch {
    return null
  }
}

const REQUEST = /^-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE REQUEST-----\s*$/
/** id-ecPublicKey on prime256v1: the head of each such key (RFC 5480). */
const P256_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')

/** The P-256 key of a request for a certificate that its own private half has signed; null: none. */
async function requestedKey(pem: string): Promise<Buffer | null> {
  const [, base64] = REQUEST.exec(pem.trim()) ?? []
  if (base64 === undefined) return null
  try {
    const request = CertificationRequest.fromBER(new Uint8Array(Buffer.from(base64, 'base64')))
    const spki = Buffer.from(request.subjectPublicKeyInfo.toSchema().toBER())
    if (!spki.subarray(0, P256_HEAD.length).equals(P256_HEAD)) return null
    return (await request.verify()) ? spki : null
  } catch {
    return null
  }
}
