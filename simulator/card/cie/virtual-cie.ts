import { constants, type KeyObject, privateEncrypt, randomBytes, randomInt } from 'node:crypto'
import { answer, type CardCommand, parseCommand } from '../command.ts'
import { CardSecureMessaging } from '../secure-messaging.ts'
import { parseTlvs, tlv } from '../tlv.ts'
import { statusWord, type VirtualCard } from '../virtual-card.ts'
import {
  agree,
  authenticateCard,
  authorityObject,
  domainParameters,
  type ExternalAuthority,
  type KeyAgreement,
  type Terminal,
  verifyTerminal,
  verifyTerminalCertificate,
} from './device-authentication.ts'
import { DH_DOMAIN, type DhDomain } from './domain.ts'
import {
  type CieFiles,
  type ElementaryFile,
  type Folder,
  fileControl,
  filesOf,
  folderControl,
  serialNumberOf,
} from './file-system.ts'
import { CIE_PROFILES, type CieProfile } from './profiles.ts'
import { Secret } from './secret.ts'
import {
  AUTHENTICATION_FAILED,
  CHAIN_BROKEN,
  CONDITIONS_OF_USE,
  NO_CHANNEL,
  NO_FILE_SELECTED,
  NO_SUCH_OBJECT,
  NOT_FOUND,
  OK,
  OUT_OF_FILE,
  SECURITY_STATUS,
  UNKNOWN_CLASS,
  UNKNOWN_INSTRUCTION,
  WRONG_DATA,
  WRONG_LENGTH,
  WRONG_P1_P2,
} from './status-words.ts'

export interface VirtualCieOptions {
  profile?: CieProfile
  files: CieFiles
  /** RSA-2048: 81 of authentication, 82 of the device, 83 of the services. */
  keys: { authentication: KeyObject; internal: KeyObject; services: KeyObject }
  authority: ExternalAuthority
  /** 8 digits each. */
  pin: string
  puk: string
  domain?: DhDomain
  /** The other application of the chip; what it does not know (null) is the CIE's. */
  travelDocument?: { transmit(apdu: Uint8Array): Uint8Array | null; reset(): void }
  faults?: CieFaults
}

export interface CieFaults {
  /** The MAC of its n-th protected answer is wrong (from 1, counted since the reset). */
  wrongMacAt?: number
  /** From its n-th APDU on (from 1, counted since the reset) it answers random bytes. */
  garbageFrom?: number
  /** Signs something else than what it was given. */
  signsOtherData?: boolean
}

const IAS_AID = 'a0000000308000000009816001'
const CIE_AID = 'a00000000039'
const MASTER_FILE = '3f00'

/** What a card keeps of a channel, from Diffie-Hellman to the end of it. */
interface Channel {
  agreement: KeyAgreement
  messaging: CardSecureMessaging
  /** Named by a certificate of the authority (step 8). */
  terminal: Terminal | null
  /** The challenge by which the terminal has proved itself (step 11). */
  answeredChallenge: Uint8Array | null
  cardAuthenticated: boolean
  /** Counter with which messaging goes on after this answer (step 13). */
  nextCounter: Uint8Array | null
}

type Environment =
  | { use: 'verify-certificate' }
  | { use: 'authenticate-terminal' }
  | { use: 'authenticate-card' }
  | { use: 'sign'; key: 0x81 | 0x83 }

type Answer = [data: Uint8Array, sw: number]
const NOTHING = new Uint8Array()
const sw = (status: number): Answer => [NOTHING, status]
const data = (bytes: Uint8Array): Answer => [bytes, 0x9000]

const CHAINED = 0x10
const SECURE = 0x0c
/** Enough for the certificate of a terminal, the longest that is ever chained. */
const MAX_CHAIN_BYTES = 1024
/** RSA-2048 with PKCS#1 v1.5: 11 bytes are padding. */
const MAX_SIGNED_BYTES = 245

/**
 * A CIE 3.0 as data and a pure state machine, exact enough for clients that know nothing of this project (cards.md §5,
 * §6, §10.3). Tries left outlive a reset, nothing else does.
 */
