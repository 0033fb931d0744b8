import { setTimeout as delay } from 'node:timers/promises'
import { CardDisposition, CardMode } from 'pcsc-mini'
import type { CardFailure } from '../../contract/device.ts'
import { err, type Result } from '../../contract/result.ts'
import { type Command, encode, parseResponse, type Response } from './apdu.ts'
import { maskedCommand, type TraceEntry } from './trace.ts'

/** What the driver uses of pcsc-mini's card; every promise rejects with a PC/SC error code when the card is gone. */
export interface Connection {
  /** The answer is a view of `output`. */
  transmit(apdu: Uint8Array, output?: ArrayBuffer): Promise<Uint8Array>
  transaction(): Promise<{ end(then: CardDisposition): Promise<void> }>
  reconnect(mode: CardMode, first: CardDisposition): Promise<unknown>
  disconnect(then: CardDisposition): Promise<void>
  /** SCardControl: a command for the reader itself (PC/SC part 10). */
  control(code: number, data?: Uint8Array): Promise<Uint8Array>
}

/**
 * How far the PIN has got, for whoever must decide whether it may be sent again: `in-flight` from before VERIFY leaves
 * until its answer is known. Only `not-sent` and `accepted` spend no try when a card that was lost comes back.
 */
export interface PinProgress {
  pin: 'not-sent' | 'in-flight' | 'accepted'
}

/** A card within one transaction. */
export interface Channel {
  /** Sends a command with all that short APDUs bring along: chaining, GET RESPONSE, wrong lengths. */
  send(command: Command): Promise<Response>
  /** Sends one APDU exactly once: for VERIFY, where a repetition costs a try. */
  sendOnce(apdu: Uint8Array): Promise<Response>
  /** APDUs sent so far. */
  readonly apdus: number
}

// What PC/SC says when the card has left under way. NotTransacted and CommDataLost: its contacts moved before the reader
// noticed that it is gone.
const CARD_LOST = new Set([
  'RemovedCard',
  'NoSmartCard',
  'ResetCard',
  'UnpoweredCard',
  'UnresponsiveCard',
  'NotTransacted',
  'CommDataLost',
])

/** The PC/SC error code that a rejection of pcsc-mini carries; null for an error that is not one. */
export function pcscCode(reason: unknown): string | null {
  return reason instanceof Error && 'code' in reason && typeof reason.code === 'string' ? reason.code : null
}

export const isCardLost = (code: string): boolean => CARD_LOST.has(code)

/** What a transaction can end in besides a card's failures. */
export type Interruption =
  | CardFailure
  /** By another program, under way. */
  | { kind: 'card-reset' }
  /** PC/SC itself is gone, and with it all that it has given us. */
  | { kind: 'service-lost' }

/** The reader's cable: the service goes on, and tells when it is back. */
const READER_GONE = new Set(['ReaderUnavailable', 'UnknownReader'])

export const isReaderGone = (code: string): boolean => READER_GONE.has(code)

/**
 * Does `work` within one PC/SC transaction, after which the card is left as `then` says. The PIN state is the card's, not
 * ours: who logs in resets it. An aborted `signal` lets no further APDU through.
 */
export async function inTransaction<T>(
  connection: Connection,
  then: CardDisposition,
  signal: AbortSignal,
  work: () => Promise<Result<T, CardFailure>>,
): Promise<Result<T, Interruption>> {
  try {
    const transaction = await begin(connection)
    if (!transaction) return err({ kind: 'card-busy' })
    try {
      return await work()
    } finally {
      await transaction.end(then).catch(ignoreLoss)
    }
  } catch (reason) {
    const code = pcscCode(reason)
    if (signal.aborted) return err({ kind: 'card-error', step: 'timeout', sw: null })
    if (code === null) throw reason
    return err(failureOf(code))
  }
}

type Transaction = Awaited<ReturnType<Connection['transaction']>>

/** How long another program may keep the card before we tell the citizen: a look at it takes well under a second. */
export const BUSY_LIMIT_MS = 3_000

/** Transactions asked for and not yet granted. The service grants also those that nobody waits for any more. */
const asked = new WeakMap<Connection, Promise<Transaction>>()
/** Those are then given back at once, and pcsc-mini does one thing at a time with a card. */
const givenBack = new WeakMap<Connection, Promise<void>>()

/** Null when another program keeps the card too long. */
async function begin(connection: Connection): Promise<Transaction | null> {
  await givenBack.get(connection)
  const transaction = asked.get(connection) ?? ask(connection)
  asked.delete(connection)
  const enough = new AbortController()
  try {
    const granted = await Promise.race([transaction, delay(BUSY_LIMIT_MS, null, { signal: enough.signal, ref: false })])
    if (!granted) giveBackLate(connection, transaction)
    return granted
  } finally {
    enough.abort()
  }
}

/** Unless it is wanted again by then. */
function giveBackLate(connection: Connection, transaction: Promise<Transaction>): void {
  asked.set(connection, transaction)
  const isOurs = () => asked.get(connection) === transaction && asked.delete(connection)
  transaction.then((late) => {
    if (isOurs()) givenBack.set(connection, late.end(CardDisposition.LEAVE).catch(ignoreLoss))
  }, isOurs)
}

