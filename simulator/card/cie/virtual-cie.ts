import { randomBytes, randomInt } from 'node:crypto'
import { answer, type CardCommand, parseCommand } from '../command.ts'
import { statusWord, type VirtualCard } from '../virtual-card.ts'
import {
  type Answer,
  type ApplicationFaults,
  type Channel,
  CieApplication,
  type CieApplicationOptions,
} from './application.ts'
import { CIE_PROFILES, DEFAULT_PROFILE } from './profiles.ts'
import {
  CHAIN_BROKEN,
  CONDITIONS_OF_USE,
  NO_CHANNEL,
  OK,
  OUT_OF_FILE,
  UNKNOWN_CLASS,
  WRONG_LENGTH,
} from './status-words.ts'

export interface VirtualCieOptions extends CieApplicationOptions {
  /** The chip's other application; a command that it does not know (null) goes to the CIE. */
  travelDocument?: { transmit(apdu: Uint8Array): Uint8Array | null; reset(): void }
  faults?: CieFaults
}

export interface CieFaults extends ApplicationFaults {
  /** Its n-th protected answer has a wrong MAC (from 1, counted since the reset). */
  wrongMacAt?: number
  /** From its n-th APDU on (from 1, counted since the reset) it answers random bytes. */
  garbageFrom?: number
}

const CHAINED = 0x10
const SECURE = 0x0c
/** Enough for the certificate of a terminal, the longest command that is ever chained. */
const MAX_CHAIN_BYTES = 1024
const NOTHING = new Uint8Array()

/**
 * A CIE 3.0 as data and a pure state machine, exact enough for clients that know nothing of this project. This file
 * handles what surrounds a command; `CieApplication` executes it. Only the tries left outlive a reset.
 */
export class VirtualCie implements VirtualCard {
  readonly atr: Uint8Array
  readonly #options: VirtualCieOptions
  readonly #application: CieApplication
  #chain: CardCommand | null = null
  /** Data that GET RESPONSE has still to fetch. */
  #pending: Uint8Array = NOTHING
  #apdus = 0
  #protectedAnswers = 0

  constructor(options: VirtualCieOptions) {
    this.#options = options
    this.#application = new CieApplication(options)
    this.atr = Buffer.from(CIE_PROFILES[options.profile ?? DEFAULT_PROFILE].atr, 'hex')
  }

  get triesLeft(): number {
    return this.#application.pin.triesLeft
  }

  /** Leaves the card as a holder who forgot the PIN does. */
  spendTries(left: number): void {
    this.#application.pin.triesLeft = left
  }

  reset(): void {
    this.#options.travelDocument?.reset()
    this.#application.reset()
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
    // GET RESPONSE goes in clear also within secure messaging; some clients set the class bits all the same.
    if (command.ins === 0xc0) return this.#send(this.#pending, command.le)
    return this.#send(this.#answer(apdu, command), command.le)
  }

  #answer(apdu: Uint8Array, command: CardCommand): Uint8Array {
    const { channel } = this.#application
    if (channel && command.cla & SECURE) return this.#answerProtected(channel, command)
    // A command in clear ends secure messaging.
    this.#application.endChannel()
    const elsewhere = this.#options.travelDocument?.transmit(apdu)
    if (elsewhere) return elsewhere
    return command.cla & SECURE ? statusWord(NO_CHANNEL) : answer(...this.#collect(command))
  }

  #answerProtected(channel: Channel, command: CardCommand): Uint8Array {
    const unwrapped = channel.messaging.unwrap(command)
    if (!unwrapped.ok) {
      this.#application.endChannel()
      return statusWord(unwrapped.error.sw)
    }
    const [bytes, status] = this.#collect(unwrapped.value)
    if (!isProtected(status)) {
      this.#application.endChannel()
      return statusWord(status)
    }
    const wrapped = channel.messaging.wrap(bytes, status)
    if (channel.nextCounter) channel.messaging.restart(channel.nextCounter)
    channel.nextCounter = null
    this.#protectedAnswers += 1
    if (this.#protectedAnswers !== this.#options.faults?.wrongMacAt) return wrapped
    // The last byte of the MAC comes right before the status word.
    return Uint8Array.from(wrapped, (byte, at) => (at === wrapped.length - 3 ? byte ^ 1 : byte))
  }

  /** Sends as much as the command asks for or a short APDU carries. The rest waits for GET RESPONSE. */
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

  /** Puts the pieces of a chain together (ISO 7816-4 §5.3.3). Another command breaks the chain. */
  #collect(command: CardCommand): Answer {
    const chain = this.#chain
    this.#chain = null
    const goesOn = chain && chain.ins === command.ins && chain.p1 === command.p1 && chain.p2 === command.p2
    if (chain && !goesOn) return [NOTHING, CHAIN_BROKEN]
    const whole = { ...command, data: chain ? Buffer.concat([chain.data, command.data]) : command.data }
    if (!(command.cla & CHAINED)) return this.#application.execute(whole)
    if (whole.data.length > MAX_CHAIN_BYTES) return [NOTHING, WRONG_LENGTH]
    // Its bytes may be the caller's buffer.
    this.#chain = { ...whole, data: Uint8Array.from(whole.data) }
    return [NOTHING, OK]
  }
}

/** Other errors come as bare status words and end the channel. */
const isProtected = (status: number) =>
  status === OK || status === 0x6282 || status === OUT_OF_FILE || (status & 0xfff0) === 0x63c0 || status === 0x6983
