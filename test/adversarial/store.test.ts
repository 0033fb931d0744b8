// Over 400 lines: one file on the disk and all that may happen to it.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { ulid } from 'ulid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { operationTable } from '../../main/queue/migrations/0001_operation.ts'
import { sheetTable } from '../../main/queue/migrations/0002_sheet.ts'
import type { NewOperation, Operation } from '../../main/queue/operation.ts'
import { foundRows } from '../../main/queue/pages.ts'
import { openQueue, type Queue, readQueue, salvageFile } from '../../main/queue/queue.ts'
import type { Repaired } from '../../main/queue/repair.ts'
import { openStorage } from '../../main/queue/storage.ts'

/** test/soak/power-cut.ts proves what a power cut does, so nothing here waits for the disk. */
const MEMORY = '/dev/shm'
const HOLDER = 'ab'.repeat(32)
const LATER = 4 * 10 ** 12
const PAGE = 4096

let dir: string
let path: string
let repaired: Repaired[]
beforeEach(() => {
  dir = mkdtempSync(join(MEMORY, 'store-'))
  path = join(dir, 'queue.db')
  repaired = []
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Sealed as the gateway seals: the header under the seal names the operation's id and kind. */
function sealed(operation: string, kind: string, bytes = 5_000): string {
  const header = Buffer.from(JSON.stringify({ alg: 'ECDH-ES', enc: 'A256GCM', op: operation, kind })).toString(
    'base64url',
  )
  return `${header}..aXY.${'Y2lwaGVydGV4dA'.repeat(bytes / 14)}.dGFn`
}
function item(changes: Partial<NewOperation> = {}): NewOperation {
  const [operation, kind] = [ulid(), 'certificate'] as const
  return {
    ...{ operation, kind, session: ulid(), holder: HOLDER, sealed: sealed(operation, kind) },
    ...{ requestedAt: new Date().toISOString(), ...changes },
  }
}
function open(at = path): Queue {
  const opened = openQueue({ path: at, now: Date.now, onRepaired: (what) => repaired.push(what) })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}
function using<T>(queue: Queue, work: (queue: Queue) => T): T {
  try {
    return work(queue)
  } finally {
    queue.close()
  }
}
const everything = (queue: Queue) =>
  queue.list({ limit: 1_000 }).map(({ operation }) => queue.get(operation) as Operation)

/** Some requests in every state, and the paper of one. */
function fill(queue: Queue): Operation[] {
  const added = Array.from({ length: 36 }, () => item())
  for (const each of added) expect(queue.add(each).ok).toBe(true)
  const ids = added.map(({ operation }) => operation)
  const issue = (operation: string) =>
    ({ operation, settlement: { state: 'issued', outcome: sealed(operation, 'certificate', 20_000) } }) as const
  const refuse = (operation: string) =>
    ({ operation, settlement: { state: 'refused', reason: 'not-in-family', anpr: 'EN286' } }) as const
  queue.submitted(ids.slice(6, 24), Date.now())
  queue.settle([...ids.slice(12, 20).map(issue), ...ids.slice(20, 23).map(refuse)], Date.now(), 11)
  for (const operation of ids.slice(12, 15)) queue.collected(operation)
  queue.defer([{ operation: ids[3] ?? '', reason: 'line-down', until: 7 }])
  queue.setAside(ids[4] ?? '', 'request-malformed')
  queue.ledger.begin({ operation: ids[16] ?? '', document: 'certificate', session: ulid() })
  return everything(queue)
}

describe('one writer', () => {
  test('a second writer is refused by name, readers are allowed, and a kill leaves nothing locked', async () => {
    const writer = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('../support/store/queue-writer.ts', import.meta.url)),
        path,
        HOLDER,
        sealed(ulid(), 'certificate'),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const exited = once(writer, 'exit')
    for await (const _ of createInterface({ input: writer.stdout })) break
    expect(openQueue({ path, now: Date.now })).toEqual({
      ok: false,
      error: { kind: 'storage-unavailable', reason: 'in-use' },
    })
    const reader = readQueue(path)
    if (!reader.ok) throw new Error(reader.error.reason)
    expect(reader.value.list({ limit: 10 }).length).toBeGreaterThan(0)
    expect(reader.value.verify().ok).toBe(true)
    writer.kill('SIGKILL')
    await exited
    reader.value.close()
    using(open(), (queue) => expect(queue.depth().queued).toBeGreaterThan(0))
    expect(repaired).toEqual([])
  })
  test('a second queue of the same program is refused too', () => {
    using(open(), () => expect(openQueue({ path, now: Date.now }).ok).toBe(false))
    using(open(), (queue) => expect(queue.add(item()).ok).toBe(true))
  })
  test('a garbage lock file is replaced', () => {
    open().close()
    writeFileSync(`${path}-lock`, 'x'.repeat(9_000))
    using(open(), (queue) => expect(queue.add(item()).ok).toBe(true))
  })
})

test('the salvage reader reads a healthy file and its WAL as SQLite does', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(lengths, fc.array(fc.nat(29)), fc.boolean(), (sizes, gone, checkpointed) => {
      const file = join(dir, 'any.db')
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
      const db = new Database(file)
      db.pragma('journal_mode = WAL')
      db.pragma('secure_delete = ON')
      db.exec('CREATE TABLE text (seq INTEGER PRIMARY KEY, a TEXT, b INTEGER, c TEXT) STRICT')
      const insert = db.prepare('INSERT INTO text (a, b, c) VALUES (?, ?, ?)')
      for (const size of sizes) insert.run('à'.repeat(size / 2), size % 3 === 0 ? -(size ** 3) : size % 5, null)
      for (const n of gone) db.prepare('DELETE FROM text WHERE seq = ?').run(n + 1)
      if (checkpointed) db.pragma('wal_checkpoint(TRUNCATE)')
      const rows = db.prepare('SELECT * FROM text').all() as { seq: number; a: string; b: number; c: null }[]
      const found = [...foundRows(file, `${file}-wal`)].filter(({ values }) => values.length === 4)
      db.close()
      expect(found.sort((one, other) => one.seq - other.seq)).toEqual(
        rows.map(({ seq, a, b, c }) => ({ seq, values: [null, a, b, c] })),
      )
    }),
    { numRuns: 25 },
  )
})

