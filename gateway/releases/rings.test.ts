import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../basics/time.ts'
import { type Baseline, fetchFrom, judge, LAST_RING, RINGS, type RingFacts, ringOf } from './rings.ts'

const nobody = { laboratory: new Set<string>(), agreed: new Set<string>() }
const fleet = Array.from({ length: 6_933 }, (_, index) => `FL-${String(index + 1).padStart(4, '0')}`)

describe('rings', () => {
  test('hold their shares of the fleet', () => {
    const shares = [0.01, 0.09, 0.4, 0.5]
    const counts = fleet.map((totem) => ringOf(totem, 7, nobody))
    shares.forEach((share, index) => {
      const inRing = counts.filter((ring) => ring === index + 2).length / fleet.length
      expect(Math.abs(inRing - share)).toBeLessThan(0.02)
    })
    expect(counts.filter((ring) => ring < 2)).toEqual([])
  })

  test('are drawn anew for each release, and the same on every gateway', () => {
    const first = fleet.filter((totem) => ringOf(totem, 7, nobody) === 2)
    expect(fleet.filter((totem) => ringOf(totem, 7, nobody) === 2)).toEqual(first)
    expect(first.filter((totem) => ringOf(totem, 8, nobody) === 2).length).toBeLessThan(first.length / 4)
  })

  test('have those first whom the operator names', () => {
    const named = { laboratory: new Set(['FL-0001']), agreed: new Set(['FL-0001', 'FL-0002']) }
    expect(['FL-0001', 'FL-0002'].map((totem) => ringOf(totem, 7, named))).toEqual([0, 1])
  })

  test('the last two spread their fetching over two days, unless it is urgent', () => {
    const from = fleet.map((totem) => fetchFrom(totem, 7, LAST_RING, 0, false))
    expect(Math.min(...from)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...from)).toBeLessThan(2 * DAY_MS)
    expect(from.filter((at) => at < DAY_MS).length / fleet.length).toBeCloseTo(0.5, 1)
    expect(fetchFrom('FL-0001', 7, LAST_RING, 5, true)).toBe(5)
    expect(fetchFrom('FL-0001', 7, 2, 5, false)).toBe(5)
  })
})

const baseline: Baseline = { silentShare: 0.01, faultsPerVisit: 0.01 }
const healthy: RingFacts = { heard: 70, confirmed: 70, rolledBack: 0, silent: 0, visits: 300, faults: 2 }
const in2 = { ring: 2, restedMs: DAY_MS, urgent: false }

test.each<[string, Partial<RingFacts>, Partial<typeof in2>, ReturnType<typeof judge>]>([
  ['a healthy ring leads to the next', {}, {}, 'next'],
  ['before its day is over it waits', {}, { restedMs: DAY_MS - 1 }, 'wait'],
  ['too few papers came out', { visits: RINGS[2].visits - 1 }, {}, 'wait'],
  ['too few totems have taken it', { confirmed: 55 }, {}, 'wait'],
  ['one of seventy rolled back: more than one in a hundred', { rolledBack: 1 }, {}, { stop: 'rolled-back' }],
  ['three of a thousand rolled back', { heard: 1_000, confirmed: 997, rolledBack: 3 }, {}, 'next'],
  ['four of a thousand', { heard: 1_000, confirmed: 996, rolledBack: 4 }, {}, { stop: 'rolled-back' }],
  ['as many are silent as anywhere', { heard: 1_000, confirmed: 970, silent: 30 }, {}, 'next'],
  ['more are silent', { heard: 1_000, confirmed: 969, silent: 31 }, {}, { stop: 'silent' }],
  ['six faults where three are usual', { faults: 7 }, {}, { stop: 'faults' }],
  ['a handful of faults is chance', { faults: 5, visits: 200 }, {}, 'next'],
  ['a bad release stops before its day is over', { rolledBack: 1 }, { restedMs: 0 }, { stop: 'rolled-back' }],
  ['urgent: an hour and a tenth of the papers', { visits: 20 }, { restedMs: HOUR_MS, urgent: true }, 'next'],
  ['urgent lifts no limit', { rolledBack: 1 }, { urgent: true }, { stop: 'rolled-back' }],
  ['the last ring has no next, but can stop', {}, { ring: LAST_RING }, 'wait'],
  ['the last ring stops too', { rolledBack: 4 }, { ring: LAST_RING }, { stop: 'rolled-back' }],
  ['nobody in the ring', { heard: 0, confirmed: 0, visits: 0, faults: 0 }, { ring: 0 }, 'next'],
])('%s', (_name, facts, at, verdict) => {
  expect(judge({ ...healthy, ...facts }, baseline, { ...in2, ...at })).toEqual(verdict)
})

test('more roll-backs, silence or faults never make a verdict better', () => {
  const count = fc.integer({ min: 0, max: 500 })
  const rank = (verdict: ReturnType<typeof judge>) => (verdict === 'next' ? 2 : verdict === 'wait' ? 1 : 0)
  fc.assert(
    fc.property(
      fc.record({ heard: count, confirmed: count, rolledBack: count, silent: count, visits: count, faults: count }),
      fc.constantFrom('rolledBack', 'silent', 'faults'),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: LAST_RING }),
      (facts, what, more, ring) => {
        const at = { ring, restedMs: DAY_MS, urgent: false }
        const worse = { ...facts, [what]: facts[what] + more }
        expect(rank(judge(worse, baseline, at))).toBeLessThanOrEqual(rank(judge(facts, baseline, at)))
      },
    ),
  )
})
