import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { err, ok, type Result } from '../../contract/result.ts'
import { codeOf, isBug, type Storage, type StorageFailure, storageFailure } from './database.ts'
import { lockForWriting, type WriterLock } from './lock.ts'
import { isUnderRepair, type Repaired, repair, type Salvage, salvageAgain } from './repair.ts'

export { type Storage, type StorageFailure, storageFailure } from './database.ts'

/**
 * A step of a schema. `adds`: new tables and their indexes alone, so that a program that does not know them goes on beside
 * them: after an update was rolled back, the former program still opens the file.
 */
export type Migration = string | { adds: string }

export type StorageOptions = {
  path: string
  /** FULL: a commit is on the disk before it returns. */
  synchronous: 'FULL' | 'NORMAL'
  /** Numbered from 1 by their place; new ones are only ever appended. */
  migrations: readonly Migration[]
  /** Bounds the file, in pages of 4 KiB. */
  maxPages?: number | undefined
  /** Tables whose pages and indexes are checked at each start; all by default. The caller checks the others. */
  checked?: readonly string[]
  /** How the rows of a damaged file come into a new one. Without it a damaged file is refused. */
  salvage?: Salvage
  onRepaired?: (repaired: Repaired) => void
}

// SQLite 3.7.0 to 3.51.2 can corrupt a WAL that is reset while another connection reads (fixed on 2026-03-13).
const OLDEST_SAFE = [3, 51, 3] as const
// A checkpoint takes some ms, and one commit waits for it: with a request's 8 pages, less than one commit in a hundred.
const CHECKPOINT_PAGES = 4_000
// The log keeps the size of so many pages: overwriting it syncs in half the time that growing it takes. What a burst
// adds is given back.
const WAL_KEPT_BYTES = 20 * 1024 * 1024
// At the start a technician's tool that recovers the log may hold the file for a moment.
const BUSY_AT_START_MS = 1_000
// Later only a reader can be in the way of a checkpoint, which is then put off: it must not hold up a touch (20 ms).
const BUSY_MS = 10

/**
 * Opens (or makes) a SQLite file in WAL mode for its one writer, brings its schema up to date and checks it.
 * `storage-unavailable` with `in-use`: another process writes to it. A damaged file is set aside, never deleted, and
 * what can be read of it goes into a new one (`salvage`, `onRepaired`). `damaged`: the code of a damage that is known
 * already.
 */
export function openStorage(options: StorageOptions, damaged: string | null = null): Result<Storage, StorageFailure> {
  const { version, schema } = fresh(options.migrations)
  if (!isSafeSqlite(version)) return err({ kind: 'storage-unavailable', reason: `sqlite-${version}` })
  let lock: WriterLock | undefined
  try {
    const locked = lockForWriting(`${options.path}-lock`)
    if ('kind' in locked) return err(locked)
    lock = locked
    const opened = openLocked(options, schema, damaged ?? vanished(options.path, locked))
    if (!opened.ok) {
      lock.release()
      return opened
    }
    locked.hasDatabase()
    return ok(lockedBy(opened.value, locked))
  } catch (error) {
    lock?.release()
    return err(storageFailure(error))
  }
}

/**
 * Brings what an earlier repair has set aside as `damaged` back into the file. The file is first opened as at any
 * start: an interrupted repair is ended, and the log is emptied. `storage-unavailable` with `in-use`: another process
 * reads or writes it.
 */
export function salvageStorage(
  options: StorageOptions & { salvage: Salvage },
  damaged: string,
): Result<Repaired, StorageFailure> {
  const { path, salvage } = options
  const { schema } = fresh(options.migrations)
  const locked = lockForWriting(`${path}-lock`)
  if ('kind' in locked) return err(locked)
  try {
    const opened = openLocked(options, schema, vanished(path, locked))
    if (!opened.ok) return opened
    const inLog = !truncateWal(opened.value)
    opened.value.close()
    if (inLog) return err({ kind: 'storage-unavailable', reason: 'in-use' })
    return salvageAgain({ path, damaged, salvage, openNew: (at) => openHealthy({ ...options, path: at }, schema) })
  } finally {
    locked.release()
  }
}

