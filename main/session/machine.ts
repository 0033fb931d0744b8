import { assign, fromPromise } from 'xstate'
import { again, attract, freshVisit, parted, visitStates } from '../journeys/index.ts'
import { type Context, chart, end, holdsCard, set } from '../visit/chart.ts'
import { refused, type VisitServices } from '../visit/services.ts'
import type { Step, Task } from '../visit/step.ts'
import { type Change, changed, secretsForgotten, type Visit } from '../visit/visit.ts'

export interface MachineOptions {
  services: VisitServices
  goodbyeMs: number
  /** Milliseconds of a clock that never goes back; the wall clock may. */
  now?: () => number
}

/**
 * The visits of one citizen after the other: the journeys' states in one machine. The rules for the card, the language
 * and the end of a visit stand here, because they hold in all journeys.
 */
export function createVisitMachine({ services, goodbyeMs, now = () => performance.now() }: MachineOptions) {
  const fresh = () => freshVisit(services.newSession())
  const put = ({ visit }: Context, change: Change) => ({ visit: changed(visit, change) })
  const healthy = () => services.outOfService() === null

  return machine.provide({
    actors: { task: fromPromise<Step, { task: Task; visit: Visit }>(({ input }) => input.task(input.visit, services)) },
    guards: {
      healthy,
      newCard: ({ context }) => context.card !== null && context.card !== context.lastCard && healthy(),
    },
    actions: {
      forget: assign(() => ({ visit: fresh() })),
      beginAgain: assign(({ context }) => put(context, again())),
      forgetPerson: assign(({ context }) => (holdsCard(context) ? {} : put(context, parted(context.visit)))),
      begin: assign(({ context }) => put(context, { frame: { startedAt: now() } })),
      journalBegin: ({ context: { visit } }) => services.journal.started(visit.frame),
      journalEnd: ({ context: { visit } }) =>
        services.journal.ended(visit.frame, visit.end.how, Math.round(now() - visit.frame.startedAt)),
      tell: ({ context: { visit } }, { tell }) => tell(visit, services),
      checkHealth: assign(({ context }) => {
        const out = services.outOfService()
        return out === context.out ? {} : { out, outSince: new Date().toISOString() }
      }),
    },
    delays: { goodbye: goodbyeMs, forgottenCard: 10 * goodbyeMs },
  })
}

/** The machine without services: a test can walk it and nothing can run it. */
export const machine = chart.createMachine({
  id: 'totem',
  context: {
    visit: freshVisit(''),
    out: 'starting',
    outSince: '',
    card: null,
    lost: false,
    contactless: false,
    lastCard: null,
    // Nothing speaks against it until the device process has told, which comes after the first picture.
    printer: 'ready',
  },
  on: {
    // A known card lay in the reader before: nobody has come with it, so no visit begins.
    slot: {
      actions: assign(({ context, event: { card, lost, contactless, known } }) => ({
        ...{ card, lost, contactless },
        lastCard: known ? card : context.lastCard,
      })),
    },
    printer: { actions: assign(({ event }) => ({ printer: event.status })) },
    health: { actions: 'checkHealth' },
    // Attract and out-of-service speak every language too; the next visit begins in the one that was chosen last.
    chooseLanguage: {
      actions: { type: 'set', params: ({ event }) => ({ frame: { language: event.language } }) },
    },
    prefer: {
      actions: {
        type: 'set',
        params: ({ context: { visit }, event }) => ({
          frame: { preferences: { ...visit.frame.preferences, ...event.change } },
        }),
      },
    },
  },
  initial: 'attract',
  states: {
    attract,
    visit: {
      entry: ['begin', 'journalBegin'],
      exit: ['journalEnd', 'rememberCard'],
      initial: 'language',
      on: {
        leave: end('left'),
        timeout: end('timeout'),
        issued: {
          guard: ({ context: { visit }, event }) => visit.certificate.queued?.operation === event.operation,
          actions: { type: 'set', params: { certificate: { arrived: true } } },
        },
        // The card may lie where it was: nobody is told that they have taken it.
        'reader.gone': {
          target: '#refused',
          actions: set({ ...secretsForgotten, end: { refused: refused('reader-unavailable') } }),
        },
      },
      states: visitStates,
    },
  },
})
