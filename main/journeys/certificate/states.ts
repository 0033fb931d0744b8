import { dueFor, settlementOf } from '../../../catalogue/bollo.ts'
import { sheetConflict } from '../../../catalogue/certificates.ts'
import type { Bollo } from '../../../contract/bollo.ts'
import { certificateType, type Exemption, type Purpose } from '../../../contract/catalogue.ts'
import {
  type Context,
  chart,
  forbidden,
  pulled,
  set,
  takes,
  type VisitEvent,
  type Way,
  working,
} from '../../visit/chart.ts'
import { printing } from '../../visit/printing.ts'
import type { Visit } from '../../visit/visit.ts'
import { fetch, preview, printCertificate, printReceipt, printSlip, request } from './tasks.ts'
import { offeredFor, peopleOf } from './visit.ts'

/**
 * A use that the law does not exempt from bollo leads to another journey. `back`: the id to which the preview leads back
 * when that journey has led there.
 */
type Ways = Record<Exclude<Purpose, Exemption>, Way & { back?: string }>

function exempted(event: VisitEvent): Bollo | null {
  if (event.type !== 'choosePurpose') return null
  const due = dueFor(event.purpose)
  return due.kind === 'exempt' ? due : null
}

const useOf = ({ certificate: { bollo } }: Visit): Purpose | null => bollo && settlementOf(bollo).use

export const states = (ways: Ways) => {
  const choosePurpose = [
    {
      guard: ({ event }: { event: VisitEvent }) => exempted(event) !== null,
      target: '#preview',
      actions: {
        type: 'set' as const,
        params: ({ event }: { event: VisitEvent }) => ({ certificate: { bollo: exempted(event) } }),
      },
    },
    ...Object.entries(ways).map(([purpose, way]) => ({
      guard: ({ event }: { event: VisitEvent }) => event.type === 'choosePurpose' && event.purpose === purpose,
      ...takes(way),
    })),
  ]
  /** Back to where the bollo was settled: nobody types a mark twice. */
  const toBollo = [
    ...Object.entries(ways).flatMap(([purpose, { back }]) =>
      back === undefined
        ? []
        : [{ guard: ({ context }: { context: Context }) => useOf(context.visit) === purpose, target: back }],
    ),
    { target: '#purpose' },
  ]
  return {
    person: chart.createStateConfig({
      id: 'certificate',
      on: {
        choosePerson: {
          guard: ({ context, event }) => event.index < peopleOf(context.visit).length,
          target: 'certificate',
          actions: {
            type: 'set',
            params: ({ context: { visit }, event }) => ({
              certificate: { subject: peopleOf(visit)[event.index]?.subject ?? null },
            }),
          },
        },
        back: 'menu',
        'card.removed': pulled,
      },
    }),
    certificate: chart.createStateConfig({
      on: {
        chooseCertificates: {
          guard: ({ context, event }) =>
            event.types.every((type) => offeredFor(context.visit).includes(type)) &&
            sheetConflict(event.types) === null,
          target: 'purpose',
          actions: {
            type: 'set',
            // The types stand in table order, each once, whatever the screen sent.
            params: ({ event }) => ({
              certificate: { types: certificateType.options.filter((type) => event.types.includes(type)) },
            }),
          },
        },
        back: 'person',
        'card.removed': pulled,
      },
    }),
    purpose: chart.createStateConfig({
      id: 'purpose',
      on: { choosePurpose, morePurposes: 'morePurposes', back: 'certificate', 'card.removed': pulled },
    }),
    morePurposes: chart.createStateConfig({ on: { choosePurpose, back: 'purpose', 'card.removed': pulled } }),
    preview: chart.createStateConfig({
      id: 'preview',
      initial: 'fetching',
      entry: set({ paper: { preview: null } }),
      on: { back: toBollo, 'card.removed': pulled },
      states: {
        fetching: working(preview, { shown: 'shown', confirm: '#confirm' }),
        shown: { on: { acceptPreview: '#confirm' } },
      },
    }),
    confirm: chart.createStateConfig({
      id: 'confirm',
      on: {
        confirm: 'issuing',
        back: [
          { guard: ({ context }: { context: Context }) => context.visit.paper.preview !== null, target: '#preview' },
          ...toBollo,
        ],
        'card.removed': pulled,
      },
    }),
    // The queue records the request here, so a person who pulls the card or walks away loses nothing.
    issuing: chart.createStateConfig({
      ...working(request, {
        printingCertificate: 'printingCertificate',
        printingSlip: 'printingSlip',
        attract: '#attract',
      }),
      tags: ['busy', 'withoutCard'],
      on: { leave: forbidden, timeout: forbidden, 'reader.gone': forbidden },
    }),
    printingCertificate: chart.createStateConfig({
      id: 'printingCertificate',
      ...printing(
        printCertificate,
        { printingReceipt: '#printingReceipt', printingCertificate: '#printingCertificate' },
        {
          target: '#done',
          set: () => ({ end: { outcome: 'kept' } }),
        },
        { handedOver: true },
      ),
    }),
    printingReceipt: chart.createStateConfig({
      id: 'printingReceipt',
      // The certificate is out, and is good without its receipt.
      ...printing(
        printReceipt,
        { done: '#done', printingCertificate: '#printingCertificate' },
        { target: '#done', set: () => ({ end: { outcome: 'printed' } }) },
      ),
    }),
    fetching: chart.createStateConfig({
      ...working(fetch, { printingCertificate: 'printingCertificate' }),
      tags: ['busy', 'withoutCard'],
      on: { leave: forbidden, timeout: forbidden, 'reader.gone': forbidden },
    }),
    printingSlip: chart.createStateConfig({
      ...printing(printSlip, { done: '#done' }, { target: '#done', set: () => ({ end: { outcome: 'queued' } }) }),
    }),
  }
}