/** The file as a kill leaves it: the WAL is not yet in it. */
function image(): { before: Operation[]; db: Buffer; wal: Buffer } {
  const queue = open()
  const before = fill(queue)
  const [db, wal] = [readFileSync(path), readFileSync(`${path}-wal`)]
  queue.close()
  return { before, db, wal }
}
function lay(db: Buffer | null, wal: Buffer | null): void {
  for (const name of readdirSync(dir)) if (!name.endsWith('-lock')) rmSync(join(dir, name))
  if (db) writeFileSync(path, db)
  if (wal) writeFileSync(`${path}-wal`, wal)
}
const changed = (from: Buffer, at: number, bytes: Buffer) => {
  const to = Buffer.from(from)
  bytes.copy(to, at)
  return to
}
const asideFiles = () => readdirSync(dir).filter((name) => name.includes('.damaged-'))

describe('a damaged file never stops the totem, and is never thrown away', () => {
  const noise = Buffer.alloc(PAGE, 0xa5)
  test.each<[string, (whole: Buffer) => Buffer]>([
    ['header of noise', (whole) => changed(whole, 0, noise.subarray(0, 100))],
    ['header of zeros', (whole) => changed(whole, 0, Buffer.alloc(100))],
    ['first page of zeros', (whole) => changed(whole, 0, Buffer.alloc(PAGE))],
    ['version lost', (whole) => changed(whole, 60, Buffer.alloc(4))],
    [
      'schema edited',
      (whole) => changed(whole, whole.indexOf('CREATE INDEX operation_due'), Buffer.from('CREATE INDEX operation_duo')),
    ],
    ['index of noise', (whole) => changed(whole, pageOf('sqlite_autoindex_operation_1') * PAGE, noise)],
  ])('%s: every request is there', (name, damage) => {
    const { before, db } = checkpointedImage()
    lay(damage(db), null)
    using(open(), (queue) => {
      expect(everything(queue)).toEqual(before)
      expect(queue.verify().ok).toBe(true)
      expect(queue.cursor()).toBe(11)
      expect(before.flatMap(({ operation }) => queue.ledger.sheets(operation))).toHaveLength(1)
      expect(queue.add(item()).ok).toBe(true)
    })
    // The lost header held the file's length, so more pages may have existed.
    const lost = name.startsWith('header') || name.startsWith('first') ? null : 0
    expect(repaired).toEqual([{ salvaged: before.length, lost, reason: expect.stringMatching(/^[-A-Za-z_]+$/) }])
    expect(asideFiles()).toHaveLength(1)
    expect(readFileSync(join(dir, asideFiles()[0] ?? ''))).toEqual(damage(db))
    // Counted once.
    using(open(), (queue) => expect(queue.list({ limit: 1 })).toHaveLength(1))
    expect(repaired).toHaveLength(1)
  })

  test.each<[string, Buffer | null, string]>([
    ['no database', Buffer.from('this was a database before the power went'.repeat(200)), 'SQLITE_NOTADB'],
    ['empty', Buffer.alloc(0), 'file-empty'],
    ['a single byte', Buffer.from('S'), 'file-empty'],
    ['gone', null, 'file-missing'],
  ])('%s: it starts anew and says that it does not know what was lost', (_, bytes, reason) => {
    open().close()
    lay(bytes, null)
    using(open(), (queue) => expect(queue.add(item()).ok).toBe(true))
    expect(repaired).toEqual([{ salvaged: 0, lost: null, reason }])
    expect(asideFiles()).toHaveLength(bytes ? 1 : 0)
  })

  test('the file is gone and its WAL is not: the requests in the WAL are there', () => {
    const queue = open()
    for (let n = 0; n < 20; n++) queue.add(item())
    const [before, wal] = [everything(queue), readFileSync(`${path}-wal`)]
    queue.close()
    lay(null, wal)
    using(open(), (again) => expect(everything(again)).toEqual(before))
    expect(repaired).toMatchObject([{ salvaged: before.length, reason: 'file-missing' }])
  })

  test('the WAL is garbage: the requests in the file are there', () => {
    const { before, db, wal } = checkpointedImage()
    lay(db, Buffer.alloc(wal.length + 50_000, 0x5a))
    using(open(), (queue) => expect(everything(queue)).toEqual(before))
    expect(repaired).toEqual([])
  })

  test('damage anywhere: each request is there, or given up by name, or counted as lost', () => {
    const { before, db, wal } = image()
    const whole = mergedImage(db, wal)
    const damage = fc.record({
      at: fc.oneof(fc.nat(PAGE), fc.nat(whole.length - 1)),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 9_000 }),
      keep: fc.oneof(
        { weight: 3, arbitrary: fc.constant(whole.length) },
        { weight: 1, arbitrary: fc.nat(whole.length) },
      ),
    })
    fc.assert(
      fc.property(damage, ({ at, bytes, keep }) => {
        lay(changed(whole, at, Buffer.from(bytes)).subarray(0, keep), null)
        repaired = []
        using(open(), (queue) => {
          // The totem does this in the background after a start.
          for (let after: number | null = 0; after !== null; ) {
            const next = queue.checkNext(after)
            if (!next.ok) throw new Error(next.error.reason)
            after = next.value
          }
          const now = new Map(everything(queue).map((each) => [each.operation, each]))
          const gone = before.filter(({ operation }) => !now.has(operation))
          const givenUp = before.filter(({ operation, state }) => {
            const found = now.get(operation)
            return found && state !== 'refused' && found.state === 'refused' && found.reason === 'storage-damaged'
          })
          const lost = repaired.reduce<number | null>(
            (sum, each) => (sum === null || each.lost === null ? null : sum + each.lost),
            0,
          )
          if (lost !== null && now.size > 0) expect(gone.length + givenUp.length).toBeLessThanOrEqual(lost)
          for (const was of before) {
            const found = now.get(was.operation)
            if (!found || givenUp.includes(was)) continue
            // A request without its row comes back from the header under its seal.
            if (found.state === 'aside' && found.reason === 'storage-salvaged')
              expect(found.sealed).toBe('sealed' in was && was.sealed)
            else if ('sealed' in was && 'sealed' in found) expect(found.sealed.length).toBe(was.sealed.length)
          }
          expect(queue.verify().ok).toBe(true)
          expect(queue.add(item()).ok).toBe(true)
        })
        if (keep < PAGE && keep > 0) expect(repaired).not.toEqual([])
        if (repaired.length > 0) expect(asideFiles().length).toBeGreaterThan(0)
      }),
      { numRuns: 40 },
    )
  })

  test('damage found in the middle of a visit is repaired within the call that found it', () => {
    const queue = open()
    const before = fill(queue)
    queue.close()
    const again = open()
    // Behind SQLite's back, as a failing disk does.
    const fd = openSync(path, 'r+')
    writeSync(fd, Buffer.alloc(PAGE, 0xa5), 0, PAGE, pageOf('sealed', 'payload') * PAGE)
    closeSync(fd)
    for (let after: number | null = 0; after !== null; ) {
      const next = again.checkNext(after)
      if (!next.ok) throw new Error(next.error.reason)
      after = next.value
    }
    expect(repaired).toHaveLength(1)
    const [{ salvaged, lost } = { salvaged: 0, lost: 0 }] = repaired
    expect([salvaged + (lost ?? 0), again.list({ limit: 1_000 }).length]).toEqual([before.length, before.length])
    expect(lost).toBeGreaterThan(0)
    // The person who made the request is told.
    const told = again.untold(HOLDER).filter(({ state }) => state === 'refused')
    expect(told.map((each) => 'reason' in each && each.reason)).toContain('storage-damaged')
    again.close()
  })

  test('a lost row comes back, for an operator, from the header under the seal of its payload', () => {
    const added = item()
    using(open(), (queue) => {
      queue.add(item())
      queue.add(added)
    })
    const db = new Database(path)
    db.exec('DROP TRIGGER operation_kept; DELETE FROM operation WHERE seq = 2')
    db.close()
    using(open(), (queue) => {
      expect(queue.get(added.operation)).toMatchObject({
        state: 'aside',
        reason: 'storage-salvaged',
        sealed: added.sealed,
      })
      expect(queue.retry(added.operation)).toEqual({ ok: true, value: true })
      // The recovered request belongs to nobody and must not keep others from being forgotten.
      const expired = { ok: true, value: [{ operation: added.operation, was: 'queued' }] }
      expect(queue.expire(LATER)).toEqual(expired)
    })
    expect(repaired).toEqual([{ salvaged: 2, lost: 0, reason: 'schema-drift' }])
  })

  function checkpointedImage() {
    const { before, db, wal } = image()
    return { before, db: mergedImage(db, wal), wal }
  }
  /** The file after its WAL was written back. */
  function mergedImage(db: Buffer, wal: Buffer): Buffer {
    lay(db, wal)
    open().close()
    return readFileSync(path)
  }
  /** Number, from 0, of a page of that table or index. */
  function pageOf(name: string, kind: 'root' | 'payload' = 'root'): number {
    const db = new Database(path, { readonly: true })
    const { page } = db
      .prepare(
        `SELECT max(pageno) AS page FROM dbstat WHERE name = ? AND pagetype ${kind === 'root' ? '<>' : '='} 'overflow'`,
      )
      .get(name) as { page: number }
    db.close()
    return page - 1
  }
})

