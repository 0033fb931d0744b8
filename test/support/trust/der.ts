import type { X509Certificate } from '@peculiar/x509'
import { ObjectIdentifier } from 'asn1js'

/** Writes DER byte by byte, for forgeries that no library would write. */
export function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const digits: number[] = []
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 0x100)) digits.unshift(rest % 0x100)
  const length = content.length < 0x80 ? [content.length] : [0x80 + digits.length, ...digits]
  return Buffer.concat([Buffer.of(tag, ...length), content])
}

export const sequence = (...contents: Uint8Array[]) => der(0x30, ...contents)
export const set = (...contents: Uint8Array[]) => der(0x31, ...contents)
/** Constructed, context-specific. */
export const context = (number: number, ...contents: Uint8Array[]) => der(0xa0 + number, ...contents)
export const integer = (content: Uint8Array) => der(0x02, content)
export const octets = (content: Uint8Array) => der(0x04, content)
/** A BIT STRING, or anything else that begins with a byte of its own. */
export const bytes = (tag: number, content: Uint8Array, head: number) => der(tag, Buffer.of(head), content)
export const bool = (value: boolean) => der(0x01, Buffer.of(value ? 0xff : 0))
export const oid = (value: string) => Buffer.from(new ObjectIdentifier({ value }).toBER())
export const utcTime = (at: Date) =>
  der(0x17, Buffer.from(`${at.toISOString().replace(/\.\d+/, '').replaceAll(/[-:T]/g, '').slice(2)}`))
export const name = (certificate: X509Certificate) => Buffer.from(certificate.subjectName.toArrayBuffer())
export const extension = (id: string, critical: boolean, value: Uint8Array) =>
  sequence(oid(id), ...(critical ? [bool(true)] : []), octets(value))
