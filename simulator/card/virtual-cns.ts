import { constants, type KeyObject, privateEncrypt, randomBytes } from 'node:crypto'
import { statusWord, type VirtualCard } from './virtual-card.ts'

/**
 * Real answers to reset (cards.md §1.1). OpenSC 0.23 signs with RSA-2048 only on cards of version 1.1; ober11 is the
 * Oberthur card raised to it. ST Incard wants its PIN reference with the top bit set.
 */
export const CNS_PROFILES = {
  ober11: { atr: '3BFF1800008131FE45006B05052000012101434E5311318078', pinReference: 0x10 },
  incard11: { atr: '3BFF1800FF8131FE55006B02090303011101434E531131808C', pinReference: 0x90 },
  /** An old card: version 1.0, meant for RSA-1024. */
  athena10: { atr: '3BDF18008131FE7D006B040C0184011101434E53103180FC', pinReference: 0x10 },
} as const
export type CnsProfile = keyof typeof CNS_PROFILES

export interface VirtualCnsOptions {
  profile?: CnsProfile
  /** EF.ID_Carta, 16 characters. */
  cardId: string
  /** EF.Dati_personali, padding included. */
  personalFile: Uint8Array
  /** EF.C_Carta as it stands on the card; normally the DER certificate, padded to the file's size. */
  certificateFile: Uint8Array
  key: KeyObject
  pin: string
  faults?: CnsFaults
}

export interface CnsFaults {
  /** Signs something else than what it was given. */
  signsOtherData?: boolean
  /** Does not know SELECT without FCI (P2=0C → 6A86), as some cards. */
  refusesSilentSelect?: boolean
  /** Only PSO DECIPHER does the private-key operation: COMPUTE DIGITAL SIGNATURE answers this status word. */
  signOnlyByDecipher?: 0x6985 | 0x6a80 | 0x6a81
  /** READ BINARY with Le=00 is a wrong length (seen on some cards: they want FF). */
  refusesLe00?: boolean
  /** VERIFY answers this status word whatever the PIN is. */
  verifyAnswers?: number
}

const MAX_TRIES = 3

interface File {
  fid: number
  content: Uint8Array
}

interface Command {
  cla: number
  ins: number
  p1: number
  p2: number
  data: Uint8Array
  /** Expected length, 256 for 00; null = none asked for. */
  le: number | null
}

/** A CNS as data and a pure state machine: enough for OpenSC (cards.md §10.1), with its tries kept over a reset. */
export class VirtualCns implements VirtualCard {
  readonly atr: Uint8Array
  triesLeft = MAX_TRIES
  #files: Map<string, File>
  #options: VirtualCnsOptions
  #pinReference: number
  #selected: File | null = null
  #verified = false
  /** Security environment: restored, then set for the signature (B6) or decipher (B8) template. */
  #environment: 'none' | 'restored' | 'sign' | 'decipher' = 'none'
  #chain: Uint8Array[] = []

