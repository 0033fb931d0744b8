import { createHash } from 'node:crypto'
import { pdfkitAddPlaceholder } from '@signpdf/placeholder-pdfkit'
import { SignPdf } from '@signpdf/signpdf'
import { Signer, SUBFILTER_ETSI_CADES_DETACHED } from '@signpdf/utils'
import { ObjectIdentifier, OctetString, Sequence } from 'asn1js'
import {
  Attribute,
  Certificate,
  ContentInfo,
  CryptoEngine,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs'

/** The sealer: its certificate and key (PKCS#8), both PEM. */
export interface SealKey {
  certificate: string
  key: string
}

/** Leaves room for the seal in a page that is being drawn. */
export function reserveSeal(pdf: PDFKit.PDFDocument, at: Date): void {
  pdfkitAddPlaceholder({
    pdf,
    pdfBuffer: Buffer.alloc(0),
    reason: 'Sigillo elettronico - FAC-SIMILE',
    contactInfo: '',
    name: "Ministero dell'Interno TEST - Sigillo FAC-SIMILE",
    location: 'ANPR (simulatore)',
    signingTime: at,
    subFilter: SUBFILTER_ETSI_CADES_DETACHED,
  })
}

/** Seals a PDF that has room for it: PAdES-B-B (ETSI EN 319 142-1), CAdES detached, signing-certificate-v2. */
export const seal = (pdf: Buffer, key: SealKey): Promise<Buffer> => new SignPdf().sign(pdf, new CadesSigner(key))

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
}

class CadesSigner extends Signer {
  readonly #key: SealKey

  constructor(key: SealKey) {
    super()
    this.#key = key
  }

  override sign(covered: Buffer): Promise<Buffer> {
    return signedApart(covered, this.#key)
  }
}

/** Our own: the one that pkijs takes otherwise is the whole process', and electron-builder puts another in its place. */
const engine = new CryptoEngine({ name: 'node', crypto })

/** A CMS SignedData over bytes that it does not hold (RFC 5652, CAdES). DER. */
export async function signedApart(covered: Uint8Array, key: SealKey): Promise<Buffer> {
  const der = fromPem(key.certificate)
  const certificate = Certificate.fromBER(der)
  const privateKey = await crypto.subtle.importKey(
    'pkcs8',
    fromPem(key.key),
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  const signed = new SignedData({
    version: 1,
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: OID.data }),
    certificates: [certificate],
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        signedAttrs: new SignedAndUnsignedAttributes({ type: 0, attributes: attributes(covered, der) }),
      }),
    ],
  })
  await signed.sign(privateKey, 0, 'SHA-256', undefined, engine)
  return Buffer.from(
    new ContentInfo({ contentType: OID.signedData, content: signed.toSchema(true) }).toSchema().toBER(),
  )
}

/** No signing-time: PAdES keeps it in the PDF's own dictionary (EN 319 142-1 §6.3). */
function attributes(covered: Uint8Array, certificate: Uint8Array): Attribute[] {
  const digest = (bytes: Uint8Array) => new OctetString({ valueHex: createHash('sha256').update(bytes).digest() })
  // SigningCertificateV2 { certs { ESSCertIDv2 { certHash } } }, SHA-256 being the default (RFC 5035 §3).
  const certificates = new Sequence({ value: [new Sequence({ value: [digest(certificate)] })] })
  const made = [
    new Attribute({ type: OID.contentType, values: [new ObjectIdentifier({ value: OID.data })] }),
    new Attribute({ type: OID.messageDigest, values: [digest(covered)] }),
    new Attribute({ type: OID.signingCertificateV2, values: [new Sequence({ value: [certificates] })] }),
  ]
  // A SET OF is ordered by encoding in DER; the signature is over the DER form (RFC 5652 §5.4).
  const encoding = (attribute: Attribute) => Buffer.from(attribute.toSchema().toBER())
  return made.sort((a, b) => Buffer.compare(encoding(a), encoding(b)))
}

const fromPem = (pem: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
