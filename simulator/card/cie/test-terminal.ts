import { constants, createDecipheriv, createHash, generateKeyPairSync, privateEncrypt, randomBytes } from 'node:crypto'
import { pad, retailMac, tripleDes } from '../secure-messaging.ts'
import { parseTlvs, tlv } from '../tlv.ts'
import { modPow, toBytes, toNumber } from './device-authentication.ts'
import type { VirtualCie } from './virtual-cie.ts'

/** An answer as the terminal understands it: data in clear and status word. */
export interface Told {
  data: Buffer
  sw: number
}

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const { n: modulusText = '' } = pair.publicKey.export({ format: 'jwk' })
const TERMINAL_MODULUS = Buffer.from(modulusText, 'base64url')
const SERIAL = Buffer.from('2000000000000001', 'hex')
const HOLDER = Buffer.concat([Buffer.alloc(4), SERIAL])
const OID = Buffer.from('2a8122f42a02040104', 'hex')

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
const value = (bytes: Uint8Array, ...path: number[]): Buffer =>
  Buffer.from(
    path.reduce(
      (content, tag) => parseTlvs(content)?.find((object) => object.tag === tag)?.value ?? new Uint8Array(),
      bytes,
    ),
  )

/**
 * The State's own client, step by step: short APDUs, GET RESPONSE in clear, pieces of E7 bytes, Le only where that
 * client sends one. Every step can be left out or done wrongly. Steps: 1 select, 2 DH domain, 3 EF.Int.Kpub, 4 CA key
 * of the terminals, 5 and 6 DH agreement, 7 to 11 the terminal proves itself, 12 and 13 the card proves itself.
 */
export class TestTerminal {
  readonly #card: VirtualCie
  readonly #caExponent: bigint
  g: Buffer = Buffer.alloc(0)
  p: Buffer = Buffer.alloc(0)
  q: Buffer = Buffer.alloc(0)
  ifdPublic: Buffer = Buffer.alloc(0)
  iccPublic: Buffer = Buffer.alloc(0)
  challenge: Buffer = Buffer.alloc(0)
  ca: Record<'modulus' | 'holder' | 'authorisation', Buffer> = {
    modulus: Buffer.alloc(0),
    holder: Buffer.alloc(0),
    authorisation: Buffer.alloc(0),
  }
  #encryptionKey: Buffer = Buffer.alloc(0)
  #macKey: Buffer = Buffer.alloc(0)
  #counter = 1n

  /** `externalKey`: private exponent of the authority, 256 bytes. */
  constructor(card: VirtualCie, externalKey: Uint8Array) {
    this.#card = card
    this.#caExponent = toNumber(externalKey)
    card.reset()
  }

  /** One APDU in hex, and what GET RESPONSE fetches of its answer. */
  plain(apdu: string): Told {
    return this.#transmit(Buffer.from(apdu.replaceAll(' ', ''), 'hex'))
  }

  #transmit(apdu: Uint8Array): Told {
    const parts: Buffer[] = []
    for (let next = apdu; ; ) {
      const answer = Buffer.from(this.#card.transmit(next))
      const sw = answer.readUInt16BE(answer.length - 2)
      parts.push(answer.subarray(0, -2))
      if (sw >> 8 !== 0x61) return { data: Buffer.concat(parts), sw }
      next = Uint8Array.of(0x00, 0xc0, 0x00, 0x00, sw & 0xff)
    }
  }

