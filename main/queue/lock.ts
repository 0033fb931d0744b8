import { closeSync, openSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { codeOf, isDamage, type StorageFailure } from './database.ts'

/**
 * One writer: a file beside the database, locked by SQLite itself as long as the process lives, so that nothing stays locked
 * after a kill. Readers need no lock. The file remembers too that there was a database: one that is gone or empty then is
 * damage and no first start.
 */
export type WriterLock = { hadDatabase: boolean; hasDatabase(): void; release(): void }

export function lockForWriting(file: string): WriterLock | StorageFailure {
  // Made by us, for its mode; and what is wrong with the folder is told by the system's own code.
  closeSync(openSync(file, 'a', 0o600))
  const db = new Database(file)
  try {
    db.pragma('busy_timeout = 0')
    // Nothing of it is worth a journal: what it says is one number.
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
    // It holds nothing that is missed. Who holds a lock on it has opened it well before: so nobody does.
    rmSync(file)
    return lockForWriting(file)
  }
}
