import { CardDisposition } from 'pcsc-mini'
import type { CardFailure, CardReadout, CardState, LoginProof, TravelDocument } from '../../contract/device.ts'
import { err, type Result } from '../../contract/result.ts'
import { type ExternalKey, loginCie } from './cie/index.ts'
import { loginCns } from './cns.ts'
import { findPinPad, PIN_PAD_LIMIT_MS } from './pin-pad.ts'
import { type KnownCard, readCard } from './recognise.ts'
import { type Insertion, preferredWay, SILENCE_LIMIT_MS, type Way, watchSlots } from './slots.ts'
import type { TraceEntry } from './trace.ts'
import {
  type Channel,
  type Connection,
  type Interruption,
  inTransaction,
  openChannel,
  type PinProgress,
} from './transport.ts'
import { readTravelDocument } from './travel-document/index.ts'

export interface CardService {
  /** What the card gives without a PIN. */
  read(): Promise<Result<CardReadout, CardFailure>>
  /**
   * PIN and signature over `challenge` by the card that was read; another card is `card-removed`. Overwrites `pin`;
   * null: the person types it on the reader's own keypad. The card is reset afterwards.
   */
  login(pin: Uint8Array | null, challenge: Uint8Array): Promise<Result<LoginProof, CardFailure>>
  /** The travel document of a CIE, by its CAN. The card is reset afterwards. */
  travelDocument(can: string): Promise<Result<TravelDocument, CardFailure>>
  /** The time in which a lost card may come back begins anew; false: no card is lost. */
  wait(): boolean
  stop(): void
}

/** A card that answers as slowly as this is of no use to a visit: a slow one logs in within 6 s. */
const OPERATION_LIMIT_MS = 18_000
/** An interrupted operation does not begin anew after this time. */
const BEGIN_ANEW_WITHIN_MS = 25_000

interface Work<T> {
  /** How the card is left. */
  leave: CardDisposition
  /** Longer than a card may be silent, when the reader waits for a person. */
  silenceMs?: number
  do(channel: Channel, way: Way): Promise<Result<T, CardFailure>>
}

/**
 * The card reader as the totem uses it. `externalKey`: null when CIE cannot be used here. `onState` gets each change of
 * what the reader holds. `onBroken`: the PC/SC service died or the reader is wedged, and nothing works from then on.
 * The process must then kill itself: the dead context throws when it is garbage-collected, and `process.exit` waits for
 * a wedged call for ever. `onApdu` gets each APDU, masked, for a technician.
 */
