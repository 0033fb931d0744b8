import { expect, test } from 'vitest'
import { stateOf } from './grants.ts'

// Given on 1 January 2026 for a year. A quarter is 91 days: to be confirmed from 2 April, within 30 days.
const day = (text: string) => new Date(`${text}T12:00:00Z`)
const GIVEN = {
  ...{ from_at: day('2026-01-01'), until_at: day('2026-12-31'), approved_at: day('2026-01-01') },
  ...{ revoked_at: null, used_at: null, confirmed_at: null },
}

test.each([
  ['used', { used_at: day('2026-03-30') }, '2026-04-20', 'given'],
  ['never used, on the last of 90 days', {}, '2026-03-31', 'given'],
  ['never used', {}, '2026-04-01', 'unused'],
  ['used 90 days ago', { used_at: day('2026-01-20'), confirmed_at: day('2026-04-10') }, '2026-04-20', 'unused'],
  ['begins later than it was approved', { from_at: day('2026-03-01') }, '2026-04-20', 'given'],
  ['used, and nobody has answered for 30 days', { used_at: day('2026-05-01') }, '2026-05-02', 'unconfirmed'],
  ['used, on the last day for an answer', { used_at: day('2026-05-01') }, '2026-05-01', 'given'],
  ['confirmed', { used_at: day('2026-07-01'), confirmed_at: day('2026-04-10') }, '2026-07-20', 'given'],
  [
    'confirmed once, and not again',
    { used_at: day('2026-08-08'), confirmed_at: day('2026-04-10') },
    '2026-08-10',
    'unconfirmed',
  ],
  ['brought back', { used_at: day('2026-08-10'), confirmed_at: day('2026-08-10') }, '2026-09-01', 'given'],
  ['over', { used_at: day('2026-12-30'), confirmed_at: day('2026-10-10') }, '2026-12-31', 'ended'],
  ['waits for the second person', { approved_at: null }, '2026-08-10', 'proposed'],
  ['revoked', { revoked_at: day('2026-02-01') }, '2026-08-10', 'revoked'],
])('a grant that is %s', (_, more, at, state) => expect(stateOf({ ...GIVEN, ...more }, day(at))).toBe(state))
