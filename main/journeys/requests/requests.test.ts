import { expect, test } from 'vitest'
import type { OwnLetter } from '../../../contract/letter.ts'
import { err, ok } from '../../../contract/result.ts'
import type { Queue } from '../../queue/queue.ts'
import { lettersOf } from '../../sync/letter.ts'
import { createRequests, together, untold, withLetters } from './service.ts'

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
    { operation: 'B', state: 'recorded', types: null, withdrawable: true },
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

const letter = (state: OwnLetter['state'], more: Partial<OwnLetter> = {}): OwnLetter => ({
  ...{ machine: 'TT-0001', office: null, document: 'visura' as const, operation: null, state, told: false },
  way: 'email',
  ...{ sentAt: '2026-11-18T10:00:00.000Z', ...more },
})

test('a mail that came back is said of its certificate, whose paper still waits; another paper is asked for again', () => {
  const list = withLetters(
    together(
      [recorded('A', 20, { state: 'issued' }), recorded('B', 19, { state: 'collected' })],
      [told('C', 'TT-0002', 'issued')],
      'TT-0001',
    ),
    [
      letter('bounced', { document: 'certificate', operation: 'A' }),
      // An earlier mail of the same certificate.
      letter('delivered', { document: 'certificate', operation: 'A', sentAt: '2026-11-17T10:00:00.000Z' }),
      letter('refused', { document: 'certificate', operation: 'B' }),
      letter('bounced', { document: 'certificate', operation: 'C', machine: 'TT-0002' }),
      letter('bounced'),
      letter('delivered', { document: 'declaration', machine: 'TT-0003', way: 'domicilio' }),
      letter('delivered', { document: 'declaration' }),
      letter('handed-over', { document: 'atto-notorio' }),
      letter('refused', { document: 'atto-notorio' }),
    ],
    { totem: 'TT-0001', at: new Date('2026-11-20T10:00:00.000Z') },
  )
  expect(list.map(({ document, state, again, office }) => [document, state, again, office])).toEqual([
    ['certificate', 'returned', 'collect', null],
    ['certificate', 'collected', null, null],
    ['visura', 'returned', 'visura', null],
    ['declaration', 'delivered', null, 'Totem TT-0003'],
    ['declaration', 'opened', null, null],
    ['atto-notorio', 'mailed', null, null],
    ['atto-notorio', 'returned', 'declaration', null],
    // It waits at the other totem.
    ['certificate', 'returned', null, 'Bevagna'],
  ])
})

test('a certificate that went by mail is offered again only when it did not arrive, or when nobody says so in time', () => {
  const at = new Date('2026-11-18T20:00:00.000Z')
  const own = ['A', 'B', 'C', 'D', 'E', 'F'].map((one) => recorded(one, 18, { state: 'issued' }))
  const of = (operation: string, state: OwnLetter['state'], more: Partial<OwnLetter> = {}) =>
    letter(state, { document: 'certificate', operation, way: 'domicilio', ...more })
  const letters = [
    of('A', 'accepted'),
    of('B', 'delivered'),
    of('C', 'bounced'),
    of('D', 'handed-over', { sentAt: '2026-11-17T19:00:00.000Z' }),
    of('E', 'handed-over', { way: 'email' }),
    of('F', 'delivered', { way: 'email' }),
  ]
  const list = withLetters(together(own, [], 'TT-0001'), letters, { totem: 'TT-0001', at })
  expect(list.map(({ state, day, again }) => [state, day?.slice(8, 10), again])).toEqual([
    ['domicile', '18', null],
    ['delivered', '18', null],
    ['returned', '18', 'collect'],
    ['domicile', '17', 'collect'],
    ['mailed', '18', 'collect'],
    ['opened', '18', null],
  ])
})

