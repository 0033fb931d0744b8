import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openAnchor } from '../../trust/journal-anchor.ts'
import { checkLog } from '../../trust/sync-log.ts'
import { openIntake, openLog } from '../support/journal/intake.ts'

// 768 KiB, an eighth of it for warnings and alarms.
const PAGES = 192
const BYTES = PAGES * 4_096
const BATCH = 500

let intake: Awaited<ReturnType<typeof openIntake>>
let dir: string
let path: string
beforeAll(async () => {
  intake = await openIntake()
})
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'journal-bound-'))
  path = join(dir, 'journal.db')
  await intake.empty()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))
afterAll(() => intake.close())

test('a log that the gateway holds stays within its bound, and the rest can still be verified', async () => {
  let journal = openLog(path, { maxPages: PAGES })
  let written = 0
  for (let round = 0; round < 10; round++) {
    for (let n = 0; n < BATCH; n++) journal.record('printer.changed', { status: `n-${written++}` })
    intake.clock.now += 30_000
    await intake.drain(journal)
  }
  expect(statSync(path).size).toBeLessThanOrEqual(BYTES)
  journal.close()
  journal = openLog(path, { maxPages: PAGES })

  const { faults, chains, anchors } = checkLog(journal.lines())
  expect(faults).toEqual([])
  expect(chains).toMatchObject([{ upTo: written, anchored: written }])
  expect(chains[0]?.from).toBeGreaterThan(2_000)
  expect(await Promise.all(anchors.map((jws) => openAnchor(jws, intake.anchors)))).not.toContain(null)
  const kept = [...journal.entries()].map(({ seq, fields }) => [seq, fields.status])
  expect(kept).toEqual(
    kept.map((_, index) => [written - kept.length + index + 1, `n-${written - kept.length + index}`]),
  )
  // The gateway has the whole log.
  expect(await intake.held()).toHaveLength(written)
  journal.close()
})

test('three-weeks-without-a-line: warnings still go in, the rest is counted, and nothing is thrown out', async () => {
  let journal = openLog(path, { maxPages: PAGES })
  const record = (times: number) => {
    for (let n = 0; n < times; n++) journal.record('printer.changed', { status: `n-${n}` })
  }
  record(4_000)
  const held = journal.unsentCount()
  expect(held).toBeGreaterThan(1_000)
  expect(held).toBeLessThan(4_000)
  // The count survives a restart.
  journal.close()
  journal = openLog(path, { maxPages: PAGES })
  journal.record('device.died', { code: 139, reason: 'exit', waitMs: 1_000 })
  const told = [...journal.entries()].slice(held)
  expect(told.map(({ event, fields }) => [event, fields])).toEqual([
    ['journal.lost', { entries: 4_000 - held }],
    ['device.died', { code: 139, reason: 'exit', waitMs: 1_000 }],
  ])
  record(10)
  expect(journal.unsentCount()).toBe(held + 2)

  // The line is back: the log goes out, there is room again, and an entry says how many were left out.
  await intake.drain(journal)
  record(1)
  expect([...journal.entries()].slice(-2).map(({ event, fields }) => [event, fields])).toEqual([
    ['journal.lost', { entries: 10 }],
    ['printer.changed', { status: 'n-0' }],
  ])
  expect(await intake.held()).toHaveLength(held + 2)
  expect(journal.verify().ok).toBe(true)
  journal.close()
})

test('the database itself lets only the oldest entries go, and only those that the gateway has signed for', async () => {
  const journal = openLog(path)
  for (let n = 0; n < 20; n++) journal.record('printer.changed', { status: `n-${n}` })
  await intake.drain(journal)
  for (let n = 0; n < 20; n++) journal.record('printer.changed', { status: `n-${n}` })
  const db = new Database(path)
  for (const sql of ['seq = 21', 'seq = 40', 'seq = 2', 'seq > 0', 'seq BETWEEN 2 AND 20'])
    expect(() => db.exec(`DELETE FROM entry WHERE ${sql}`)).toThrow('only the oldest')
  expect(() => db.exec('DELETE FROM anchor')).toThrow('a later one')
  expect(() => db.exec(`UPDATE anchor SET jws = 'x'`)).toThrow('never changed')
  expect(() => db.exec(`UPDATE chain SET chain = '01KB0000000000000000000000'`)).toThrow('keeps its name')
  expect(() => db.exec('DELETE FROM chain')).toThrow('never forgotten')
  db.exec('DELETE FROM entry WHERE seq <= 7')
  expect(journal.verify()).toMatchObject({ ok: false, error: { reason: 'entry-missing', seq: 1 } })
  db.exec('DELETE FROM entry WHERE seq <= 20')
  expect(journal.verify()).toEqual({ ok: true, value: { count: 20 } })
  db.close()
  journal.close()
})

test('gateway-restored-from-a-backup: it gets what the totem still has, and its own signature shows what is missing', async () => {
  const journal = openLog(path, { maxPages: PAGES })
  const work = async (rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      for (let n = 0; n < BATCH; n++) journal.record('printer.changed', { status: `n-${n}` })
      intake.clock.now += 60_000
      await intake.drain(journal)
    }
  }
  await work(2)
  const backup = {
    entries: await intake.db.selectFrom('journal_entry').selectAll().execute(),
    chains: await intake.db.selectFrom('journal_chain').selectAll().execute(),
  }
  await work(8)
  const [{ from } = { from: 0 }] = checkLog(journal.lines()).chains
  expect(from).toBeGreaterThan(1_001)

  await intake.empty()
  await intake.db.insertInto('journal_chain').values(backup.chains).execute()
  for (const { fields, at, operation: _, ...entry } of backup.entries)
    await intake.db
      .insertInto('journal_entry')
      .values({ ...entry, at: at.toISOString(), fields: JSON.stringify(fields) })
      .execute()
  journal.record('totem.stopped', {})
  expect(await intake.drain(journal)).toBe(false)
  const [{ chain } = { chain: '' }] = [...journal.entries()]
  expect(await intake.troubles()).toEqual([{ chain, kind: 'gap', seq: from }])
  expect(intake.logged).toContainEqual(expect.objectContaining({ kind: 'journal-gap', proved: true }))
  const held = (await intake.held()).map(({ seq }) => seq)
  expect(held.filter((seq) => seq >= from)).toEqual([...journal.entries()].map(({ seq }) => seq))
  journal.close()
})
