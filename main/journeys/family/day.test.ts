import fc from 'fast-check'
import { expect, test } from 'vitest'
import { err, ok } from '../../../contract/result.ts'
import { dayIn } from './day.ts'

const today = '2026-11-29'

test.each([
  ['05032015', '1984-05-02', ok('2015-03-05')],
  ['29112026', '1984-05-02', ok(today)],
  ['30112026', '1984-05-02', err({ kind: 'future' })],
  ['02051984', '1984-05-02', ok('1984-05-02')],
  ['01051984', '1984-05-02', err({ kind: 'before-birth' })],
  // Of some people the register knows only month or year.
  ['01051984', '1984-05', ok('1984-05-01')],
  ['30041984', '1984-05', err({ kind: 'before-birth' })],
  ['01011970', '1970', ok('1970-01-01')],
  ['31121969', '1970', err({ kind: 'before-birth' })],
  ['31122001', null, ok('2001-12-31')],
  ['31021999', null, err({ kind: 'no-day' })],
  ['29022023', null, err({ kind: 'no-day' })],
  ['29022024', null, ok('2024-02-29')],
  ['00000000', null, err({ kind: 'no-day' })],
  ['31121899', null, err({ kind: 'no-day' })],
  ['12319999', null, err({ kind: 'no-day' })],
])('%s for somebody born %s', (digits, born, told) => {
  expect(dayIn(digits, { today, born })).toEqual(told)
})

test('whatever eight digits are typed: a day of the calendar up to today, or a reason', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{8}$/), (digits) => {
      const day = dayIn(digits, { today, born: null })
      if (!day.ok) return
      expect(new Date(`${day.value}T00:00Z`).toISOString().slice(0, 10)).toBe(day.value)
      expect(day.value <= today).toBe(true)
    }),
  )
})
