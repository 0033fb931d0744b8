import { setTimeout as delay } from 'node:timers/promises'
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
import { type CardState, LOST_CARD_MS } from '../../contract/device.ts'
import type { Result } from '../../contract/result.ts'
import { cnsMask } from './atr.ts'
import { isContactless, isSameCard, type KnownCard } from './recognise.ts'
import { BUSY_LIMIT_MS, type Connection, isCardLost, isReaderGone, pcscCode, release } from './transport.ts'

/** A card in one slot, from its arrival to its removal. It keeps one connection, which ends with it. */
export interface Way {
  reader: string
  atr: Uint8Array
  contactless: boolean
  connection: Connection
  /**
   * The card as this slot shows it, once it was read here. A card may keep its files elsewhere over the air than by
   * contacts.
   */
  card: KnownCard | null
  /** The card is as the reading left it: the totem has not reset it or selected anything else since. */
  asRead: boolean
}

/** A card from the moment it is put in until it is gone for good. */
export interface Insertion {
  /** Grows with each card that comes in (`CardState.insertion`). */
  number: number
  /** The slots that show it: two for a card with both interfaces in a dual reader, none while it is lost. */
  ways: Way[]
  /** Null until it was read, if only to tell it from another. */
  card: KnownCard | null
}

/**
 * unseen: the service has not said yet what is in it. settling: mute, but the card may still be sliding in. deaf: mute, and no person has put a card in: a reader's SAM slot
 * can be reported so for ever. connecting: a card is there and is not yet known. `held` is its
 * insertion number when another program holds the card.
 */
type Slot =
  | { card: 'unseen' | 'empty' | 'settling' | 'mute' | 'deaf' }
  | { card: 'connecting'; way: Way | null; held: number | null }
  | { card: 'present'; way: Way; insertion: Insertion }

type Connecting = Extract<Slot, { card: 'connecting' }>

export interface Slots {
  state(): CardState
  /**
   * The card that all slots together show, or the one that is lost; null when there is none, or none that the totem may
   * use.
   */
  insertion(): Insertion | null
  /** Reports that an operation found the card gone from this slot, whether or not the reader has noticed. */
  left(way: Way): void
  /** Resolves when the card can be worked with (again); false: it is gone for good. */
  back(insertion: Insertion): Promise<boolean>
  /** The time in which the lost card may come back begins anew; false: no card is lost. */
  wait(): boolean
  /** Ends everything, for this reason. */
  breakDown(reason: string): void
  stop(): void
}

/** A reader that is silent for longer is wedged. A whole certificate takes a real card about a second. */
export const SILENCE_LIMIT_MS = 10_000
/** Readers first report PRESENT and MUTE together while a card slides in; an answer to reset comes within this time. */
const SETTLE_MS = 1_000
/**
 * A card that was lost during work may still be in the reader, or be there again: it is looked at anew after this time.
 */
const RECHECK_MS = 1_000
/** Plugged readers are reported within milliseconds of the start. */
const FIRST_READER_MS = 1_000
/** Without a service at the start, the restart waits: at boot the service may come a moment later. */
const START_GRACE_MS = 2_000
/** How often the totem tries again for a card that another program holds exclusively. */
const HELD_RETRY_MS = 250
/** Key of the timer that belongs to no reader. */
const START = ''

/**
 * Watches all readers as one, because a dual reader shows one slot for contacts and one for the air. `read` reads a
 * card, to tell it from another. `onBroken`: the PC/SC service is gone, and this context with it, for good.
 */
