import { constants, type KeyObject, privateEncrypt, randomBytes, randomInt } from 'node:crypto'
import { CNS_PROFILES, type CnsProfile, type Profile } from './cns-profiles.ts'
import { answer, type CardCommand, parseCommand } from './command.ts'
import { statusWord, type VirtualCard } from './virtual-card.ts'

export interface VirtualCnsOptions {
  profile?: CnsProfile
  /** EF.ID_Carta, 16 characters. */
  cardId: string
  /** EF.Dati_personali, padding included. */
  personalFile: Uint8Array
  /** Content of the file: normally the DER certificate, padded to the file's size. Null = there is no such file. */
  certificateFile: Uint8Array | null
  key: KeyObject
  pin: string
  faults?: CnsFaults
}

export interface CnsFaults {
  /** Signs other data than it was given. */
  signsOtherData?: boolean
  /** Does not know SELECT without FCI (P2=0C → 6A86), like some cards. */
  refusesSilentSelect?: boolean
  /** Only PSO DECIPHER does the private-key operation: COMPUTE DIGITAL SIGNATURE answers this status word. */
  signOnlyByDecipher?: 0x6985 | 0x6a80 | 0x6a81
  /** READ BINARY with Le=00 is a wrong length: some cards accept only FF. */
  refusesLe00?: boolean
  /** Its PIN has the other of the two references, and its answer to reset does not tell. */
  otherPinReference?: boolean
  /** Path of a file that this card does not have. */
  withoutFile?: string
  /** Path of a file whose content may not be read (6982). */
  unreadableFile?: string
  /** VERIFY answers this status word whatever the PIN is. */
  verifyAnswers?: number
  /** Does not know command chaining, and answers it with this status word. */
  refusesChaining?: 0x6700 | 0x6884 | 0x6e00
  /** Answers as with protocol T=0: 61xx until the answer is fetched, 6Cxx to a length that is not the exact one. */
  answersAsT0?: boolean
  /** Answers everything with random bytes. */
  garbage?: boolean
}

const MAX_TRIES = 3

interface File {
  fid: number
  content: Uint8Array
}

/** A CNS as data and a pure state machine, complete enough for OpenSC. Its tries are kept over a reset. */
export class VirtualCns implements VirtualCard {
  readonly atr: Uint8Array
  triesLeft = MAX_TRIES
  #files: Map<string, File>
  #options: VirtualCnsOptions
  #profile: Profile
  #application: string | null = null
  /** Path of the current DF; empty = MF. */
  #folder = ''
  #selected: File | null = null
  #verified = false
  /** Security environment: restored, then set for the signature (B6) or decipher (B8) template. */
  #environment: 'none' | 'restored' | 'sign' | 'decipher' = 'none'
  #chain: Uint8Array[] = []
  /** Answer that GET RESPONSE will fetch (T=0). */
  #waiting: Uint8Array = new Uint8Array()

  constructor(options: VirtualCnsOptions) {
    this.#profile = CNS_PROFILES[options.profile ?? 'ober11']
    this.atr = Buffer.from(this.#profile.atr, 'hex')
    this.#options = options
    const { certificate } = this.#profile
    this.#files = new Map(
      (
        [
          ['10001003', Buffer.from(options.cardId, 'latin1')],
          ['10001002', new Uint8Array(64)],
          ...(options.certificateFile ? [[certificate, options.certificateFile] as const] : []),
          ['11001102', options.personalFile],
          ['12001201', new Uint8Array(160)],
          ['12001202', new Uint8Array(128)],
          ['12001203', new Uint8Array(160)],
          ['3f02', new Uint8Array(8)],
          // EF.GDO is not standardised: here it is a serial number in a private tag.
          ['2f02', Buffer.concat([Buffer.from('5a08', 'hex'), Buffer.from(options.cardId, 'hex')])],
        ] as const
      )
        .filter(([path]) => path !== options.faults?.withoutFile)
        .map(([path, content]) => [path, { fid: Number.parseInt(path.slice(-4), 16), content }]),
    )
  }

  reset(): void {
    this.#application = null
    this.#folder = ''
    this.#selected = null
    this.#forget()
    this.#chain = []
    this.#waiting = new Uint8Array()
  }

