import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ok } from '../../contract/result.ts'
import { anprCalls } from '../store/migrations/012-anpr-calls.ts'
import type { Tables } from '../store/schema.ts'
import { createQuotas, type Quota } from './quotas.ts'
import type { Service } from './services.ts'
import type { Transport } from './transport.ts'

let db: Kysely<Tables>
beforeAll(async () => {
  db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  await anprCalls.up(db)
}, 60_000)
beforeEach(async () => {
  await sql`truncate anpr_calls`.execute(db)
})
afterAll(() => db.destroy())

const clock = { now: new Date('2026-11-22T12:00:00Z') }
const call = (service: Service) => ({
  ...{ service, method: 'POST' as const, operation: '/anpr-service-e002', body: {} },
  asker: { userId: 'a', userLocation: 'b', loa: 'c' },
})
const silent: Transport = {
  post: async () => ok({ status: 200, body: '', transaction: null }),
  forget: () => {},
  close: async () => {},
}
function gateway(limits: Partial<Record<Service, Quota>> = {}) {
  const quotas = createQuotas({ db, limits, now: () => clock.now })
  const line = quotas.counted(silent)
  /** How many of so many calls at the same moment were let through. */
  const passed = async (calls: number, service: Service = 'C019') => {
    const all = await Promise.all(Array.from({ length: calls }, () => line.post(call(service))))
    for (const one of all) if (!one.ok) expect(one.error).toEqual({ kind: 'anpr-closed', reason: 'day-used-up' })
    return all.filter((one) => one.ok).length
  }
  return { ...quotas, passed }
}

test('no more calls than the day has, whatever comes at once; another service is not concerned', async () => {
  const { passed } = gateway({ C019: { daily: 25, reserve: 0 } })
  expect(await passed(40)).toBe(25)
  expect(await passed(1)).toBe(0)
  expect(await passed(40, 'C030')).toBe(40)
})

test('two gateways share the day, and begin anew at midnight in Rome', async () => {
  const both = [gateway({ C019: { daily: 60, reserve: 0 } }), gateway({ C019: { daily: 60, reserve: 0 } })]
  const passed = await Promise.all(both.map((one) => one.passed(100)))
  expect(passed.reduce((sum, each) => sum + each, 0)).toBe(60)
  clock.now = new Date('2026-11-22T22:59:59Z')
  expect(await both[0]?.passed(1)).toBe(0)
  clock.now = new Date('2026-11-22T23:00:00Z')
  expect(await both[0]?.passed(5)).toBe(5)
  clock.now = new Date('2026-11-22T12:00:00Z')
})

test('the reserve is for what has begun: nothing new begins, and calls still pass', async () => {
  const one = gateway({ C019: { daily: 40, reserve: 20 } })
  expect(await one.mayBegin('C019', 'ANPR-Certificazione')).toBe(true)
  expect(await one.passed(21)).toBe(21)
  expect(await one.mayBegin('C019', 'ANPR-Certificazione')).toBe(false)
  expect(await one.mayBegin('C030')).toBe(true)
  expect(await one.passed(30)).toBe(19)
})

test('a service that says its day is used up is asked by no gateway before midnight', async () => {
  const [one, other] = [gateway(), gateway()]
  await one.close('C019')
  expect([await one.passed(1), await other.passed(1)]).toEqual([0, 0])
  expect(await other.mayBegin('C019')).toBe(false)
  expect(await other.passed(1, 'C021')).toBe(1)
})
