import { beforeEach, expect, test, vi } from 'vitest'
import type { Answer, Screen } from '../../../contract/journeys/index.ts'
import type { Printed } from '../../../contract/journeys/lists.ts'
import { ok } from '../../../contract/result.ts'
import type { VisitServices } from '../../../main/visit/services.ts'
import { answers, at, open, outcome, pin, session, toPin } from '../../support/visit/scripted-visit.ts'

// Touches from the recognised person to the paper. A journey that takes one more fails here: change the table only with
// a reason that a person at a totem would accept.

const certificate: Answer[] = [
  { type: 'chooseService', service: 'certificate' },
  { type: 'choosePerson', index: 0 },
]
const use: Answer[] = [
  { type: 'choosePurpose', purpose: 'processuale' },
  { type: 'acceptPreview' },
  { type: 'confirm' },
]

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
  residence: {
    touches: [...certificate, { type: 'chooseCertificates', types: ['8'] }, ...use],
    most: 6,
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
