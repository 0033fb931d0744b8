import { constants, type KeyObject, privateEncrypt, randomBytes } from 'node:crypto'
import type { CardCommand } from '../command.ts'
import { CardSecureMessaging } from '../secure-messaging.ts'
import { parseTlvs, tlv } from '../tlv.ts'
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
import { CIE_PROFILES, type CieProfile, DEFAULT_PROFILE } from './profiles.ts'
import { Secret } from './secret.ts'
import {
  AUTHENTICATION_FAILED,
  CONDITIONS_OF_USE,
  NO_FILE_SELECTED,
  NO_SUCH_OBJECT,
  NOT_FOUND,
  OK,
  OUT_OF_FILE,
  SECURITY_STATUS,
  UNKNOWN_INSTRUCTION,
  WRONG_DATA,
  WRONG_LENGTH,
  WRONG_P1_P2,
} from './status-words.ts'

export interface CieApplicationOptions {
  profile?: CieProfile
  files: CieFiles
  /** RSA, 2048 bits on every card seen: 81 for authentication, 82 for the device, 83 for the services. */
  keys: { authentication: KeyObject; internal: KeyObject; services: KeyObject }
  authority: ExternalAuthority
  /** 8 digits each. */
  pin: string
  puk: string
  domain?: DhDomain
  faults?: ApplicationFaults
}

export interface ApplicationFaults {
  /** Signs other data than it was given. */
  signsOtherData?: boolean
  /** VERIFY answers this status word whatever the PIN is. */
  verifyAnswers?: number
  /**
   * It knows no short identifiers: READ BINARY with one answers this status word, or takes it for an offset into the
   * selected file.
   */
  withoutShortIds?: number | 'offset'
}

const IAS_AID = 'a0000000308000000009816001'
const CIE_AID = 'a00000000039'
const MASTER_FILE = '3f00'

/** The card's state of a channel, from Diffie-Hellman to its end. */
export interface Channel {
  agreement: KeyAgreement
  messaging: CardSecureMessaging
  /** Named by a certificate of the authority. */
  terminal: Terminal | null
  /** The challenge by which the terminal has proved itself. */
  answeredChallenge: Uint8Array | null
  cardAuthenticated: boolean
  /** Counter with which messaging goes on after this answer. */
  nextCounter: Uint8Array | null
}

type Environment =
  | { use: 'verify-certificate' }
  | { use: 'authenticate-terminal' }
  | { use: 'authenticate-card' }
  | { use: 'sign'; key: 0x81 | 0x83 }

export type Answer = [data: Uint8Array, sw: number]
const NOTHING = new Uint8Array()
const sw = (status: number): Answer => [NOTHING, status]
const data = (bytes: Uint8Array): Answer => [bytes, 0x9000]

/** RSA-2048 with PKCS#1 v1.5: 11 bytes are padding. */
const MAX_SIGNED_BYTES = 245

/** The commands of a CIE, out of their envelopes: files, keys, PIN, and the channel that guards them (IAS ECC). */
export class CieApplication {
  readonly pin: Secret
  /** Set between Diffie-Hellman and the end of the channel. */
  channel: Channel | null = null
  readonly #options: CieApplicationOptions
  readonly #profile: (typeof CIE_PROFILES)[CieProfile]
  readonly #files: ElementaryFile[]
  readonly #domain: DhDomain
  readonly #puk: Secret
  #folder: Folder = 'mf'
  #selected: ElementaryFile | null = null
  #environment: Environment | null = null
  /** Agreed on and not yet in use: it begins when the terminal has fetched the card's public value. */
  #agreement: KeyAgreement | null = null
  #challenge: Uint8Array | null = null

  constructor(options: CieApplicationOptions) {
    this.#options = options
    this.#profile = CIE_PROFILES[options.profile ?? DEFAULT_PROFILE]
    this.#files = filesOf(options.files)
    this.#domain = options.domain ?? DH_DOMAIN
    this.pin = new Secret(options.pin, 3)
    // The number of tries of a real card's PUK is not public.
    this.#puk = new Secret(options.puk, 10)
  }

  reset(): void {
    this.endChannel()
    this.#folder = 'mf'
    this.#selected = null
    this.#agreement = null
    this.#environment = null
    this.#challenge = null
  }

  endChannel(): void {
    if (!this.channel) return
    this.channel = null
    this.#environment = null
    this.#challenge = null
    this.pin.verified = false
    this.#puk.verified = false
  }

