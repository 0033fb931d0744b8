import { expect, test } from 'vitest'
import type { OwnLetter } from '../../../contract/letter.ts'
import { ok } from '../../../contract/result.ts'
import type { Waiting } from '../../visit/services.ts'
import { type CollectOptions, createCollect } from './service.ts'

const at = new Date('2026-11-18T20:00:00.000Z')
const letter = (operation: string, state: OwnLetter['state'], more: Partial<OwnLetter> = {}): OwnLetter => ({
  ...{ machine: 'TT-0001', office: null, document: 'certificate', operation, way: 'domicilio', state, told: false },
  ...{ sentAt: '2026-11-18T10:00:00.000Z', ...more },
})
const waiting = ['A', 'B', 'C', 'D', 'E', 'F'].map(
  (operation) => ({ outcome: { operation }, requestedAt: '2026-11-18T09:59:00.000Z' }) as Waiting,
)

test('what a mail has brought is spent as a printed page is, what may still arrive is held back, the rest is offered', () => {
  const erased: string[] = []
  const events: string[] = []
  const { stillHere } = createCollect({
    queue: { collected: (operation: string) => ok(erased.push(operation) > 0) },
    journal: { record: (event: string) => events.push(event) },
    ...{ totem: 'TT-0001', now: () => at },
  } as unknown as CollectOptions)
  const offered = (letters: OwnLetter[]) =>
    stillHere({ session: 'S' }, waiting, letters).map(({ outcome }) => outcome.operation)

  expect(
    offered([
      letter('A', 'accepted'),
      letter('B', 'delivered'),
      letter('C', 'bounced'),
      // An earlier mail of the same certificate: the last one counts.
      letter('C', 'delivered', { sentAt: '2026-11-17T23:00:00.000Z' }),
      // More than a day without a provider's word.
      letter('D', 'handed-over', { sentAt: '2026-11-17T19:59:00.000Z' }),
      // Nobody can say that a mail to a typed address has arrived, before its link was opened.
      letter('E', 'handed-over', { way: 'email' }),
      letter('F', 'delivered', { way: 'email' }),
    ]),
  ).toEqual(['C', 'D', 'E'])
  expect(erased).toEqual(['B', 'F'])
  expect(events).toEqual(['request.collected', 'request.collected'])

  // Without the line nobody can say. A mail from another totem cannot have brought what waits here.
  expect(offered([])).toHaveLength(6)
  expect(offered([letter('A', 'delivered', { machine: 'TT-0002' })])).toContain('A')
  expect(erased).toHaveLength(2)
})
