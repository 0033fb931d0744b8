import { expect, test } from 'vitest'
import { type Figure, median, reached, table } from './report.ts'

const another = { what: 'another', value: 1234.5 }
const figure = (value: number, goal: Figure['goal'], references = [another]): Figure => ({
  what: 'a thing',
  value,
  unit: 'ms',
  goal,
  references,
})

test.each<[number, Figure['goal'], boolean]>([
  [17, { at: 'most', value: 17 }, true],
  [18, { at: 'most', value: 17 }, false],
  [200, { at: 'least', value: 200 }, true],
  [199, { at: 'least', value: 200 }, false],
  [1e9, null, true],
])('%d against %o', (value, goal, good) => expect(reached(figure(value, goal))).toBe(good))

test('the median is one of the measured values', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2)
  expect(() => median([])).toThrow('nothing was measured')
})

test('the table marks a missed goal', () => {
  const text = table([figure(16, { at: 'most', value: 17 }), figure(18.25, { at: 'most', value: 17 })])
  expect(text).toContain('16 ms')
  expect(text).toMatch(/18\.3 ms +≤ 17 ms +✗ +1,235 ms {2}another/)
})

test('each reference stands on a line of its own, under the first', () => {
  const [, , second, third] = table([
    figure(1, null, []),
    figure(2, null, [another, { what: 'a third', value: 5 }]),
  ]).split('\n')
  expect(second).toMatch(/^a thing +2 ms +1,235 ms {2}another$/)
  expect(third).toMatch(/^ +5 ms {2}a third$/)
  expect(third?.indexOf('5 ms')).toBe(second?.indexOf('1,235 ms'))
})