export class VirtualCie implements VirtualCard {
  readonly atr: Uint8Array
  readonly #options: VirtualCieOptions
  readonly #profile: (typeof CIE_PROFILES)[CieProfile]
  readonly #files: ElementaryFile[]
  readonly #domain: DhDomain
  readonly #pin: Secret
  readonly #puk: Secret
  #folder: Folder = 'mf'
  #selected: ElementaryFile | null = null
  #environment: Environment | null = null
  /** Agreed on, and not yet in use: that begins when the terminal has fetched the card's public value. */
  #agreement: KeyAgreement | null = null
  #channel: Channel | null = null
  #challenge: Uint8Array | null = null
  #chain: CardCommand | null = null
  /** What GET RESPONSE has still to fetch. */
  #pending: Uint8Array = NOTHING
  #apdus = 0
  #protectedAnswers = 0

  constructor(options: VirtualCieOptions) {
    this.#options = options
    this.#profile = CIE_PROFILES[options.profile ?? 'bit4id2023']
    this.atr = Buffer.from(this.#profile.atr, 'hex')
    this.#files = filesOf(options.files)
    this.#domain = options.domain ?? DH_DOMAIN
    this.#pin = new Secret(options.pin, 3)
    // Not established (cards.md §12).
    this.#puk = new Secret(options.puk, 10)
  }

  get triesLeft(): number {
    return this.#pin.triesLeft
  }

  /** As a holder who forgot the PIN leaves it. */
  spendTries(left: number): void {
    this.#pin.triesLeft = left
  }

  reset(): void {
    this.#options.travelDocument?.reset()
    this.#endChannel()
    this.#folder = 'mf'
    this.#selected = null
    this.#agreement = null
    this.#environment = null
    this.#challenge = null
    this.#chain = null
    this.#pending = NOTHING
    this.#apdus = 0
    this.#protectedAnswers = 0
  }

  transmit(apdu: Uint8Array): Uint8Array {
    this.#apdus += 1
    const { garbageFrom } = this.#options.faults ?? {}
    if (garbageFrom !== undefined && this.#apdus >= garbageFrom) return randomBytes(randomInt(2, 258))
    const command = parseCommand(apdu)
    if (!command) return statusWord(WRONG_LENGTH)
    if (command.cla & ~(CHAINED | SECURE) || ![0, SECURE].includes(command.cla & SECURE)) {
      return statusWord(UNKNOWN_CLASS)
    }
    // In clear also within secure messaging; some clients set the class bits all the same.
    if (command.ins === 0xc0) return this.#send(this.#pending, command.le)
    return this.#send(this.#answer(apdu, command), command.le)
  }

  #answer(apdu: Uint8Array, command: CardCommand): Uint8Array {
    const channel = this.#channel
    if (channel && command.cla & SECURE) return this.#answerProtected(channel, command)
    // A command in clear ends secure messaging.
    this.#endChannel()
    const elsewhere = this.#options.travelDocument?.transmit(apdu)
    if (elsewhere) return elsewhere
    return command.cla & SECURE ? statusWord(NO_CHANNEL) : answer(...this.#collect(command))
  }

  #answerProtected(channel: Channel, command: CardCommand): Uint8Array {
    const unwrapped = channel.messaging.unwrap(command)
    if (!unwrapped.ok) {
      this.#endChannel()
      return statusWord(unwrapped.error.sw)
    }
    const [bytes, status] = this.#collect(unwrapped.value)
    if (!isProtected(status)) {
      this.#endChannel()
      return statusWord(status)
    }
    const wrapped = channel.messaging.wrap(bytes, status)
    if (channel.nextCounter) channel.messaging.restart(channel.nextCounter)
    channel.nextCounter = null
    this.#protectedAnswers += 1
    if (this.#protectedAnswers !== this.#options.faults?.wrongMacAt) return wrapped
    // The last byte of the MAC stands before the status word.
    return Uint8Array.from(wrapped, (byte, at) => (at === wrapped.length - 3 ? byte ^ 1 : byte))
  }

  /** As much as the command asks for, or a short APDU carries; the rest waits for GET RESPONSE. */
  #send(response: Uint8Array, le: number | null): Uint8Array {
    const most = le ?? 256
    if (response.length === 0) return statusWord(CONDITIONS_OF_USE)
    if (response.length - 2 <= most) {
      this.#pending = NOTHING
      return response
    }
    this.#pending = response.subarray(most)
    const left = this.#pending.length - 2
    return answer(response.subarray(0, most), 0x6100 | (left < 256 ? left : 0))
  }

  /** Pieces of a chain are put together (ISO 7816-4 §5.3.3); a command that does not go on with it breaks it. */
  #collect(command: CardCommand): Answer {
    const chain = this.#chain
    this.#chain = null
    const goesOn = chain && chain.ins === command.ins && chain.p1 === command.p1 && chain.p2 === command.p2
    if (chain && !goesOn) return sw(CHAIN_BROKEN)
    const whole = { ...command, data: chain ? Buffer.concat([chain.data, command.data]) : command.data }
    if (!(command.cla & CHAINED)) return this.#execute(whole)
    if (whole.data.length > MAX_CHAIN_BYTES) return sw(WRONG_LENGTH)
    // Its bytes may be the caller's buffer.
    this.#chain = { ...whole, data: Uint8Array.from(whole.data) }
    return sw(OK)
  }

