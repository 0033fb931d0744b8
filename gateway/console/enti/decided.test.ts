import { expect, test } from 'vitest'
import { counts, decidedState } from './decided.ts'

const at = (text: string) => new Date(text)
const GIVEN = { dal: '2026-03-01', al: '2026-10-25', approved_at: at('2026-02-01T12:00:00Z'), ended_at: null }

test.each([
  // In Italy the day begins an hour or two before Greenwich's.
  ['the evening before its first day', {}, '2026-02-28T22:59:59Z', 'given', false],
  ['its first day', {}, '2026-02-28T23:00:00Z', 'given', true],
  ['its last minute, on the day the clock goes back', {}, '2026-10-25T22:59:59Z', 'given', true],
  ['the day after', {}, '2026-10-25T23:00:00Z', 'ended', false],
  ['not approved', { approved_at: null }, '2026-05-01T12:00:00Z', 'proposed', false],
  ['withdrawn', { ended_at: at('2026-04-01T12:00:00Z') }, '2026-05-01T12:00:00Z', 'withdrawn', false],
  ['not approved, and over', { approved_at: null }, '2026-12-01T12:00:00Z', 'ended', false],
] as const)('%s', (_, more, now, state, is) => {
  expect([decidedState({ ...GIVEN, ...more }, at(now)), counts({ ...GIVEN, ...more }, at(now))]).toEqual([state, is])
})
