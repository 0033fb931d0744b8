import { settlementOf } from '../../../catalogue/bollo.ts'
import { askedMost, sheetConflict } from '../../../catalogue/certificates.ts'
import type { Purpose } from '../../../contract/catalogue.ts'
import type { Shows } from '../../visit/chart.ts'
import { printingScreen } from '../../visit/printing.ts'
import { required } from '../../visit/visit.ts'
import type { states } from './states.ts'
import { offeredFor, peopleOf, subjectOf } from './visit.ts'

/** The first screen has the commonest purposes, the second the others: a screen holds at most five answers. */
const FIRST_PURPOSES: Purpose[] = ['publicBody', 'privateParty', 'processuale', 'pensioneEstera']
const MORE_PURPOSES: Purpose[] = ['separazione', 'adozione', 'interdizione', 'onlus', 'societaSportive']

export const screens: Shows<ReturnType<typeof states>> = {
  person: ({ visit }) => ({
    screen: 'person',
    people: peopleOf(visit).map(({ subject, name, surname }, index) => ({
      ...{ index, name, surname },
      yearOfBirth: subject?.yearOfBirth ?? null,
      belongs: subject && { tie: subject.tie, relation: subject.relation },
      self: subject?.self ?? true,
    })),
    online: visit.holder.entered?.token != null,
  }),
  certificate({ visit }) {
    const offered = offeredFor(visit)
    const options = offered.filter((type) => askedMost.includes(type))
    return {
      ...{ screen: 'certificate', subject: subjectOf(visit), options },
      others: offered.filter((type) => !askedMost.includes(type)),
      onOneSheet: options.length > 1 && sheetConflict(options) === null ? options : null,
    }
  },
  purpose: () => ({ screen: 'purpose', options: FIRST_PURPOSES, more: false }),
  morePurposes: () => ({ screen: 'purpose', options: MORE_PURPOSES, more: true }),
  preview: ({ visit }) => ({
    screen: 'preview',
    pages: visit.paper.preview?.pages ?? null,
    subject: subjectOf(visit),
    types: visit.certificate.types,
  }),
  confirm({ visit }) {
    const bollo = required(visit.certificate.bollo, 'bollo')
    const { use, cents, reference } = settlementOf(bollo)
    return {
      ...{ screen: 'confirm', subject: subjectOf(visit), types: visit.certificate.types, use },
      bollo: { kind: bollo.kind, cents: cents.bollo, reference },
      online: visit.paper.preview !== null,
    }
  },
  issuing: () => ({ screen: 'issuing' }),
  fetching: () => ({ screen: 'issuing' }),
  printingCertificate: (context, { inner }) => printingScreen('certificate', context, inner),
  printingReceipt: (context, { inner }) => printingScreen('receipt', context, inner),
  printingSlip: (context, { inner }) => printingScreen('slip', context, inner),
}