  transmit(apdu: Uint8Array): Uint8Array {
    const { garbage, answersAsT0 } = this.#options.faults ?? {}
    if (garbage) return randomBytes(randomInt(2, 259))
    const command = parseCommand(apdu)
    if (!command) return statusWord(0x6700)
    if ((command.cla & 0xef) !== 0) return statusWord(0x6e00)
    if (command.cla & 0x10) return this.#takePiece(command.data)
    const data = Buffer.concat([...this.#chain, command.data])
    this.#chain = []
    if (command.ins === 0xc0) return this.#giveWaiting(command.le ?? 0)
    const response = this.#answer({ ...command, data })
    return answersAsT0 ? this.#asT0(command, response) : this.#atMost(command.le ?? 256, response)
  }

  /** Spends all tries, as a holder who forgot the PIN does. */
  block(): void {
    this.triesLeft = 0
  }

  #takePiece(data: Uint8Array): Uint8Array {
    const { refusesChaining = this.#profile.extendedOnly ? 0x6700 : null } = this.#options.faults ?? {}
    if (refusesChaining !== null) return statusWord(refusesChaining)
    this.#chain.push(data)
    return statusWord(0x9000)
  }

  /** ISO 7816-3 §12.2.1: an answer to a command with data waits to be fetched, any other has its exact length or none. */
  #asT0({ data, le }: CardCommand, response: Uint8Array): Uint8Array {
    const content = response.subarray(0, -2)
    if (content.length === 0) return response
    if (data.length === 0) return content.length === le ? response : statusWord(0x6c00 | (content.length & 0xff))
    this.#waiting = content
    return statusWord(0x6100 | (content.length & 0xff))
  }

  /** ISO 7816-4 §5.3.4: what a short answer cannot carry waits to be fetched. */
  #atMost(most: number, response: Uint8Array): Uint8Array {
    const content = response.subarray(0, -2)
    if (content.length <= most) return response
    this.#waiting = content
    return this.#giveWaiting(most)
  }

  #giveWaiting(length: number): Uint8Array {
    if (this.#waiting.length === 0) return statusWord(0x6985)
    const piece = this.#waiting.subarray(0, length)
    this.#waiting = this.#waiting.subarray(length)
    const left = this.#waiting.length
    return answer(piece, left > 0 ? 0x6100 | (left < 256 ? left : 0) : 0x9000)
  }

  #answer(command: CardCommand): Uint8Array {
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

  #select({ p1, p2, data }: CardCommand): Uint8Array {
    const path = Buffer.from(data).toString('hex')
    const { application, relativePaths } = this.#profile
    if (p1 === 0x04) {
      if (path !== application) return statusWord(0x6a82)
      this.#application = application
      this.#enter('', null)
      return p2 === 0x0c ? statusWord(0x9000) : answer(folderControl(0x3f00))
    }
    if (p1 !== 0x00 && p1 !== 0x08 && p1 !== 0x09) return statusWord(0x6a86)
    if (p2 === 0x0c && this.#options.faults?.refusesSilentSelect) return statusWord(0x6a86)
    if (this.#application !== application || (p1 === 0x08 && relativePaths)) return statusWord(0x6a82)
    const at = this.#find(p1, path)
    if (at === null) return statusWord(0x6a82)
    const file = this.#files.get(at)
    this.#enter(file ? at.slice(0, -4) : at, file ?? null)
    if (p2 === 0x0c) return statusWord(0x9000)
    return answer(file ? fileControl(file) : folderControl(at === '' ? 0x3f00 : Number.parseInt(at.slice(-4), 16)))
  }

  /** Path of the file or folder that a SELECT names; null = there is none. */
  #find(p1: number, path: string): string | null {
    if (path === '' || path === '3f00') return ''
    const paths = [...this.#files.keys()]
    // An identifier may name a file in any folder, because no two files share one.
    if (p1 === 0x00) {
      const file = paths.find((at) => at.endsWith(path))
      if (file !== undefined) return file
    }
    const wanted = p1 === 0x09 ? this.#folder + path : path
    const isThere = (at: string) =>
      at === wanted || (wanted.length % 4 === 0 && at.startsWith(wanted)) || this.#profile.keyFolder === wanted
    return paths.some(isThere) ? wanted : null
  }

  #enter(folder: string, file: File | null): void {
    this.#folder = folder
    this.#selected = file
  }

