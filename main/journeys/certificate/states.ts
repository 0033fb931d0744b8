import { dueFor } from '../../../catalogue/bollo.ts'
import { sheetConflict } from '../../../catalogue/certificates.ts'
import type { Bollo } from '../../../contract/bollo.ts'
import type { Exemption, Purpose } from '../../../contract/catalogue.ts'
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
import { fetch, preview, printCertificate, printReceipt, printSlip, request } from './tasks.ts'
import { inOrder, mayShareSheet, offeredFor, peopleOf, toggled, usualTypes, waysFor } from './visit.ts'

/**
 * Ways out of the summary. `publicBody`: at once, because no certificate serves there. `privateParty`: from the main
 * button, to settle the bollo; it leads back to the summary.
 */
type Ways = Record<Exclude<Purpose, Exemption>, Way>

const chosen = (event: VisitEvent): Purpose | null => (event.type === 'choosePurpose' ? event.purpose : null)

/** The bollo of a use that the law exempts is settled; another's is not, whatever was settled before. */
function bolloFor(purpose: Purpose | null): Bollo | null {
  if (purpose === null) return null
  const due = dueFor(purpose)
  return due.kind === 'exempt' ? due : null
}

/** `pay`: where a bollo that is not paid yet is paid. `page`: a person's own page, from which a certificate may be asked. */
export const states = (ways: Ways, { pay, page }: { pay: string; page: string }) => {
  const choosePurpose = [
    {
      guard: ({ event }: { event: VisitEvent }) => chosen(event) === 'publicBody',
      ...takes(ways.publicBody),
    },
    {
      target: '#sheet',
      actions: {
        type: 'set' as const,
        params: ({ event }: { event: VisitEvent }) => ({
          certificate: { use: chosen(event), bollo: bolloFor(chosen(event)) },
        }),
      },
    },
  ]
  /** The summary's own lists lead back to it; before there is one, the use leads back to where they came from. */
  const back = [
    { guard: ({ context: { visit } }: { context: Context }) => visit.certificate.use !== null, target: '#sheet' },
    { guard: ({ context: { visit } }: { context: Context }) => visit.certificate.fromPage, target: page },
    { target: 'menu' },
  ]
  return {
    purpose: chart.createStateConfig({
      id: 'certificate',
      on: { choosePurpose, morePurposes: 'morePurposes', back, 'card.removed': pulled },
    }),
    morePurposes: chart.createStateConfig({ on: { choosePurpose, back: 'purpose', 'card.removed': pulled } }),
    sheet: chart.createStateConfig({
      id: 'sheet',
      initial: 'asking',
      // What was chosen for one person may not be there for another.
      entry: {
        type: 'set',
        params: ({ context: { visit } }) =>
          mayShareSheet(visit, visit.certificate.types) ? {} : { certificate: { types: usualTypes(visit) } },
      },
      on: {
        change: [
          {
            guard: ({ context, event }) => event.line === 'person' && peopleOf(context.visit).length > 1,
            target: 'person',
          },
          {
            guard: ({ event }) => event.line === 'certificate',
            target: 'themes',
            actions: set({ certificate: { draft: [] } }),
          },
          { guard: ({ event }) => event.line === 'purpose', target: 'purpose' },
          {
            guard: ({ context, event }) => event.line === 'delivery' && waysFor(context.visit).length > 1,
            target: 'delivery',
          },
        ],
        chooseCertificates: {
          guard: ({ context, event }) => mayShareSheet(context.visit, event.types),
          target: '#sheet',
          actions: { type: 'set', params: ({ event }) => ({ certificate: { types: inOrder(event.types) } }) },
        },
        chooseSheetLanguage: {
          guard: ({ context: { visit }, event }) => (visit.holder.entered?.languages ?? []).includes(event.language),
          target: '#sheet',
          actions: { type: 'set', params: ({ event: { language } }) => ({ certificate: { language } }) },
        },
        back: { target: 'purpose', actions: set({ certificate: { use: null } }) },
        'card.removed': pulled,
      },
      states: {
        asking: working(preview, {
          unsettled: 'unsettled',
          shown: 'shown',
          away: 'away',
          barred: 'barred',
        }),
        unsettled: { on: { confirm: takes(ways.privateParty) } },
        shown: { on: { confirm: '#issuing', seeSheet: 'picture' } },
        picture: { on: { back: 'shown' } },
        away: { on: { confirm: '#issuing' } },
        // Another sheet, another person or another use may do.
        barred: {},
      },
    }),
    person: chart.createStateConfig({
      on: {
        choosePerson: {
          guard: ({ context, event }) => event.index < peopleOf(context.visit).length,
          target: 'sheet',
          actions: {
            type: 'set',
            params: ({ context: { visit }, event }) => ({
              certificate: { subject: peopleOf(visit)[event.index]?.subject ?? null },
            }),
          },
        },
        back: 'sheet',
        'card.removed': pulled,
      },
    }),
    themes: chart.createStateConfig({
      on: {
        chooseTheme: {
          target: 'certificates',
          actions: { type: 'set', params: ({ event: { theme } }) => ({ certificate: { theme } }) },
        },
        acceptCertificates: acceptDraft,
        back: 'sheet',
        'card.removed': pulled,
      },
    }),
    certificates: chart.createStateConfig({
      on: {
        toggleCertificate: {
          guard: ({ context: { visit }, event }) => {
            const types = toggled(visit.certificate.draft, event.certificate)
            return (
              sheetConflict(types) === null &&
              (types.length < visit.certificate.draft.length || offeredFor(visit).includes(event.certificate))
            )
          },
          actions: {
            type: 'set',
            params: ({ context: { visit }, event }) => ({
              certificate: { draft: toggled(visit.certificate.draft, event.certificate) },
            }),
          },
        },
        acceptCertificates: acceptDraft,
        back: 'themes',
        'card.removed': pulled,
      },
    }),
    delivery: chart.createStateConfig({
      on: {
        chooseWay: {
          guard: ({ context, event }) => waysFor(context.visit).includes(event.way),
          target: 'sheet',
          actions: { type: 'set', params: ({ event: { way } }) => ({ paper: { way } }) },
        },
        back: 'sheet',
        'card.removed': pulled,
      },
    }),
    // The queue records the request here, so a person who pulls the card or walks away loses nothing.
    issuing: chart.createStateConfig({
      id: 'issuing',
      ...working(request, {
        pay,
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
        { printingReceipt: '#printingReceipt', printingCertificate: '#printingCertificate', done: '#done' },
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
        { printingReceipt: '#printingReceipt', printingCertificate: '#printingCertificate', done: '#done' },
        { target: '#done', set: () => ({}) },
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

const acceptDraft = {
  guard: ({ context: { visit } }: { context: Context }) => visit.certificate.draft.length > 0,
  target: 'sheet',
  actions: {
    type: 'set' as const,
    params: ({ context: { visit } }: { context: Context }) => ({ certificate: { types: visit.certificate.draft } }),
  },
}