describe('an update of the program', () => {
  const count = 400
  function old(file: string): void {
    const before = openStorage({ path: file, synchronous: 'FULL', migrations: [operationTable, sheetTable] })
    if (!before.ok) throw new Error(before.error.reason)
    const insert = before.value.prepare(
      `INSERT INTO operation (operation, kind, session, holder, sealed, requested_at)
       VALUES (@operation, @kind, @session, @holder, @sealed, @requestedAt)`,
    )
    for (let n = 0; n < count; n++) insert.run(item({ operation: ulid(n), session: ulid(n) }))
    const settle = `settled_at = '2026-11-22T09:00:00.000Z', sealed = NULL`
    before.value.exec(`UPDATE operation SET state = 'issued', outcome = sealed, ${settle} WHERE seq % 4 = 1`)
    before.value.exec(`UPDATE operation SET state = 'refused', reason = 'x', ${settle} WHERE seq % 4 = 2`)
    before.value.exec(`UPDATE operation SET state = 'collected', outcome = NULL WHERE seq % 8 = 1`)
    before.value.close()
  }
  const story = (queue: Queue) => [
    queue.depth().queued,
    queue.depth().waiting,
    queue.list({ limit: 1_000, states: ['refused'] }).length,
    queue.list({ limit: 1_000, states: ['collected'] }).length,
  ]
  test('moves payloads without the file growing', () => {
    old(path)
    const { size } = statSync(path)
    using(open(), (queue) => {
      expect(story(queue)).toEqual([count / 2, count / 8, count / 4, count / 8])
      for (const each of everything(queue)) {
        if (each.state === 'queued') expect(each.sealed).toContain('Y2lwaGVydGV4dA')
        if (each.state === 'issued') expect(each.outcome).toContain('Y2lwaGVydGV4dA')
      }
      // A refusal of last year is no longer news.
      expect(queue.untold(HOLDER)).toEqual([])
    })
    expect(statSync(path).size).toBeLessThan(size * 1.1)
  })
  test('that is killed half-way has changed nothing, and is done at the next start', async () => {
    old(join(dir, 'old.db'))
    for (const afterMs of [0, 5, 20]) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
      copyFileSync(join(dir, 'old.db'), path)
      const child = spawn(process.execPath, ['-e', opener, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
        cwd: fileURLToPath(new URL('../../', import.meta.url)),
      })
      const exited = once(child, 'exit')
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      child.kill('SIGKILL')
      await exited
      using(open(), (queue) => expect(story(queue)).toEqual([count / 2, count / 8, count / 4, count / 8]))
    }
    expect(repaired).toEqual([])
  })
  const opener = `import('./main/queue/queue.ts').then(({ openQueue }) => {
    process.stdout.write('now', () => openQueue({ path: process.argv[1], now: Date.now }))
  })`
  test('of a damaged file salvages its old rows too', () => {
    old(path)
    const whole = readFileSync(path)
    changed(whole, 0, Buffer.alloc(100)).copy(whole)
    writeFileSync(path, whole)
    using(open(), (queue) => expect(story(queue)).toEqual([count / 2, count / 8, count / 4, count / 8]))
    expect(repaired).toEqual([{ salvaged: count, lost: null, reason: expect.any(String) }])
  })
})

