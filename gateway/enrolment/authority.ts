import { createHash, createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { BitString, Integer, OctetString, PrintableString } from 'asn1js'
import {
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  PublicKeyInfo,
} from 'pkijs'
import { DAY_MS, HOUR_MS } from '../../basics/time.ts'
import { requiredSecret } from '../settings/secret.ts'
import { CONFIG, textOf, Unusable } from '../settings/unusable.ts'

const COMMON_NAME = '2.5.4.3'
const SUBJECT_KEY = '2.5.29.14'
const KEY_USAGE = '2.5.29.15'
const BASIC = '2.5.29.19'
const AUTHORITY_KEY = '2.5.29.35'
const EXTENDED_USAGE = '2.5.29.37'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
/** A totem's clock may be somewhat behind ours: its own check of the certificate must not fail. */
const BACK_MS = HOUR_MS

export interface Issued {
  pem: string
  /** As Node tells it of a peer. */
  fingerprint: string
  notAfter: Date
}

/** The authority of the totems' certificates. */
export interface Authority {
  /** A certificate for TLS as a client: `totem` is its common name, `spki` its key (DER). */
  issue(totem: string, spki: Buffer, now: Date): Promise<Issued>
  /** When the authority itself ends. */
  ends: Date
}

/** Opens the authority of `enrolment.ca`; throws `Unusable`. `clientCa`: PEM of those whom the totems' door believes. */
export async function openAuthority(
  files: { key: string; certificate: string },
  { days, clientCa }: { days: number; clientCa: string },
): Promise<Authority> {
  const keyPem = await requiredSecret('enrolment.ca.key', files.key)
  const pem = await textOf('enrolment.ca.certificate', files.certificate)
  const own = parsed(pem)
  const unfit = (sentence: string) => new Unusable(CONFIG, `enrolment.ca: ${files.certificate} ${sentence}`)
  if (!own?.ca || !isPair(own, keyPem)) throw unfit('is no authority’s certificate with its key: put both there')
  const believed = clientCa.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (!believed.some((each) => parsed(each)?.fingerprint256 === own.fingerprint256))
    throw unfit('stands not in tls.clientCa: no totem that it enrols would be let in')
  const issuer = Certificate.fromBER(new Uint8Array(own.raw))
  const key = await signingKey(keyPem)
  // OpenSSL refuses a certificate whose issuer's name for its own key is another one.
  const named = issuer.extensions?.find(({ extnID }) => extnID === SUBJECT_KEY)?.parsedValue
  const ownId = named instanceof OctetString ? named.valueBlock.valueHexView.slice().buffer : null

  return {
    ends: own.validToDate,
    async issue(totem, spki, now) {
      const made = new Certificate()
      made.version = 2
      made.serialNumber = new Integer({ valueHex: serial() })
      made.issuer = issuer.subject
      made.subject.typesAndValues.push(
        new AttributeTypeAndValue({ type: COMMON_NAME, value: new PrintableString({ value: totem }) }),
      )
      made.notBefore.value = new Date(+now - BACK_MS)
      // Longer than its authority it would count for nothing.
      const notAfter = new Date(Math.min(+now + days * DAY_MS, +own.validToDate))
      notAfter.setUTCMilliseconds(0)
      made.notAfter.value = notAfter
      made.subjectPublicKeyInfo = PublicKeyInfo.fromBER(new Uint8Array(spki))
      made.extensions = extensionsOf(spki, ownId)
      await made.sign(key, 'SHA-256')
      const certificate = new X509Certificate(Buffer.from(made.toSchema(true).toBER()))
      return { pem: certificate.toString(), fingerprint: certificate.fingerprint256, notAfter }
    },
  }
}

function extensionsOf(spki: Buffer, issuer: ArrayBuffer | null): Extension[] {
  const extension = (extnID: string, critical: boolean, value: { toBER(): ArrayBuffer }) =>
    new Extension({ extnID, critical, extnValue: value.toBER() })
  // digitalSignature is the first bit.
  const usage = new BitString({ valueHex: Uint8Array.of(0x80).buffer, unusedBits: 7 })
  return [
    extension(BASIC, true, new BasicConstraints({ cA: false }).toSchema()),
    extension(KEY_USAGE, true, usage),
    extension(EXTENDED_USAGE, false, new ExtKeyUsage({ keyPurposes: [CLIENT_AUTH] }).toSchema()),
    extension(SUBJECT_KEY, false, new OctetString({ valueHex: keyId(spki) })),
    ...(issuer
      ? [
          extension(
            AUTHORITY_KEY,
            false,
            new AuthorityKeyIdentifier({ keyIdentifier: new OctetString({ valueHex: issuer }) }).toSchema(),
          ),
        ]
      : []),
  ]
}

/** RFC 7093 §2 method 1, over the whole key: an identifier, and no proof of anything. */
function keyId(spki: Buffer): ArrayBuffer {
  return new Uint8Array(createHash('sha256').update(spki).digest().subarray(0, 20)).slice().buffer
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. */
function serial(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16))
  bytes[0] = 0x40 | ((bytes[0] ?? 0) >> 2)
  return bytes.buffer
}

export const signingKey = (pem: string): Promise<CryptoKey> =>
  webcrypto.subtle.importKey(
    'pkcs8',
    new Uint8Array(createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  ) as Promise<CryptoKey>

export function parsed(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}

export function isPair(certificate: X509Certificate, keyPem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem))
  } catch {
    return false
  }
}
