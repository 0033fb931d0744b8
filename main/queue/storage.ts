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
// A technician's tool may hold the file for a moment; a citizen's touch must not wait for it longer than this.
const BUSY_MS = 1_000

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
  const { version, schema } = fresh(migrations)
  if (!isSafeSqlite(version)) return err({ kind: 'storage-unavailable', reason: `sqlite-${version}` })
  let db: Storage | undefined
  try {
    // Made by us and not by SQLite, which would follow the umask; -wal and -shm take this file's mode.
    closeSync(openSync(path, 'a', 0o600))
    db = new Database(path)
    const failure = prepare(db, { synchronous, migrations, schema, maxPages })
    if (!failure) return ok(db)
    db.close()
    return err(failure)
  } catch (error) {
    db?.close()
    // The same statements went well on an empty file, so it is this file that they do not fit.
    if (BUGS.test(codeOf(error))) return err({ kind: 'storage-corrupt', reason: codeOf(error) })
    return err(storageFailure(error))
  }
}

function prepare(
  db: Storage,
  wanted: { synchronous: string; migrations: readonly string[]; schema: string; maxPages: number | undefined },
): StorageFailure | null {
  db.pragma(`busy_timeout = ${BUSY_MS}`)
  if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal')
    return { kind: 'storage-unavailable', reason: 'no-wal' }
  // WAL alone means NORMAL here, which may forget the last commits when the power goes.
  db.pragma(`synchronous = ${wanted.synchronous}`)
  db.pragma('foreign_keys = ON')
  db.pragma('trusted_schema = OFF')
  // What is erased is overwritten, and nothing is ever sorted into a temporary file.
  db.pragma('secure_delete = ON')
  db.pragma('temp_store = MEMORY')
  db.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`)
  if (wanted.maxPages !== undefined) db.pragma(`max_page_count = ${wanted.maxPages}`)

  // Not quick_check, which leaves the indexes out: a byte wrong there would be met in the middle of a visit.
  if (db.pragma('integrity_check(1)', { simple: true }) !== 'ok')
    return { kind: 'storage-corrupt', reason: 'integrity-check' }

  const at = db.pragma('user_version', { simple: true }) as number
  // A file from a later version of the program: this one can't know what it would break.
  if (at > wanted.migrations.length) return { kind: 'storage-unavailable', reason: 'schema-newer' }
  migrate(db, wanted.migrations, at)
  if (schemaOf(db) !== wanted.schema) return { kind: 'storage-corrupt', reason: 'schema-drift' }

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

/** SQLite's version, and the schema that the migrations make of an empty file: a real one must be so to the letter. */
function fresh(migrations: readonly string[]): { version: string; schema: string } {
  const db = new Database(':memory:')
  try {
    migrate(db, migrations, 0)
    const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string }
    return { version, schema: schemaOf(db) }
  } finally {
    db.close()
  }
}

const schemaOf = (db: Storage): string =>
  JSON.stringify(db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all())

export function isSafeSqlite(version: string): boolean {
  const parts = version.split('.').map(Number)
  for (const [place, oldest] of OLDEST_SAFE.entries()) {
    const part = parts[place] ?? 0
    if (part !== oldest) return part > oldest
  }
  return true
}

/**
 * Empties the WAL file, so that erased content is in no file any more. A reader in the way or a disk in trouble puts it
 * off to the next time: what was committed before stands.
 */
export function truncateWal(db: Storage): void {
  try {
    db.pragma('wal_checkpoint(TRUNCATE)')
  } catch (error) {
    storageFailure(error)
  }
}

/** What went wrong with the disk, by name. An error that is the program's own is thrown on. */
export function storageFailure(error: unknown): StorageFailure {
  const reason = codeOf(error)
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(reason)) return { kind: 'storage-full', reason }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(reason)) return { kind: 'storage-corrupt', reason }
  if (/^(SQLITE_|E[A-Z]+$)/.test(reason) && !BUGS.test(reason)) return { kind: 'storage-unavailable', reason }
  throw error
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '')