test('clock-jumped by years, forward and back: nothing expires, is forgotten or waits for ever', () => {
  let clock = Date.now()
  const opened = openQueue({ path, now: () => clock })
  if (!opened.ok) throw new Error(opened.error.reason)
  using(opened.value, (queue) => {
    const before = fill(queue)
    for (const jump of [-20, 40, -30]) {
      clock += jump * 365 * 24 * 3_600_000
      queue.expire(Math.min(clock, Date.now()) - 1_000_000)
      expect(everything(queue)).toHaveLength(before.length)
      expect(queue.due(clock, { items: 100, bytes: 10 ** 9 }).length).toBe(
        before.filter(({ state }) => state === 'queued').length,
      )
    }
    // Submitted at a time in the future.
    clock -= 30 * 365 * 24 * 3_600_000
    expect(queue.overdue(clock - 60_000, 100)).toHaveLength(before.filter(({ state }) => state === 'submitted').length)
  })
})

test('long-settled requests are forgotten in order, and never one that a person waits for', () => {
  using(open(), (queue) => {
    const before = fill(queue)
    queue.expire(LATER)
    // The first is still queued, so later ones stay: a gap in the numbers would mean a loss.
    expect(everything(queue)).toHaveLength(before.length)
    for (const { operation } of queue.list({ limit: 8, states: ['queued', 'submitted', 'aside'] }))
      queue.settle([{ operation, settlement: { state: 'refused', reason: 'x', anpr: null } }], Date.now(), null)
    queue.expire(LATER)
    const left = everything(queue)
    expect(left.length).toBeLessThan(before.length)
    expect(left.map(({ seq }) => seq)).toEqual(left.map((_, n) => (left[0]?.seq ?? 0) + n))
    expect(queue.add(item()).ok).toBe(true)
    expect(queue.list({ limit: 100 }).at(-1)?.seq).toBe(before.length + 1)
  })
})

