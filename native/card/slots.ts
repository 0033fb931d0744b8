import { isDeepStrictEqual } from 'node:util'
import {
  CardDisposition,
  CardMode,
  Client,
  Protocol,
  type Reader,
  ReaderStatus,
  type ReaderStatusFlags,
} from 'pcsc-mini'
import type { CardState } from '../../contract/device.ts'
import { cnsMask } from './atr.ts'
import type { CnsCard } from './cns.ts'
import { type Connection, isCardLost, pcscCode } from './transport.ts'

/** A card from the moment it was put in until it is pulled. One connection all the while: it dies with the card, so what
 * was read and what signs are the same card. */
export interface Insertion {
  /** Grows with each card that comes in (`CardState.insertion`). */
  number: number
  atr: Uint8Array
  connection: Connection
  /** What a log-in needs of it, once it was read. */
  card: CnsCard | null
}

/** settling: mute, but it may still be sliding in. connecting: there, and about to be known. */
type Slot = { card: 'empty' | 'settling' | 'connecting' | 'mute' } | { card: 'present'; insertion: Insertion }

export interface Slots {
  state(): CardState
  /** The card that all slots together show; null unless the state is `present`. */
  insertion(): Insertion | null
  /** An operation found this card gone: forget it, whether or not the reader has noticed. */
  lost(insertion: Insertion): void
  /** Nothing works any more, for this reason. */
  breakDown(reason: string): void
  stop(): void
}

/** A slow card reads in 2 s and signs in 2 s; what takes longer than this is wedged (measured times: cards.md §2). */
export const OPERATION_LIMIT_MS = 10_000
/** Readers first report PRESENT and MUTE together while a card slides in; an answer to reset comes within this time. */
const SETTLE_MS = 1_000
/** A card that was lost under way and is still, or again, in the reader a while later is taken for a new one. */
const RECHECK_MS = 1_000
/** Plugged readers are reported within milliseconds of the start. */
const FIRST_READER_MS = 1_000
/** No service at the start: it may be a moment behind us at boot, so our restarts need not be hasty. */
const START_GRACE_MS = 2_000
/** Key of the timer that belongs to no reader. */
const START = ''

/**
 * Watches all readers as one: a dual reader shows a slot for contacts and one for the air (cards.md §11.7).
 * `onBroken`: the PC/SC service is gone and with it this context, for good.
 */
