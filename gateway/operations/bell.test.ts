import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import pino from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import type { Tables } from '../store/schema.ts'
import { createBell, ofBacklog } from './bell.ts'

/** What each statement tells the other gateways, without the name of this one. */
const told: string[][] = []
const db = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (own) => new PostgresIntrospector(own),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
  log: ({ query: { parameters } }) => {
    told.push((parameters[1] as string[]).map((payload) => payload.split(' ')[1] ?? ''))
  },
})

afterEach(() => vi.useRealTimers())

test('a citizen’s ring goes to the other gateways at once and takes along those of backlogs, which wait a moment', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const bell = createBell({ db, listen: () => async () => {} }, pino({ level: 'silent' }))
  const here: string[] = []
  bell.on(ofBacklog('A'), () => here.push('A'))

  bell.ring(ofBacklog('A'))
  expect(here).toEqual(['A'])
  await vi.advanceTimersByTimeAsync(20)
  bell.ring(ofBacklog('B'))
  bell.ring(ofBacklog('A'))
  await vi.advanceTimersByTimeAsync(19)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(told.splice(0)).toEqual([[ofBacklog('A'), ofBacklog('B')]])

  bell.ring(ofBacklog('A'))
  await vi.advanceTimersByTimeAsync(10)
  bell.ring('citizen')
  await vi.advanceTimersByTimeAsync(5)
  expect(told.splice(0)).toEqual([[ofBacklog('A'), 'citizen']])
  await vi.advanceTimersByTimeAsync(100)
  expect(told).toEqual([])
  await bell.stop()
})
