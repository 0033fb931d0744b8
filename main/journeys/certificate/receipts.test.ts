import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bollo } from '../../../contract/bollo.ts'
import type { IssuedOutcome } from '../../../contract/gateway.ts'
import { err, ok } from '../../../contract/result.ts'
import {
  answers,
  at,
  cardOut,
  member,
  OPERATION,
  open,
  outcome,
  pin,
  screen,
  session,
  toPin,
  toSummary,
} from '../../../test/support/visit/scripted-visit.ts'
import type { VisitServices } from '../../visit/services.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  session.stop()
  vi.useRealTimers()
})

const printer = () => vi.fn<VisitServices['print']>(async () => ok({ pages: 1 }))
const out = (print: ReturnType<typeof printer>) =>
  print.mock.calls.map(([{ document, operation }]) => `${document} ${operation.slice(-2)}`)
/** The person confirms the summary, and the certificate comes. */
const comes = async (changes: Partial<VisitServices>, bollo?: Bollo) => {
  open({ request: async () => ok({ state: 'issued', outcome: bollo ? { ...outcome, bollo } : outcome }), ...changes })
  await toSummary()
  await answers({ type: 'confirm' })
  await at('done')
}

test('nobody is given a receipt that they do not ask for', async () => {
  const print = printer()
  await comes({ print })
  expect(screen()).toMatchObject({ outcome: 'printed', receipt: true })
  expect(out(print)).toEqual(['certificate GH'])
  cardOut()
  expect(screen()).toMatchObject({ receipt: false })
  expect(session.answer({ type: 'printReceipt' })).toBe(false)
})

test('who asks gets it once, and is told so', async () => {
  const print = printer()
  await comes({ print })
  await answers({ type: 'printReceipt' })
  await at('done')
  expect(screen()).toMatchObject({ outcome: 'printed', receipt: false })
  expect(out(print)).toEqual(['certificate GH', 'receipt GH'])
  expect(session.answer({ type: 'printReceipt' })).toBe(false)
})

test.each<Bollo>([
  { kind: 'contrassegno', number: '01234567890123', issued: '2026-03-05' },
  { kind: 'pagopa', notice: '301202611280000124' },
])('a bollo is receipted unasked: $kind', async (bollo) => {
  const print = printer()
  await comes({ print }, bollo)
  expect(screen()).toMatchObject({ receipt: false })
  expect(out(print)).toEqual(['certificate GH', 'receipt GH'])
})

test('so is a certificate that came out before: its receipt alone says that it is a reprint', async () => {
  const print = printer()
  await comes({ print, reprinted: (_, operation) => operation === OPERATION })
  expect(out(print)).toEqual(['certificate GH', 'receipt GH'])
})

test('a receipt that does not come out can be left, and asked for again', async () => {
  const print = printer()
  await comes({ print })
  print.mockResolvedValueOnce(err({ kind: 'print-fault', status: 'jam', page: 1 }))
  await answers({ type: 'printReceipt' })
  await at('print-fault')
  await answers({ type: 'keepForLater' })
  expect(screen()).toMatchObject({ screen: 'done', outcome: 'printed', receipt: true })
  session.printer('jam')
  expect(screen()).toMatchObject({ receipt: false })
})

test('of several that waited, each has its receipt', async () => {
  const print = printer()
  const waits = (end: string, bollo?: Bollo) => {
    const one: IssuedOutcome = { ...outcome, operation: OPERATION.slice(0, -2) + end, ...(bollo && { bollo }) }
    return { outcome: one, requestedAt: outcome.issuedAt }
  }
  const paid: Bollo = { kind: 'contrassegno', number: '01234567890123', issued: '2026-03-05' }
  open({
    print,
    enter: async () =>
      ok({
        ...{ token: 't', idAnpr: 'AB10234CX', family: [member('AB10234CX', true)], languages: [] },
        ...{ waiting: [waits('G1'), waits('G2', paid), waits('G3')], pending: 0, notices: [] },
      }),
  })
  await toPin()
  await answers({ type: 'enterPin', pin: pin() }, { type: 'collect' })
  await at('done')
  await answers({ type: 'printReceipt' })
  await at('done')
  expect(out(print)).toEqual([
    ...['certificate G1', 'certificate G2', 'receipt G2', 'certificate G3'],
    ...['receipt G1', 'receipt G3'],
  ])
})
