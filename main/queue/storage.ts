import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { err, ok, type Result } from '../../contract/result.ts'

/** `reason` is a code for the technician: SQLite's or the system's own, or one of the words below. */
export type StorageFailure = {
  kind: 'storage-full' | 'storage-corrupt' | 'storage-unavailable'
  reason: string
}

export type Storage = Database.Database

// SQLite 3.7.0 to 3.51.2 can corrupt a WAL that is reset while another connection reads (fixed on 2026-03-13).
const OLDEST_SAFE = [3, 51, 3] as const
// One commit is a few KiB. What a burst leaves behind in the WAL file is given back at the next checkpoint.
const WAL_KEPT_BYTES = 1024 * 1024
// A technician's reader may hold the file for a moment.
const BUSY_MS = 5_000

// Codes by which SQLite says that the program is wrong, not the disk.
const BUGS = /^SQLITE_(ERROR|CONSTRAINT|MISUSE|RANGE|MISMATCH|SCHEMA|TOOBIG)/

/**
 * Opens (or makes) a SQLite file in WAL mode, brings its schema up to date and checks it. `migrations` are numbered from
 * 1 by their place and only ever appended to. `synchronous` FULL: a commit is on the disk before it returns.
 */
export function openStorage({
  path,
  synchronous,
  migrations,
  maxPages,
}: {
  path: string
  synchronous: 'FULL' | 'NORMAL'
  migrations: readonly string[]
  maxPages?: number | undefined
}): Result<Storage, StorageFailure> {
  let db: Storage | undefined
  try {
    // Made by us and not by SQLite, which would follow the umask; -wal and -shm take this file's mode.
    closeSync(openSync(path, 'a', 0o600))
    db = new Database(path)
    const failure = prepare(db, synchronous, migrations, maxPages)
    if (!failure) return ok(db)
    db.close()
    return err(failure)
  } catch (error) {
    db?.close()
    return err(storageFailure(error))
  }
}

function prepare(
  db: Storage,
  synchronous: string,
  migrations: readonly string[],
  maxPages: number | undefined,
): StorageFailure | null {
  const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string }
  if (!isSafeSqlite(version)) return { kind: 'storage-unavailable', reason: `sqlite-${version}` }

  db.pragma(`busy_timeout = ${BUSY_MS}`)
  if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal')
    return { kind: 'storage-unavailable', reason: 'no-wal' }
  // WAL alone means NORMAL here, which may forget the last commits when the power goes.
  db.pragma(`synchronous = ${synchronous}`)
  db.pragma('foreign_keys = ON')
  db.pragma('trusted_schema = OFF')
  // What is erased is overwritten, and nothing is ever sorted into a temporary file.
  db.pragma('secure_delete = ON')
  db.pragma('temp_store = MEMORY')
  db.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`)
  if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`)

  const check = db.pragma('quick_check(1)', { simple: true })
  if (check !== 'ok') return { kind: 'storage-corrupt', reason: 'quick-check' }

  const at = db.pragma('user_version', { simple: true }) as number
  // A file from a later version of the program: this one can't know what it would break.
  if (at > migrations.length) return { kind: 'storage-unavailable', reason: 'schema-newer' }
  migrate(db, migrations, at)
  if (!sameSchema(db, migrations)) return { kind: 'storage-corrupt', reason: 'schema-drift' }

  // A kill between an erasure's commit and its checkpoint must not leave the erased bytes in the WAL.
  truncateWal(db)
  return null
}

function migrate(db: Storage, migrations: readonly string[], from: number): void {
  migrations.slice(from).forEach((sql, index) => {
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${from + index + 1}`)
    }).immediate()
  })
}

/** The schema must be, to the letter, what the migrations make of an empty file. */
function sameSchema(db: Storage, migrations: readonly string[]): boolean {
  const fresh = new Database(':memory:')
  try {
    migrate(fresh, migrations, 0)
    const schema = (of: Storage) =>
      JSON.stringify(of.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all())
    return schema(db) === schema(fresh)
  } finally {
    fresh.close()
  }
}

export function isSafeSqlite(version: string): boolean {
  const parts = version.split('.').map(Number)
  for (const [place, oldest] of OLDEST_SAFE.entries()) {
    const part = parts[place] ?? 0
    if (part !== oldest) return part > oldest
  }
  return true
}

/** Empties the WAL file, so that erased content is in no file any more. A reader in the way puts it off. */
export function truncateWal(db: Storage): void {
  db.pragma('wal_checkpoint(TRUNCATE)')
}

/** What went wrong with the disk, by name. An error that is the program's own is thrown on. */
export function storageFailure(error: unknown): StorageFailure {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(reason)) return { kind: 'storage-full', reason }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(reason)) return { kind: 'storage-corrupt', reason }
  if (/^(SQLITE_|E[A-Z]+$)/.test(reason) && !BUGS.test(reason)) return { kind: 'storage-unavailable', reason }
  throw error
}
