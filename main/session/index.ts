import { createActor } from 'xstate'
import type { CardState, PrinterStatus } from '../../contract/device.ts'
import type { View } from '../../contract/visit.ts'
import type { VisitEvent } from '../visit/chart.ts'
import type { PreviewSheet, VisitServices } from '../visit/services.ts'
import { createIdleWatch, type IdleTimings } from './idle.ts'
import { createVisitMachine } from './machine.ts'
import { framedScreen, pathOf, waitsForPerson } from './screen.ts'

export type { VisitEvent } from '../visit/chart.ts'

/** A mute card has no insertion number, so the session gives each one a number below 0. */
const isMute = (insertion: number | null) => insertion !== null && insertion < 0

export interface SessionOptions {
  services: VisitServices
  timings: IdleTimings & { goodbyeMs: number }
  totem: View['totem']
  online(): boolean
  onView(view: View): void
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
  printer(status: PrinterStatus): void
  progress(progress: { page: number; pages: number; band: number; bands: number }): void
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
  let secondsLeft: number | null = null
  let path = 'attract'
  let visit: string | null = null
  let mutes = 0
  const idle = createIdleWatch(options.timings, {
    warn(seconds) {
      if (seconds === secondsLeft) return
      secondsLeft = seconds
      show()
    },
    over: () => actor.send({ type: 'timeout' }),
  })

  function view(): View {
    return {
      revision,
      ...framedScreen(actor.getSnapshot(), options.online()),
      idle: secondsLeft === null ? null : { secondsLeft },
      totem: options.totem,
    }
  }
  function show() {
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
    if (moved) idle.restart(waitsForPerson(snapshot))
    show()
    if (over) options.onVisitOver()
  })

  return {
    start: () => void actor.start(),
    view,
    answer(event) {
      if (!actor.getSnapshot().can(event)) return false
      actor.send(event)
      idle.restart(waitsForPerson(actor.getSnapshot()))
      return true
    },
    stay: () => idle.restart(waitsForPerson(actor.getSnapshot())),
    card(state) {
      const { card: before, lost: wasLost, contactless: wasContactless } = actor.getSnapshot().context
      if (state.state === 'no-reader') {
        // This comes first: an empty slot alone means that the person has taken the card.
        actor.send({ type: 'reader.gone' })
        actor.send({ type: 'slot', card: null, lost: false, contactless: wasContactless })
        return
      }
      if (state.state === 'mute' && !isMute(before)) mutes += 1
      const after = insertionOf(state, before, -mutes)
      const contactless = state.state === 'present' ? state.contactless : wasContactless
      if (after === before) {
        const lost = state.state === 'lost' && after !== null
        if (lost === wasLost) return
        actor.send({ type: 'slot', card: after, lost, contactless })
        actor.send({ type: lost ? 'card.lost' : 'card.back' })
        return
      }
      const another = before !== null && !isMute(before) && after !== before
      if (another || after === null) {
        actor.send({ type: 'slot', card: null, lost: false, contactless: wasContactless })
        actor.send({ type: 'card.removed' })
      }
      if (after === null) return
      actor.send({ type: 'slot', card: after, lost: false, contactless })
      if (another || before === null) actor.send({ type: 'card.present' })
    },
    printer: (status) => actor.send({ type: 'printer', status }),
    progress: (progress) => actor.send({ type: 'progress', progress }),
    refresh: () => actor.send({ type: 'health' }),
    preview: () => actor.getSnapshot().context.visit.paper.preview,
    stop() {
      idle.stop()
      actor.stop()
    },
  }
}
