import { expect, test } from 'vitest'
import { whyNotBy } from './identity-document.ts'

test.each([
  ['a card of its last day', 'cie', '2026-11-30', '2026-11-30', null],
  ['the day after', 'cie', '2026-11-30', '2026-12-01', 'document-expired'],
  ['a card without an end, of somebody over seventy', 'cie', null, '2026-11-30', null],
  ['a paper card on its last day', 'paper-card', '2030-01-01', '2026-08-02', null],
  ['a paper card, whatever stands on it', 'paper-card', '2030-01-01', '2026-08-03', 'document-void'],
  ['an expired passport', 'passport', '2026-08-02', '2026-08-03', 'document-expired'],
] as const)('%s', (_, kind, expires, today, why) => {
  expect(whyNotBy({ kind, expires }, today)).toBe(why)
})
