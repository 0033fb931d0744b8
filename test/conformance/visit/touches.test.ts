import { beforeEach, expect, test, vi } from 'vitest'
import type { CertificateTheme, CertificateType } from '../../../contract/catalogue.ts'
import type { Answer } from '../../../contract/journeys/index.ts'
import { ok } from '../../../contract/result.ts'
import type { VisitServices } from '../../../main/visit/services.ts'
import { isJourney, type Journey, type JourneyName, journeys } from '../../../simulator/visitor/journeys.ts'
import {
  answers,
  at,
  OPERATION,
  open,
  pin,
  screen,
  scripted,
  session,
  toPin,
} from '../../support/visit/scripted-visit.ts'

// Touches from the recognised person to the paper, or to what else they come for, of every journey of
// simulator/visitor/journeys.ts; of one that takes two visits those of the first. A journey that takes one more than the
// table says fails here: change the table only with a reason that a person at a totem would accept.

const forUse = (...more: Answer[]): Answer[] => [
  { type: 'chooseService', service: 'certificate' },
  { type: 'choosePurpose', purpose: 'processuale' },
  ...more,
  { type: 'confirm' },
]
const only = (...types: CertificateType[]): Answer => ({ type: 'chooseCertificates', types })
/** A certificate that few ask for. */
const byTheme = (theme: CertificateTheme, certificate: CertificateType) =>
  forUse(
    { type: 'change', line: 'certificate' },
    { type: 'chooseTheme', theme },
    { type: 'toggleCertificate', certificate },
    { type: 'acceptCertificates' },
  )
const declaration = (form: 'declaration' | 'atto-notorio'): Answer[] => [
  { type: 'chooseService', service: 'declaration' },
  { type: 'printDeclaration', form },
]

const touches: Record<JourneyName, Answer[]> = {
  contestuale: forUse(),
  residence: forUse(only('8')),
  'family-sheet': forUse(only('12')),
  minor: forUse({ type: 'change', line: 'person' }, { type: 'choosePerson', index: 1 }),
  convivenza: forUse(),
  widow: byTheme('events', '11'),
  abroad: byTheme('abroad', '10'),
  'foreign-pension': byTheme('citizenship', '7'),
  bolzano: forUse(only('8'), { type: 'chooseSheetLanguage', language: 'DE' }),
  bilingual: forUse(only('8'), { type: 'chooseSheetLanguage', language: 'SL' }),
  contrassegno: [
    { type: 'chooseService', service: 'certificate' },
    { type: 'choosePurpose', purpose: 'privateParty' },
    { type: 'confirm' },
    { type: 'haveContrassegno' },
    { type: 'enterContrassegno', number: '01234567890123' },
    { type: 'enterContrassegnoDate', digits: '05032026' },
    { type: 'confirm' },
  ],
  pagopa: [
    { type: 'chooseService', service: 'certificate' },
    { type: 'choosePurpose', purpose: 'privateParty' },
    { type: 'confirm' },
    { type: 'payByNotice' },
    { type: 'confirm' },
  ],
  'pagopa-resumed': [
    { type: 'chooseService', service: 'certificate' },
    { type: 'choosePurpose', purpose: 'privateParty' },
    { type: 'confirm' },
    { type: 'payByNotice' },
    { type: 'confirm' },
  ],
  court: forUse(),
  phone: forUse({ type: 'change', line: 'delivery' }, { type: 'chooseWay', way: 'phone' }),
  'no-printer': forUse(),
  email: [
    ...forUse({ type: 'change', line: 'delivery' }, { type: 'chooseWay', way: 'email' }),
    { type: 'enterEmail', address: 'anna.bianchi@gmail.com' },
    { type: 'confirmEmail' },
  ],
  domicilio: forUse({ type: 'change', line: 'delivery' }, { type: 'chooseWay', way: 'domicilio' }),
  collect: forUse(only('8')),
  family: [
    { type: 'chooseService', service: 'visura' },
    { type: 'chooseService', service: 'family' },
    { type: 'chooseMember', index: 0 },
  ],
  requests: forUse(),
  accesses: [
    { type: 'chooseService', service: 'visura' },
    { type: 'chooseService', service: 'accesses' },
  ],
  school: declaration('declaration'),
  declaration: declaration('declaration'),
  'atto-notorio': declaration('atto-notorio'),
  visura: [{ type: 'chooseService', service: 'visura' }, { type: 'printVisura' }],
}

/** A resident of a comune of this second language. */
const residentOf =
  (second: 'SL' | 'DE'): VisitServices['enter'] =>
  async (...asked) => {
    const entered = await scripted().enter(...asked)
    return entered.ok ? ok({ ...entered.value, languages: ['IT', second] }) : entered
  }
const around: Partial<Record<JourneyName, Partial<VisitServices>>> = {
  bilingual: { enter: residentOf('SL') },
  bolzano: { enter: residentOf('DE') },
  collect: {
    enter: async () =>
      ok({ token: null, idAnpr: null, family: null, languages: [], waiting: [], pending: 0, notices: [] }),
    request: async () => ok({ state: 'queued', operation: OPERATION, requestedAt: '2026-11-22T10:00:00.000Z' }),
  },
  // Nobody holds a telephone over the code.
  ...{
    phone: { handoverBecame: () => new Promise(() => {}) },
    'no-printer': { handoverBecame: () => new Promise(() => {}) },
  },
  'pagopa-resumed': { paymentBecame: () => new Promise(() => {}) },
}

beforeEach(() => void vi.useFakeTimers())

test.each(Object.keys(journeys).filter(isJourney))('%s', async (name) => {
  const { papers, touches: most, shows, without, again }: Journey = journeys[name]
  const print = vi.fn<VisitServices['print']>(async () => ok({ pages: 1 }))
  const line = { online: without !== 'line', cie: true, closed: [], notice: null }
  open({ print, ...around[name] }, () => line)
  if (without === 'printer') session.printer('absent')
  await toPin()
  await answers({ type: 'enterPin', pin: pin() })
  await at('menu')
  await answers(...touches[name])
  expect(touches[name].length).toBeLessThanOrEqual(most)
  if (again) return
  if (shows) expect(screen().screen).toBe(shows)
  else expect(print.mock.calls[0]?.[0].document).toBe(papers[0])
})

test('the three that are asked for most take four touches, declarations and visura two', () => {
  for (const name of ['contestuale', 'residence', 'family-sheet'] as const)
    expect(journeys[name].touches, name).toBeLessThanOrEqual(4)
  for (const name of ['declaration', 'atto-notorio', 'visura'] as const)
    expect(journeys[name].touches, name).toBeLessThanOrEqual(2)
})