async function ask(connection: Connection): Promise<Transaction> {
  try {
    return await connection.transaction()
  } catch (reason) {
    if (pcscCode(reason) !== 'ResetCard') throw reason
    // The last log-in, or another program, has reset it: the same card, which only wants to be greeted anew.
    await connection.reconnect(CardMode.SHARED, CardDisposition.LEAVE)
    return connection.transaction()
  }
}

function failureOf(code: string): Interruption {
  if (code === 'ResetCard') return { kind: 'card-reset' }
  if (isCardLost(code)) return { kind: 'card-removed' }
  if (code === 'SharingViolation') return { kind: 'card-busy' }
  // Longer than any answer: the card's fault, not the reader's.
  if (code === 'InsufficientBuffer') return { kind: 'card-error', step: 'answer-too-long', sw: null }
  return { kind: isReaderGone(code) ? 'reader-unavailable' : 'service-lost' }
}

/** The failure itself is told by the command that met it. */
function ignoreLoss(reason: unknown): void {
  if (pcscCode(reason) === null) throw reason
}

/** SW 61xx: so many bytes wait (00 = 256). */
const getResponse = (sw: number): Command => ({ ins: 0xc0, p1: 0, p2: 0, le: sw & 0xff || 256 })

const MAX_PIECES = 16

/**
 * The longest extended answer with its status word: pcsc-mini itself sets aside no more than a short one needs. One for
 * all APDUs, which go out one at a time: pcsc-mini (0.1.3) keeps every buffer that it has ever been given or has made.
 */
const output = new ArrayBuffer(65_536 + 2)

/** Within secure messaging a command is never sent twice: the card's counter has gone on. */
const isPlainShort = ({ cla = 0, extended }: Command) => cla === 0 && !extended

const isRead = (command: Command) => command.ins === 0xb0 && isPlainShort(command)

/** `onApdu` is told each APDU with its times; commands are masked. */
export function openChannel(
  connection: Pick<Connection, 'transmit'>,
  signal: AbortSignal,
  onApdu?: (entry: TraceEntry) => void,
): Channel {
  const opened = performance.now()
  let apdus = 0
  /** Some cards refuse Le=00 with 6700 and take FF. */
  let longestRead = 256

  async function sendOnce(apdu: Uint8Array): Promise<Response> {
    signal.throwIfAborted()
    apdus += 1
    const response = parseResponse(await transmit(apdu))
    if (!response)
      throw Object.assign(new Error('no status word: its contacts have left the card'), { code: 'CommDataLost' })
    return response
  }

  async function transmit(apdu: Uint8Array): Promise<Uint8Array> {
    const sent = performance.now()
    let answer: Uint8Array | null = null
    try {
      answer = Uint8Array.from(await connection.transmit(apdu, output))
      return answer
    } finally {
      onApdu?.({
        ms: sent - opened,
        tookMs: performance.now() - sent,
        command: maskedCommand(apdu),
        answered: Math.max(0, (answer?.length ?? 0) - 2),
        sw: answer && answer.length >= 2 ? Buffer.from(answer.subarray(-2)).toString('hex').toUpperCase() : null,
      })
    }
  }

  async function send(command: Command): Promise<Response> {
    const response = await sendChained(command)
    const { le } = command
    // Once: a card that is never content would hold the totem.
    if (le !== undefined && isPlainShort(command) && response.sw >> 8 === 0x6c)
      return fetchRest(await sendChained({ ...command, le: response.sw & 0xff || 256 }))
    if (response.sw === 0x6700 && isRead(command) && le === 256) {
      longestRead = 255
      return fetchRest(await sendChained(command))
    }
    return fetchRest(response)
  }

  async function sendChained(command: Command): Promise<Response> {
    const le = isRead(command) && command.le !== undefined ? Math.min(command.le, longestRead) : command.le
    let response: Response = { data: new Uint8Array(), sw: 0 }
    const pieces = encode(le === undefined ? command : { ...command, le })
    for (const [index, piece] of pieces.entries()) {
      response = await sendOnce(piece)
      // GET RESPONSE within a chain would break it: only the last piece has an answer worth fetching.
      if (index < pieces.length - 1 && response.sw !== 0x9000 && response.sw >> 8 !== 0x61) return response
    }
    return response
  }

  async function fetchRest(first: Response): Promise<Response> {
    let response = first
    const parts = [response.data]
    // No answer has more pieces than this; a card that says "more" for ever would hold the totem.
    for (let fetched = 0; response.sw >> 8 === 0x61 && fetched < MAX_PIECES; fetched++) {
      const [fetch = new Uint8Array()] = encode(getResponse(response.sw))
      response = await sendOnce(fetch)
      parts.push(response.data)
    }
    return parts.length === 1 ? response : { data: Buffer.concat(parts), sw: response.sw }
  }

  return {
    send,
    sendOnce,
    get apdus() {
      return apdus
    },
  }
}
