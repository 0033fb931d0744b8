import { setTimeout as delay } from 'node:timers/promises'
import { CardDisposition, CardMode } from 'pcsc-mini'
import type { CardFailure } from '../../contract/device.ts'
import { err, type Result } from '../../contract/result.ts'
import { type Command, encode, parseResponse, type Response } from './apdu.ts'
import { maskedCommand, type TraceEntry } from './trace.ts'

/**
 * The part of pcsc-mini's card that the driver uses. Every promise rejects with a PC/SC error code when the card is
 * gone.
 */
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
 * How far the PIN has got, to decide whether it may be sent again. `in-flight` lasts from before VERIFY leaves until
 * its answer is known. Only `not-sent` and `accepted` spend no try when a lost card comes back.
 */
export interface PinProgress {
  pin: 'not-sent' | 'in-flight' | 'accepted'
}

/** A card within one transaction. */
export interface Channel {
  /** Sends a command with chaining, GET RESPONSE and corrected lengths, as short APDUs need them. */
  send(command: Command): Promise<Response>
  /** Sends one APDU exactly once: for VERIFY, where a repetition costs a try. */
  sendOnce(apdu: Uint8Array): Promise<Response>
  /** APDUs sent so far. */
  readonly apdus: number
}

// PC/SC errors of a card that left during a command. NotTransacted and CommDataLost: the contacts moved before the
// reader noticed.
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

/** What can end a transaction besides a card's failures. */
export type Interruption =
  | CardFailure
  /** Another program has reset the card during the work. */
  | { kind: 'card-reset' }
  /** The PC/SC service is gone, and every handle with it. */
  | { kind: 'service-lost' }

/** The reader was unplugged. The service goes on and reports when the reader is back. */
const READER_GONE = new Set(['ReaderUnavailable', 'UnknownReader'])

export const isReaderGone = (code: string): boolean => READER_GONE.has(code)

/**
 * Does `work` within one PC/SC transaction and leaves the card as `then` says. The card keeps the PIN state, so a
 * log-in resets it. After `signal` aborts, no further APDU passes.
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

/**
 * How long another program may keep the card before the citizen is told: one look at a card takes well under a second.
 */
export const BUSY_LIMIT_MS = 3_000

/** Transactions asked for and not yet granted. The service grants them even when nobody waits any more. */
const asked = new WeakMap<Connection, Promise<Transaction>>()
/** Transactions that came too late and are being given back. pcsc-mini does one thing at a time with a card. */
const givenBack = new WeakMap<Connection, Promise<void>>()

/** Null: another program keeps the card too long. */
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

/** Gives a late transaction back, unless it is wanted again by then. */
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
    // The last log-in or another program has reset the card. It is the same card, and only needs a new connection.
    await connection.reconnect(CardMode.SHARED, CardDisposition.LEAVE)
    return connection.transaction()
  }
}

function failureOf(code: string): Interruption {
  if (code === 'ResetCard') return { kind: 'card-reset' }
  if (isCardLost(code)) return { kind: 'card-removed' }
  if (code === 'SharingViolation') return { kind: 'card-busy' }
  // The answer is longer than any that the standard allows: a fault of the card, not of the reader.
  if (code === 'InsufficientBuffer') return { kind: 'card-error', step: 'answer-too-long', sw: null }
  return { kind: isReaderGone(code) ? 'reader-unavailable' : 'service-lost' }
}

/** The command that met the failure reports it. */
function ignoreLoss(reason: unknown): void {
  if (pcscCode(reason) === null) throw reason
}

/** How often a release is tried again while a command is still under way. */
const STILL_BUSY_MS = 20

/**
 * Also releases a card that was pulled, because pcsc-mini has room for a few connections only. It refuses a release
 * while a command is under way; the command ends by itself.
 */
export async function release(connection: Connection, how: CardDisposition): Promise<void> {
  for (;;) {
    try {
      return await connection.disconnect(how)
    } catch (reason) {
      const code = pcscCode(reason)
      if (code === null) throw reason
      if (code !== 'CardIsBusy') return
    }
    await delay(STILL_BUSY_MS)
  }
}

/** SW 61xx: xx bytes wait (00 = 256). */
const getResponse = (sw: number): Command => ({ ins: 0xc0, p1: 0, p2: 0, le: sw & 0xff || 256 })

const MAX_PIECES = 16

/**
 * Room for the longest extended answer with its status word; pcsc-mini itself sets aside only what a short answer
 * needs. One buffer serves all APDUs, which go out one at a time: pcsc-mini (0.1.3) keeps every buffer that it has been
 * given or has made.
 */
const output = new ArrayBuffer(65_536 + 2)

/** Under secure messaging a command is never sent twice: the card's counter has gone on. */
const isPlainShort = ({ cla = 0, extended }: Command) => cla === 0 && !extended

const isRead = (command: Command) => command.ins === 0xb0 && isPlainShort(command)

/** `onApdu` gets each APDU with its times; secrets are masked. */
export function openChannel(
  connection: Pick<Connection, 'transmit'>,
  signal: AbortSignal,
  onApdu?: (entry: TraceEntry) => void,
): Channel {
  const opened = performance.now()
  let apdus = 0
  /** Some cards refuse Le=00 with 6700 and accept FF. */
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
    // Once: a card that asks for another length every time would hold the totem for ever.
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