  constructor(options: VirtualCnsOptions) {
    const profile = CNS_PROFILES[options.profile ?? 'ober11']
    this.atr = Buffer.from(profile.atr, 'hex')
    this.#pinReference = profile.pinReference
    this.#options = options
    this.#files = new Map(
      (
        [
          ['10001003', Buffer.from(options.cardId, 'latin1')],
          ['10001002', new Uint8Array(64)],
          ['11001101', options.certificateFile],
          ['11001102', options.personalFile],
          ['12001201', new Uint8Array(160)],
          ['12001202', new Uint8Array(128)],
          ['12001203', new Uint8Array(160)],
          ['3f02', new Uint8Array(8)],
          // Not standardised (cards.md §12): a serial number in a private tag.
          ['2f02', Buffer.concat([Buffer.from('5a08', 'hex'), Buffer.from(options.cardId, 'hex')])],
        ] as const
      ).map(([path, content]) => [path, { fid: Number.parseInt(path.slice(-4), 16), content }]),
    )
  }

  reset(): void {
    this.#selected = null
    this.#forget()
    this.#chain = []
  }

  transmit(apdu: Uint8Array): Uint8Array {
    const command = parse(apdu)
    if (!command) return statusWord(0x6700)
    if ((command.cla & 0xef) !== 0) return statusWord(0x6e00)
    if (command.cla & 0x10) {
      this.#chain.push(command.data)
      return statusWord(0x9000)
    }
    const data = Buffer.concat([...this.#chain, command.data])
    this.#chain = []
    return this.#answer({ ...command, data })
  }

  /** Spends all tries, as a holder who forgot the PIN did. */
  block(): void {
    this.triesLeft = 0
  }

  #answer(command: Command): Uint8Array {
    switch (command.ins) {
      case 0xa4:
        return this.#select(command)
      case 0xb0:
        return this.#readBinary(command)
      case 0x20:
        return this.#verify(command)
      case 0x22:
        return this.#manageSecurityEnvironment(command)
      case 0x2a:
        return this.#performSecurityOperation(command)
      case 0x84:
        return answer(randomBytes(command.le ?? 8))
      default:
        return statusWord(0x6d00)
    }
  }

  #select({ p1, p2, data }: Command): Uint8Array {
    const path = Buffer.from(data).toString('hex')
    if (p1 === 0x04) return statusWord(0x6a82)
    if (p1 !== 0x00 && p1 !== 0x08) return statusWord(0x6a86)
    if (p2 === 0x0c && this.#options.faults?.refusesSilentSelect) return statusWord(0x6a86)
    const file = this.#files.get(path) ?? [...this.#files].find(([at]) => p1 === 0x00 && at.endsWith(path))?.[1]
    const folder =
      path === '' || path === '3f00' || [...this.#files.keys()].some((at) => at.length > 4 && at.slice(0, 4) === path)
    if (!file && !folder) return statusWord(0x6a82)
    this.#selected = file ?? null
    if (p2 === 0x0c) return statusWord(0x9000)
    return answer(file ? fileControl(file) : folderControl(path === '' ? 0x3f00 : Number.parseInt(path, 16)))
  }

  #readBinary({ p1, p2, le }: Command): Uint8Array {
    const { refusesLe00 } = this.#options.faults ?? {}
    const file = this.#selected?.content
    if (!file) return statusWord(0x6986)
    if (le === null || (le === 256 && refusesLe00)) return statusWord(0x6700)
    const offset = ((p1 & 0x7f) << 8) | p2
    if (offset > file.length) return statusWord(0x6b00)
    const bytes = file.subarray(offset, offset + le)
    return answer(bytes, bytes.length < le ? 0x6282 : 0x9000)
  }

  #verify({ p2, data }: Command): Uint8Array {
    if (p2 !== this.#pinReference) return statusWord(0x6a88)
    this.#verified = false
    if (this.triesLeft === 0) return statusWord(0x6983)
    const { verifyAnswers } = this.#options.faults ?? {}
    if (verifyAnswers !== undefined) return statusWord(verifyAnswers)
    if (data.length === 0) return statusWord(0x63c0 | this.triesLeft)
    if (data.length !== 8) return statusWord(0x6700)
    if (!Buffer.from(this.#options.pin.padEnd(8, '\xff'), 'latin1').equals(data)) {
      this.triesLeft -= 1
      return statusWord(this.triesLeft === 0 ? 0x6983 : 0x63c0 | this.triesLeft)
    }
    this.#verified = true
    this.triesLeft = MAX_TRIES
    return statusWord(0x9000)
  }

  #manageSecurityEnvironment({ p1, p2, data }: Command): Uint8Array {
    if (p1 === 0xf3 && p2 === 0x03) {
      this.#environment = 'restored'
      return statusWord(0x9000)
    }
    if (p1 !== 0xf1 || (p2 !== 0xb6 && p2 !== 0xb8)) return statusWord(0x6a86)
    if (this.#environment === 'none') return statusWord(0x6985)
    // 83 01 01: the authentication key.
    if (Buffer.from(data).toString('hex') !== '830101') return statusWord(0x6a88)
    this.#environment = p2 === 0xb6 ? 'sign' : 'decipher'
    return statusWord(0x9000)
  }

  #performSecurityOperation({ p1, p2, data }: Command): Uint8Array {
    const { signsOtherData, signOnlyByDecipher } = this.#options.faults ?? {}
    const operation = p1 === 0x9e && p2 === 0x9a ? 'sign' : p1 === 0x80 && p2 === 0x86 ? 'decipher' : null
    if (!operation) return statusWord(0x6a86)
    if (this.#environment !== operation) return statusWord(0x6985)
    if (!this.#verified) return statusWord(0x6982)
    if (operation === 'sign' && signOnlyByDecipher) return statusWord(signOnlyByDecipher)
    // DECIPHER has the padding indicator 00 in front (ISO 7816-8).
    const block = operation === 'decipher' ? data.subarray(1) : data
    const modulusBytes = (this.#options.key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
    if (block.length !== modulusBytes) return statusWord(0x6700)
    const given = signsOtherData ? Buffer.concat([block.subarray(0, -1), Buffer.of((block.at(-1) ?? 0) ^ 1)]) : block
    try {
      return answer(privateEncrypt({ key: this.#options.key, padding: constants.RSA_NO_PADDING }, given))
    } catch {
      // A block that is not below the modulus.
      return statusWord(0x6a80)
    }
  }

  #forget(): void {
    this.#verified = false
    this.#environment = 'none'
  }
}

const answer = (data: Uint8Array, sw = 0x9000): Uint8Array => Buffer.concat([data, statusWord(sw)])

/** FCI as CNS give it (cards.md §3.2): size, type, file identifier, access conditions. */
function fileControl({ fid, content }: File): Uint8Array {
  const size = [0x80, 0x02, content.length >> 8, content.length & 0xff]
  return template([...size, 0x82, 0x01, 0x01, 0x83, 0x02, fid >> 8, fid & 0xff, 0x86, 0x09, ...Array(9).fill(0)])
}

const folderControl = (fid: number) =>
  template([0x82, 0x01, 0x38, 0x83, 0x02, fid >> 8, fid & 0xff, 0x86, 0x09, ...Array(9).fill(0)])

const template = (objects: number[]) => Uint8Array.of(0x6f, objects.length, ...objects)

/** ISO 7816-4 short and extended forms; null when the lengths do not add up. */
function parse(apdu: Uint8Array): Command | null {
  const [cla, ins, p1, p2] = apdu
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return null
  const command = (data: Uint8Array, le: number | null) => ({ cla, ins, p1, p2, data, le })
  const body = apdu.subarray(4)
  const [first = 0] = body
  if (body.length === 0) return command(body, null)
  // MSE RESTORE ends with an empty Lc: read as Le=00 it means the same.
  if (body.length === 1) return command(new Uint8Array(), first || 256)
  if (first !== 0) {
    const rest = body.subarray(1 + first)
    if (body.length < 1 + first || rest.length > 1) return null
    return command(body.subarray(1, 1 + first), rest.length === 1 ? rest[0] || 256 : null)
  }
  const length = ((body[1] ?? 0) << 8) | (body[2] ?? 0)
  if (body.length === 3) return command(new Uint8Array(), length || 65_536)
  const rest = body.subarray(3 + length)
  if (body.length < 3 + length || (rest.length !== 0 && rest.length !== 2)) return null
  return command(
    body.subarray(3, 3 + length),
    rest.length === 2 ? ((rest[0] ?? 0) << 8) | (rest[1] ?? 0) || 65_536 : null,
  )
}