export function createCardService({
  externalKey,
  onState,
  onBroken,
  onApdu,
}: {
  externalKey: ExternalKey | null
  onState(state: CardState): void
  onBroken(reason: string): void
  onApdu?(entry: TraceEntry): void
}): CardService {
  let busy = false
  let turn: Promise<unknown> = Promise.resolve()
  const reading: Work<KnownCard> = {
    leave: CardDisposition.LEAVE,
    async do(channel, way) {
      const { atr, contactless, connection } = way
      const known = await readCard(channel, atr, !contactless && (await findPinPad(connection)) !== null)
      if (known.ok) way.card = known.value
      way.asRead = known.ok
      return known
    },
  }
  /** Insertions whose card `read` has answered. */
  const shown = new WeakSet<Insertion>()
  const slots = watchSlots({ read: (way) => operate(way, reading), onState, onBroken })

  /** One operation at a time: the totem also reads cards without a call, to tell one from another. */
  function operate<T>(way: Way, work: Work<T>): Promise<Result<T, Interruption>> {
    const result = turn.then(() => attempt(way, work))
    // Keeps the turn and not its result: the last card's data must not stay until the next card.
    turn = result.then(
      () => {},
      () => {},
    )
    return result
  }

  async function attempt<T>(way: Way, work: Work<T>): Promise<Result<T, Interruption>> {
    const result = await withinLimits(way, work)
    if (!result.ok && result.error.kind === 'card-removed') slots.left(way)
    if (!result.ok && result.error.kind === 'service-lost') slots.breakDown('context-lost')
    return result
  }

  async function withinLimits<T>(way: Way, { leave, silenceMs = SILENCE_LIMIT_MS, ...work }: Work<T>) {
    const limit = new AbortController()
    let resolve: (wedged: Result<never, Interruption>) => void = () => {}
    const wedged = new Promise<Result<never, Interruption>>((settle) => {
      resolve = settle
    })
    const whole = setTimeout(() => limit.abort(), silenceMs + OPERATION_LIMIT_MS - SILENCE_LIMIT_MS)
    const silence = setTimeout(() => {
      limit.abort()
      resolve(err({ kind: 'card-error', step: 'timeout', sw: null }))
      slots.breakDown('operation-timeout')
    }, silenceMs)
    const transmit: Connection['transmit'] = async (apdu, output) => {
      const answer = await way.connection.transmit(apdu, output)
      silence.refresh()
      return answer
    }
    try {
      const channel = openChannel({ transmit }, limit.signal, onApdu)
      return await Promise.race([
        inTransaction(way.connection, leave, limit.signal, () => work.do(channel, way)),
        wedged,
      ])
    } finally {
      clearTimeout(silence)
      clearTimeout(whole)
    }
  }

  /** Begins anew, from SELECT, when the card was lost and is back, or another program has reset it. */
  async function untilDone<T>(
    insertion: Insertion,
    work: Work<T>,
    mayRepeat = () => true,
  ): Promise<Result<T, CardFailure>> {
    const began = performance.now()
    for (;;) {
      const way = preferredWay(insertion)
      const result = way ? await operate(way, work) : err({ kind: 'card-removed' as const })
      if (result.ok) return result
      const { error } = result
      if (error.kind === 'service-lost') return err({ kind: 'reader-unavailable' })
      if (error.kind !== 'card-removed' && error.kind !== 'card-reset') return err(error)
      const inTime = performance.now() - began < BEGIN_ANEW_WITHIN_MS
      if (!inTime || !mayRepeat() || !(await slots.back(insertion))) return err({ kind: 'card-removed' })
    }
  }

  /** A call of main, on the card that is there. */
  async function call<T>(work: (insertion: Insertion) => Promise<Result<T, CardFailure>>) {
    if (busy) return err({ kind: 'card-busy' as const })
    const insertion = slots.insertion()
    if (!insertion) return err(absence())
    busy = true
    try {
      return await work(insertion)
    } finally {
      busy = false
    }
  }

  /** Why there is no card to work with. */
  function absence(): CardFailure {
    switch (slots.state().state) {
      case 'no-reader':
        return { kind: 'reader-unavailable' }
      case 'mute':
        return { kind: 'card-mute' }
      case 'present':
        return { kind: 'card-busy' }
      default:
        return { kind: 'no-card' }
    }
  }

  async function login(insertion: Insertion, pin: Uint8Array | null, challenge: Uint8Array) {
    const { card } = insertion
    // The PIN is for the card whose holder was shown. It never goes to a card that was put in since.
    if (!card || !shown.has(insertion)) return err({ kind: 'card-removed' as const })
    if (card.kind === 'cie' && !externalKey) return err({ kind: 'cie-unavailable' as const })
    let progress: PinProgress = { pin: 'not-sent' }
    return untilDone<LoginProof>(
      insertion,
      {
        leave: CardDisposition.RESET,
        ...(pin ? {} : { silenceMs: PIN_PAD_LIMIT_MS + SILENCE_LIMIT_MS }),
        async do(channel, way) {
          progress = { pin: 'not-sent' }
          const selected = way.asRead
          way.asRead = false
          // The driver overwrites the copy that it gets.
          const entry = pin ? Uint8Array.from(pin) : await findPinPad(way.connection)
          if (card.kind === 'cns' && entry) {
            const here = way.card?.kind === 'cns' ? way.card : card
            return loginCns(channel, here.card, entry, challenge, progress)
          }
          if (card.kind === 'cie' && externalKey && entry instanceof Uint8Array)
            return loginCie(channel, { ...card.card, selected }, entry, challenge, externalKey, progress)
          return err({ kind: 'card-error', step: 'pin-pad', sw: null })
        },
      },
      () => progress.pin !== 'in-flight',
    )
  }

  return {
    read: () =>
      call(async (insertion) => {
        const known = await untilDone(insertion, reading)
        if (!known.ok) return known
        insertion.card = known.value
        shown.add(insertion)
        return { ok: true, value: known.value.readout }
      }),
    async login(pin, challenge) {
      try {
        return await call((insertion) => login(insertion, pin, challenge))
      } finally {
        pin?.fill(0)
      }
    },
    travelDocument: (can) =>
      call((insertion) =>
        untilDone(insertion, {
          leave: CardDisposition.RESET,
          do: (channel, way) => {
            way.asRead = false
            return readTravelDocument(channel, can)
          },
        }),
      ),
    wait: () => slots.wait(),
    stop: () => slots.stop(),
  }
}
