import { expect, test } from 'vitest'
import { easter, officeMoment } from './calendar.ts'

test('Easter', () => {
  expect([2026, 2027, 2028, 2029, 2030].map(easter)).toEqual(['04-05', '03-28', '04-16', '04-01', '04-21'])
})

test.each([
  // Both sides of the change of October, and midnight in Rome, which is another day in Greenwich.
  ['2026-10-23T07:00:00Z', { weekday: 5, time: '09:00', day: '10-23', holiday: false }],
  ['2026-10-26T07:00:00Z', { weekday: 1, time: '08:00', day: '10-26', holiday: false }],
  ['2026-12-07T23:30:00Z', { weekday: 2, time: '00:30', day: '12-08', holiday: true }],
  ['2026-12-08T23:30:00Z', { weekday: 3, time: '00:30', day: '12-09', holiday: false }],
  ['2027-03-29T10:00:00Z', { weekday: 1, time: '12:00', day: '03-29', holiday: true }],
  ['2025-10-04T10:00:00Z', { weekday: 6, time: '12:00', day: '10-04', holiday: false }],
  ['2026-10-04T10:00:00Z', { weekday: 7, time: '12:00', day: '10-04', holiday: true }],
])('%s at an office’s door', (at, moment) => expect(officeMoment(new Date(at))).toEqual(moment))
