import { constants, createHash, KeyObject, sign } from 'node:crypto'
import type { X509Certificate } from '@peculiar/x509'
import {
  Constructed,
  fromBER,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  PrintableString,
  Sequence,
  Set as SetOf,
} from 'asn1js'
import { tlv } from '../card/tlv.ts'

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  /** ICAO 9303-10: ldsSecurityObject. */
  ldsSecurityObject: '2.23.136.1.1.1',
  rsaPss: '1.2.840.113549.1.1.10',
  mgf1: '1.2.840.113549.1.1.8',
} as const
const HASHES = {
  sha256: { hash: '2.16.840.1.101.3.4.2.1', rsa: '1.2.840.113549.1.1.11', bytes: 32 },
  sha512: { hash: '2.16.840.1.101.3.4.2.3', rsa: '1.2.840.113549.1.1.13', bytes: 64 },
} as const

export interface SodOptions {
  /** Content of each data group by its number: 1 and 11, or 0xA1 to 0xA5 and 0x1B of a CIE. */
  dataGroups: ReadonlyMap<number, Uint8Array>
  hash: keyof typeof HASHES
  scheme: 'pkcs1' | 'pss'
  signer: { certificate: X509Certificate; privateKey: CryptoKey }
  /** Version of the LDSSecurityObject: 1 adds the versions of LDS and Unicode (ICAO 9303-10 §4.6.2.3). */
  version: 0 | 1
}

/** EF.SOD: a CMS SignedData over the hashes of the data groups, in tag 77, without file padding. DER. */
export function buildSod({ dataGroups, hash, scheme, signer, version }: SodOptions): Uint8Array {
  const digest = (bytes: Uint8Array) => createHash(hash).update(bytes).digest()
  const securityObject = der(
    new Sequence({
      value: [
        new Integer({ value: version }),
        hashAlgorithm(hash),
        new Sequence({
          value: [...dataGroups].map(
            ([number, content]) => new Sequence({ value: [oneByteInteger(number), octets(digest(content))] }),
          ),
        }),
        ...(version === 1
          ? [
              new Sequence({
                value: [new PrintableString({ value: '0108' }), new PrintableString({ value: '040000' })],
              }),
            ]
          : []),
      ],
    }),
  )
  const attributes = [
    attribute(OID.contentType, oid(OID.ldsSecurityObject)),
    attribute(OID.messageDigest, octets(digest(securityObject))),
  ]
  // RFC 5652 §5.4: signed as a SET, stored under an implicit tag.
  const signature = sign(hash, der(new SetOf({ value: attributes })), {
    key: KeyObject.from(signer.privateKey),
    ...(scheme === 'pss'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: HASHES[hash].bytes }
      : { padding: constants.RSA_PKCS1_PADDING }),
  })
  const { certificate } = signer
  const signerInfo = new Sequence({
    value: [
      new Integer({ value: 1 }),
      new Sequence({ value: [parsed(certificate.issuerName.toArrayBuffer()), serialNumberOf(certificate)] }),
      hashAlgorithm(hash),
      new Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: attributes }),
      scheme === 'pss' ? pssAlgorithm(hash) : new Sequence({ value: [oid(HASHES[hash].rsa), new Null()] }),
      octets(signature),
    ],
  })
  const signedData = new Sequence({
    value: [
      new Integer({ value: 3 }),
      new SetOf({ value: [hashAlgorithm(hash)] }),
      new Sequence({ value: [oid(OID.ldsSecurityObject), explicit(octets(securityObject))] }),
      new Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [parsed(certificate.rawData)] }),
      new SetOf({ value: [signerInfo] }),
    ],
  })
  return tlv(0x77, der(new Sequence({ value: [oid(OID.signedData), explicit(signedData)] })))
}

type Asn1 = Sequence | ReturnType<typeof fromBER>['result']

const der = (value: Asn1) => Buffer.from(value.toBER())
const oid = (value: string) => new ObjectIdentifier({ value })
const octets = (valueHex: Uint8Array) => new OctetString({ valueHex: Uint8Array.from(valueHex) })
const explicit = (value: Asn1, tagNumber = 0) =>
  new Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [value] })
const hashAlgorithm = (hash: keyof typeof HASHES) => new Sequence({ value: [oid(HASHES[hash].hash), new Null()] })
const attribute = (type: string, value: Asn1) => new Sequence({ value: [oid(type), new SetOf({ value: [value] })] })
const parsed = (bytes: ArrayBuffer) => fromBER(bytes).result

/** The State writes A1 as `02 01 A1`, in DER a negative number, and so does this file. */
const oneByteInteger = (value: number) => new Integer({ valueHex: Uint8Array.of(value) })

const serialNumberOf = (certificate: X509Certificate) =>
  new Integer({ valueHex: Uint8Array.from(Buffer.from(certificate.serialNumber, 'hex')) })

/** RFC 4055 §3.1: the same hash throughout, and a salt of its length. */
function pssAlgorithm(hash: keyof typeof HASHES): Sequence {
  return new Sequence({
    value: [
      oid(OID.rsaPss),
      new Sequence({
        value: [
          explicit(hashAlgorithm(hash), 0),
          explicit(new Sequence({ value: [oid(OID.mgf1), hashAlgorithm(hash)] }), 1),
          explicit(new Integer({ value: HASHES[hash].bytes }), 2),
        ],
      }),
    ],
  })
}