test('what came back counts until the list has shown it', async () => {
  const asked: string[] = []
  let letters = [letter('bounced'), letter('refused', { told: true }), letter('handed-over')]
  const client = {
    ask: async (_: unknown, path: string) => {
      asked.push(path)
      if (path.endsWith('/told')) letters = letters.map((one) => ({ ...one, told: true }))
      return ok(path.endsWith('/own') ? { letters } : path.endsWith('/requests') ? { requests: [] } : {})
    },
  } as unknown as Parameters<typeof lettersOf>[0]
  expect(untold(await lettersOf(client, 't'))).toBe(1)
  const service = createRequests({
    ...{ queue: { requestsOf: () => [] } as unknown as Queue, journal: { record: () => undefined } as never, client },
    ...{
      keys: { holder: new Uint8Array(32) },
      totem: 'TT-0001',
      place: { totem: 'TT-0001', office: 'Bevagna' } as never,
      now: () => new Date('2026-11-20T10:00:00.000Z'),
    },
  })
  const visit = { session: 'S', language: 'it' } as const
  const { requests } = await service.requests(visit, { token: 't' }, { codiceFiscale: 'BNCNNA51D58E975X' })
  expect(requests.map(({ state }) => state)).toEqual(['returned', 'returned', 'mailed'])
  expect(asked).toContain('/v1/letters/told')
  expect(untold(await lettersOf(client, 't'))).toBe(0)
})

test('withdrawn here where it never left the totem, else at the gateway; without its answer nothing is settled', async () => {
  const asked: unknown[] = []
  const settled: unknown[] = []
  const events: string[] = []
  let answer: unknown = { became: 'withdrawn' }
  const queue = {
    withdraw: (operation: string) => ok(operation === 'HERE'),
    settle: (items: unknown[]) => settled.push(...items),
  } as unknown as Queue
  const { withdraw } = createRequests({
    ...{ queue, journal: { record: (event: string) => events.push(event) } as never },
    client: {
      ask: async (_: unknown, path: string, { body }: { body: unknown }) => {
        asked.push([path, body])
        return answer === null ? err({ kind: 'line-down', reason: 'timeout' }) : ok(answer)
      },
    } as never,
    ...{ keys: { holder: new Uint8Array(32) }, totem: 'TT-0001', place: { totem: 'TT-0001' } as never },
    now: () => new Date('2026-11-20T10:00:00.000Z'),
  })
  const visit = { session: 'S', language: 'it' } as const
  expect(await withdraw(visit, { token: 't' }, 'HERE')).toBe('withdrawn')
  expect([asked, settled]).toEqual([[], []])
  expect(await withdraw(visit, { token: null }, 'SENT')).toBe('unknown')
  expect(await withdraw(visit, { token: 't' }, 'SENT')).toBe('withdrawn')
  expect(asked).toEqual([['/v1/operations/withdraw', { operation: 'SENT' }]])
  expect(settled).toEqual([{ operation: 'SENT', settlement: { state: 'refused', reason: 'withdrawn', anpr: null } }])
  for (const [told, became] of [
    [{ became: 'too-late' }, 'too-late'],
    [null, 'unknown'],
  ]) {
    answer = told
    expect(await withdraw(visit, { token: 't' }, 'SENT')).toBe(became)
  }
  expect(settled).toHaveLength(1)
  expect(events).toEqual(['request.withdrawn', 'request.withdrawn'])
})

test('a request that the gateway has and has not settled may be withdrawn; what is ready may not', () => {
  const list = together(
    [
      recorded('A', 20, { state: 'submitted' }),
      recorded('B', 19, { state: 'submitted' }),
      recorded('C', 18, { state: 'issued' }),
    ],
    [told('A', 'TT-0001', 'pending'), told('C', 'TT-0001', 'issued'), told('D', 'TT-0002', 'pending')],
    'TT-0001',
  )
  expect(list.map(({ operation, withdrawable }) => [operation, withdrawable])).toEqual([
    ['A', true],
    // The line is away, or the gateway does not know it: nobody can be asked.
    ['B', false],
    ['C', false],
    ['D', false],
  ])
})
