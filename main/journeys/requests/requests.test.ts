import { expect, test } from 'vitest'
import type { Queue } from '../../queue/queue.ts'
import { together } from './service.ts'

const recorded = (operation: string, day: number, more: Partial<ReturnType<Queue['requestsOf']>[number]> = {}) => ({
  ...{ operation, requestedAt: `2026-11-${day}T10:00:00.000Z`, state: 'queued' as const },
  ...{ untouched: false, reason: null, ...more },
})
const told = (operation: string, machine: string, state: 'pending' | 'issued' | 'refused') => ({
  ...{ operation, machine, state, office: machine === 'TT-0003' ? null : 'Bevagna', types: ['8' as const] },
  ...{ receivedAt: '2026-11-15T10:00:00.000Z', refusal: null },
})
const states = (requests: ReturnType<typeof together>) => requests.map(({ operation, state }) => [operation, state])

test('this totem says what became of its own requests, the gateway what they were for, and of the others all', () => {
  const list = together(
    [recorded('A', 20, { state: 'collected' }), recorded('B', 10, { untouched: true })],
    [told('A', 'TT-0001', 'issued'), told('C', 'TT-0002', 'issued'), told('D', 'TT-0003', 'pending')],
    'TT-0001',
  )
  expect(list).toMatchObject([
    { operation: 'A', state: 'collected', types: ['8'], office: null },
    { operation: 'C', state: 'elsewhere', office: 'Bevagna' },
    { operation: 'D', state: 'sent', office: 'Totem TT-0003' },
    { operation: 'B', state: 'recorded', types: null, untouched: true },
  ])
})

test('each state has a word, and what the person withdrew was refused by nobody', () => {
  expect(
    states(
      together(
        [
          recorded('A', 20, { reason: 'sending' }),
          recorded('B', 19, { state: 'submitted' }),
          recorded('C', 18, { state: 'issued' }),
          recorded('D', 17, { state: 'refused', reason: 'certificate-not-issuable' }),
          recorded('E', 16, { state: 'refused', reason: 'withdrawn' }),
          recorded('F', 15, { state: 'aside', reason: 'x' }),
          recorded('G', 14, { state: 'expired' }),
        ],
        [],
        'TT-0001',
      ),
    ),
  ).toEqual([
    ...[
      ['A', 'sent'],
      ['B', 'sent'],
      ['C', 'ready'],
      ['D', 'refused'],
      ['E', 'withdrawn'],
      ['F', 'aside'],
      ['G', 'expired'],
    ],
  ])
})
