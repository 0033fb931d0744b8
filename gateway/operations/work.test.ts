import { rmSync } from 'node:fs'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { ownFolder } from '../../basics/temporary.ts'
import { layDatabase } from '../../test/support/gateway/database.ts'
import { openStore, type Store } from '../store/database.ts'
import type { Settlement } from '../store/operations.ts'
import { WORK } from '../store/queues.ts'
import { type Bell, createBell } from './bell.ts'
import { createSettler } from './settler.ts'
import { startWork } from './work.ts'

const log = pino({ level: 'silent' })
const dataDir = ownFolder('totem-work')
let store: Store
let bell: Bell
let end: () => Promise<void> = async () => {}
beforeAll(async () => {
  await layDatabase(dataDir)
  store = await openStore({ databaseUrl: null, dataDir }, log)
  bell = createBell(store, log)
})
afterEach(() => end())
afterAll(async () => {
  await store.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** A gateway's work with jobs that last until they are let go; `come`: do citizens come? */
async function working({ come }: { come: boolean }) {
  await store.boss.createQueue(WORK)
  await store.boss.deleteAllJobs(WORK)
  const inHand: string[] = []
  const done: (() => void)[] = []
  const work = await startWork({
    store,
    bell,
    citizens: { come: () => come },
    async carryOut(job, { operation }) {
      inHand.push(operation)
      await new Promise<void>((resolve) => done.push(resolve))
      await store.boss.deleteJob(WORK, job)
      return { kind: 'done' }
    },
    log,
  })
  end = async () => {
    const stopped = work.stop()
    for (const finish of done) finish()
    await stopped
  }
  const bring = async (operations: string[], priority: number) => {
    const jobs = operations.map((operation) => ({ data: { totem: 'TT-0001', operation }, priority }))
    await store.boss.insert(WORK, jobs)
    bell.ring(WORK)
  }
  return { inHand, bring }
}
const many = (name: string, length: number) => Array.from({ length }, (_, index) => `${name}-${index}`)

test('backlogs have nine of the twelve jobs in hand; a citizen who comes then need not wait for one of them', async () => {
  const { inHand, bring } = await working({ come: false })
  await bring(many('backlog', 20), -1)
  await vi.waitFor(() => expect(inHand).toHaveLength(9), { timeout: 60_000 })
  await bring(many('citizen', 4), 1)
  await vi.waitFor(() => expect(inHand).toHaveLength(12), { timeout: 60_000 })
  expect(inHand.filter((operation) => operation.startsWith('citizen'))).toHaveLength(3)
})

test('while citizens come, one job of a backlog begins, and then none for 50 ms', async () => {
  const { fetch } = store.boss
  const fetched: { from: number; to: number; jobs: number }[] = []
  vi.spyOn(store.boss, 'fetch').mockImplementation(async (...asked: Parameters<typeof fetch>) => {
    const from = performance.now()
    const jobs = await fetch.apply(store.boss, asked)
    if (jobs.length > 0) fetched.push({ from, to: performance.now(), jobs: jobs.length })
    return jobs
  })
  const { inHand, bring } = await working({ come: true })
  await bring(many('backlog', 4), -1)
  await vi.waitFor(() => expect(inHand).toHaveLength(4), { timeout: 60_000 })
  vi.mocked(store.boss.fetch).mockRestore()
  expect(fetched.map(({ jobs }) => jobs)).toEqual([1, 1, 1, 1])
  const pauses = fetched.slice(1).map(({ from }, index) => from - (fetched[index]?.to ?? 0))
  // A timer of Node's may be a millisecond early.
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(49)
})

test.each<[string, Settlement, Settlement]>([
  [
    'issued',
    { state: 'issued', outcome: null, protocol: '1' },
    { state: 'refused', problem: { kind: 'contrassegno-used', anpr: null } },
  ],
  [
    'refused',
    { state: 'refused', problem: { kind: 'contrassegno-used', anpr: null } },
    { state: 'issued', outcome: null, protocol: '1' },
  ],
])('asked for twice in one commit, the first settles it: %s; every line has its end', async (state, first, second) => {
  const { db, byKey } = store
  const caller = { channel: 'totem', id: 'TT-0001' } as const
  await sql`
    insert into operation (id, totem, digest, state, received_at) values (${state}, ${caller.id}, 'd', 'pending', now())`.execute(
    db,
  )
  const { rows: lines } = await sql<{ id: string }>`
    insert into access_log (at, channel, caller, operation, types, outcome)
    select now(), 'totem', ${caller.id}, ${state}, '8', 'asked' from generate_series(1, 3) returning id::text`.execute(
    db,
  )
  const back: string[] = []
  const means = {
    refused: async (_on: unknown, refused: readonly { operation: string }[]) =>
      void back.push(...refused.map(({ operation }) => operation)),
  }
  const settler = createSettler(byKey, means, () => new Date())
  const became = await Promise.all(
    [first, second, second].map((settlement, n) =>
      settler(null, {
        ...{ id: state, caller, settlement, ends: [] },
        access: {
          ...{ requester: null, subject: null, types: '8', exemption: null, anpr_operation: null },
          ...{ gate_transaction: null, warnings: null, pdf_sha256: null, line: lines[n]?.id ?? null },
        },
      }),
    ),
  )
  expect(became).toEqual([true, false, false])
  expect((await sql`select state from operation where id = ${state}`.execute(db)).rows).toEqual([{ state }])
  expect(back).toEqual(state === 'refused' ? [state] : [])
  const ended = (each: Settlement) => ({ outcome: each.state === 'refused' ? each.problem.kind : each.state })
  expect((await sql`select outcome from access_log where operation = ${state} order by id`.execute(db)).rows).toEqual(
    [first, second, second].map(ended),
  )
})
