import { assign, fromPromise, setup } from 'xstate'
import { type CertificateType, certificateTypes, exemption, type Purpose } from '../../contract/catalogue.ts'
import type { CardReadout, PrinterStatus } from '../../contract/device.ts'
import type { Language } from '../../contract/language.ts'
import type { OutOfService } from '../../contract/journeys/arrive.ts'
import type { Service, WrittenDocument } from '../../contract/journeys/lists.ts'
import { refused, type VisitServices } from '../visit/services.ts'
import { createTasks, type Step, type TaskName } from '../visit/step.ts'
import { freshRequest, freshVisit, offersAttoNotorio, type Visit } from '../visit/visit.ts'

/** What a person does on the screen (contract/ipc.ts), what the hardware tells, and time. */
export type VisitEvent =
  | { type: 'start' | 'acceptLastTry' | 'collect' | 'collectLater' | 'morePurposes' | 'acceptPreview' | 'confirm' }
  | { type: 'usePinPad' | 'askExpiry' | 'printVisura' }
  | { type: 'chooseService'; service: Service }
  | { type: 'printDeclaration'; form: Exclude<WrittenDocument, 'visura'> }
  | { type: 'enterCan'; can: string }
  | { type: 'printAgain' | 'keepForLater' | 'another' | 'back' | 'leave' | 'timeout' }
  | { type: 'chooseLanguage'; language: Language }
  | { type: 'enterPin'; pin: Uint8Array }
  | { type: 'choosePerson'; index: number }
  | { type: 'chooseCertificates'; types: CertificateType[] }
  | { type: 'choosePurpose'; purpose: Purpose }
  /** `slot` says how things are (the insertion number, null: empty), the others that they have just changed. */
  | { type: 'slot'; card: number | null; lost: boolean; contactless: boolean }
  | { type: 'card.present' | 'card.removed' | 'card.lost' | 'card.back' | 'health' }
  | { type: 'printer'; status: PrinterStatus }
  | { type: 'progress'; progress: NonNullable<Visit['progress']> }

export interface Context {
  visit: Visit
  out: OutOfService | 'starting' | null
  /** Insertion number of the card in the reader; null: none. */
  card: number | null
  /** It has left the field of the contactless reader and may come back in a moment: until then it counts as in. */
  lost: boolean
  /** Where the card is, or was last: on the contactless reader or in the slot. */
  contactless: boolean
  /** That of the card that was in when the last visit ended: left behind, it must not begin the next one. */
  lastCard: number | null
  printer: PrinterStatus
}

export const canPrint = (status: PrinterStatus) => status === 'ready' || status === 'paperLow'
/** The card of this visit is still in, and not somebody else's that came after it. */
const holdsCard = ({ card, visit }: Context) => card !== null && (visit.card === null || visit.card === card)
/** Still in the reader or on it: to be taken along. */
export const cardToTake = (context: Context) => holdsCard(context) && !context.lost
const put = ({ visit }: Context, set: Partial<Visit>) => ({ visit: { ...visit, ...set } })
const forbidden = {}

const CIE_PIN_DIGITS = 8

export interface MachineOptions {
  services: VisitServices
  goodbyeMs: number
  /** Milliseconds of a clock that never goes back; the wall clock may. */
  now?: () => number
}

