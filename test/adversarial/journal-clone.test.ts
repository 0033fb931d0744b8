import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Journal } from '../../main/journal/journal.ts'
import { openIntake, openLog } from '../support/journal/intake.ts'

// Two real logs and the gateway's real intake: one totem exists twice.

let intake: Awaited<ReturnType<typeof openIntake>>
let dir: string
const on = new Set<Journal>()
beforeAll(async () => {
  intake = await openIntake()
})
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'journal-clone-'))
  await intake.empty()
})
afterEach(() => {
  for (const journal of on) journal.close()
  on.clear()
  rmSync(dir, { recursive: true, force: true })
})
afterAll(() => intake.close())

const start = (machine: string) => {
  const journal = openLog(join(dir, machine, 'journal.db'))
  on.add(journal)
  return journal
}
const stop = (journal: Journal) => {
  on.delete(journal)
  journal.close()
}
const copy = (from: string, to: string) => {
  rmSync(join(dir, to), { recursive: true, force: true })
  cpSync(join(dir, from), join(dir, to), { recursive: true })
}
function totem(): Journal {
  mkdirSync(join(dir, 'first'))
  return start('first')
}
const note = (journal: Journal, status: string, times = 1) => {
  for (let n = 0; n < times; n++) journal.record('printer.changed', { status })
}
const cloned = (journal: Journal) => [...journal.entries()].filter(({ event }) => event === 'totem.cloned')

test('disk-copied-into-a-second-machine: both hear it at their next call, both say it once, operators see it', async () => {
  let first = totem()
  note(first, 'ready', 20)
  expect(await intake.drain(first)).toBe(false)
  stop(first)
  copy('first', 'second')
  first = start('first')
  const second = start('second')
  note(first, 'ready', 3)
  note(second, 'paperLow', 5)

  expect(await intake.drain(first)).toBe(false)
  expect(await intake.drain(second)).toBe(true)
  note(first, 'ready')
  expect(await intake.drain(first)).toBe(true)
  for (let round = 0; round < 3; round++) {
    for (const machine of [first, second]) {
      note(machine, 'ready')
      expect(await intake.drain(machine)).toBe(true)
    }
  }
  for (const machine of [first, second]) {
    expect(cloned(machine)).toHaveLength(1)
    expect(cloned(machine)[0]).toMatchObject({ severity: 'alarm', fields: { chain: cloned(machine)[0]?.chain } })
    expect(machine.verify().ok).toBe(true)
  }
  expect(await intake.forkedTotems()).toBe(1)
  const [{ chain } = { chain: '' }] = [...first.entries()]
  expect(await intake.troubles()).toEqual([{ chain, kind: 'fork', seq: 21 }])
  expect(intake.logged).toMatchObject([{ kind: 'journal-fork', totem: 'TT-0001', seq: 21 }])
  // The gateway keeps the entries of both as evidence.
  const held = new Set((await intake.held()).map(({ hash }) => hash))
  for (const machine of [first, second]) for (const { hash } of machine.entries()) expect(held).toContain(hash)
})

test('older-image-put-back: a log that continues from an earlier day is a second history', async () => {
  let journal = totem()
  note(journal, 'ready', 10)
  await intake.drain(journal)
  stop(journal)
  copy('first', 'image')
  journal = start('first')
  note(journal, 'ready', 10)
  expect(await intake.drain(journal)).toBe(false)
  stop(journal)
  copy('image', 'first')
  journal = start('first')
  note(journal, 'paperLow')
  expect(await intake.drain(journal)).toBe(true)
  expect(cloned(journal)).toHaveLength(1)
})

test('totem-provisioned-anew: a new log is no clone, until the old disk comes back', async () => {
  const old = totem()
  note(old, 'ready', 10)
  await intake.drain(old)
  mkdirSync(join(dir, 'second'))
  const fresh = start('second')
  note(fresh, 'ready', 3)
  expect(await intake.drain(fresh)).toBe(false)
  expect(await intake.troubles()).toEqual([])
  note(old, 'ready')
  expect(await intake.drain(old)).toBe(true)
  note(fresh, 'ready')
  expect(await intake.drain(fresh)).toBe(true)
  expect([cloned(old).length, cloned(fresh).length]).toEqual([1, 1])
  expect(await intake.forkedTotems()).toBe(1)
})

test('program-killed-between-sending-and-noting: the same entries come twice, and nobody is a clone', async () => {
  let journal = totem()
  note(journal, 'ready', 30)
  stop(journal)
  copy('first', 'before')
  journal = start('first')
  await intake.drain(journal, 7)
  stop(journal)
  // The disk as the kill left it: entries sent, receipt not written down.
  copy('before', 'first')
  journal = start('first')
  note(journal, 'ready', 3)
  expect(await intake.drain(journal, 11)).toBe(false)
  expect(await intake.troubles()).toEqual([])
  expect(await intake.held()).toHaveLength(33)
})

test('power-cut: what was never on the disk was never sent, and its numbers are free', async () => {
  const journal = totem()
  note(journal, 'ready', 5)
  await intake.drain(journal)
  note(journal, 'ready', 40)
  copy('first', 'second')
  rmSync(join(dir, 'second', 'journal.db-shm'), { force: true })
  truncateSync(join(dir, 'second', 'journal.db-wal'), 20_000)
  stop(journal)
  const after = start('second')
  note(after, 'paperLow', 2)
  expect(await intake.drain(after)).toBe(false)
  expect(await intake.troubles()).toEqual([])
})

test('any order of two machines working and calling: both are told once both have gone on, and never otherwise', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          machine: fc.constantFrom<('first' | 'second')[]>('first', 'second'),
          works: fc.integer({ min: 0, max: 3 }),
        }),
        {
          maxLength: 8,
        },
      ),
      fc.integer({ min: 1, max: 4 }),
      async (steps, limit) => {
        await intake.empty()
        rmSync(join(dir, 'first'), { recursive: true, force: true })
        const before = totem()
        note(before, 'ready', 3)
        await intake.drain(before)
        stop(before)
        copy('first', 'second')
        const machines = { first: start('first'), second: start('second') }
        const worked = new Set<string>()
        const heard = new Set<string>()
        for (const { machine, works } of steps) {
          note(machines[machine], machine, works)
          if (works > 0) worked.add(machine)
          const called = machines[machine].unsent(limit) !== null
          const told = await intake.drain(machines[machine], limit)
          if (called) expect(told).toBe(worked.size === 2)
          if (told) heard.add(machine)
        }
        for (const name of ['first', 'second'] as const)
          expect(cloned(machines[name])).toHaveLength(heard.has(name) ? 1 : 0)
        expect(await intake.forkedTotems()).toBe(worked.size === 2 ? 1 : 0)
        const held = new Set((await intake.held()).map(({ hash }) => hash))
        for (const name of ['first', 'second'] as const) {
          for (const { hash } of machines[name].entries()) expect(held).toContain(hash)
          stop(machines[name])
        }
      },
    ),
    { numRuns: 12 },
  )
})
