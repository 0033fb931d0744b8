import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RefusalKind, SubmissionResult } from '../../contract/gateway.ts'
import { verdictsOf } from './answer.ts'

const [A, B, C] = ['A', 'B', 'C'].map((letter) => `01KANPR000000000000000000${letter}`) as [string, string, string]
const refused = (kind: RefusalKind) => ({ operation: A, state: 'refused', problem: { kind, anpr: null } }) as const

test.each<[string, SubmissionResult['results'], unknown, number]>([
  ['issued', [{ operation: A, state: 'issued', outcome: 'x' }], { kind: 'issued', outcome: 'x' }, 0],
  ['pending', [{ operation: A, state: 'pending' }], { kind: 'later', reason: 'pending' }, 0],
  ['missing from the answer', [], { kind: 'later', reason: 'no-result' }, 0],
  ['refused', [refused('not-in-family')], { kind: 'refused', problem: { kind: 'not-in-family', anpr: null } }, 0],
  ['ANPR away', [refused('anpr-unavailable')], { kind: 'later', reason: 'anpr-unavailable' }, 0],
  ['clock ahead', [refused('statement-stale')], { kind: 'later', reason: 'statement-stale' }, 0],
  ['not understood', [refused('request-malformed')], { kind: 'later', reason: 'request-malformed' }, 0],
  ['a session over', [refused('session-expired')], { kind: 'later', reason: 'session-expired' }, 0],
  ['answered for another', [{ operation: B, state: 'pending' }], { kind: 'later', reason: 'no-result' }, 1],
  [
    'answered twice',
    [{ operation: A, state: 'pending' }, refused('not-in-family')],
    { kind: 'later', reason: 'pending' },
    1,
  ],
])('%s', (_, results, verdict, strangers) => {
  const answer = verdictsOf([A], results)
  expect([answer.verdicts.get(A), answer.strangers]).toEqual([verdict, strangers])
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
      expect([...verdicts.keys()]).toEqual(asked)
      const answered = new Set(results.map((each) => each.operation).filter((each) => asked.includes(each)))
      expect(strangers).toBe(results.length - answered.size)
    }),
  )
})
