import { expect, test, vi } from 'vitest'
import type { DeviceEvent, DeviceFailure } from '../../contract/device.ts'
import type { IssuedOutcome } from '../../contract/gateway.ts'
import { err, ok } from '../../contract/result.ts'
import type { DeviceGone, Devices } from '../devices/index.ts'
import { createPaper } from './paper.ts'

// The device process is scripted: which of two messages a crash takes away cannot be chosen with a real one.
const outcome: IssuedOutcome = {
  operation: '01K0M3Z8Q4V7N2B5X9C1D6F8GH',
  types: ['8'],
  protocol: '1',
  idOperazioneAnpr: '1',
  issuedAt: '2026-11-22T10:00:00.000Z',
  pdf: '',
}
const job = `${outcome.operation}.certificate`
const printing = { document: 'certificate', outcome, language: 'it', session: outcome.operation, fromPage: 1 } as const
const acknowledged = (page: number, pages: number): Extract<DeviceEvent, { event: 'print' }> => ({
  event: 'print',
  job,
  state: 'acknowledged',
  page,
  pages,
  band: 1,
  bands: 1,
})

function printer(pages: number[], answer: DeviceFailure<'printer.print'> | DeviceGone | null) {
  const record = vi.fn()
  const call = vi.fn(async () => {
    for (const page of pages) paper.note(acknowledged(page, 3))
    return answer ? err(answer) : ok({ pages: 3, bytes: 1 })
  })
  const paper = createPaper({
    devices: { call } as unknown as Devices,
    journal: { record } as never,
    place: { totem: 'TT-0001', office: 'Spello' },
    keepMs: 0,
    now: () => new Date(),
  })
  return { paper, voids: () => record.mock.calls.filter(([event]) => event === 'print.void') }
}

test('device-process-dies after the second of three pages: only the third is printed anew', async () => {
  const { paper, voids } = printer([1, 2], { kind: 'device-gone' })
  expect(await paper.print(printing)).toEqual(err({ kind: 'print-fault', status: 'offline', page: 3 }))
  expect(voids()).toHaveLength(1)
})

test('device-process-dies between the last page and its answer: all paper is out, nothing is printed again', async () => {
  const { paper, voids } = printer([1, 2, 3], { kind: 'device-gone' })
  expect(await paper.print(printing)).toEqual(ok({ pages: 3 }))
  expect(voids()).toHaveLength(0)
})

test('device-process-dies before any page: the first is void', async () => {
  const { paper } = printer([], { kind: 'device-gone' })
  expect(await paper.print(printing)).toEqual(err({ kind: 'print-fault', status: 'offline', page: 1 }))
})

test('a file that is no PDF is unprintable, whatever paper there is', async () => {
  const { paper } = printer([], { kind: 'pdf-refused', reason: 'broken' })
  expect(await paper.print(printing)).toEqual(err({ kind: 'unprintable' }))
})
