import { isDeepStrictEqual } from 'node:util'
import { createActor } from 'xstate'
import { type CardState, LOST_CARD_MS, type PrinterStatus } from '../../contract/device.ts'
import { paceOf } from '../../contract/preferences.ts'
import type { View } from '../../contract/visit.ts'
import type { Carries, VisitEvent } from '../visit/chart.ts'
import type { PreviewSheet, VisitServices } from '../visit/services.ts'
import { createCountdown, createIdleWatch, type IdleTimings, type Wait } from './idle.ts'
import { createVisitMachine } from './machine.ts'
import { framedScreen, partsWords, pathOf, waitsForPerson } from './screen.ts'

export type { VisitEvent } from '../visit/chart.ts'

/** A mute card has no insertion number, so the session gives each one a number below 0. */
const isMute = (insertion: number | null) => insertion !== null && insertion < 0

/** Nobody has touched the first screen for this long, so what somebody chose there ends. */
const UNATTENDED_MS = 60_000
/** The last words stay this long without the card before the warning counts down: twice the time to read the longest. */
const LAST_WORDS_MS = 30_000
const LOST_CARD_SECONDS = LOST_CARD_MS / 1000

export interface SessionOptions {
  services: VisitServices
  timings: IdleTimings & { goodbyeMs: number }
  totem: View['totem']
  line(): Carries
  /** Whether and where the screen is spoken now. */
  speech(): View['speech']
  onView(view: View): void
  /** The device process is to wait for the lost card as long again. */
  keepWaiting(): void
  /** A visit is over and forgotten in main; the renderer that showed it must go too (invariant 2). */
  onVisitOver(): void
}

export interface Session {
  /** Shows attract and listens. Before this call the session knows nothing of card and printer. */
  start(): void
  view(): View
  /** The person did something. False: it is not possible in this state (a late touch, or a forged message). */
  answer(event: VisitEvent): boolean
  /** The person is there and touched something that changes nothing. */
  stay(): void
  card(state: CardState): void
  /** The lost card may take its whole time again, as often as the person asks for it. */
  cardWaits(): void
  printer(status: PrinterStatus): void
  /** The certificate of a recorded request has come. */
  issued(operation: string): void
  progress(progress: { page: number; pages: number; band: number; bands: number }): void
  /** The card that is in belongs to somebody who has finished: it begins no visit. */
  knowCard(): void
  /** Something that attract shows may have changed: storage, devices, line. */
  refresh(): void
  preview(): PreviewSheet | null
  stop(): void
}

/**
 * Insertion number of the card after `state`. `before` is the number so far: a lost card keeps it, and a lost card that
 * this visit never had counts as none. `nextMute` is the number for a card that has just become mute.
 */
function insertionOf(state: CardState, before: number | null, nextMute: number): number | null {
  switch (state.state) {
    case 'present':
      return state.insertion
    case 'lost':
      return state.insertion === before ? before : null
    case 'mute':
      // A card that does not answer yet has no number: the same card gets one when it does.
      return isMute(before) ? before : nextMute
    default:
      return null
  }
}

