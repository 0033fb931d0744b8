import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { err, ok } from '../../../contract/result.ts'
import type { VisitServices } from '../../../main/visit/services.ts'
import { answers, at, open, pin, screen, session, toOwnResidence, toPin } from '../../support/visit/scripted-visit.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

type Printed = Awaited<ReturnType<VisitServices['print']>>

test('a page that is printed anew does not begin with the progress of the void sheet', async () => {
  const ends: ((printed: Printed) => void)[] = []
  open({ print: () => new Promise((resolve) => ends.push(resolve)), reprinted: () => true })
  await toPin()
  await answers({ type: 'enterPin', pin: pin() }, ...toOwnResidence, { type: 'confirm' })
  await at('printing')
  session.progress({ page: 2, pages: 3, band: 3, bands: 4 })
  expect(screen()).toEqual({ screen: 'printing', document: 'certificate', page: 2, pages: 3, band: 3, bands: 4 })
  ends.shift()?.(err({ kind: 'print-fault', status: 'jam', page: 2 }))
  await at('print-fault')
  await answers({ type: 'printAgain' })
  expect(screen()).toEqual({ screen: 'printing', document: 'certificate', page: 2, pages: 3, band: 0, bands: 4 })
  ends.shift()?.(ok({ pages: 3 }))
  await at('printing')
  // A reprint's receipt says so, and begins at its own first page.
  expect(screen()).toMatchObject({ document: 'receipt', page: 1, pages: 1, band: 0 })
})