  /** A command under secure messaging: header of four bytes and data in hex. A bare status word has no data. */
  secure(header: string, data: string | Uint8Array = '', le?: number): Told {
    const whole = typeof data === 'string' ? Buffer.from(data.replaceAll(' ', ''), 'hex') : Buffer.from(data)
    for (let from = 0; ; from += 0xe7) {
      const last = from + 0xe7 >= whole.length
      const piece = whole.subarray(from, from + 0xe7)
      const told = this.understand(this.#transmit(this.protect(header, piece, last ? le : undefined, last ? 0 : 0x10)))
      if (last || told.sw !== 0x9000) return told
    }
  }

  protect(header: string, data: Uint8Array, le?: number, classBits = 0): Buffer {
    const head = Buffer.from(header.replaceAll(' ', ''), 'hex')
    head.writeUInt8(head.readUInt8(0) | 0x0c | classBits, 0)
    const objects: Uint8Array[] = []
    if (data.length > 0) {
      const cryptogram = tripleDes(this.#encryptionKey, pad(data))
      objects.push(head.readUInt8(1) & 1 ? tlv(0x85, cryptogram) : tlv(0x87, Uint8Array.of(1), cryptogram))
    }
    // That client sends a Le with every command that has neither data nor Le.
    if (le !== undefined || data.length === 0) objects.push(tlv(0x97, Uint8Array.of((le ?? 0) & 0xff)))
    const body = Buffer.concat(objects)
    const mac = retailMac(this.#macKey, pad(Buffer.concat([pad(Buffer.concat([this.#nextCounter(), head])), body])))
    const protectedBody = Buffer.concat([body, tlv(0x8e, mac)])
    return Buffer.concat([head, Buffer.of(protectedBody.length), protectedBody, Buffer.of(0)])
  }

  understand({ data, sw }: Told): Told {
    if (data.length === 0) return { data, sw }
    const mac = retailMac(this.#macKey, pad(Buffer.concat([this.#nextCounter(), data.subarray(0, -10)])))
    if (!value(data, 0x8e).equals(mac)) throw new Error('wrong MAC')
    const status = value(data, 0x99).readUInt16BE()
    const padded = value(data, 0x87)
    const cryptogram = padded.length > 0 ? padded.subarray(1) : value(data, 0x85)
    return { data: cryptogram.length > 0 ? this.#decrypt(cryptogram) : Buffer.alloc(0), sw: status }
  }

  #decrypt(cryptogram: Uint8Array): Buffer {
    const key = Buffer.concat([this.#encryptionKey, this.#encryptionKey.subarray(0, 8)])
    const decipher = createDecipheriv('des-ede3-cbc', key, Buffer.alloc(8)).setAutoPadding(false)
    const plain = decipher.update(cryptogram)
    return plain.subarray(0, plain.lastIndexOf(0x80))
  }

  #nextCounter(): Buffer {
    this.#counter += 1n
    return Buffer.from(toBytes(this.#counter, 8))
  }

  /** Step 1. */
  selectCie(select: 'aid' | 'mf' = 'mf'): Told {
    if (select === 'mf') this.plain('00A40000')
    else this.plain('00A4040C 0D A0000000308000000009816001')
    return this.plain('00A4040C 06 A00000000039')
  }

  /** Steps 2 and 4. */
  readParameters(domain: 'one' | 'three' = 'three'): this {
    const parameter = (header: string, tag: number) =>
      value(this.plain(`00CB3FFF ${header}`).data, 0x70, 0xbfa101, 0xa3, tag)
    const headers =
      domain === 'one'
        ? Array(3).fill('0A 4D087006BFA10102A380')
        : ['97', '98', '99'].map((tag) => `0C 4D0A7008BFA10104A302${tag}00`)
    this.g = parameter(headers[0], 0x97)
    this.p = parameter(headers[1], 0x98)
    this.q = parameter(headers[2], 0x99)
    const key = value(this.plain('00CB3FFF 0B 4D097007BFA004037F4980').data, 0x70, 0xbfa004, 0x7f49)
    this.ca = { modulus: value(key, 0x81), holder: value(key, 0x5f20), authorisation: value(key, 0x5f4c) }
    return this
  }

  /** Steps 5 and 6. */
  agree(): this {
    const p = toNumber(this.p)
    const x = (toNumber(randomBytes(40)) % toNumber(this.q)) | 1n
    this.ifdPublic = Buffer.from(toBytes(modPow(toNumber(this.g), x, p), 256))
    const template = Buffer.concat([Buffer.from('80019b83018191820100', 'hex'), this.ifdPublic]).toString('hex')
    this.plain(`102241A6 FF ${template.slice(0, 510)}`)
    this.plain(`002241A6 0B ${template.slice(510)}`)
    this.iccPublic = value(this.plain('00CB3FFF 06 4D04A6029100').data, 0xa6, 0x91)
    const secret = toBytes(modPow(toNumber(this.iccPublic), x, p), 256)
    this.#encryptionKey = sha256(secret, Buffer.from('00000001', 'hex')).subarray(0, 16)
    this.#macKey = sha256(secret, Buffer.from('00000002', 'hex')).subarray(0, 16)
    this.#counter = 1n
    return this
  }

  /** The certificate of step 8; `change` alters the body before it is signed. */
  certificate(change: (body: Buffer) => Buffer = (body) => body): Uint8Array {
    const reference = this.ca.holder.subarray(4)
    const body = change(
      Buffer.concat([
        Buffer.of(0x8a),
        reference,
        HOLDER,
        this.ca.authorisation.subarray(0, 6),
        Buffer.of(0x01),
        OID,
        TERMINAL_MODULUS,
        Buffer.from('00010001', 'hex'),
      ]),
    )
    const block = Buffer.concat([Buffer.of(0x6a), body.subarray(0, 222), sha256(body), Buffer.of(0xbc)])
    const signature = toBytes(modPow(toNumber(block), this.#caExponent, toNumber(this.ca.modulus)), 256)
    return tlv(0x7f21, tlv(0x5f37, signature), tlv(0x5f38, body.subarray(222)), tlv(0x42, reference))
  }

  chooseAuthority = (): Told => this.secure('002281B6', '800141830184', 256)
  verifyCertificate = (certificate = this.certificate()): Told => this.secure('002A00AE', certificate)
  chooseTerminalKey = (): Told => this.secure('002281A4', tlv(0x83, HOLDER))

  /** Step 10. */
  getChallenge(): Told {
    const told = this.secure('00840000', '', 8)
    this.challenge = told.data
    return told
  }

  /** Step 11. */
  proveTerminal(challenge = this.challenge): Told {
    const random = randomBytes(222)
    const hash = sha256(random, this.ifdPublic, SERIAL, challenge, this.iccPublic, this.g, this.p, this.q)
    const block = Buffer.concat([Buffer.of(0x6a), random, hash, Buffer.of(0xbc)])
    const signature = privateEncrypt({ key: pair.privateKey, padding: constants.RSA_NO_PADDING }, block)
    return this.secure('00820000', Buffer.concat([SERIAL, signature]))
  }

  /** Steps 12 and 13; `internalKey` is EF.Int.Kpub. True: the chip holds that key. */
  checkCard(internalKey: Uint8Array): boolean {
    const mine = randomBytes(8)
    this.secure('002241A4', '84018280019B')
    const { data } = this.secure('00880000', mine)
    const key = (parseTlvs(value(internalKey, 0x30)) ?? []).map((object) => toNumber(object.value))
    const block = Buffer.from(toBytes(modPow(toNumber(data.subarray(8)), key[1] ?? 1n, key[0] ?? 1n), 256))
    const [serial, random] = [data.subarray(0, 8), block.subarray(1, 223)]
    const hash = sha256(random, this.iccPublic, serial, mine, this.ifdPublic, this.g, this.p, this.q)
    this.#counter = toNumber(Buffer.concat([this.challenge.subarray(4), mine.subarray(4)]))
    return block[0] === 0x6a && block[255] === 0xbc && hash.equals(block.subarray(223, 255))
  }

  /** Steps 1 to 13. */
  authenticate(
    profile: { select: 'aid' | 'mf'; domain: 'one' | 'three' } = { select: 'mf', domain: 'three' },
  ): boolean {
    this.selectCie(profile.select)
    const internalKey = this.plain('00B0840000').data
    const rest = this.plain('00B0010000').data
    this.readParameters(profile.domain).agree()
    this.chooseAuthority()
    this.verifyCertificate()
    this.chooseTerminalKey()
    this.getChallenge()
    this.proveTerminal()
    return this.checkCard(Buffer.concat([internalKey, rest]))
  }

  verifyPin = (pin: string, reference = '81'): Told => this.secure(`002000${reference}`, Buffer.from(pin, 'latin1'))

  /**
   * A whole file as that client reads it: it selects, then reads 128 bytes at a time until the card reports the end.
   */
  read(fid: string): Told {
    const parts: Buffer[] = []
    const selected = this.secure('00A40204', fid)
    if (selected.sw !== 0x9000) return selected
    for (let offset = 0; ; ) {
      const told = this.secure(`00B0${offset.toString(16).padStart(4, '0')}`, '', 128)
      parts.push(told.data)
      offset += told.data.length
      if (told.sw !== 0x9000) return { data: Buffer.concat(parts), sw: told.sw }
    }
  }
}
