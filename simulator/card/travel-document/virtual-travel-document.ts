import { randomBytes, timingSafeEqual } from 'node:crypto'
import { answer, type CardCommand, parseCommand } from '../command.ts'
import { CardSecureMessaging } from '../secure-messaging.ts'
import { parseTlvs, tlv } from '../tlv.ts'
import { statusWord } from '../virtual-card.ts'
import {
  encryptNonce,
  generator,
  mapGenerator,
  newPrivateKey,
  PACE_OID,
  passwordKey,
  publicKey,
  sessionKeys,
  sharedSecret,
  token,
} from './pace.ts'

/** One PACEInfo of EF.CardAccess: this card can do only id-PACE-DH-GM-3DES-CBC-CBC with parameter 2. */
export interface PaceInfo {
  /** Value of the object identifier, in hex. */
  oid: string
  parameter: number
}

export interface TravelDocumentOptions {
  /** Six digits on the front of the card. */
  can: string
  dg1: Uint8Array
  dg11: Uint8Array
  sod: Uint8Array
  /** Entries of EF.CardAccess; by default the one entry that all cards seen have. */
  paceInfos?: PaceInfo[]
  faults?: TravelDocumentFaults
}

export interface TravelDocumentFaults {
  /** Nonce of 16 bytes, as some cards have. */
  longNonce?: boolean
  /** Proves nothing: its token is wrong, although it accepted the terminal's. */
  wrongToken?: boolean
  /** The reader does not carry extended APDUs. */
  refusesExtended?: 0x6700 | 0x6985
  /** Sends 1 as its public key in the mapping, so that anybody who knows the CAN would know every key. */
  weakPublicKey?: boolean
  /** The MAC of its n-th protected answer is wrong (from 1). */
  wrongMacAt?: number
}

/** Files have room to spare. */
const FILE_PADDING = 32
/** The most plain bytes whose protected answer is still short. */
const MAX_PROTECTED_READ = 0xe7
const APPLICATION = 'a0000002471001'
const CIE_FOLDER = 'a00000000039'
const EF_CARD_ACCESS = '011c'
const SFI_CARD_ACCESS = 0x1c

type Pace =
  | { step: 'chosen' }
  | { step: 'nonce'; nonce: Uint8Array }
  | { step: 'mapped'; generator: Uint8Array }
  | { step: 'agreed'; keys: ReturnType<typeof sessionKeys>; theirs: Uint8Array; ours: Uint8Array }

/**
 * The travel document of a CIE as a state machine that its card mounts: EF.CardAccess, PACE by CAN, and behind it the
 * ICAO application with DG1, DG11 and SOD (ICAO 9303-10 and -11). It answers null to the CIE's own commands.
 */
export class VirtualTravelDocument {
  readonly #options: TravelDocumentOptions
  readonly #cardAccess: Uint8Array
  readonly #files: Map<number, Uint8Array>
  #pace: Pace | null = null
  #channel: CardSecureMessaging | null = null
  #masterFile = true
  #cardAccessSelected = false
  #applicationSelected = false
  #selected: Uint8Array | null = null
  #protectedAnswers = 0

