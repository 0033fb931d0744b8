import { beforeEach, expect, test, vi } from 'vitest'
import type { CertificateTheme, CertificateType } from '../../../contract/catalogue.ts'
import type { Answer } from '../../../contract/journeys/index.ts'
import { ok } from '../../../contract/result.ts'
import type { VisitServices } from '../../../main/visit/services.ts'
import { isJourney, type JourneyName, journeys } from '../../../simulator/visitor/journeys.ts'
import { answers, at, open, pin, scripted, toPin } from '../../support/visit/scripted-visit.ts'

// Touches from the recognised person to the paper, of every journey of simulator/visitor/journeys.ts. A journey that takes
// one more than the table says fails here: change the table only with a reason that a person at a totem would accept.

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
  declaration: declaration('declaration'),
  'atto-notorio': declaration('atto-notorio'),
  visura: [{ type: 'chooseService', service: 'visura' }, { type: 'printVisura' }],
}

/** A resident of a comune of L. 38/2001. */
const inTwoLanguages: VisitServices['enter'] = async (...asked) => {
  const entered = await scripted().enter(...asked)
  return entered.ok ? ok({ ...entered.value, languages: ['IT', 'SL'] }) : entered
}

beforeEach(() => void vi.useFakeTimers())

test.each(Object.keys(journeys).filter(isJourney))('%s', async (name) => {
  const { papers, touches: most } = journeys[name]
  const print = vi.fn<VisitServices['print']>(async () => ok({ pages: 1 }))
  open({ print, ...(name === 'bilingual' && { enter: inTwoLanguages }) })
  await toPin()
  await answers({ type: 'enterPin', pin: pin() })
  await at('menu')
  await answers(...touches[name])
  expect(print.mock.calls[0]?.[0].document).toBe(papers[0])
  expect(touches[name].length).toBeLessThanOrEqual(most)
})

test('the three that are asked for most take four touches, declarations and visura two', () => {
  for (const name of ['contestuale', 'residence', 'family-sheet'] as const)
    expect(journeys[name].touches, name).toBeLessThanOrEqual(4)
  for (const name of ['declaration', 'atto-notorio', 'visura'] as const)
    expect(journeys[name].touches, name).toBeLessThanOrEqual(2)
})
