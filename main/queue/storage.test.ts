import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isSafeSqlite, type Migration, openStorage, readStorage, storageFailure } from './storage.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'storage-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const first = 'CREATE TABLE paper (sheet INTEGER PRIMARY KEY) STRICT'
const second = 'ALTER TABLE paper ADD COLUMN printed INTEGER'
const open = (migrations: Migration[], path = join(dir, 'file.db')) =>
  openStorage({ path, synchronous: 'FULL', migrations })
const opened = (migrations: Migration[]) => {
  const storage = open(migrations)
  if (!storage.ok) throw new Error(storage.error.reason)
  return storage.value
}

test.each([
  ['3.51.2', false],
  ['3.51.3', true],
  ['3.51.10', true],
  ['3.7.0', false],
  ['3.52', true],
  ['3.54.1', true],
  ['4.0.0', true],
  ['2.99.99', false],
])('sqlite %s is safe: %s', (version, safe) => {
  expect(isSafeSqlite(version)).toBe(safe)
})

test('a commit waits for the disk, and what is erased is overwritten', () => {
  const db = opened([first])
  const setting = (name: string) => db.pragma(name, { simple: true })
  expect([setting('journal_mode'), setting('synchronous'), setting('secure_delete'), setting('temp_store')]).toEqual([
    'wal',
    2,
    1,
    2,
  ])
  db.close()
})

test('nobody but the totem may read the files', () => {
  const db = opened([first])
  for (const suffix of ['', '-wal', '-shm']) expect(statSync(join(dir, `file.db${suffix}`)).mode & 0o777).toBe(0o600)
  db.close()
})

describe('an update of the program', () => {
  test('adds its migrations to what is there', () => {
    const before = opened([first])
    before.prepare('INSERT INTO paper (sheet) VALUES (7)').run()
    before.close()
    const after = opened([first, second])
    expect(after.prepare('SELECT sheet, printed FROM paper').all()).toEqual([{ sheet: 7, printed: null }])
    after.close()
  })
  test('that only adds can be taken back: both programs keep what both have written', () => {
    const added = {
      adds: `CREATE TABLE taken (sheet INTEGER PRIMARY KEY REFERENCES paper ON DELETE CASCADE, at INTEGER) STRICT;
        CREATE INDEX taken_at ON taken (at)`,
    }
    const newer = opened([first, added])
    newer.exec('INSERT INTO paper (sheet) VALUES (7), (8); INSERT INTO taken VALUES (7, 1), (8, 2)')
    newer.close()
    const older = opened([first])
    expect(older.prepare('SELECT sheet FROM paper').pluck().all()).toEqual([7, 8])
    older.exec('INSERT INTO paper (sheet) VALUES (9); DELETE FROM paper WHERE sheet = 7')
    const beside = readStorage(join(dir, 'file.db'), [first])
    expect(beside.ok && beside.value.prepare('SELECT sheet FROM paper').pluck().all()).toEqual([8, 9])
    if (beside.ok) beside.value.close()
    older.close()
    const again = opened([first, added])
    expect(again.prepare('SELECT sheet, at FROM paper LEFT JOIN taken USING (sheet)').all()).toEqual([
      { sheet: 8, at: 2 },
      { sheet: 9, at: null },
    ])
    again.close()
    // What does not only add asks for its own version again.
    opened([first, added, second]).close()
    for (const former of [[first], [first, added]])
      expect(open(former)).toEqual({ ok: false, error: { kind: 'storage-unavailable', reason: 'schema-newer' } })
  })
  test.each([
    ['a table of ours that was changed', { adds: second }],
    ['a trigger on a table of ours', { adds: 'CREATE TRIGGER t AFTER INSERT ON paper BEGIN SELECT 1; END' }],
    ['an index on a table of ours', { adds: 'CREATE UNIQUE INDEX i ON paper (sheet)' }],
  ])('that says that it only adds, and does not: %s', (_what, step) => {
    opened([first, step]).close()
    expect(open([first])).toEqual({ ok: false, error: { kind: 'storage-corrupt', reason: 'schema-drift' } })
  })
  test('that is taken back leaves the newer file alone', () => {
    opened([first, second]).close()
    expect(open([first])).toEqual({ ok: false, error: { kind: 'storage-unavailable', reason: 'schema-newer' } })
    opened([first, second]).close()
  })
  test('with a wrong migration stops before it touches the file', () => {
    opened([first]).close()
    expect(() => open([first, `${second}; SELECT absent`])).toThrow('no such column')
    opened([first]).close()
  })
})

test('a schema that somebody has edited is refused', () => {
  opened([first]).close()
  const db = new Database(join(dir, 'file.db'))
  db.exec('CREATE TABLE also (x)')
  db.close()
  expect(open([first])).toEqual({ ok: false, error: { kind: 'storage-corrupt', reason: 'schema-drift' } })
})

test('a file whose version was lost is refused, not migrated over', () => {
  opened([first]).close()
  const db = new Database(join(dir, 'file.db'))
  db.pragma('user_version = 0')
  db.close()
  expect(open([first])).toEqual({ ok: false, error: { kind: 'storage-corrupt', reason: 'SQLITE_ERROR' } })
})

describe('a folder that can not be written', () => {
  test.each([
    ['/sys/file.db', /^(EACCES|EPERM|EROFS)$/],
    ['/nowhere/at/all/file.db', /^ENOENT$/],
  ])('%s', (path, reason) => {
    expect(open([first], path)).toEqual({
      ok: false,
      error: { kind: 'storage-unavailable', reason: expect.stringMatching(reason) },
    })
  })
  test('a folder stands where the file or its log should be', () => {
    mkdirSync(join(dir, 'folder.db'))
    mkdirSync(join(dir, 'log.db-wal'))
    for (const name of ['folder.db', 'log.db']) {
      expect(open([first], join(dir, name))).toMatchObject({ ok: false, error: { kind: 'storage-unavailable' } })
    }
  })
})

test('a file that is no database is refused and left as it is', () => {
  const path = join(dir, 'file.db')
  writeFileSync(path, 'this was a database before the power went'.repeat(200))
  const { size } = statSync(path)
  expect(open([first])).toEqual({ ok: false, error: { kind: 'storage-corrupt', reason: 'SQLITE_NOTADB' } })
  expect(statSync(path).size).toBe(size)
})

test('an error of the program itself is not blamed on the disk', () => {
  for (const error of [
    new TypeError('bug'),
    Object.assign(new Error(), { code: 'SQLITE_CONSTRAINT_CHECK' }),
    Object.assign(new Error(), { code: 'ERR_INVALID_ARG_TYPE' }),
  ])
    expect(() => storageFailure(error)).toThrow(error)
})