export function watchSlots(onState: (state: CardState) => void, onBroken: (reason: string) => void): Slots {
  const slots = new Map<string, Slot>()
  const timers = new Map<string, NodeJS.Timeout>()
  /** How often a card has come or gone at each reader, as the service counts it. */
  const moves = new Map<string, number>()
  /** Our leave of each reader's last card. */
  const leaves = new Map<string, Promise<void>>()
  const client = new Client()
  // From the clock that runs since the machine was started, in µs: no earlier process has come so far.
  let lastInsertion = Number(process.hrtime.bigint() / 1000n)
  let published: CardState | null = null
  let stopped = false

  const all = () => [...slots.values()]
  const presentCards = () => all().flatMap((slot) => (slot.card === 'present' ? [slot.insertion] : []))
  const current = () => {
    // Who came first stays the one that is dealt with.
    const cards = presentCards().sort((a, b) => a.number - b.number)
    return cards.find(({ atr }) => cnsMask(atr) !== null) ?? cards[0] ?? null
  }

  function state(): CardState {
    const insertion = current()
    if (insertion)
      return { state: 'present', atr: Buffer.from(insertion.atr).toString('hex'), insertion: insertion.number }
    if (slots.size === 0) return { state: 'no-reader' }
    return { state: all().some(({ card }) => card === 'mute') ? 'mute' : 'empty' }
  }

  function publish(): void {
    const now = state()
    if (stopped || isDeepStrictEqual(now, published)) return
    // Another card has taken its place, be it from the other slot.
    if (now.state === 'present' && published?.state === 'present') onState({ state: 'empty' })
    published = now
    onState(now)
  }

  function set(name: string, slot: Slot): void {
    if (stopped) return
    const before = slots.get(name)
    if (before?.card === 'present') leaves.set(name, release(before.insertion, CardDisposition.RESET))
    clearTimeout(timers.get(name))
    slots.set(name, slot)
    publish()
  }

  function later(name: string, ms: number, action: () => void): void {
    clearTimeout(timers.get(name))
    timers.set(name, setTimeout(action, ms))
  }

  /** pcsc-mini's change event carries a wrong ATR (freed memory in 0.1.3): the connection knows the right one. */
  async function connect(reader: Reader): Promise<void> {
    const name = reader.name()
    const connecting: Slot = { card: 'connecting' }
    set(name, connecting)
    const limit = setTimeout(() => breakDown('connect-timeout'), OPERATION_LIMIT_MS)
    try {
      // The service does what a late leave asks for to whatever card is there by then.
      await leaves.get(name)
      const connection = await reader.connect(CardMode.SHARED, Protocol.ANY)
      const { atr } = await connection.state()
      // Pulled meanwhile, or another event has taken over.
      if (stopped || slots.get(name) !== connecting) return release({ connection }, CardDisposition.LEAVE)
      lastInsertion += 1
      set(name, { card: 'present', insertion: { number: lastInsertion, atr, connection, card: null } })
    } catch (reason) {
      const code = pcscCode(reason)
      if (code === null) throw reason
      if (stopped || slots.get(name) !== connecting) return
      if (code === 'NoSmartCard' || code === 'RemovedCard') set(name, { card: 'empty' })
      else if (isCardLost(code) || code === 'ProtoMismatch' || code === 'UnsupportedCard') set(name, { card: 'mute' })
      else breakDown(code)
    } finally {
      clearTimeout(limit)
    }
  }

  function onChange(reader: Reader, status: ReaderStatusFlags): void {
    const name = reader.name()
    const card = slots.get(name)?.card
    // Upper half of dwEventState. A card that left and another that came before we looked show as PRESENT only.
    const moved = status.raw >>> 16 !== moves.get(name)
    moves.set(name, status.raw >>> 16)
    if (!status.has(ReaderStatus.PRESENT)) {
      set(name, { card: 'empty' })
    } else if (status.has(ReaderStatus.MUTE)) {
      if (card === 'mute' || card === 'settling') return
      set(name, { card: 'settling' })
      later(name, SETTLE_MS, () => set(name, { card: 'mute' }))
    } else if (moved || (card !== 'present' && card !== 'connecting')) {
      // Not again for our own connection, which is reported too (IN_USE).
      void connect(reader)
    }
  }

  /** The context is left as it is: taking leave of a dead or wedged service can block for ever. */
  function breakDown(reason: string): void {
    if (stopped) return
    slots.clear()
    publish()
    halt()
    onBroken(reason)
  }

  function halt(): void {
    stopped = true
    for (const timer of timers.values()) clearTimeout(timer)
  }

  function stop(): void {
    if (stopped) return
    halt()
    for (const insertion of presentCards()) void release(insertion, CardDisposition.RESET)
    client.stop()
  }

  client.on('error', (reason) => breakDown(pcscCode(reason) ?? 'unknown'))
  client.on('reader', (reader) => {
    slots.set(reader.name(), { card: 'empty' })
    reader.on('change', (status) => onChange(reader, status))
    reader.on('disconnect', () => {
      set(reader.name(), { card: 'empty' })
      slots.delete(reader.name())
      publish()
    })
  })
  later(START, FIRST_READER_MS, publish)
  try {
    client.start()
  } catch (reason) {
    const code = pcscCode(reason)
    if (code === null) throw reason
    publish()
    later(START, START_GRACE_MS, () => breakDown(code))
  }

  return {
    state,
    insertion: current,
    lost(insertion) {
      for (const [name, slot] of slots) {
        if (slot.card !== 'present' || slot.insertion !== insertion) continue
        set(name, { card: 'empty' })
        const reader = client.reader(name)
        if (reader) later(name, RECHECK_MS, () => void connect(reader))
      }
    },
    breakDown,
    stop,
  }
}

/** A card that was worked with is reset, so that nobody uses what it has verified; one that is gone needs no leave. */
async function release({ connection }: Pick<Insertion, 'connection'>, then: CardDisposition): Promise<void> {
  try {
    await connection.disconnect(then)
  } catch (reason) {
    if (pcscCode(reason) === null) throw reason
  }
}
