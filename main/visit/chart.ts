import { assign, fromPromise, setup } from 'xstate'
import type { PrinterStatus } from '../../contract/device.ts'
import type { Answer, OutOfService, Screen } from '../../contract/journeys/index.ts'
import { service } from '../../contract/journeys/lists.ts'
import type { VisitServices } from './services.ts'
import { broken, type Step, type Task } from './step.ts'
import { type Change, changed, type Visit } from './visit.ts'

/** What a person does on the screen, what the hardware tells, and time. */
export type VisitEvent =
  | Answer
  | { type: 'enterPin'; pin: Uint8Array }
  /** Nobody has touched the screen for the idle time. */
  | { type: 'timeout' }
  /** `slot` says how things are (the insertion number, null: empty), the others that they have just changed. */
  | { type: 'slot'; card: number | null; lost: boolean; contactless: boolean }
  | { type: 'card.present' | 'card.removed' | 'card.lost' | 'card.back' | 'health' }
  | { type: 'printer'; status: PrinterStatus }
  | { type: 'progress'; progress: NonNullable<Visit['paper']['progress']> }

export interface Context {
  visit: Visit
  out: OutOfService | 'starting' | null
  /** Insertion number of the card in the reader; null: none. */
  card: number | null
  /** It has left the field of the contactless reader and may come back in a moment: until then it counts as in. */
  lost: boolean
  /** The card is, or was last, on the contactless reader; false: in the slot. */
  contactless: boolean
  /** Number of the card that was in when the last visit ended: left behind, it must not begin the next one. */
  lastCard: number | null
  printer: PrinterStatus
}

/** `busy`: the next move is the totem's, so nobody is warned. `withoutCard`: the visit goes on when its card is taken. */
type Tag = 'busy' | 'withoutCard'

export const canPrint = (status: PrinterStatus) => status === 'ready' || status === 'paperLow'
/** The card of this visit is still in, and not somebody else's that came after it. */
const holdsCard = ({ card, visit: { holder } }: Context) =>
  card !== null && (holder.card === null || holder.card === card)
/** Still in the reader or on it: to be taken along. */
export const cardToTake = (context: Context) => holdsCard(context) && !context.lost

/** What the runner of the chart must give (main/session/machine.ts): without services no state can work. */
const given = (): never => {
  throw new Error('the chart runs without services')
}

/** The words that every state is written in. Each journey makes its states with `chart.createStateConfig`. */
export const chart = setup({
  types: { context: {} as Context, events: {} as VisitEvent, tags: {} as Tag },
  actors: { task: fromPromise<Step, { task: Task; visit: Visit }>(given) },
  guards: {
    healthy: given,
    cardPresent: ({ context }) => context.card !== null && !context.lost,
    noCard: ({ context }) => context.card === null,
    newCard: given,
    holdsCard: ({ context }) => holdsCard(context),
    cardToTake: ({ context }) => cardToTake(context),
    cardGone: ({ context }) => !holdsCard(context),
    canPrint: ({ context }) => canPrint(context.printer),
  },
  actions: {
    /** A whole new visit: nothing of the last person is reachable from here on. */
    forget: given,
    /** The same person asks for something else. */
    beginAgain: given,
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
/** Has a service told of something, without waiting. */
export const tell = (work: (visit: Visit, services: VisitServices) => void) => ({
  type: 'tell' as const,
  params: { tell: work },
})
export const forbidden = {}

/** A state in which the totem works: it goes where its task says, among `targets` (name → target). */
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

/** After the card has proved who is there, taking it is how a person says "I am going": what they saw goes with it. */
export const pulled = end('card-removed')

/** A person chooses what they came for: the entrance of a journey has the service's name as its id. */
export const chooseService = service.options.map((name) => ({
  guard: ({ event }: { event: VisitEvent }) => event.type === 'chooseService' && event.service === name,
  target: `#${name}`,
  actions: 'beginAgain' as const,
}))

/** What the renderer shows in a state; `inner` is the innermost name of the state where it has parts. */
export type Show = (context: Context, at: { inner: string; online: boolean }) => Screen
/** A screen for each of a journey's states. */
export type Shows<States> = { [S in keyof States]: Show }
