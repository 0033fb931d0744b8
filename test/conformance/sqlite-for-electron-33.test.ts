import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import PhotostructureSqlite from '../../scripts/electron-runtime/sqlite-for-electron-33.ts'

/** Does what main/queue and main/journal do with a database, and returns what they see. */
function story(Database: typeof BetterSqlite3 | typeof PhotostructureSqlite): unknown[] {
  const db = new (Database as typeof BetterSqlite3)(':memory:')
  const failure = (work: () => unknown) => {
    try {
      return work()
    } catch (error) {
      // better-sqlite3 has extended codes (SQLITE_CONSTRAINT_CHECK); the product relies on their beginning only.
      return (error as { code: string }).code.replace(/^SQLITE_CONSTRAINT_.*/, 'SQLITE_CONSTRAINT')
    }
  }
  const told = [
    db.pragma('user_version', { simple: true }),
    void db.exec(`CREATE TABLE paper (sheet INTEGER PRIMARY KEY, kind TEXT CHECK (kind <> '')) STRICT`),
    db.prepare('INSERT INTO paper VALUES (@sheet, @kind)').run({ sheet: 1, kind: 'A4' }).changes,
    db.prepare('SELECT kind FROM paper WHERE sheet = ?').get(1),
    db.prepare('SELECT kind FROM paper WHERE sheet = ?').get(2),
    db.prepare('SELECT sheet, kind FROM paper LIMIT @limit').all({ limit: 5 }),
    db.prepare('SELECT kind FROM paper').pluck().all(),
    [...db.prepare('SELECT sheet FROM paper').iterate()],
    failure(() => db.prepare('INSERT INTO paper VALUES (1, ?)').run('A4')),
    failure(() => db.exec(`INSERT INTO paper VALUES (2, '')`)),
    failure(() => db.prepare('SELECT absent')),
    failure(() =>
      db
        .transaction(() => {
          db.exec(`UPDATE paper SET kind = 'A5'`)
          db.exec('SELECT absent')
        })
        .immediate(),
    ),
    db.prepare('SELECT kind FROM paper').get(),
    db.transaction(() => 'done').immediate(),
    db.pragma('max_page_count = 4', { simple: true }),
    failure(() => db.prepare('INSERT INTO paper VALUES (9, ?)').run('x'.repeat(40_000))),
  ]
  db.close()
  return JSON.parse(JSON.stringify(told.map((each) => each ?? null)))
}

describe('the stand-in for better-sqlite3', () => {
  test('behaves as better-sqlite3 in everything that the product uses', () => {
    expect(story(PhotostructureSqlite)).toEqual(story(BetterSqlite3))
  })
  test('names a file that cannot be opened', () => {
    expect(() => new PhotostructureSqlite('/nowhere/at/all.db')).toThrow(
      expect.objectContaining({ code: 'SQLITE_CANTOPEN' }),
    )
  })
})