  constructor(options: TravelDocumentOptions) {
    this.#options = options
    this.#cardAccess = cardAccess(options.paceInfos ?? [{ oid: PACE_OID.toString('hex'), parameter: 2 }])
    this.#files = new Map(
      (
        [
          [0x011e, efCom],
          [0x0101, options.dg1],
          [0x010b, options.dg11],
          [0x011d, options.sod],
        ] as const
      ).map(([fid, content]) => [fid, Buffer.concat([content], content.length + FILE_PADDING)]),
    )
  }

  reset(): void {
    this.#pace = null
    this.#channel = null
    this.#masterFile = true
    this.#cardAccessSelected = false
    this.#applicationSelected = false
    this.#selected = null
    this.#protectedAnswers = 0
  }

  /** Null: the command is not one of the travel document. */
  transmit(apdu: Uint8Array): Uint8Array | null {
    const command = parseCommand(apdu)
    if (!command) return null
    if (command.cla & 0x0c) return this.#channel ? this.#protected(this.#channel, command) : null
    // A command in clear ends secure messaging.
    this.#channel = null
    const { ins, p1, p2, data } = command
    if (ins === 0xa4) return this.#selectInClear(p1, Buffer.from(data).toString('hex'))
    if (ins === 0xb0 && p1 === (0x80 | SFI_CARD_ACCESS)) this.#cardAccessSelected = this.#masterFile
    if (ins === 0xb0 && this.#cardAccessSelected) return answer(...read(this.#cardAccess, command, 256))
    if (ins === 0x22 && p1 === 0xc1 && p2 === 0xa4) return this.#choosePace(data)
    if (ins === 0x86) return this.#generalAuthenticate(command, isExtended(apdu))
    return null
  }

  /** EF.CardAccess lies under the MF and cannot be selected from the CIE's folder. */
  #selectInClear(p1: number, name: string): Uint8Array | null {
    if (p1 === 0x04 && name === CIE_FOLDER) this.#masterFile = false
    if (p1 === 0x00 && (name === '' || name === '3f00')) this.#masterFile = true
    this.#cardAccessSelected = p1 === 0x02 && name === EF_CARD_ACCESS && this.#masterFile
    return this.#cardAccessSelected ? statusWord(0x9000) : null
  }

  #choosePace(data: Uint8Array): Uint8Array {
    const objects = new Map(parseTlvs(data)?.map(({ tag, value }) => [tag, value]))
    const named = Buffer.from(objects.get(0x80) ?? []).toString('hex')
    const parameter = objects.get(0x84)?.[0]
    const entries = (this.#options.paceInfos ?? [{ oid: named, parameter: 2 }]).filter(({ oid }) => oid === named)
    this.#pace = null
    if (named !== PACE_OID.toString('hex')) return statusWord(0x6a80)
    // 02: by CAN.
    if (objects.get(0x83)?.[0] !== 0x02) return statusWord(0x6a88)
    // With several parameters the terminal must name one (TR-03110-3 §B.11.1).
    if (parameter === undefined ? entries.length > 1 : parameter !== 2) return statusWord(0x6a88)
    this.#pace = { step: 'chosen' }
    return statusWord(0x9000)
  }

  #generalAuthenticate({ cla, p1, p2, data }: CardCommand, extended: boolean): Uint8Array {
    const { refusesExtended } = this.#options.faults ?? {}
    if (extended && refusesExtended) return statusWord(refusesExtended)
    const pace = this.#pace
    // A step that fails or comes out of turn means that PACE begins anew with MSE.
    this.#pace = null
    const [template] = parseTlvs(data) ?? []
    const objects = template?.tag === 0x7c ? parseTlvs(template.value) : null
    if (p1 !== 0 || p2 !== 0) return statusWord(0x6a86)
    if (!objects || objects.length > 1) return statusWord(0x6a80)
    const [object] = objects
    if (!pace || object?.tag !== DEMANDED[pace.step] || (cla & 0x10) === (pace.step === 'agreed' ? 0x10 : 0))
      return statusWord(0x6985)
    switch (pace.step) {
      case 'chosen':
        return this.#sendNonce()
      case 'nonce':
        return this.#map(pace.nonce, object?.value ?? new Uint8Array())
      case 'mapped':
        return this.#agree(pace.generator, object?.value ?? new Uint8Array())
      case 'agreed':
        return this.#exchangeTokens(pace, object?.value ?? new Uint8Array())
    }
  }

  #sendNonce(): Uint8Array {
    const nonce = randomBytes(this.#options.faults?.longNonce ? 16 : 8)
    this.#pace = { step: 'nonce', nonce }
    return authenticationData(0x80, encryptNonce(passwordKey(this.#options.can), nonce))
  }

  #map(nonce: Uint8Array, theirs: Uint8Array): Uint8Array {
    const privateKey = newPrivateKey()
    const secret = sharedSecret(theirs, privateKey)
    if (!secret) return statusWord(0x6a80)
    this.#pace = { step: 'mapped', generator: mapGenerator(nonce, secret) }
    const ours = publicKey(generator(), privateKey)
    return authenticationData(
      0x82,
      this.#options.faults?.weakPublicKey ? new Uint8Array(ours.length).fill(1, -1) : ours,
    )
  }

  #agree(base: Uint8Array, theirs: Uint8Array): Uint8Array {
    const privateKey = newPrivateKey()
    const secret = sharedSecret(theirs, privateKey)
    if (!secret) return statusWord(0x6a80)
    const ours = publicKey(base, privateKey)
    this.#pace = { step: 'agreed', keys: sessionKeys(secret), theirs, ours }
    return authenticationData(0x84, ours)
  }

  #exchangeTokens({ keys, theirs, ours }: Extract<Pace, { step: 'agreed' }>, theirToken: Uint8Array): Uint8Array {
    const expected = token(keys.macKey, ours)
    if (theirToken.length !== expected.length || !timingSafeEqual(expected, theirToken)) return statusWord(0x6300)
    this.#channel = new CardSecureMessaging({ ...keys, sendSequenceCounter: new Uint8Array(8) })
    this.#applicationSelected = false
    this.#selected = null
    const { wrongToken } = this.#options.faults ?? {}
    return authenticationData(0x86, wrongToken ? randomBytes(8) : token(keys.macKey, theirs))
  }

  #protected(channel: CardSecureMessaging, secured: CardCommand): Uint8Array {
    const command = channel.unwrap(secured)
    if (!command.ok) {
      this.#channel = null
      return statusWord(command.error.sw)
    }
    const wrapped = channel.wrap(...this.#inApplication(command.value))
    this.#protectedAnswers += 1
    if (this.#protectedAnswers !== this.#options.faults?.wrongMacAt) return wrapped
    // The last byte of the MAC comes right before the status word.
    return Uint8Array.from(wrapped, (byte, at) => (at === wrapped.length - 3 ? byte ^ 1 : byte))
  }

  #inApplication(command: CardCommand): [data: Uint8Array, sw: number] {
    const { ins, p1, data } = command
    if (ins === 0xa4) return [new Uint8Array(), this.#select(p1, data)]
    if (ins !== 0xb0) return [new Uint8Array(), 0x6d00]
    return this.#selected ? read(this.#selected, command, MAX_PROTECTED_READ) : [new Uint8Array(), 0x6986]
  }

  #select(p1: number, data: Uint8Array): number {
    if (p1 === 0x04) {
      this.#applicationSelected = Buffer.from(data).toString('hex') === APPLICATION
      this.#selected = null
      return this.#applicationSelected ? 0x9000 : 0x6a82
    }
    if (p1 !== 0x02 || data.length !== 2) return 0x6a86
    this.#selected = (this.#applicationSelected && this.#files.get(toNumber(data))) || null
    return this.#selected ? 0x9000 : 0x6a82
  }
}