export function watchSlots({
  read,
  onState,
  onBroken,
}: {
  read(way: Way): Promise<Result<KnownCard, { kind: string }>>
  onState(state: CardState): void
  onBroken(reason: string): void
}): Slots {
  const slots = new Map<string, Slot>()
  const timers = new Map<string, NodeJS.Timeout>()
  /** How often a card has come or gone at each reader, as the service counts it. */
  const moves = new Map<string, number>()
  /**
   * Readers that have not reported the removal of a card that an operation lost. The card may still hold a verified
   * PIN.
   */
  const unclean = new Set<string>()
  /** Readers that have been seen empty, or with a card that answers: a card that is mute there was put in since. */
  const usable = new Set<string>()
  /** Release of each reader's last card. */
  const leaves = new Map<string, Promise<void>>()
  /** The contactless card that has left the field and may come back. */
  let lost: { insertion: Insertion; timer: NodeJS.Timeout; waiting: ((back: boolean) => void)[] } | null = null
  const client = new Client()
  // Starts from the time since boot, in µs: no earlier process has counted so far.
  let lastInsertion = Number(process.hrtime.bigint() / 1000n)
  let published: CardState | null = null
  let stopped = false

  const all = () => [...slots.values()]
  const insertions = () => new Set(all().flatMap((slot) => (slot.card === 'present' ? [slot.insertion] : [])))
  const current = () => {
    // The card that came first stays the one that is used.
    const cards = [...insertions()].sort((a, b) => a.number - b.number)
    return cards.find(isCns) ?? cards[0] ?? null
  }

  function state(): CardState {
    const insertion = current()
    const way = insertion && preferredWay(insertion)
    if (way) {
      const { atr, contactless } = way
      return { state: 'present', atr: Buffer.from(atr).toString('hex'), insertion: insertion.number, contactless }
    }
    if (slots.size === 0) return { state: 'no-reader' }
    if (lost) return { state: 'lost', insertion: lost.insertion.number }
    // A card is there; a caller hears that it is in use.
    const held = all().find((slot) => slot.card === 'connecting' && slot.held !== null)
    if (held?.card === 'connecting' && held.held !== null)
      return { state: 'present', atr: '', insertion: held.held, contactless: false }
    return { state: all().some(({ card }) => card === 'mute') ? 'mute' : 'empty' }
  }

  function publish(): void {
    const now = state()
    if (stopped || isDeepStrictEqual(now, published)) return
    // After a start a card may lie in a slot that has not answered yet: nobody hears first that there is none.
    if (now.state === 'empty' && !hasReader(published) && all().some(({ card }) => UNDECIDED.has(card))) return
    // Another card has taken its place, perhaps in the other slot.
    const before = published && 'insertion' in published ? published.insertion : null
    if (now.state === 'present' && before !== null && before !== now.insertion) onState({ state: 'empty' })
    published = now
    onState(now)
  }

  function set(name: string, slot: Slot): void {
    if (stopped) return
    const before = slots.get(name)
    if (before?.card === 'present') {
      // Released without a reset: pcscd 1.9.9 would reset an empty slot and so lose a card that arrives meanwhile.
      leaves.set(name, release(before.way.connection, CardDisposition.LEAVE))
      takeAway(before.way, before.insertion)
    }
    clearTimeout(timers.get(name))
    slots.set(name, slot)
    publish()
  }

  const setMute = (name: string) => set(name, { card: usable.has(name) ? 'mute' : 'deaf' })

  /** The person uses another slot. What is mute meanwhile is not what they have put in, now or when they leave. */
  function overlookMute(): void {
    for (const [name, { card }] of slots) if (card === 'mute') slots.set(name, { card: 'deaf' })
  }

  function takeAway(way: Way, insertion: Insertion): void {
    insertion.ways = insertion.ways.filter((each) => each !== way)
    const others = [...insertions()].some((each) => each !== insertion)
    if (insertion.ways.length > 0 || others || !way.contactless || !insertion.card) return
    const timer = setTimeout(forgetLost, LOST_CARD_MS)
    lost = { insertion, timer, waiting: [] }
  }

  function forgetLost(): void {
    endLost(false)
    publish()
  }

  function endLost(back: boolean): void {
    clearTimeout(lost?.timer)
    const waiting = lost?.waiting ?? []
    lost = null
    for (const settle of waiting) settle(back)
  }

  function later(name: string, ms: number, action: () => void): void {
    clearTimeout(timers.get(name))
    timers.set(name, setTimeout(action, ms))
  }

  async function connect(reader: Reader): Promise<void> {
    const name = reader.name()
    const connecting: Connecting = { card: 'connecting', way: null, held: null }
    set(name, connecting)
    try {
      // The service applies a late release to any card that is there by then.
      await leaves.get(name)
      const connection = await open(reader, connecting)
      const atr = await answerToReset(connection, unclean.has(name)).catch(async (reason) => {
        await release(connection, CardDisposition.LEAVE)
        throw reason
      })
      unclean.delete(name)
      usable.add(name)
      connecting.way = { reader: name, atr, contactless: isContactless(atr), connection, card: null, asRead: false }
      await arrive(connecting.way, connecting)
    } catch (reason) {
      const code = pcscCode(reason)
      if (code === null) throw reason
      if (stopped || slots.get(name) !== connecting) return
      if (code === 'NoSmartCard' || code === 'RemovedCard' || isReaderGone(code)) set(name, { card: 'empty' })
      else if (isCardLost(code) || code === 'ProtoMismatch' || code === 'UnsupportedCard') setMute(name)
      else breakDown(code)
    }
  }

  /** Waits as long as another program holds the card exclusively. */
  async function open(reader: Reader, slot: Connecting) {
    const since = performance.now()
    for (;;) {
      const limit = setTimeout(() => breakDown('connect-timeout'), SILENCE_LIMIT_MS)
      try {
        return await reader.connect(CardMode.SHARED, Protocol.ANY)
      } catch (reason) {
        if (pcscCode(reason) !== 'SharingViolation' || stopped || slots.get(reader.name()) !== slot) throw reason
        if (slot.held === null && performance.now() - since > BUSY_LIMIT_MS) {
          lastInsertion += 1
          slot.held = lastInsertion
          publish()
        }
      } finally {
        clearTimeout(limit)
      }
      await delay(HELD_RETRY_MS)
    }
  }

  /** A card is there. It may be the one that was lost, or the one that the other slot shows too. */
  async function arrive(way: Way, slot: Connecting): Promise<void> {
    const rival = lost?.insertion ?? current()
    const same = rival !== null && (await isTheSame(rival, way))
    // The card was pulled meanwhile, or another event has taken over.
    if (stopped || slots.get(way.reader) !== slot) return release(way.connection, CardDisposition.LEAVE)
    if (same && (lost?.insertion === rival || rival.ways.length > 0)) {
      rival.ways.push(way)
      slots.set(way.reader, { card: 'present', way, insertion: rival })
      if (lost?.insertion === rival) endLost(true)
    } else {
      endLost(false)
      if (slot.held === null) lastInsertion += 1
      const insertion = { number: slot.held ?? lastInsertion, ways: [way], card: null }
      slots.set(way.reader, { card: 'present', way, insertion })
    }
    overlookMute()
    publish()
  }

  async function isTheSame(rival: Insertion, way: Way): Promise<boolean> {
    const [rivalWay] = rival.ways
    if (!rival.card && rivalWay) {
      const known = await read(rivalWay)
      if (known.ok) rival.card ??= known.value
    }
    if (!rival.card) return false
    const arrived = await read(way)
    return arrived.ok && isSameCard(rival.card, arrived.value)
  }

  function onChange(reader: Reader, status: ReaderStatusFlags): void {
    const name = reader.name()
    const card = slots.get(name)?.card
    // Upper half of dwEventState: the service's count of arrivals and removals. A swap between two looks shows as
    // PRESENT only.
    const moved = status.raw >>> 16 !== moves.get(name)
    moves.set(name, status.raw >>> 16)
    if (!status.has(ReaderStatus.PRESENT)) {
      unclean.delete(name)
      usable.add(name)
      set(name, { card: 'empty' })
    } else if (status.has(ReaderStatus.MUTE)) {
      if (card === 'mute' || card === 'deaf' || card === 'settling') return
      set(name, { card: 'settling' })
      later(name, SETTLE_MS, () => setMute(name))
    } else if (moved || (card !== 'present' && card !== 'connecting')) {
      // The service reports the totem's own connection too (IN_USE); that is no new card.
      void connect(reader)
    }
  }

  function left(way: Way): void {
    const slot = slots.get(way.reader)
    if (!slot || !('way' in slot) || slot.way !== way) return
    set(way.reader, { card: 'empty' })
    unclean.add(way.reader)
    const reader = client.reader(way.reader)
    if (reader) later(way.reader, RECHECK_MS, () => void connect(reader))
  }

  /** The context stays as it is: releasing a dead or wedged service can block for ever. */
  function breakDown(reason: string): void {
    if (stopped) return
    slots.clear()
    publish()
    halt()
    onBroken(reason)
  }

  function halt(): void {
    stopped = true
    endLost(false)
    for (const timer of timers.values()) clearTimeout(timer)
  }

  function stop(): void {
    if (stopped) return
    halt()
    for (const slot of all()) {
      if (slot.card === 'present') void release(slot.way.connection, CardDisposition.RESET)
    }
    client.stop()
  }

  client.on('error', (reason) => breakDown(pcscCode(reason) ?? 'unknown'))
  client.on('reader', (reader) => {
    slots.set(reader.name(), { card: 'unseen' })
    reader.on('change', (status) => onChange(reader, status))
    reader.on('disconnect', () => {
      set(reader.name(), { card: 'empty' })
      slots.delete(reader.name())
      usable.delete(reader.name())
      moves.delete(reader.name())
      if (slots.size === 0) endLost(false)
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
    insertion: () => current() ?? lost?.insertion ?? null,
    left,
    back: async (insertion) => {
      if (insertion.ways.length > 0) return true
      return lost?.insertion === insertion ? new Promise((settle) => lost?.waiting.push(settle)) : false
    },
    wait: () => lost?.timer.refresh() !== undefined,
    breakDown,
    stop,
  }
}

/** Slots of which it is not known yet whether a card is in them. */
const UNDECIDED = new Set<Slot['card']>(['unseen', 'settling', 'connecting'])
const hasReader = (published: CardState | null) => published !== null && published.state !== 'no-reader'

const isCns = ({ card, ways }: Insertion): boolean =>
  card ? card.kind === 'cns' : ways.some(({ atr }) => cnsMask(atr) !== null)

/** A CNS is used by contacts, a CIE over the air. */
export function preferredWay(insertion: Insertion): Way | null {
  const { ways } = insertion
  return ways.find(({ contactless }) => contactless !== isCns(insertion)) ?? ways[0] ?? null
}

/**
 * pcsc-mini's change event carries a wrong answer to reset (freed memory in 0.1.3); the connection has the right one.
 */
async function answerToReset(connection: Awaited<ReturnType<Reader['connect']>>, reset: boolean) {
  if (reset) await connection.reconnect(CardMode.SHARED, CardDisposition.RESET)
  return (await connection.state()).atr
}
