import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RefusalKind, SubmissionResult } from '../../contract/gateway.ts'
import { settlementOf, verdictsOf } from './answer.ts'

const [A, B, C] = ['A', 'B', 'C'].map((letter) => `01KANPR000000000000000000${letter}`) as [string, string, string]
const refused = (kind: RefusalKind) => ({ operation: A, state: 'refused', problem: { kind, anpr: null } }) as const

const later = (reason: string) => ({ operation: A, state: 'later', reason })

test.each<[string, SubmissionResult['results'], unknown, number]>([
  ['pending', [{ operation: A, state: 'pending' }], { operation: A, state: 'pending' }, 0],
  ['missing from the answer', [], later('no-result'), 0],
  ['refused', [refused('not-in-family')], refused('not-in-family'), 0],
  ['answered for another', [{ operation: B, state: 'pending' }], later('no-result'), 1],
  [
    'answered twice',
    [{ operation: A, state: 'pending' }, refused('not-in-family')],
    { operation: A, state: 'pending' },
    1,
  ],
])('%s', (_, results, verdict, strangers) => {
  const answer = verdictsOf([A], results)
  expect([answer.verdicts, answer.strangers]).toEqual([[verdict], strangers])
})

const clocks = (now: string, gateway: string) => ({
  now: () => Date.parse(now),
  line: { gatewayTime: Date.parse(gateway) },
})
const [TODAY, LONG_AGO] = ['2026-11-22T09:00:00.000Z', '2026-10-01T09:00:00.000Z'] as const

test.each<[string, ReturnType<typeof refused>, string, ReturnType<typeof clocks>, unknown]>([
  ['not in the family', refused('not-in-family'), TODAY, clocks(TODAY, TODAY), 'refused'],
  ['ANPR away', refused('anpr-unavailable'), TODAY, clocks(TODAY, TODAY), 'anpr-unavailable'],
  ['clock ahead', refused('statement-stale'), TODAY, clocks(TODAY, TODAY), 'statement-stale'],
  ['not understood', refused('request-malformed'), TODAY, clocks(TODAY, TODAY), 'request-malformed'],
  ['a session over', refused('session-expired'), TODAY, clocks(TODAY, TODAY), 'session-expired'],
  ['too old', refused('request-expired'), LONG_AGO, clocks(TODAY, TODAY), 'refused'],
  ['too old by the gateway alone', refused('request-expired'), LONG_AGO, clocks(LONG_AGO, TODAY), 'request-expired'],
  ['too old by the totem alone', refused('request-expired'), LONG_AGO, clocks(TODAY, LONG_AGO), 'request-expired'],
])('a refusal because of %s', (_, outcome, requestedAt, at, settled) => {
  const settlement = settlementOf(outcome, requestedAt, at)
  expect(typeof settlement === 'string' ? settlement : settlement.state).toBe(settled)
})

test('whatever comes, every item asked for has one verdict and nobody else has', () => {
  const operation = fc.constantFrom(A, B, C)
  const result: fc.Arbitrary<SubmissionResult['results'][number]> = fc.oneof(
    fc.record({ operation, state: fc.constant('pending' as const) }),
    fc.record({ operation, state: fc.constant('issued' as const), outcome: fc.string() }),
  )
  fc.assert(
    fc.property(fc.uniqueArray(operation), fc.array(result), (asked, results) => {
      const { verdicts, strangers } = verdictsOf(asked, results)
      expect(verdicts.map((verdict) => verdict.operation)).toEqual(asked)
      const answered = new Set(results.map((each) => each.operation).filter((each) => asked.includes(each)))
      expect(strangers).toBe(results.length - answered.size)
    }),
  )
})
