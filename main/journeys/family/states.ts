import type { FamilyMember } from '../../../contract/gateway.ts'
import { type Context, chart, pulled, set, takes, working } from '../../visit/chart.ts'
import type { Change, Visit } from '../../visit/visit.ts'
import { ask, judgeDay } from './tasks.ts'
import { chosenOf, isOpen, ofDay, sectionsOf, sheetOf } from './visit.ts'

/** The way from a person's page to a certificate about them, and whether there is one. */
export interface WayAbout {
  target: string
  open(visit: Visit, member: FamilyMember): boolean
  set(member: FamilyMember): Change
}

/** A certificate is of today. */
export const mayCertify = (visit: Visit, way: WayAbout) => visit.family.on === null && way.open(visit, chosenOf(visit))

/** A state that asks ANPR for the section that the visit names. */
const asking = {
  initial: 'asking' as const,
  states: { asking: working(ask, { shown: 'shown', unavailable: 'unavailable' }), shown: {}, unavailable: {} },
}

const isKnown = ({ family: { told } }: Visit) => told.identity !== undefined

export const states = (certificate: WayAbout) => ({
  family: chart.createStateConfig({
    id: 'family',
    entry: set({ frame: { stepped: false } }),
    on: {
      chooseMember: {
        guard: ({ context, event }) => isOpen(sheetOf(context.visit)[event.index]),
        target: 'member',
        actions: { type: 'set', params: ({ event }) => ({ family: { chosen: event.index, ...ofDay(null) } }) },
      },
      // They come from their own data, which the visit still has.
      back: 'visura',
      'card.removed': pulled,
    },
  }),
  member: chart.createStateConfig({
    id: 'member',
    ...asking,
    entry: set({ frame: { stepped: false } }),
    on: {
      openSection: {
        guard: ({ context: { visit }, event }) => isKnown(visit) && sectionsOf(visit).includes(event.section),
        target: 'memberSection',
        actions: { type: 'set', params: ({ event }) => ({ family: { section: event.section } }) },
      },
      certificateFor: {
        guard: ({ context: { visit } }) => isKnown(visit) && mayCertify(visit, certificate),
        ...takes({ target: certificate.target, set: (visit) => certificate.set(chosenOf(visit)) }),
      },
      otherDay: { guard: ({ context: { visit } }) => isKnown(visit), target: 'memberDay' },
      dataOfToday: {
        guard: ({ context: { visit } }) => visit.family.on !== null,
        target: '#member',
        actions: set({ family: ofDay(null) }),
      },
      back: [
        // Of that day nothing is told: another day may do.
        { guard: ({ context: { visit } }) => visit.family.on !== null && !isKnown(visit), target: 'memberDay' },
        { target: 'family' },
      ],
      'card.removed': pulled,
    },
  }),
  memberSection: chart.createStateConfig({
    ...asking,
    on: {
      back: { target: 'member', actions: set({ family: { section: 'identity' } }) },
      'card.removed': pulled,
    },
  }),
  memberDay: chart.createStateConfig({
    initial: 'typing',
    entry: set({ family: { digits: null, wrong: null } }),
    on: {
      back: {
        target: 'member',
        actions: {
          type: 'set',
          params: ({ context: { visit } }: { context: Context }) => (isKnown(visit) ? {} : { family: ofDay(null) }),
        },
      },
      'card.removed': pulled,
    },
    states: {
      typing: {
        on: {
          enterDay: {
            target: 'judging',
            actions: { type: 'set', params: ({ event: { digits } }) => ({ family: { digits } }) },
          },
        },
      },
      judging: working(judgeDay, { member: '#member', typing: 'typing' }),
    },
  }),
})