/** One citizen after the other. States are named after the screens (contract/visit.ts). */
export function createVisitMachine({ services, goodbyeMs, now = () => performance.now() }: MachineOptions) {
  const tasks = createTasks(services)
  const fresh = () => freshVisit(services.newSession())

  const totem = setup({
    types: { context: {} as Context, events: {} as VisitEvent },
    actors: {
      task: fromPromise<Step, { name: TaskName; visit: Visit }>(({ input }) => tasks[input.name](input.visit)),
    },
    guards: {
      healthy: () => services.outOfService() === null,
      cardPresent: ({ context }) => context.card !== null && !context.lost,
      noCard: ({ context }) => context.card === null,
      newCard: ({ context }) =>
        context.card !== null && context.card !== context.lastCard && services.outOfService() === null,
      holdsCard: ({ context }) => holdsCard(context),
      cardToTake: ({ context }) => cardToTake(context),
      cardGone: ({ context }) => !holdsCard(context),
      canPrint: ({ context }) => canPrint(context.printer),
    },
    actions: {
      // A whole new object: nothing of the last person is reachable from here on.
      forget: assign(() => ({ visit: fresh() })),
      begin: assign(({ context }) => put(context, { startedAt: now() })),
      journalBegin: ({ context }) => services.journal.started(context.visit),
      journalEnd: ({ context: { visit } }) =>
        services.journal.ended(visit, visit.ending, Math.round(now() - visit.startedAt)),
      rememberCard: assign(({ context }) => (holdsCard(context) ? { lastCard: context.card } : {})),
      noteCard: assign(({ context }) => put(context, { card: context.card })),
      notice: ({ context: { visit } }) => visit.entered && services.noticed(visit.entered),
      checkHealth: assign(() => ({ out: services.outOfService() })),
      end: assign(({ context }, how: string) => put(context, { ending: how })),
      set: assign(({ context }, set: Partial<Visit>) => put(context, set)),
      noteProgress: assign(({ context, event }) =>
        event.type === 'progress' ? put(context, { progress: event.progress }) : {},
      ),
    },
    delays: { goodbye: goodbyeMs, forgottenCard: 10 * goodbyeMs },
  })

  /** A state in which a machine works: it goes where the task says, among `targets` (name → target). */
  const working = <T extends Record<string, string>>(name: TaskName, targets: T) => ({
    invoke: {
      src: 'task' as const,
      input: ({ context }: { context: Context }) => ({ name, visit: context.visit }),
      onDone: Object.entries(targets).map(([to, target]) => ({
        guard: ({ event }: { event: { output: Step } }) => event.output.to === to,
        target,
        actions: { type: 'set' as const, params: ({ event }: { event: { output: Step } }) => event.output.set },
      })),
      // A bug met with one person's data must not take the totem from the next (invariant 8).
      onError: {
        target: '#refused',
        actions: {
          type: 'set' as const,
          params: {
            refused: refused('session-refused'),
            pin: null,
            can: null,
          } satisfies Partial<Visit>,
        },
      },
    },
  })

  // Before the card has proved who is there, a pulled card is explained and may be put back.
  const pulledEarly = {
    target: '#refused',
    actions: {
      type: 'set' as const,
      params: { refused: refused('card-removed'), pin: null, can: null } satisfies Partial<Visit>,
    },
  }
  // After that, taking the card is how a person says "I am going": what they saw goes with it.
  const pulled = { target: '#goodbye', actions: { type: 'end' as const, params: 'card-removed' } }

  const setService = assign<Context, Extract<VisitEvent, { type: 'chooseService' }>, undefined, VisitEvent, never>(
    ({ context, event }) => put(context, { ...freshRequest(), service: event.service }),
  )
  const chooseService = [
    {
      guard: ({ event }: { event: VisitEvent }) => event.type === 'chooseService' && event.service === 'visura',
      target: '#visura',
      actions: setService,
    },
    {
      guard: ({ event }: { event: VisitEvent }) => event.type === 'chooseService' && event.service === 'declaration',
      target: '#declaration',
      actions: [setService, { type: 'set' as const, params: { advice: 'anybody' } satisfies Partial<Visit> }],
    },
    { target: '#person', actions: setService },
  ]

  const choosePurpose = [
    {
      guard: ({ event }: { event: VisitEvent }) => isExemption(event),
      target: '#preview',
      actions: { type: 'set' as const, params: ({ event }: { event: VisitEvent }) => purposeOf(event) },
    },
    {
      target: '#declaration',
      actions: { type: 'set' as const, params: ({ event }: { event: VisitEvent }) => purposeOf(event) },
    },
  ]

  const printing = (
    name: TaskName,
    targets: Record<string, string>,
    kept: { target: string; set: Partial<Visit> },
  ) => ({
    initial: 'busy',
    on: { leave: forbidden, timeout: forbidden },
    states: {
      busy: {
        ...working(name, { ...targets, fault: 'fault' }),
        on: { progress: { actions: 'noteProgress' as const } },
      },
      fault: {
        on: {
          printAgain: { guard: 'canPrint' as const, target: 'busy' },
          keepForLater: { target: kept.target, actions: { type: 'set' as const, params: kept.set } },
          // Walking away from an empty printer keeps the paper for another day.
          timeout: { target: kept.target, actions: { type: 'set' as const, params: kept.set } },
          leave: { target: kept.target, actions: { type: 'set' as const, params: kept.set } },
        },
      },
    },
  })

  return totem.createMachine({
    id: 'totem',
    context: () => ({
      visit: fresh(),
      out: services.outOfService(),
      card: null,
      lost: false,
      contactless: false,
      lastCard: null,
      printer: 'absent',
    }),
    on: {
      slot: { actions: assign(({ event: { card, lost, contactless } }) => ({ card, lost, contactless })) },
      printer: { actions: assign(({ event }) => ({ printer: event.status })) },
      health: { actions: 'checkHealth' },
    },
    initial: 'attract',
    states: {
      attract: {
        id: 'attract',
        entry: ['forget', 'checkHealth'],
        always: { guard: 'newCard', target: 'visit' },
        on: { start: { guard: 'healthy', target: 'visit' } },
      },
      visit: {
        entry: ['begin', 'journalBegin'],
        exit: ['journalEnd', 'rememberCard'],
        initial: 'language',
        on: {
          leave: { target: '.goodbye', actions: { type: 'end', params: 'left' } },
          timeout: { target: '.goodbye', actions: { type: 'end', params: 'timeout' } },
          chooseLanguage: { actions: assign(({ context, event }) => put(context, { language: event.language })) },
        },
        states: {
          language: {
            on: {
              chooseLanguage: {
                target: 'card',
                actions: assign(({ context, event }) => put(context, { language: event.language })),
              },
            },
          },
          card: { always: { guard: 'cardPresent', target: 'reading' }, on: { back: 'language' } },
          reading: {
            entry: 'noteCard',
            ...working('read', { pin: 'pin', lastTry: 'lastTry', refused: 'refused' }),
            on: { leave: forbidden, timeout: forbidden },
          },
          pin: {
            always: { guard: 'noCard', ...pulledEarly },
            on: {
              enterPin: {
                guard: ({ context, event }) => fits(event.pin, context.visit.readout),
                target: 'checking',
                actions: assign(({ context, event }) => put(context, { pin: event.pin })),
              },
              usePinPad: { guard: ({ context }) => context.visit.readout?.pinPad === true, target: 'checking' },
              askExpiry: { guard: ({ context }) => context.visit.expiryOffered, target: 'can' },
              'card.removed': pulledEarly,
            },
          },
          // The CAN proves that somebody holds the card, not who it is: from here no state leads to a request.
          can: {
            always: { guard: 'noCard', ...pulledEarly },
            on: {
              enterCan: {
                target: 'canChecking',
                actions: assign(({ context, event }) => put(context, { can: event.can })),
              },
              back: 'pin',
              'card.removed': pulledEarly,
            },
          },
          canChecking: {
            entry: 'noteCard',
            ...working('possession', { cardExpiry: 'cardExpiry', can: 'can', refused: 'refused' }),
            on: { leave: forbidden, timeout: forbidden },
          },
          cardExpiry: {
            always: { guard: 'cardGone', ...pulled },
            on: { back: 'pin', 'card.removed': pulled },
            exit: { type: 'set', params: { possession: null } },
          },
          lastTry: { on: { acceptLastTry: 'pin', 'card.removed': pulledEarly } },
          checking: {
            entry: 'noteCard',
            ...working('recognise', { recognised: 'recognised', pin: 'pin', lastTry: 'lastTry', refused: 'refused' }),
            on: { leave: forbidden, timeout: forbidden },
          },
          recognised: {
            always: { guard: 'cardGone', ...pulled },
            ...working('enter', { collect: 'collect', menu: 'menu', refused: 'refused' }),
            on: { 'card.removed': pulled, timeout: forbidden },
          },
          collect: {
            on: {
              collect: {
                target: 'printingCertificate',
                actions: { type: 'set', params: { collecting: true, fromPage: 1 } },
              },
              collectLater: { target: 'menu', actions: { type: 'set', params: { waiting: [] } } },
              'card.removed': pulled,
            },
          },
          menu: { entry: 'notice', on: { chooseService, 'card.removed': pulled } },
          visura: {
            id: 'visura',
            initial: 'asking',
            on: { back: 'menu', 'card.removed': pulled },
            states: {
              asking: working('visura', { shown: 'shown', unavailable: 'unavailable', refused: '#refused' }),
              shown: {
                on: {
                  printVisura: { target: '#printingWritten', actions: { type: 'set', params: written('visura') } },
                },
              },
              // What can be done without the line is the declaration.
              unavailable: { on: { chooseService } },
            },
          },
          person: {
            id: 'person',
            on: {
              choosePerson: {
                // Offline there is one card on the screen: the holder's.
                guard: ({ context, event }) => event.index < (context.visit.entered?.family?.length ?? 1),
                target: 'certificate',
                actions: assign(({ context, event }) =>
                  put(context, { subject: context.visit.entered?.family?.[event.index] ?? null }),
                ),
              },
              back: 'menu',
              'card.removed': pulled,
            },
          },
          certificate: {
            on: {
              chooseCertificates: {
                target: 'purpose',
                // In table order and once each, whatever the screen sent.
                actions: assign(({ context, event }) =>
                  put(context, { types: certificateTypes.filter((type) => event.types.includes(type)) }),
                ),
              },
              back: 'person',
              'card.removed': pulled,
            },
          },
          purpose: {
            on: { choosePurpose, morePurposes: 'morePurposes', back: 'certificate', 'card.removed': pulled },
          },
          morePurposes: { on: { choosePurpose, back: 'purpose', 'card.removed': pulled } },
          declaration: {
            id: 'declaration',
            on: {
              printDeclaration: {
                guard: ({ context, event }) => event.form === 'declaration' || offersAttoNotorio(context.visit),
                target: 'printingWritten',
                actions: { type: 'set', params: ({ event }) => written(event.form) },
              },
              back: [
                { guard: ({ context }) => context.visit.service === 'declaration', target: 'menu' },
                { target: 'purpose' },
              ],
              'card.removed': pulled,
            },
          },
          preview: {
            id: 'preview',
            initial: 'fetching',
            entry: { type: 'set', params: { preview: null } },
            on: { back: 'purpose', 'card.removed': pulled },
            states: {
              fetching: working('preview', { shown: 'shown', confirm: '#confirm', refused: '#refused' }),
              shown: { on: { acceptPreview: '#confirm' } },
            },
          },
          confirm: {
            id: 'confirm',
            on: {
              confirm: 'issuing',
              back: [
                { guard: ({ context }) => context.visit.preview !== null, target: '#preview' },
                { target: 'purpose' },
              ],
              'card.removed': pulled,
            },
          },
          // From here on the request is recorded: pulling the card or walking away loses nothing.
          issuing: {
            ...working('request', {
              printingCertificate: 'printingCertificate',
              printingSlip: 'printingSlip',
              refused: 'refused',
              attract: '#attract',
            }),
            on: { leave: forbidden, timeout: forbidden },
          },
          printingCertificate: printing(
            'printCertificate',
            {
              printingReceipt: '#printingReceipt',
              printingCertificate: '#totem.visit.printingCertificate',
              refused: '#refused',
            },
            { target: '#done', set: { outcome: 'kept' } },
          ),
          printingReceipt: {
            id: 'printingReceipt',
            // The certificate is out; a missing receipt takes nothing from it.
            ...printing(
              'printReceipt',
              { done: '#done', printingCertificate: '#totem.visit.printingCertificate' },
              { target: '#done', set: { outcome: 'printed' } },
            ),
          },
          // Of what the totem writes nothing is kept: who cannot wait for the printer comes again, or writes by hand.
          printingWritten: {
            id: 'printingWritten',
            ...printing(
              'printWritten',
              { done: '#done', refused: '#refused' },
              { target: '#done', set: { outcome: 'nothing' } },
            ),
          },
          printingSlip: printing('printSlip', { done: '#done' }, { target: '#done', set: { outcome: 'queued' } }),
          done: {
            id: 'done',
            on: {
              another: {
                guard: 'holdsCard',
                target: 'menu',
                actions: { type: 'set', params: { ...freshRequest(), waiting: [] } },
              },
              leave: { target: 'goodbye', actions: { type: 'end', params: ({ context }) => context.visit.outcome } },
              timeout: { target: 'goodbye', actions: { type: 'end', params: ({ context }) => context.visit.outcome } },
              'card.removed': {
                target: 'goodbye',
                actions: { type: 'end', params: ({ context }) => context.visit.outcome },
              },
              // The next person is here already.
              'card.present': {
                target: 'goodbye',
                actions: { type: 'end', params: ({ context }) => context.visit.outcome },
              },
            },
          },
          refused: {
            id: 'refused',
            entry: ({ context: { visit } }) => {
              if (visit.refused) services.journal.refused(visit, visit.refused.reason)
            },
            on: {
              leave: { target: 'goodbye', actions: { type: 'end', params: 'refused' } },
              timeout: { target: 'goodbye', actions: { type: 'end', params: 'refused' } },
              'card.removed': {
                // Told of the pull by the failed work first, by the slot a moment later: the explanation must stay.
                guard: ({ context }) => context.visit.refused?.reason !== 'card-removed',
                target: 'goodbye',
                actions: { type: 'end', params: 'refused' },
              },
              'card.present': {
                guard: ({ context }) => context.visit.refused?.reason === 'card-removed' && !context.visit.recognised,
                target: 'reading',
                actions: { type: 'set', params: { refused: null } },
              },
              'card.back': {
                guard: ({ context }) => context.visit.refused?.reason === 'card-removed' && !context.visit.recognised,
                target: 'reading',
                actions: { type: 'set', params: { refused: null } },
              },
            },
          },
          // The card is asked back; without one the totem is the next person's after a moment.
          goodbye: {
            id: 'goodbye',
            initial: 'start',
            on: { leave: '#attract', timeout: '#attract', start: '#attract' },
            states: {
              start: { always: [{ guard: 'cardToTake', target: 'card' }, { target: 'over' }] },
              card: {
                on: { 'card.removed': 'over', 'card.lost': 'over' },
                after: { forgottenCard: '#attract' },
              },
              over: { after: { goodbye: '#attract' } },
            },
          },
        },
      },
    },
  })
}

/** A CNS takes 5 to 8 digits (contract/ipc.ts), a CIE all 8; where the reader has a keypad none comes from the screen. */
function fits(pin: Uint8Array, readout: CardReadout | null): boolean {
  if (!readout || readout.pinPad) return false
  return readout.card === 'cns' || pin.length === CIE_PIN_DIGITS
}

/** A paper that is begun anew, whatever was printed before it. */
const written = (writing: WrittenDocument): Partial<Visit> => ({
  ...{ writing, written: null },
  ...{ fromPage: 1, progress: null, fault: null },
})

const isExemption = (event: VisitEvent) => event.type === 'choosePurpose' && exemption.safeParse(event.purpose).success

function purposeOf(event: VisitEvent): Partial<Visit> {
  if (event.type !== 'choosePurpose') return {}
  const { purpose } = event
  return purpose === 'publicBody' || purpose === 'privateParty' ? { advice: purpose } : { exemption: purpose }
}
