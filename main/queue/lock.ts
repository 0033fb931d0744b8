import { closeSync, openSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { codeOf, isDamage, type StorageFailure } from './database.ts'

/**
 * One writer: SQLite itself locks a file beside the database for as long as the process lives, so nothing stays locked
 * after a kill. Readers need no lock. The file also remembers that there was a database: if the database is gone or
 * empty then, this is damage and no first start.
 */
export type WriterLock = { hadDatabase: boolean; hasDatabase(): void; release(): void }

export function lockForWriting(file: string): WriterLock | StorageFailure {
  // Made here, for its mode; a fault of the folder is reported by the system's own code.
  closeSync(openSync(file, 'a', 0o600))
  const db = new Database(file)
  try {
    db.pragma('busy_timeout = 0')
    // The file holds one number, which is not worth a journal.
    db.pragma('journal_mode = MEMORY')
    db.pragma('locking_mode = EXCLUSIVE')
    db.exec('BEGIN EXCLUSIVE; COMMIT')
    return {
      hadDatabase: db.pragma('user_version', { simple: true }) === 1,
      hasDatabase: () => void db.pragma('user_version = 1'),
      release: () => void db.close(),
    }
  } catch (error) {
    db.close()
    if (codeOf(error).startsWith('SQLITE_BUSY')) return { kind: 'storage-unavailable', reason: 'in-use' }
    if (!isDamage(error)) throw error
    // The lock file holds nothing of value. A writer that holds the lock has opened the file without an error, so
    // nobody holds it.
    rmSync(file)
    return lockForWriting(file)
  }
}