/** Opens a database to read it beside its writer. The schema must be one that this program writes to, or the file is refused. */
export function readStorage(path: string, migrations: readonly Migration[]): Result<Storage, StorageFailure> {
  let db: Database.Database | undefined
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_AT_START_MS })
    if (versionsOf(db).at >= migrations.length && fits(db, fresh(migrations).schema, migrations.length)) return ok(db)
    db.close()
    return err({ kind: 'storage-unavailable', reason: 'schema-other' })
  } catch (error) {
    db?.close()
    return err(storageFailure(error))
  }
}

function openLocked(options: StorageOptions, schema: string, damaged: string | null): Result<Storage, StorageFailure> {
  const { path, salvage, onRepaired } = options
  let reason = damaged ?? (isUnderRepair(path) ? 'repair-interrupted' : null)
  if (reason === null) {
    const opened = openHealthy(options, schema)
    if (opened.ok || opened.error.kind !== 'storage-corrupt') return opened
    reason = opened.error.reason
  }
  if (!salvage) return err({ kind: 'storage-corrupt', reason })
  const repaired = repair({ path, reason, salvage, openNew: (at) => openHealthy({ ...options, path: at }, schema) })
  if (!repaired.ok) return repaired
  const opened = openHealthy(options, schema)
  if (opened.ok) onRepaired?.(repaired.value)
  return opened
}

function openHealthy(options: StorageOptions, schema: string): Result<Storage, StorageFailure> {
  let db: Storage | undefined
  try {
    // Made here and not by SQLite, which would follow the umask; -wal and -shm take this file's mode.
    closeSync(openSync(options.path, 'a', 0o600))
    db = new Database(options.path)
    const failure = prepare(db, options, schema)
    if (!failure) return ok(db)
    db.close()
    return err(failure)
  } catch (error) {
    db?.close()
    // The same statements ran on an empty file, so they do not fit this file: it is damaged.
    if (isBug(error)) return err({ kind: 'storage-corrupt', reason: codeOf(error) })
    return err(storageFailure(error))
  }
}

/** SQLite takes a file that is empty, or of one byte, for a new database, and deletes the log that lies beside it. */
function vanished(path: string, lock: WriterLock): string | null {
  const bytes = (file: string) => {
    const found = statSync(file, { throwIfNoEntry: false })
    return found?.isFile() ? found.size : 0
  }
  const size = bytes(path)
  if (size > 1 || (size === 0 && !lock.hadDatabase && bytes(`${path}-wal`) === 0)) return null
  return existsSync(path) ? 'file-empty' : 'file-missing'
}

function lockedBy(db: Storage, lock: WriterLock): Storage {
  return {
    prepare: db.prepare.bind(db),
    exec: db.exec.bind(db),
    pragma: db.pragma.bind(db),
    transaction: db.transaction.bind(db),
    close() {
      db.close()
      lock.release()
    },
  }
}

function prepare(
  db: Storage,
  { synchronous, migrations, maxPages, checked }: StorageOptions,
  schema: string,
): StorageFailure | null {
  db.pragma(`busy_timeout = ${BUSY_AT_START_MS}`)
  if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal')
    return { kind: 'storage-unavailable', reason: 'no-wal' }
  // WAL alone means NORMAL here, which may forget the last commits when the power goes.
  db.pragma(`synchronous = ${synchronous}`)
  db.pragma('foreign_keys = ON')
  db.pragma('trusted_schema = OFF')
  // Erased bytes are overwritten, and nothing is ever sorted into a temporary file.
  db.pragma('secure_delete = ON')
  db.pragma('temp_store = MEMORY')
  // With NORMAL only a checkpoint syncs the log: if it were put off, a power cut would take more of the last entries.
  if (synchronous === 'FULL') db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  db.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`)
  if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`)

  const { at, readableBy } = versionsOf(db)
  // A later version of the program made this file, and this version cannot know what it would break.
  if (readableBy > migrations.length) return { kind: 'storage-unavailable', reason: 'schema-newer' }
  // A migration reads the whole file.
  if (!isWhole(db, at >= migrations.length ? checked : undefined))
    return { kind: 'storage-corrupt', reason: 'integrity-check' }
  migrate(db, migrations, at)
  if (!fits(db, schema, migrations.length)) return { kind: 'storage-corrupt', reason: 'schema-drift' }

  // A kill between an erasure's commit and its checkpoint must not leave the erased bytes in the WAL.
  truncateWal(db)
  db.pragma(`busy_timeout = ${BUSY_MS}`)
  return null
}