/** The object that each step of GENERAL AUTHENTICATE needs; the first step needs none. */
const DEMANDED = { chosen: undefined, nonce: 0x81, mapped: 0x83, agreed: 0x85 } as const

const authenticationData = (tag: number, value: Uint8Array) => answer(tlv(0x7c, tlv(tag, value)))

const toNumber = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum * 256 + byte, 0)

const isExtended = (apdu: Uint8Array) => apdu.length > 5 && apdu[4] === 0

/** READ BINARY; by a short identifier the offset is P2 alone. */
function read(file: Uint8Array, { p1, p2, le }: CardCommand, most: number): [data: Uint8Array, sw: number] {
  if (le === null) return [new Uint8Array(), 0x6700]
  const offset = p1 & 0x80 ? p2 : p1 * 256 + p2
  if (offset > file.length) return [new Uint8Array(), 0x6b00]
  const bytes = file.subarray(offset, offset + Math.min(le, most))
  return [bytes, bytes.length < Math.min(le, most) ? 0x6282 : 0x9000]
}

/** SecurityInfos: a SET of PACEInfo (TR-03110-3 §A.1.1.1). */
const cardAccess = (infos: PaceInfo[]) =>
  tlv(
    0x31,
    ...infos.map(({ oid, parameter }) =>
      tlv(0x30, tlv(0x06, Buffer.from(oid, 'hex')), tlv(0x02, Uint8Array.of(2)), tlv(0x02, Uint8Array.of(parameter))),
    ),
  )

/** LDS 1.7, Unicode 4.0.0, data groups 1 and 11. */
const efCom = tlv(
  0x60,
  tlv(0x5f01, Buffer.from('0107')),
  tlv(0x5f36, Buffer.from('040000')),
  tlv(0x5c, Uint8Array.of(0x61, 0x6b)),
)