  execute(command: CardCommand): Answer {
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
    const { withoutShortIds } = this.#options.faults ?? {}
    if (p1 & 0x80 && typeof withoutShortIds === 'number') return sw(withoutShortIds)
    const sfi = p1 & 0x80 && withoutShortIds === undefined ? p1 & 0x1f : null
    if (sfi !== null) {
      const file = this.#files.find((file) => file.folder === this.#folder && sfi > 0 && file.sfi === sfi)
      if (!file) return sw(NOT_FOUND)
      this.#selected = file
    }
    const file = this.#selected
    if (!file) return sw(NO_FILE_SELECTED)
    if (file.secret && !this.#pinVerified()) return sw(SECURITY_STATUS)
    if (le === null) return sw(WRONG_LENGTH)
    const offset = sfi === null ? ((p1 & 0x7f) << 8) | p2 : p2
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
      // The State's earlier software asks in this form.
      case '4d0c700abfa004067f49035f2080':
        return data(authorityObject(this.#options.authority))
      case '4d04a6029100':
        return this.#openChannel()
      default:
        return sw(NO_SUCH_OBJECT)
    }
  }

  /** MANAGE SECURITY ENVIRONMENT: key agreement, both device authentications, and the choice of a key that signs. */
  #manageSecurityEnvironment({ p1, p2, data: template }: CardCommand): Answer {
    const channel = this.channel
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

  /** The card's public value; from now on there are session keys. */
  #openChannel(): Answer {
    const agreement = this.#agreement
    if (!agreement) return sw(CONDITIONS_OF_USE)
    this.#agreement = null
    const sendSequenceCounter = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1)
    this.channel = {
      agreement,
      messaging: new CardSecureMessaging({ ...agreement, sendSequenceCounter }),
      terminal: null,
      answeredChallenge: null,
      cardAuthenticated: false,
      nextCounter: null,
    }
    return data(tlv(0xa6, tlv(0x91, agreement.iccPublic)))
  }

  /** PSO VERIFY CERTIFICATE. */
  #verifyCertificate({ p1, p2, data: certificate }: CardCommand): Answer {
    if (p1 !== 0x00 || p2 !== 0xae) return sw(WRONG_P1_P2)
    if (!this.channel) return sw(SECURITY_STATUS)
    if (this.#environment?.use !== 'verify-certificate') return sw(CONDITIONS_OF_USE)
    this.channel.terminal = verifyTerminalCertificate(certificate, this.#options.authority)
    return sw(this.channel.terminal ? OK : AUTHENTICATION_FAILED)
  }

  #getChallenge({ le }: CardCommand): Answer {
    if (le !== 8) return sw(WRONG_LENGTH)
    this.#challenge = randomBytes(8)
    return data(this.#challenge)
  }

  /** EXTERNAL AUTHENTICATE. A challenge serves once. */
  #authenticateTerminal({ p1, p2, data: proof }: CardCommand): Answer {
    const channel = this.channel
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
    if (key.asymmetricKeyType !== 'rsa') return sw(CONDITIONS_OF_USE)
    return data(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, given))
  }

  /** INTERNAL AUTHENTICATE, after which the channel's counter starts anew. */
  #authenticateCard(theirs: Uint8Array): Answer {
    const channel = this.channel
    const ours = channel?.answeredChallenge
    if (!channel || !ours) return sw(SECURITY_STATUS)
    if (theirs.length !== 8) return sw(WRONG_LENGTH)
    const serial = serialNumberOf(this.#options.files.nis)
    const context = { agreement: channel.agreement, domain: this.#domain }
    channel.cardAuthenticated = true
    channel.nextCounter = Buffer.concat([ours.subarray(4), theirs.subarray(4)])
    return data(authenticateCard(this.#options.keys.internal, serial, theirs, context))
  }

  /** VERIFY. */
  #verify({ p1, p2, data: given }: CardCommand): Answer {
    const secret = p2 === 0x81 ? this.pin : p2 === 0x82 ? this.#puk : null
    if (p1 !== 0) return sw(WRONG_P1_P2)
    if (!secret) return sw(NO_SUCH_OBJECT)
    if (!this.channel?.cardAuthenticated) return sw(SECURITY_STATUS)
    const { verifyAnswers } = this.#options.faults ?? {}
    if (verifyAnswers !== undefined) return sw(verifyAnswers)
    return sw(given.length === 0 ? secret.status() : secret.verify(given))
  }

  #changePin({ p1, p2, data: both }: CardCommand): Answer {
    if (p1 !== 0) return sw(WRONG_P1_P2)
    if (p2 !== 0x81) return sw(NO_SUCH_OBJECT)
    if (!this.channel?.cardAuthenticated) return sw(SECURITY_STATUS)
    if (both.length !== 16) return sw(WRONG_LENGTH)
    const verified = this.pin.verify(both.subarray(0, 8))
    return sw(verified === OK ? this.pin.change(both.subarray(8)) : verified)
  }

  /** RESET RETRY COUNTER after the PUK: P1 02 with a new PIN, 03 without. */
  #unblockPin({ p1, p2, data: newPin }: CardCommand): Answer {
    if (p1 !== 0x02 && p1 !== 0x03) return sw(WRONG_P1_P2)
    if (p2 !== 0x81) return sw(NO_SUCH_OBJECT)
    if (!this.channel?.cardAuthenticated || !this.#puk.verified) return sw(SECURITY_STATUS)
    if (newPin.length !== (p1 === 0x02 ? 8 : 0)) return sw(WRONG_LENGTH)
    const changed = p1 === 0x02 ? this.pin.change(newPin) : OK
    if (changed === OK) this.pin.unblock()
    return sw(changed)
  }

  /** A PIN counts only in the channel in which it was verified. */
  #pinVerified(): boolean {
    return this.channel !== null && this.pin.verified
  }
}