  #execute(command: CardCommand): Answer {
    switch (command.ins) {
      case 0x20:
        return this.#verify(command)
      case 0x22:
        return this.#manageSecurityEnvironment(command)
      case 0x24:
        return this.#changePin(command)
      case 0x2a:
        return this.#verifyCertificate(command)
      case 0x2c:
        return this.#unblockPin(command)
      case 0x82:
        return this.#authenticateTerminal(command)
      case 0x84:
        return this.#getChallenge(command)
      case 0x88:
        return this.#internalAuthenticate(command)
      case 0xa4:
        return this.#select(command)
      case 0xb0:
        return this.#readBinary(command)
      case 0xcb:
        return this.#getData(command)
      default:
        return sw(UNKNOWN_INSTRUCTION)
    }
  }

  #select({ p1, p2, data: name, le }: CardCommand): Answer {
    // 00: file control information, 04: its parameters, 0C: neither.
    if (![0x00, 0x04, 0x0c].includes(p2)) return sw(WRONG_P1_P2)
    const tag = p2 === 0x00 ? 0x6f : 0x62
    const control = (bytes: () => Uint8Array) => (p2 === 0x0c || le === null ? sw(OK) : data(bytes()))
    const named = Buffer.from(name).toString('hex')
    const folder = this.#folderCalled(p1, named)
    if (folder) {
      this.#folder = folder
      this.#selected = null
      this.#environment = null
      return control(() => folderControl(tag, name.length > 0 ? name : Buffer.from(MASTER_FILE, 'hex')))
    }
    if (p1 === 0x04) return sw(NOT_FOUND)
    if (p1 !== 0x00 && p1 !== 0x02) return sw(WRONG_P1_P2)
    const file = this.#files.find(({ folder, fid }) => folder === this.#folder && fid === Number.parseInt(named, 16))
    if (!file || name.length !== 2) return sw(NOT_FOUND)
    this.#selected = file
    return control(() => fileControl(tag, file))
  }

  #folderCalled(p1: number, name: string): Folder | null {
    if (p1 === 0x00) return name === '' || name === MASTER_FILE ? 'mf' : null
    if (p1 !== 0x04) return null
    if (name === CIE_AID) return 'cie'
    return name === IAS_AID && this.#profile.select === 'aid' ? 'mf' : null
  }

  #readBinary({ p1, p2, le }: CardCommand): Answer {
    const sfi = p1 & 0x80 ? p1 & 0x1f : null
    if (sfi !== null) {
      const file = this.#files.find((file) => file.folder === this.#folder && sfi > 0 && file.sfi === sfi)
      if (!file) return sw(NOT_FOUND)
      this.#selected = file
    }
    const file = this.#selected
    if (!file) return sw(NO_FILE_SELECTED)
    if (file.secret && !this.#pinVerified()) return sw(SECURITY_STATUS)
    if (le === null) return sw(WRONG_LENGTH)
    const offset = sfi === null ? (p1 << 8) | p2 : p2
    if (offset >= file.content.length) return sw(OUT_OF_FILE)
    const bytes = file.content.subarray(offset, offset + le)
    return [bytes, bytes.length < le ? 0x6282 : OK]
  }

  #getData({ p1, p2, data: header }: CardCommand): Answer {
    if (p1 !== 0x3f || p2 !== 0xff) return sw(WRONG_P1_P2)
    if (this.#folder !== 'cie') return sw(NO_SUCH_OBJECT)
    switch (Buffer.from(header).toString('hex')) {
      case '4d0a7008bfa10104a3029700':
        return data(domainParameters(this.#domain, [0x97]))
      case '4d0a7008bfa10104a3029800':
        return data(domainParameters(this.#domain, [0x98]))
      case '4d0a7008bfa10104a3029900':
        return data(domainParameters(this.#domain, [0x99]))
      case '4d087006bfa10102a380':
        return this.#profile.domain === 'one'
          ? data(domainParameters(this.#domain, [0x97, 0x98, 0x99]))
          : sw(NO_SUCH_OBJECT)
      case '4d097007bfa004037f4980':
      // As the State's earlier software asks for it.
      case '4d0c700abfa004067f49035f2080':
        return data(authorityObject(this.#options.authority))
      case '4d04a6029100':
        return this.#openChannel()
      default:
        return sw(NO_SUCH_OBJECT)
    }
  }

  /** Steps 5, 7, 9 and 12, and the choice of a key that signs. */
  #manageSecurityEnvironment({ p1, p2, data: template }: CardCommand): Answer {
    const channel = this.#channel
    const objects = parseTlvs(template)
    if (!objects) return sw(WRONG_DATA)
    const value = (tag: number) => objects.find((object) => object.tag === tag)?.value ?? NOTHING
    const is = (tag: number, byte: number) => value(tag).length === 1 && value(tag)[0] === byte
    const choose = (environment: Environment) => {
      this.#environment = environment
      return sw(OK)
    }
    this.#environment = null
    switch ((p1 << 8) | p2) {
      case 0x41a6:
        if (!is(0x80, 0x9b)) return sw(WRONG_DATA)
        if (!is(0x83, 0x81)) return sw(NO_SUCH_OBJECT)
        this.#agreement = agree(value(0x91), this.#domain)
        return sw(this.#agreement ? OK : WRONG_DATA)
      case 0x81b6:
        if (!channel) return sw(SECURITY_STATUS)
        if (!is(0x80, 0x41)) return sw(WRONG_DATA)
        return is(0x83, 0x84) ? choose({ use: 'verify-certificate' }) : sw(NO_SUCH_OBJECT)
      case 0x81a4:
        if (!channel) return sw(SECURITY_STATUS)
        return channel.terminal && Buffer.from(channel.terminal.holderReference).equals(value(0x83))
          ? choose({ use: 'authenticate-terminal' })
          : sw(NO_SUCH_OBJECT)
      case 0x41a4:
        if (is(0x80, 0x9b)) return is(0x84, 0x82) ? choose({ use: 'authenticate-card' }) : sw(NO_SUCH_OBJECT)
        if (!is(0x80, 0x02)) return sw(WRONG_DATA)
        if (is(0x84, 0x81)) return choose({ use: 'sign', key: 0x81 })
        return is(0x84, 0x83) ? choose({ use: 'sign', key: 0x83 }) : sw(NO_SUCH_OBJECT)
      default:
        return sw(WRONG_P1_P2)
    }
  }

  /** Step 6: the card's public value; from now on there are keys. */
  #openChannel(): Answer {
    const agreement = this.#agreement
    if (!agreement) return sw(CONDITIONS_OF_USE)
    this.#agreement = null
    const sendSequenceCounter = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1)
    this.#channel = {
      agreement,
      messaging: new CardSecureMessaging({ ...agreement, sendSequenceCounter }),
      terminal: null,
      answeredChallenge: null,
      cardAuthenticated: false,
      nextCounter: null,
    }
    return data(tlv(0xa6, tlv(0x91, agreement.iccPublic)))
  }

  /** Step 8: PSO VERIFY CERTIFICATE. */
  #verifyCertificate({ p1, p2, data: certificate }: CardCommand): Answer {
    if (p1 !== 0x00 || p2 !== 0xae) return sw(WRONG_P1_P2)
    if (!this.#channel) return sw(SECURITY_STATUS)
    if (this.#environment?.use !== 'verify-certificate') return sw(CONDITIONS_OF_USE)
    this.#channel.terminal = verifyTerminalCertificate(certificate, this.#options.authority)
    return sw(this.#channel.terminal ? OK : AUTHENTICATION_FAILED)
  }

  #getChallenge({ le }: CardCommand): Answer {
    if (le !== 8) return sw(WRONG_LENGTH)
    this.#challenge = randomBytes(8)
    return data(this.#challenge)
  }

  /** Step 11: EXTERNAL AUTHENTICATE. A challenge serves once. */
  #authenticateTerminal({ p1, p2, data: proof }: CardCommand): Answer {
    const channel = this.#channel
    const challenge = this.#challenge
    this.#challenge = null
    if (p1 !== 0 || p2 !== 0) return sw(WRONG_P1_P2)
    if (!channel) return sw(SECURITY_STATUS)
    if (this.#environment?.use !== 'authenticate-terminal' || !channel.terminal || !challenge) {
      return sw(CONDITIONS_OF_USE)
    }
    const context = { agreement: channel.agreement, domain: this.#domain }
    if (!verifyTerminal(proof, channel.terminal, challenge, context)) return sw(AUTHENTICATION_FAILED)
    channel.answeredChallenge = challenge
    return sw(OK)
  }

  #internalAuthenticate({ p1, p2, data: input }: CardCommand): Answer {
    if (p1 !== 0 || p2 !== 0) return sw(WRONG_P1_P2)
    const environment = this.#environment
    if (environment?.use === 'authenticate-card') return this.#authenticateCard(input)
    if (environment?.use !== 'sign') return sw(CONDITIONS_OF_USE)
    if (environment.key === 0x81 && !this.#pinVerified()) return sw(SECURITY_STATUS)
    if (input.length === 0 || input.length > MAX_SIGNED_BYTES) return sw(WRONG_LENGTH)
    const { authentication, services } = this.#options.keys
    const given = Buffer.from(input)
    if (this.#options.faults?.signsOtherData) given.writeUInt8(given.readUInt8(given.length - 1) ^ 1, given.length - 1)
    const key = environment.key === 0x81 ? authentication : services
    return data(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, given))
  }

  /** Steps 12 and 13. */
  #authenticateCard(theirs: Uint8Array): Answer {
    const channel = this.#channel
    const ours = channel?.answeredChallenge
    if (!channel || !ours) return sw(SECURITY_STATUS)
    if (theirs.length !== 8) return sw(WRONG_LENGTH)
    const serial = serialNumberOf(this.#options.files.nis)
    const context = { agreement: channel.agreement, domain: this.#domain }
    channel.cardAuthenticated = true
    channel.nextCounter = Buffer.concat([ours.subarray(4), theirs.subarray(4)])
    return data(authenticateCard(this.#options.keys.internal, serial, theirs, context))
  }

  /** Step 14. */
  #verify({ p1, p2, data: given }: CardCommand): Answer {
    const secret = p2 === 0x81 ? this.#pin : p2 === 0x82 ? this.#puk : null
    if (p1 !== 0) return sw(WRONG_P1_P2)
    if (!secret) return sw(NO_SUCH_OBJECT)
    if (!this.#channel?.cardAuthenticated) return sw(SECURITY_STATUS)
    return sw(given.length === 0 ? secret.status() : secret.verify(given))
  }

  #changePin({ p1, p2, data: both }: CardCommand): Answer {
    if (p1 !== 0) return sw(WRONG_P1_P2)
    if (p2 !== 0x81) return sw(NO_SUCH_OBJECT)
    if (!this.#channel?.cardAuthenticated) return sw(SECURITY_STATUS)
    if (both.length !== 16) return sw(WRONG_LENGTH)
    const verified = this.#pin.verify(both.subarray(0, 8))
    return sw(verified === OK ? this.#pin.change(both.subarray(8)) : verified)
  }

  /** RESET RETRY COUNTER after the PUK: P1 02 with a new PIN, 03 without. */
  #unblockPin({ p1, p2, data: newPin }: CardCommand): Answer {
    if (p1 !== 0x02 && p1 !== 0x03) return sw(WRONG_P1_P2)
    if (p2 !== 0x81) return sw(NO_SUCH_OBJECT)
    if (!this.#channel?.cardAuthenticated || !this.#puk.verified) return sw(SECURITY_STATUS)
    if (newPin.length !== (p1 === 0x02 ? 8 : 0)) return sw(WRONG_LENGTH)
    const changed = p1 === 0x02 ? this.#pin.change(newPin) : OK
    if (changed === OK) this.#pin.unblock()
    return sw(changed)
  }

  /** A PIN counts only in the channel in which it was verified. */
  #pinVerified(): boolean {
    return this.#channel !== null && this.#pin.verified
  }

  #endChannel(): void {
    if (!this.#channel) return
    this.#channel = null
    this.#environment = null
    this.#challenge = null
    this.#pin.verified = false
    this.#puk.verified = false
  }
}

/** Errors other than these come as bare status words, and end the channel (cards.md §6.1, §11.9). */
const isProtected = (status: number) =>
  status === OK || status === 0x6282 || status === OUT_OF_FILE || (status & 0xfff0) === 0x63c0 || status === 0x6983
