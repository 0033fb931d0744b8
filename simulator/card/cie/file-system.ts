import { tlv } from '../tlv.ts'
import { EF_DH } from './domain.ts'

export type Folder = 'mf' | 'cie'

export interface ElementaryFile {
  folder: Folder
  fid: number
  /** Short identifier; 0 = none. */
  sfi: number
  content: Uint8Array
  /** Readable only through the authenticated channel, after the PIN was verified. */
  secret: boolean
}

/** The parts that differ between holders' cards: contents of their files, padding included. */
export interface CieFiles {
  /** 12 digits. */
  nis: string
  /** 9 characters. */
  documentNumber: string
  /** Null: there is no such file. */
  certificate: Uint8Array | null
  internalKey: Uint8Array
  servicesKey: Uint8Array
  sod: Uint8Array
}

/** The serial number of EF SN.ICC: 5A 0A, then 80 38 00, the NIS as BCD and a last byte; clients take bytes 5 to 10. */
const serialNumberFile = (nis: string) => Buffer.from(`5a0a803800${nis}ff`, 'hex')

/** SN.ICC, 8 bytes, as it enters device authentication. */
export const serialNumberOf = (nis: string): Uint8Array => serialNumberFile(nis).subarray(3, 11)

/** Card capabilities (ISO 7816-4 §12.1.1.9): select by name and by identifier, chaining, extended lengths. */
const EF_ATR = tlv(0x47, Uint8Array.of(0xa0, 0x00, 0xc0))

/** The file system of a CIE (application of IAS ECC). EF.CardAccess belongs to the travel document. */
export function filesOf(card: CieFiles): ElementaryFile[] {
  const text = (value: string) => Buffer.from(value, 'latin1')
  const file = (folder: Folder, fid: number, sfi: number, content: Uint8Array, secret = false) => {
    return { folder, fid, sfi, content, secret }
  }
  return [
    file('mf', 0x2f01, 0x1d, EF_ATR),
    file('mf', 0xd003, 0, serialNumberFile(card.nis)),
    file('mf', 0xd004, 0x1b, EF_DH),
    file('cie', 0x1001, 1, text(card.nis)),
    file('cie', 0x1002, 2, text(card.documentNumber), true),
    ...(card.certificate ? [file('cie', 0x1003, 3, card.certificate, true)] : []),
    file('cie', 0x1004, 4, card.internalKey),
    file('cie', 0x1005, 5, card.servicesKey),
    file('cie', 0x1006, 6, card.sod),
  ]
}

/** File control parameters (ISO 7816-4 §7.4.3): size, kind, identifier and short identifier. */
export const fileControl = (tag: number, { fid, sfi, content }: ElementaryFile): Uint8Array =>
  tlv(
    tag,
    tlv(0x80, twoBytes(content.length)),
    tlv(0x82, Uint8Array.of(0x01)),
    tlv(0x83, twoBytes(fid)),
    sfi > 0 ? tlv(0x88, Uint8Array.of(sfi << 3)) : new Uint8Array(),
  )

export const folderControl = (tag: number, name: Uint8Array): Uint8Array =>
  tlv(tag, tlv(0x82, Uint8Array.of(0x38)), name.length > 2 ? tlv(0x84, name) : tlv(0x83, name))

const twoBytes = (value: number) => Uint8Array.of(value >> 8, value & 0xff)
