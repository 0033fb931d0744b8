import type Database from 'better-sqlite3'
import { err, ok, type Result } from '../../contract/result.ts'

/** `reason` is a code for the technician: SQLite's own, the system's, or a word of main/queue/storage.ts. */
export type StorageFailure = {
  kind: 'storage-full' | 'storage-corrupt' | 'storage-unavailable'
  reason: string
}

export type Storage = Pick<Database.Database, 'prepare' | 'exec' | 'pragma' | 'transaction'> & { close(): void }

// These codes of SQLite say that the program is wrong, and not the disk.
const BUGS = /^SQLITE_(ERROR|CONSTRAINT|MISUSE|RANGE|MISMATCH|SCHEMA|TOOBIG)/

/** Names what went wrong with the disk. An error that is the program's own is thrown on. */
export function storageFailure(error: unknown): StorageFailure {
  const reason = codeOf(error)
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(reason)) return { kind: 'storage-full', reason }
  if (isDamage(error)) return { kind: 'storage-corrupt', reason }
  if (/^(SQLITE_|E[A-Z]+$)/.test(reason) && !isBug(error)) return { kind: 'storage-unavailable', reason }
  throw error
}

/** The answer of `work`, or the disk's failure while it ran. */
export function written<T>(work: () => T): Result<T, StorageFailure> {
  try {
    return ok(work())
  } catch (error) {
    return err(storageFailure(error))
  }
}

/** Commits all that `work` writes, or nothing of it. */
export const inOneCommit = <T>(db: Storage, work: () => T): Result<T, StorageFailure> =>
  written(() => db.transaction(work).immediate())

// A page is missing or unreadable, or the disk itself reports damage.
const DAMAGE = /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ|IOERR_CORRUPTFS)/

export const isDamage = (error: unknown): boolean => DAMAGE.test(codeOf(error))

/** True when SQLite finds a statement wrong. Statements that ran on an empty file then do not fit this one. */
export const isBug = (error: unknown): boolean => BUGS.test(codeOf(error))

export const isConstraint = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_CONSTRAINT')

export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')
