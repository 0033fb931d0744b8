import { beforeEach, expect, test, vi } from 'vitest'
import type { Answer, Screen } from '../../../contract/journeys/index.ts'
import type { Printed } from '../../../contract/journeys/lists.ts'
import { ok } from '../../../contract/result.ts'
import type { VisitServices } from '../../../main/visit/services.ts'
import { answers, at, open, outcome, pin, session, toPin } from '../../support/visit/scripted-visit.ts'

// Touches from the recognised person to the paper. A journey that takes one more fails here: change the table only with
// a reason that a person at a totem would accept.

const use: Answer[] = [
  { type: 'chooseService', service: 'certificate' },
  { type: 'choosePurpose', purpose: 'processuale' },
]
const print: Answer = { type: 'confirm' }

const journeys: Record<string, { touches: Answer[]; most: number; paper: Printed }> = {
  declaration: {
    touches: [
      { type: 'chooseService', service: 'declaration' },
      { type: 'printDeclaration', form: 'declaration' },
    ],
    most: 2,
    paper: 'declaration',
  },
  'atto-notorio': {
    touches: [
      { type: 'chooseService', service: 'declaration' },
      { type: 'printDeclaration', form: 'atto-notorio' },
    ],
    most: 2,
    paper: 'atto-notorio',
  },
  visura: {
    touches: [{ type: 'chooseService', service: 'visura' }, { type: 'printVisura' }],
    most: 2,
    paper: 'visura',
  },
  collect: { touches: [{ type: 'collect' }], most: 1, paper: 'certificate' },
  contestuale: { touches: [...use, print], most: 3, paper: 'certificate' },
  residence: {
    touches: [...use, { type: 'chooseCertificates', types: ['8'] }, print],
    most: 4,
    paper: 'certificate',
  },
  'family-sheet': {
    touches: [...use, { type: 'chooseCertificates', types: ['12'] }, print],
    most: 4,
    paper: 'certificate',
  },
  'another-person': {
    touches: [...use, { type: 'change', line: 'person' }, { type: 'choosePerson', index: 1 }, print],
    most: 5,
    paper: 'certificate',
  },
  'another-certificate': {
    touches: [
      ...use,
      { type: 'change', line: 'certificate' },
      { type: 'chooseTheme', theme: 'events' },
      { type: 'toggleCertificate', certificate: '1' },
      { type: 'acceptCertificates' },
      print,
    ],
    most: 7,
    paper: 'certificate',
  },
}

beforeEach(() => void vi.useFakeTimers())

test.each(Object.entries(journeys))('%s', async (name, { touches, most, paper }) => {
  const print = vi.fn<VisitServices['print']>(async () => ok({ pages: 1 }))
  const waiting = name === 'collect' ? [{ outcome, requestedAt: outcome.issuedAt }] : []
  const services = open({ print })
  const { enter } = services
  services.enter = async (...asked) => {
    const entered = await enter(...asked)
    return entered.ok ? ok({ ...entered.value, waiting }) : entered
  }
  await toPin()
  await answers({ type: 'enterPin', pin: pin() })
  await at(waiting.length > 0 ? 'collect' : 'menu')
  const seen: Screen['screen'][] = []
  for (const touch of touches) {
    seen.push(session.view().screen.screen)
    await answers(touch)
  }
  expect(print.mock.calls[0]?.[0].document, seen.join(' → ')).toBe(paper)
  expect(touches.length).toBeLessThanOrEqual(most)
})
