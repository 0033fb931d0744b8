import { canPrint, chart, forbidden, set, type VisitEvent, working } from '../../visit/chart.ts'
import { fromFirstPage, printing } from '../../visit/printing.ts'
import { inPlaceOfPaper, leftHere, printInstead } from '../../visit/taking-home.ts'
import { judge, printCode, send, useMeant } from './tasks.ts'

const giveUp = { target: '#done', actions: { type: 'set' as const, params: leftHere } }
const sent = { target: '#done', actions: set({ end: { outcome: 'email' } }) }
/** The person may take the card along, and another card begins another visit: an address is not shown to the next person. */
const here = {
  tags: ['withoutCard' as const],
  on: {
    'reader.gone': forbidden,
    'card.present': { target: '#attract', actions: set({ end: { how: 'email' } }) },
  },
}

export const states = {
  emailAddress: chart.createStateConfig({
    ...here,
    id: 'email',
    initial: 'typing',
    on: { ...here.on, back: giveUp, leave: giveUp, timeout: giveUp },
    states: {
      typing: {
        on: {
          enterEmail: {
            target: 'judging',
            actions: {
              type: 'set',
              params: ({ event }: { event: VisitEvent & { type: 'enterEmail' } }) => ({
                email: { typed: event.address },
              }),
            },
          },
        },
      },
      judging: working(judge, { emailConfirm: '#emailConfirm', typing: 'typing' }),
    },
  }),
  emailConfirm: chart.createStateConfig({
    ...here,
    id: 'emailConfirm',
    on: {
      ...here.on,
      confirmEmail: 'emailSending',
      useMeant: { actions: { type: 'set', params: ({ context: { visit } }) => useMeant(visit) } },
      back: 'emailAddress',
      leave: giveUp,
      timeout: giveUp,
    },
  }),
  emailSending: chart.createStateConfig({
    ...working(send, { emailSent: 'emailSent', emailAddress: 'emailAddress', emailEnded: 'emailEnded' }),
    tags: ['busy', 'withoutCard'],
    on: { ...here.on, leave: forbidden, timeout: forbidden },
  }),
  emailSent: chart.createStateConfig({
    ...here,
    id: 'emailSent',
    on: {
      ...here.on,
      printCode: { guard: ({ context }) => canPrint(context.printer), target: 'printingCode' },
      haveCode: sent,
      leave: sent,
      timeout: sent,
    },
  }),
  emailEnded: chart.createStateConfig({
    ...here,
    on: {
      ...here.on,
      ...inPlaceOfPaper,
      takeByEmail: 'emailSending',
      printInstead,
      back: 'emailConfirm',
      leave: giveUp,
      timeout: giveUp,
    },
  }),
  printingCode: chart.createStateConfig({
    ...printing(printCode, { done: '#done' }, { target: '#emailSent', set: () => ({ paper: fromFirstPage }) }),
  }),
}
