import { CHARGES, noticeCents, settlementOf } from '../../../catalogue/bollo.ts'
import { sheetConflict } from '../../../catalogue/certificates.ts'
import { themes } from '../../../catalogue/themes.ts'
import { certificateTheme, type Purpose } from '../../../contract/catalogue.ts'
import type { PrinterStatus } from '../../../contract/device.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { type Refusal, refusal } from '../../../contract/refusal.ts'
import type { Shows } from '../../visit/chart.ts'
import { printingScreen } from '../../visit/printing.ts'
import { tieOf } from '../../visit/tie.ts'
import { required, type Visit } from '../../visit/visit.ts'
import type { states } from './states.ts'
import { blockedFor, languageOf, type Person, peopleOf, shortcutsFor, subjectOf, waysFor } from './visit.ts'

/** The first screen has the commonest purposes, the second the others: a screen holds at most five answers. */
const FIRST_PURPOSES: Purpose[] = ['publicBody', 'privateParty', 'processuale', 'pensioneEstera']
const MORE_PURPOSES: Purpose[] = ['separazione', 'adozione', 'interdizione', 'onlus', 'societaSportive']

const shown = ({ subject, name, surname }: Person, { holder }: Visit) => ({
  ...{ name, surname },
  yearOfBirth: subject?.yearOfBirth ?? null,
  sex: subject?.sex ?? null,
  tie: subject ? tieOf(subject, holder.entered?.family ?? []) : ({ to: 'self' } as const),
})

/** What the use costs, and what settles it. */
function bolloOf({ certificate: { bollo }, holder: { entered } }: Visit): ScreenOf<'sheet'>['bollo'] {
  const charges = entered?.charges ?? CHARGES
  if (bollo === null) return { settled: null, cents: charges.bollo, diritti: charges.diritti.withBollo, reference: '' }
  const { cents, reference } = settlementOf(bollo, charges)
  const taken = bollo.kind === 'pagopa' ? noticeCents(charges) : cents.bollo
  return { settled: bollo.kind, cents: taken, diritti: cents.diritti, reference }
}

/** A totem without a printer hands its documents to the telephone (main/visit/taking-home.ts). */
const phoneOnly = (printer: PrinterStatus) => printer === 'absent'

/** What ANPR has said of the sheet, by the part that the summary is in. */
const ANPR: Record<string, ScreenOf<'sheet'>['anpr']> = {
  asking: 'asked',
  unsettled: 'unasked',
  shown: 'ready',
  away: 'away',
  barred: 'barred',
}

/** Every reason of the rules has a sentence for the screen. */
const reasonOf = (blocked: { kind: string } | undefined): Refusal | null =>
  blocked ? refusal.catch('certificate-not-issuable').parse(blocked.kind) : null

export const screens: Shows<ReturnType<typeof states>> = {
  purpose: ({ visit }) => ({
    ...{ screen: 'purpose', options: FIRST_PURPOSES, more: false },
    cents: (visit.holder.entered?.charges ?? CHARGES).bollo,
  }),
  morePurposes: ({ visit }) => ({
    ...{ screen: 'purpose', options: MORE_PURPOSES, more: true },
    cents: (visit.holder.entered?.charges ?? CHARGES).bollo,
  }),
  sheet({ visit, printer }, { inner }) {
    const { types, use, barred, subject } = visit.certificate
    if (inner === 'picture') return { screen: 'preview', pages: required(visit.paper.preview, 'preview').pages }
    return {
      screen: 'sheet',
      subject: shown({ subject, ...subjectOf(visit) }, visit),
      others: peopleOf(visit).length > 1,
      types,
      shortcuts: shortcutsFor(visit),
      language: languageOf(visit) ?? 'IT',
      languages: [...(visit.holder.entered?.languages ?? [])],
      use: required(use, 'use'),
      bollo: bolloOf(visit),
      delivery: {
        way: phoneOnly(printer) && waysFor(visit).includes('phone') ? 'phone' : visit.paper.way,
        others: waysFor(visit).length > 1 && !phoneOnly(printer),
      },
      anpr: ANPR[inner] ?? 'asked',
      facts: inner === 'shown' ? (visit.paper.preview?.facts ?? '') : '',
      barred: inner === 'barred' && barred ? { reason: barred.reason, code: barred.anpr } : null,
    }
  },
  person: ({ visit }) => ({
    screen: 'person',
    people: peopleOf(visit).map((person, index) => ({ index, ...shown(person, visit) })),
  }),
  themes: ({ visit }) => ({
    screen: 'themes',
    themes: certificateTheme.options.map((theme) => ({ theme, types: [...themes[theme]] })),
    chosen: visit.certificate.draft,
  }),
  certificates({ visit }) {
    const { theme, draft } = visit.certificate
    const chosenTheme = required(theme, 'theme')
    const blocked = blockedFor(visit)
    return {
      screen: 'certificates',
      theme: chosenTheme,
      chosen: draft,
      types: themes[chosenTheme].map((type) => ({
        type,
        because: reasonOf(blocked.find((one) => one.type === type)),
        beside: draft.filter((other) => other !== type && sheetConflict([other, type]) !== null),
      })),
    }
  },
  delivery: ({ visit }) => ({ screen: 'delivery', ways: [...waysFor(visit)] }),
  issuing: () => ({ screen: 'issuing' }),
  fetching: () => ({ screen: 'issuing' }),
  printingCertificate: (context, { inner }) => printingScreen('certificate', context, inner),
  printingReceipt: (context, { inner }) => printingScreen('receipt', context, inner),
  printingSlip: (context, { inner }) => printingScreen('slip', context, inner),
}