/** Owns the truth of one citizen's visit after the other and tells the renderer what to show. */
export function createSession(options: SessionOptions): Session {
  const actor = createActor(createVisitMachine({ services: options.services, goodbyeMs: options.timings.goodbyeMs }))
  let revision = 0
  let shown: unknown = null
  let secondsLeft: number | null = null
  let path = 'attract'
  let visit: string | null = null
  let mutes = 0
  /** The reader went while a card was in it. */
  let cardStayed = false
  let lostSecondsLeft: number | null = null
  const idle = createIdleWatch({
    warn(seconds) {
      if (seconds === secondsLeft) return
      secondsLeft = seconds
      show()
    },
    over: () => actor.send({ type: 'timeout' }),
  })
  // Only shows how long the card may take: the device process says when it is gone for good.
  const lostCard = createCountdown({
    warn(seconds) {
      if (seconds === lostSecondsLeft) return
      lostSecondsLeft = seconds
      // The device process has one time for all; a person who takes longer has it several times over.
      if (seconds !== null && seconds >= LOST_CARD_SECONDS && seconds < cardSeconds() && seconds % 10 === 0)
        options.keepWaiting()
      show()
    },
    over: () => undefined,
  })
  /** How much longer than usual this person has. */
  const pace = () => paceOf(actor.getSnapshot().context.visit.frame.preferences)
  const cardSeconds = () => LOST_CARD_SECONDS * pace()

  /** What this state waits for; `attended`: somebody has just given a sign of life. */
  function waitOf(attended: boolean): Wait | null {
    const snapshot = actor.getSnapshot()
    if (snapshot.matches('attract')) return attended ? { ms: UNATTENDED_MS, warningMs: 0 } : null
    if (!waitsForPerson(snapshot)) return null
    const { idleMs, warningMs } = options.timings
    const ms = partsWords(snapshot) ? Math.min(idleMs, LAST_WORDS_MS) : idleMs
    return { ms: ms * pace(), warningMs: warningMs * pace() }
  }
  const attended = () => idle.restart(waitOf(true))

  function view(): View {
    const { cardLost, ...framed } = framedScreen(actor.getSnapshot(), options.line())
    return {
      revision,
      ...framed,
      cardLost: cardLost ? { secondsLeft: lostSecondsLeft ?? 0 } : null,
      idle: secondsLeft === null ? null : { secondsLeft },
      speech: options.speech(),
      service: null,
      totem: options.totem,
    }
  }
  /** Tells the renderer what is new. Many events change nothing that a person sees, and an idle totem shall rest. */
  function show() {
    const { revision: _revision, ...seen } = view()
    if (isDeepStrictEqual(seen, shown)) return
    shown = seen
    revision++
    options.onView(view())
  }

  actor.subscribe((snapshot) => {
    const next = pathOf(snapshot)
    const moved = next !== path
    const { session } = snapshot.context.visit.frame
    // The state's path does not show the end: with the next card in the reader the next visit begins in the same step.
    const over = visit !== null && visit !== session
    visit = session
    path = next
    if (moved) idle.restart(waitOf(false))
    show()
    if (over) options.onVisitOver()
  })

  return {
    start: () => void actor.start(),
    view,
    answer(event) {
      if (!actor.getSnapshot().can(event)) return false
      actor.send(event)
      attended()
      if (event.type === 'prefer' && actor.getSnapshot().context.lost) {
        options.keepWaiting()
        lostCard.start(cardSeconds())
      }
      return true
    },
    stay: attended,
    card(state) {
      const { card: before, lost: wasLost, contactless: wasContactless } = actor.getSnapshot().context
      if (state.state === 'no-reader') {
        lostCard.stop()
        cardStayed ||= before !== null && !isMute(before)
        // This comes first: an empty slot alone means that the person has taken the card.
        actor.send({ type: 'reader.gone' })
        actor.send({ type: 'slot', card: null, lost: false, contactless: wasContactless })
        return
      }
      if (state.state === 'present' && cardStayed) {
        // The reader is back and counts anew. Its card counts as the one that lay there: words that a person has not read
        // must not go for it. Should it be another's, it is read and asked for its PIN like any card.
        cardStayed = false
        const { insertion, contactless } = state
        actor.send({ type: 'slot', card: insertion, lost: false, contactless, known: true })
        actor.send({ type: 'card.back' })
        return
      }
      if (state.state === 'empty') cardStayed = false
      if (state.state === 'mute' && !isMute(before)) mutes += 1
      const after = insertionOf(state, before, -mutes)
      const contactless = state.state === 'present' ? state.contactless : wasContactless
      if (after === before) {
        const lost = state.state === 'lost' && after !== null
        if (lost === wasLost) return
        actor.send({ type: 'slot', card: after, lost, contactless })
        if (lost) lostCard.start(cardSeconds())
        else lostCard.stop()
        actor.send({ type: lost ? 'card.lost' : 'card.back' })
        attended()
        return
      }
      lostCard.stop()
      const another = before !== null && !isMute(before) && after !== before
      if (another || after === null) {
        actor.send({ type: 'slot', card: null, lost: false, contactless: wasContactless })
        actor.send({ type: 'card.removed' })
      }
      if (after !== null) {
        actor.send({ type: 'slot', card: after, lost: false, contactless })
        if (another || before === null) actor.send({ type: 'card.present' })
      }
      // A hand has moved the card. A lost card that has not come back tells of nobody.
      if (after !== null || !wasLost) attended()
    },
    cardWaits() {
      if (actor.getSnapshot().context.lost) lostCard.start(cardSeconds())
    },
    printer: (status) => actor.send({ type: 'printer', status }),
    issued(operation) {
      const offered = () => actor.getSnapshot().context.visit.certificate.arrived
      const before = offered()
      actor.send({ type: 'issued', operation })
      // The warning stands over the offer, and the time to take it begins now.
      if (offered() && !before) attended()
    },
    progress: (progress) => actor.send({ type: 'progress', progress }),
    knowCard() {
      const { card, lost, contactless } = actor.getSnapshot().context
      actor.send({ type: 'slot', card, lost, contactless, known: true })
    },
    refresh: () => actor.send({ type: 'health' }),
    preview: () => actor.getSnapshot().context.visit.paper.preview,
    stop() {
      idle.stop()
      lostCard.stop()
      actor.stop()
    },
  }
}
