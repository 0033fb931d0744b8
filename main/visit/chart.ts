import { assign, fromPromise, setup } from 'xstate'
import type { CommandArgs } from '../../contract/command.ts'
import type { PrinterStatus } from '../../contract/device.ts'
import type { Answer, OutOfService, Screen } from '../../contract/journeys/index.ts'
import { service } from '../../contract/journeys/lists.ts'
import type { Offer } from '../../contract/offers.ts'
import type { VisitServices } from './services.ts'
import { broken, type Step, type Task } from './step.ts'
import { type Change, changed, type Visit } from './visit.ts'

/** Answers of the person, news of the hardware, and time. */
export type VisitEvent =
  | Answer
  | { type: 'enterPin'; pin: Uint8Array }
  /** Nobody has touched the screen for the idle time. */
  | { type: 'timeout' }
  /** `slot` gives the state of the reader (insertion number, null: empty); the `card.` events tell of a change. */
  | { type: 'slot'; card: number | null; lost: boolean; contactless: boolean; known?: true }
  | { type: 'card.present' | 'card.removed' | 'card.lost' | 'card.back' | 'reader.gone' | 'health' }
  | { type: 'printer'; status: PrinterStatus }
  | { type: 'progress'; progress: NonNullable<Visit['paper']['progress']> }
  /** The certificate of a recorded request has come from the gateway. */
  | { type: 'issued'; operation: string }

export interface Context {
  visit: Visit
  out: OutOfService | 'starting' | null
  /** When `out` became what it is. */
  outSince: string
  /** Insertion number of the card in the reader; null: none. */
  card: number | null
  /** The card has left the field of the contactless reader and may come back; until then it counts as in. */
  lost: boolean
  /** The card is, or was last, on the contactless reader; false: in the slot. */
  contactless: boolean
  /** Number of the card that was in when the last visit ended. A card left behind must not begin the next visit. */
  lastCard: number | null
  printer: PrinterStatus
}

/** `busy`: the next move is the totem's, so nobody is warned. `withoutCard`: the visit goes on without its card. */
type Tag = 'busy' | 'withoutCard'

export const canPrint = (status: PrinterStatus) => status === 'ready' || status === 'paperLow'
/** The card of this visit is still in, and not somebody else's that came after it. */
export const holdsCard = ({ card, visit: { holder } }: Context) =>
  card !== null && (holder.card === null || holder.card === card)
/** The card of this visit is still in the reader or on it, so the person must take it along. */
export const cardToTake = (context: Context) => holdsCard(context) && !context.lost

/** Stands for a part that main/session/machine.ts provides; without services no state can work. */
const given = (): never => {
  throw new Error('the chart runs without services')
}

/** The vocabulary of all states. Each journey makes its states with `chart.createStateConfig`. */
export const chart = setup({
  types: { context: {} as Context, events: {} as VisitEvent, tags: {} as Tag },
  actors: { task: fromPromise<Step, { task: Task; visit: Visit }>(given) },
  guards: {
    healthy: given,
    cardPresent: ({ context }) => context.card !== null && !context.lost,
    noCard: ({ context }) => context.card === null,
    newCard: given,
    /** The person whom the totem has recognised is still here with the card. */
    personHere: ({ context }) => holdsCard(context) && context.visit.holder.recognised !== null,
    cardToTake: ({ context }) => cardToTake(context),
    cardGone: ({ context }) => !holdsCard(context),
    canPrint: ({ context }) => canPrint(context.printer),
    /** The certificate of the recorded request has come, and its person is still here with the card. */
    certificateHere: ({ context }) => context.visit.certificate.arrived && cardToTake(context),
  },
  actions: {
    /** A whole new visit: nothing of the last person is reachable from here on. */
    forget: given,
    /** The same person asks for something else. */
    beginAgain: given,
    /** Once the person has left with the card, only what the last screen still says stays, and it names nobody. */
    forgetPerson: given,
    begin: given,
    journalBegin: given,
    journalEnd: given,
    checkHealth: given,
    tell: (_, __: { tell: (visit: Visit, services: VisitServices) => void }) => given(),
    rememberCard: assign(({ context }) => (holdsCard(context) ? { lastCard: context.card } : {})),
    noteCard: assign(({ context }) => put(context, { holder: { card: context.card } })),
    set: assign(({ context }, change: Change) => put(context, change)),
    noteProgress: assign(({ context, event }) =>
      event.type === 'progress' ? put(context, { paper: { progress: event.progress } }) : {},
    ),
  },
  delays: { goodbye: given, forgottenCard: given },
})

const put = ({ visit }: Context, change: Change) => ({ visit: changed(visit, change) })

export const set = (change: Change) => ({ type: 'set' as const, params: change })
/** Ends the visit; `how` is for the journal. */
export const end = (how: string) => ({ target: '#goodbye', actions: set({ end: { how } }) })
/** Tells a service something and does not wait. */
export const tell = (work: (visit: Visit, services: VisitServices) => void) => ({
  type: 'tell' as const,
  params: { tell: work },
})
export const forbidden = {}

/** A way from one journey into another: to a state's id, with what the visit learns on the way. */
export interface Way {
  target: string
  set(visit: Visit): Change
}
export const takes = ({ target, set: learns }: Way) => ({
  target,
  actions: { type: 'set' as const, params: ({ context }: { context: Context }) => learns(context.visit) },
})

/** A state in which the totem works. Its task names the next state, one of `targets` (name → target). */
export const working = <To extends string>(task: Task<To>, targets: Record<Exclude<To, 'refused'>, string>) => ({
  tags: ['busy' as const],
  invoke: {
    src: 'task' as const,
    input: ({ context }: { context: Context }) => ({ task: task as Task, visit: context.visit }),
    onDone: Object.entries<string>({ refused: '#refused', ...targets }).map(([to, target]) => ({
      guard: ({ event }: { event: { output: Step } }) => event.output.to === to,
      target,
      actions: { type: 'set' as const, params: ({ event }: { event: { output: Step } }) => event.output.set },
    })),
    onError: { target: '#refused', actions: set(broken().set) },
  },
})

/** A recognised person who takes the card is leaving, so the visit ends and its screen goes. */
export const pulled = end('card-removed')

/** Leads to the journey of the chosen service: its entrance has the service's name as id. */
export const chooseService = service.options.map((name) => ({
  guard: ({ event }: { event: VisitEvent }) => event.type === 'chooseService' && event.service === name,
  target: `#${name}`,
  actions: 'beginAgain' as const,
}))

/** What works now besides the printer: the gateway's line, and the reading of CIE. `closed` names offers that nobody can begin. `notice`: of a day to come. */
export interface Carries {
  online: boolean
  cie: boolean
  closed: readonly Offer[]
  notice: CommandArgs<'notice'> | null
}
/** `inner`: the name of the part that a state with parts is in. */
interface At extends Carries {
  inner: string
}
/** Makes the screen of a state. */
export type Show = (context: Context, at: At) => Screen
/** A screen for each of a journey's states. */
export type Shows<States> = { [S in keyof States]: Show }