  #readBinary({ p1, p2, le }: CardCommand): Uint8Array {
    const { refusesLe00, unreadableFile } = this.#options.faults ?? {}
    const file = this.#selected?.content
    if (!file) return statusWord(0x6986)
    if (unreadableFile !== undefined && this.#selected === this.#files.get(unreadableFile)) return statusWord(0x6982)
    if (le === null || (le === 256 && refusesLe00)) return statusWord(0x6700)
    const offset = ((p1 & 0x7f) << 8) | p2
    if (offset > file.length) return statusWord(0x6b00)
    const bytes = file.subarray(offset, offset + le)
    return answer(bytes, bytes.length < le ? 0x6282 : 0x9000)
  }

  #verify({ p2, data }: CardCommand): Uint8Array {
    const { otherPinReference, verifyAnswers } = this.#options.faults ?? {}
    if (p2 !== (otherPinReference ? this.#profile.pinReference ^ 0x80 : this.#profile.pinReference))
      return statusWord(0x6a88)
    this.#verified = false
    if (this.triesLeft === 0) return statusWord(0x6983)
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

  #manageSecurityEnvironment({ p1, p2, data }: CardCommand): Uint8Array {
    if (p1 === 0xf3 && p2 === 0x03) {
      this.#environment = 'restored'
      return statusWord(0x9000)
    }
    if (p1 !== 0xf1 || (p2 !== 0xb6 && p2 !== 0xb8)) return statusWord(0x6a86)
    if (this.#environment === 'none') return statusWord(0x6985)
    if (!Buffer.of(0x83, 0x01, this.#profile.keyReference).equals(data)) return statusWord(0x6a88)
    this.#environment = p2 === 0xb6 ? 'sign' : 'decipher'
    return statusWord(0x9000)
  }

  #performSecurityOperation({ p1, p2, data }: CardCommand): Uint8Array {
    const { signsOtherData, signOnlyByDecipher } = this.#options.faults ?? {}
    const operation = p1 === 0x9e && p2 === 0x9a ? 'sign' : p1 === 0x80 && p2 === 0x86 ? 'decipher' : null
    if (!operation) return statusWord(0x6a86)
    if (this.#environment !== operation) return statusWord(0x6985)
    if (!this.#verified) return statusWord(0x6982)
    const { keyFolder } = this.#profile
    if (keyFolder !== null && keyFolder !== this.#folder) return statusWord(0x6984)
    if (operation === 'sign' && signOnlyByDecipher) return statusWord(signOnlyByDecipher)
    // DECIPHER puts the padding indicator 00 before the block (ISO 7816-8).
    const block = operation === 'decipher' ? data.subarray(1) : data
    const modulusBytes = Math.ceil((this.#options.key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
    if (block.length !== modulusBytes) return statusWord(0x6700)
    const given = signsOtherData ? Buffer.concat([block.subarray(0, -1), Buffer.of((block.at(-1) ?? 0) ^ 1)]) : block
    try {
      return answer(privateEncrypt({ key: this.#options.key, padding: constants.RSA_NO_PADDING }, given))
    } catch {
      // The block is not below the modulus.
      return statusWord(0x6a80)
    }
  }

  #forget(): void {
    this.#verified = false
    this.#environment = 'none'
  }
}

/** FCI of a CNS: size, type, file identifier, access conditions. */
function fileControl({ fid, content }: File): Uint8Array {
  const size = [0x80, 0x02, content.length >> 8, content.length & 0xff]
  return template([...size, 0x82, 0x01, 0x01, 0x83, 0x02, fid >> 8, fid & 0xff, 0x86, 0x09, ...Array(9).fill(0)])
}

const folderControl = (fid: number) =>
  template([0x82, 0x01, 0x38, 0x83, 0x02, fid >> 8, fid & 0xff, 0x86, 0x09, ...Array(9).fill(0)])

const template = (objects: number[]) => Uint8Array.of(0x6f, objects.length, ...objects)
