import { expect, test } from 'vitest'
import { createStrikes, sameStrikeMs } from './press-guard.tsx'

/** The keys that count, of strikes [key, ms]. */
function typed(strikes: [key: string, at: number][], slower: boolean): string {
  const counts = createStrikes()
  return strikes
    .filter(([key, at]) => counts(key, at, sameStrikeMs('digit', slower)))
    .map(([key]) => key)
    .join('')
}
const quickly: [string, number][] = [
  ['1', 0],
  ['1', 150],
  ['2', 300],
  ['2', 450],
]

test('a quick hand types a PIN that repeats its digits', () => {
  expect(typed(quickly, false)).toBe('1122')
})

test('a shaking finger strikes once', () => {
  expect(typed([...quickly, ['3', 600], ['3', 640], ['3', 690], ['4', 700]], false)).toBe('112234')
})

test('one touch at a time: an identical strike within half a second of the last does not count', () => {
  expect(typed(quickly, true)).toBe('12')
  const slowly: [string, number][] = quickly.map(([key], index) => [key, index * 500])
  expect(typed(slowly, true)).toBe('1122')
  // Three strikes of a tremor: the third is close to the second.
  expect(
    typed(
      [
        ['5', 0],
        ['5', 400],
        ['5', 800],
        ['6', 900],
      ],
      true,
    ),
  ).toBe('56')
})

test('a control that is no digit always has the half second', () => {
  expect([sameStrikeMs('other', false), sameStrikeMs('digit', true)]).toEqual([500, 500])
})
