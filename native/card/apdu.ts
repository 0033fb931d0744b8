import { createHash } from 'node:crypto'

/**
 * An ISO 7816-4 command. `le` is 1 to 256, up to 65,536 when extended; without it no answer data is expected. `cla` is
 * 00 unless given (0C: secure messaging). `extended`: one APDU with extended lengths, which not every reader carries.
 */
export interface Command {
  cla?: number
  ins: number
  p1: number
  p2: number
  data?: Uint8Array
  le?: number
  extended?: boolean
}

export interface Response {
  data: Uint8Array
  /** Status word, e.g. 0x9000. */
  sw: number
}

export const SW_OK = 0x9000
const CHAINED = 0x10
/** Most bytes that a short APDU carries. */
const MAX_DATA = 255

/** A command as APDUs: extended, or short and chained beyond 255 bytes (ISO 7816-4 §5.3.3), Le on the last piece. */
export function encode(command: Command): Uint8Array[] {
  const { cla = 0, ins, p1, p2, data = new Uint8Array(), le } = command
  if (command.extended) return [Uint8Array.of(cla, ins, p1, p2, ...extendedBody(data, le))]
  const apdus: Uint8Array[] = []
  for (let from = 0; from === 0 || from < data.length; from += MAX_DATA) {
    const piece = data.subarray(from, from + MAX_DATA)
    const last = from + MAX_DATA >= data.length
    const lc = piece.length > 0 ? [piece.length, ...piece] : []
    // 256 is written 00.
    const end = last && le !== undefined ? [le & 0xff] : []
    apdus.push(Uint8Array.of(last ? cla : cla | CHAINED, ins, p1, p2, ...lc, ...end))
  }
  return apdus
}

/** Lc and Le of two bytes each behind a single 00; 65,536 is written 0000. */
function extendedBody(data: Uint8Array, le: number | undefined): number[] {
  const two = (value: number) => [(value >> 8) & 0xff, value & 0xff]
  const lc = data.length > 0 ? [...two(data.length), ...data] : []
  return [...(lc.length > 0 || le !== undefined ? [0] : []), ...lc, ...(le === undefined ? [] : two(le))]
}

/** Null when not even a status word is there. */
export function parseResponse(bytes: Uint8Array): Response | null {
  if (bytes.length < 2) return null
  const [high = 0, low = 0] = bytes.subarray(-2)
  return { data: bytes.subarray(0, -2), sw: (high << 8) | low }
}

export const hexSw = (sw: number): string => sw.toString(16).toUpperCase().padStart(4, '0')

/** SELECT by path from the MF, in hex without 3F00. `fci`: with the file's control information, for cards that insist. */
export const selectPath = (path: string, fci: boolean): Command => ({
  ins: 0xa4,
  p1: 0x08,
  p2: fci ? 0x00 : 0x0c,
  data: Buffer.from(path, 'hex'),
  ...(fci ? { le: 256 } : {}),
})

/** SELECT of an application by its AID, in hex. With its FCI: the form that every card takes. */
export const selectApplication = (aid: string): Command => ({
  ins: 0xa4,
  p1: 0x04,
  p2: 0x00,
  data: Buffer.from(aid, 'hex'),
  le: 256,
})

/** READ BINARY of the selected file; the offset has 15 bits. */
export const readBinary = (offset: number, length: number): Command => ({
  ins: 0xb0,
  p1: offset >> 8,
  p2: offset & 0xff,
  le: Math.min(length, 256),
})

/**
 * VERIFY with the PIN padded to 8 bytes with FF, as CNS and OpenSC's itacns driver have it. The caller overwrites it
 * after use.
 */
export function verifyPin(reference: number, pin: Uint8Array): Uint8Array {
  const apdu = Uint8Array.of(0x00, 0x20, 0x00, reference, 8, ...new Uint8Array(8).fill(0xff))
  apdu.set(pin, 5)
  return apdu
}

/** MSE RESTORE: CNS demands an empty Lc, which on the wire is the same byte as Le 00. */
export const restoreEnvironment: Command = { ins: 0x22, p1: 0xf3, p2: 0x03, le: 256 }

export type SignatureWay = 'sign' | 'decipher'

/** MSE SET of a key, by its reference, for the operation that will use it. */
export const setEnvironment = (way: SignatureWay, keyReference: number): Command => ({
  ins: 0x22,
  p1: 0xf1,
  p2: way === 'sign' ? 0xb6 : 0xb8,
  data: Uint8Array.of(0x83, 0x01, keyReference),
})

/**
 * PSO COMPUTE DIGITAL SIGNATURE or PSO DECIPHER over a whole encoded message. DECIPHER puts its padding indicator 00
 * before it.
 */
export const performOperation = (way: SignatureWay, encodedMessage: Uint8Array): Command =>
  way === 'sign'
    ? { ins: 0x2a, p1: 0x9e, p2: 0x9a, data: encodedMessage, le: 256 }
    : { ins: 0x2a, p1: 0x80, p2: 0x86, data: Uint8Array.of(0x00, ...encodedMessage), le: 256 }

const SHA256_PREFIX = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** DigestInfo (RFC 8017 §9.2) of the SHA-256 of a message: 51 bytes. */
export const digestInfoSha256 = (message: Uint8Array): Uint8Array =>
  Buffer.concat([SHA256_PREFIX, createHash('sha256').update(message).digest()])

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2): 00 01 FF… 00 DigestInfo, as long as the modulus. The card does raw RSA on it. */
export function encodeMessage(digestInfo: Uint8Array, modulusBytes: number): Uint8Array {
  const padding = new Uint8Array(modulusBytes - digestInfo.length - 3).fill(0xff)
  return Uint8Array.of(0x00, 0x01, ...padding, 0x00, ...digestInfo)
}

/** Length of a whole DER certificate, from its first 4 bytes (`30 82 hh ll`); null when they begin no certificate. */
export function certificateLength(start: Uint8Array): number | null {
  const [tag, form, high, low] = start
  if (tag !== 0x30 || form !== 0x82 || high === undefined || low === undefined) return null
  return 4 + ((high << 8) | low)
}
