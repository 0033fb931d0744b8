import { expect, test } from 'vitest'
import { cardNotice } from './identity-card.ts'

const TODAY = '2026-11-29'
const card = { kind: 'electronic' as const, expires: null as string | null, cancelled: null as string | null }

test.each([
  ['a card with years to go', { expires: '2031-06-18' }, null],
  ['a card without an end, of somebody over seventy', { expires: null }, null],
  ['a card that the register lets end in fifty years', { expires: '2076-08-01' }, null],
  [
    'an older card of somebody over seventy: it keeps its own day',
    { expires: '2026-12-24' },
    { state: 'expiring', date: '2026-12-24' },
  ],
  ['a card of which the year alone is known', { expires: '2026' }, null],
  ['a card with 181 days to go', { expires: '2027-05-29' }, null],
  ['a card with 180 days to go', { expires: '2027-05-28' }, { state: 'expiring', date: '2027-05-28' }],
  ['a card on its last day', { expires: TODAY }, { state: 'expiring', date: TODAY }],
  ['a card a day later', { expires: '2026-11-28' }, { state: 'expired', date: '2026-11-28' }],
  [
    'a card that was reported lost',
    { expires: '2031-06-18', cancelled: '2026-10-01' },
    { state: 'cancelled', date: '2026-10-01' },
  ],
] as const)('%s', (_, known, notice) => {
  expect(cardNotice({ ...card, ...known }, TODAY)).toEqual(notice)
})

test('a card of paper is void since 3 August 2026, whatever day stands on it', () => {
  const paper = { ...card, kind: 'paper' as const, expires: '2028-01-01' }
  expect(cardNotice(paper, '2026-08-02')).toBeNull()
  expect(cardNotice(paper, '2026-08-03')).toEqual({ state: 'paper', date: null })
})