test('a repaired file that cannot be copied for lack of room starts empty, and the damaged one waits', () => {
  const { before, db, wal } = image()
  lay(changed(db, 0, Buffer.alloc(100)), wal)
  const small = openQueue({ path, now: Date.now, maxPages: 70, onRepaired: (what) => repaired.push(what) })
  if (!small.ok) throw new Error(small.error.reason)
  using(small.value, (queue) => expect(queue.list({ limit: 100 })).toEqual([]))
  expect(repaired).toMatchObject([{ salvaged: 0, lost: null }])
  expect(before.length).toBeGreaterThan(0)
  expect(asideFiles().length).toBeGreaterThan(0)
  expect(existsSync(`${path}-repairing`)).toBe(false)
})

describe('a queue that was set aside is brought back', () => {
  /** Beside the queue that is in use: an older one of a single request, set aside. */
  function older(): { damaged: string; operation: string } {
    const damaged = `${path}.damaged-20261121T090000Z`
    const { operation, ...rest } = item()
    const queue = open(damaged)
    queue.add({ operation, ...rest })
    queue.close()
    return { damaged, operation }
  }
  const ids = () => using(open(), (queue) => queue.list({ limit: 1_000 }).map(({ operation }) => operation))

  test('over a repair that a power cut interrupted: that repair is finished first', () => {
    const since = item()
    const [db, wal] = using(open(), (queue) => {
      queue.add(since)
      return [readFileSync(path), readFileSync(`${path}-wal`)]
    })
    lay(db, null)
    const set = `${path}.damaged-20261122T090000Z`
    writeFileSync(set, db)
    writeFileSync(`${set}-wal`, wal)
    writeFileSync(`${path}-repairing`, basename(set))
    writeFileSync(`${path}.new`, db.subarray(0, 5_000))
    const { damaged, operation } = older()
    expect(salvageFile(path, damaged).ok).toBe(true)
    expect(ids()).toEqual([operation, since.operation])
  })

  test("by root: the file is still its owner's", () => {
    open().close()
    const { damaged } = older()
    const { uid, gid } = process.getuid?.() === 0 ? { uid: 4_242, gid: 4_243 } : statSync(path)
    chownSync(path, uid, gid)
    expect(salvageFile(path, damaged).ok).toBe(true)
    expect(statSync(path)).toMatchObject({ uid, gid, mode: 0o100600 })
  })

  test.each([1, 2])(
    'killed at its change of name number %i, and no room at the next start: the queue is as it was, or whole',
    (n) => {
      const { before, db, wal } = image()
      lay(db, wal)
      const { damaged } = older()
      const program = `
      import fs from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      import { salvageFile } from ${JSON.stringify(new URL('../../main/queue/queue.ts', import.meta.url).href)}
      const { renameSync } = fs
      let left = ${n}
      fs.renameSync = (...names) => (--left > 0 ? renameSync(...names) : process.kill(process.pid, 'SIGKILL'))
      syncBuiltinESMExports()
      salvageFile(${JSON.stringify(path)}, ${JSON.stringify(damaged)})`
      spawnSync(process.execPath, ['--input-type=module', '--eval', program])
      const small = openQueue({ path, now: Date.now, maxPages: 70, onRepaired: (what) => repaired.push(what) })
      if (!small.ok) throw new Error(small.error.reason)
      small.value.close()
      expect(ids()).toEqual(expect.arrayContaining(before.map((each) => each.operation)))
      expect(repaired).toEqual([])
    },
  )
})