/** Not quick_check, which leaves the indexes out: a wrong byte there would be met in the middle of a visit. */
function isWhole(db: Storage, tables: readonly string[] | undefined): boolean {
  const check = (of: string) => db.pragma(`integrity_check${of}`, { simple: true }) === 'ok'
  if (!tables) return check('(1)')
  // The rules of the columns take nine tenths of the time. A wrong byte in a value shows in its index without them.
  db.pragma('ignore_check_constraints = ON')
  try {
    return tables.every((table) => check(`('${table}')`))
  } finally {
    db.pragma('ignore_check_constraints = OFF')
  }
}

function migrate(db: Storage, migrations: readonly Migration[], from: number): void {
  migrations.slice(from).forEach((step, index) => {
    const to = from + index + 1
    db.transaction(() => {
      db.exec(typeof step === 'string' ? step : step.adds)
      db.pragma(`user_version = ${to}`)
      db.pragma(`application_id = ${readableByOf(migrations.slice(0, to))}`)
    }).immediate()
  })
}

/** The lowest version that a program must know to write to a file of this one: what only adds asks for no newer one. */
const readableByOf = (migrations: readonly Migration[]): number =>
  migrations.findLastIndex((step) => typeof step === 'string') + 1

/** `readableBy` stands in the file's header beside its version; a file without it is its own version's alone. */
function versionsOf(db: Storage): { at: number; readableBy: number } {
  const [at, readableBy] = ['user_version', 'application_id'].map((name) => db.pragma(name, { simple: true }) as number)
  return { at: at ?? 0, readableBy: readableBy || (at ?? 0) }
}

/** The file has the program's schema to the letter; beside it, a newer program's own tables and nothing else. */
function fits(db: Storage, schema: string, known: number): boolean {
  const there = schemaOf(db)
  if (versionsOf(db).at <= known) return there === schema
  const objects = (text: string) => (JSON.parse(text) as SchemaObject[]).map((each) => JSON.stringify(each))
  const ours = objects(schema)
  const has = new Set(objects(there))
  const tables = new Set((JSON.parse(schema) as SchemaObject[]).map(({ tbl_name }) => tbl_name))
  const added = (JSON.parse(there) as SchemaObject[]).filter((each) => !ours.includes(JSON.stringify(each)))
  return ours.every((each) => has.has(each)) && added.every(({ tbl_name }) => !tables.has(tbl_name))
}

/**
 * SQLite's version, and the schema that the migrations make of an empty file: a real file must match it to the letter.
 */
function fresh(migrations: readonly Migration[]): { version: string; schema: string } {
  const db = new Database(':memory:')
  try {
    migrate(db, migrations, 0)
    const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string }
    return { version, schema: schemaOf(db) }
  } finally {
    db.close()
  }
}

interface SchemaObject {
  type: string
  name: string
  tbl_name: string
  sql: string | null
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
 * Empties the WAL file, so that erased content is in no file any more. False when a reader is in the way or the disk in
 * trouble: the caller tries again. Commits stand either way.
 */
export function truncateWal(db: Storage): boolean {
  try {
    return db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0
  } catch (error) {
    storageFailure(error)
    return false
  }
}
