import { BaseStringBlock, BitString, Constructed, fromBER, ObjectIdentifier, OctetString } from 'asn1js'

/** What node:crypto does not tell of a certificate (RFC 5280 §4.1, §4.2.1). Absent extensions are empty. */
export interface CertificateFields {
  commonNames: string[]
  policies: string[]
  /** First byte of the key usage bits: bit 0 (digitalSignature) is 0x80. */
  keyUsage: number
  extendedKeyUsages: string[]
}

const OID = { commonName: '2.5.4.3', keyUsage: '2.5.29.15', policies: '2.5.29.32', extendedKeyUsage: '2.5.29.37' }

/** Reads a certificate that node:crypto could parse. Asn1js alone: pkijs would add 30 ms to the totem's start. */
export function certificateFields(der: Uint8Array): CertificateFields {
  const tbs = children(children(parse(der))[0])
  // version, serialNumber, signature, issuer, validity, subject; version is there, for only v3 has extensions.
  const subject = children(tbs[5])
  const tagged = tbs.find(({ idBlock }) => idBlock.tagClass === CONTEXT_SPECIFIC && idBlock.tagNumber === EXTENSIONS)
  const extensions = children(children(tagged)[0])
  const extension = (id: string): unknown => {
    const found = extensions.map(children).find(([type]) => oid(type) === id)
    const value = found?.at(-1)
    return value instanceof OctetString ? parse(value.valueBlock.valueHexView) : undefined
  }
  const keyUsage = extension(OID.keyUsage)
  return {
    commonNames: subject
      .flatMap(children)
      .map(children)
      .filter(([type]) => oid(type) === OID.commonName)
      .map(([, value]) => (value instanceof BaseStringBlock ? value.getValue() : '')),
    policies: children(extension(OID.policies)).map((policy) => oid(children(policy)[0])),
    keyUsage: keyUsage instanceof BitString ? (keyUsage.valueBlock.valueHexView[0] ?? 0) : 0,
    extendedKeyUsages: children(extension(OID.extendedKeyUsage)).map(oid),
  }
}

const CONTEXT_SPECIFIC = 3
const EXTENSIONS = 3

const parse = (bytes: Uint8Array) => fromBER(new Uint8Array(bytes)).result
const children = (block: unknown) => (block instanceof Constructed ? block.valueBlock.value : [])
const oid = (block: unknown): string => (block instanceof ObjectIdentifier ? block.getValue() : '')
