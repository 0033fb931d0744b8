import { chownSync, existsSync, linkSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { putInPlaceSync, syncFileSync, syncFolderOfSync, writeWholeSync } from '../../basics/files.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type Storage, type StorageFailure, storageFailure } from './database.ts'
import { type FoundRow, foundRows, isFullLength } from './pages.ts'

/**
 * `salvaged` and `lost` count what the store counts: requests, entries; `lost` null: nobody can tell. `reason` is a code:
 * what was wrong.
 */
export type Repaired = { salvaged: number; lost: number | null; reason: string }

/**
 * Puts rows of a damaged file (in any order, perhaps wrong ones, perhaps of an older schema) into a new one, whose triggers
 * are off meanwhile. Each row has to be looked at as if a stranger had sent it.
 */
export type Salvage = (rows: Iterable<FoundRow>, into: Storage) => Pick<Repaired, 'salvaged' | 'lost'>

const markerOf = (path: string) => `${path}-repairing`

/** A repair that was begun and not ended, by a power cut: what lies at `path` is not to be opened. */
export const isUnderRepair = (path: string): boolean => existsSync(markerOf(path))

/**
 * Sets the damaged files aside (`<path>.damaged-<time>`, and its log): they are never deleted, only a person may do that.
 * Then a new file takes their place, with everything that can be read of them. A power cut at any moment leaves a marker
 * behind, and the next start begins again from what was set aside. Without room for a copy the new file is empty, and the
 * damaged ones wait for a technician.
 */
export function repair({
  path,
  reason,
  salvage,
  openNew,
}: {
  path: string
  reason: string
  salvage: Salvage
  openNew: (path: string) => Result<Storage, StorageFailure>
}): Result<Repaired, StorageFailure> {
  try {
    const damaged = setAside(path)
    const rows = foundRows(damaged, `${damaged}-wal`)
    const whole = renew(`${path}.new`, openNew, (db) => salvage(rows, db))
    const noRoom = !whole.ok && whole.error.kind === 'storage-full'
    const renewed = noRoom ? renew(`${path}.new`, openNew, () => ({ salvaged: 0, lost: null })) : whole
    if (!renewed.ok) return renewed
    replace(path)
    rmSync(markerOf(path))
    syncFolderOfSync(path)
    const { salvaged, lost } = renewed.value
    return ok({ salvaged, lost: isFullLength(damaged, `${damaged}-wal`) ? lost : null, reason })
  } catch (error) {
    return err(storageFailure(error))
  }
}

/**
 * Brings what can be read of `damaged`, which a repair has set aside, back into the file at `path`: there was no room for it
 * then, say. It is numbered before what was recorded since, which is believed where both know of something. Nothing is
 * touched unless all of it has a place; what was at `path` is set aside like a damaged file. Counts both. Nothing of the file
 * at `path` may be in its log: then one change of name is all, and a power cut leaves the one or the other.
 */
export function salvageAgain({
  path,
  damaged,
  salvage,
  openNew,
}: {
  path: string
  damaged: string
  salvage: Salvage
  openNew: (path: string) => Result<Storage, StorageFailure>
}): Result<Repaired, StorageFailure> {
  try {
    const [before, since] = [damaged, path].map((file) => foundRows(file, `${file}-wal`)) as [Rows, Rows]
    const whole = renew(`${path}.new`, openNew, (db) => salvage(together(before, since), db))
    if (!whole.ok) return whole
    nameAgain(path)
    replace(path)
    return ok({ ...whole.value, reason: 'salvaged-again' })
  } catch (error) {
    clear(`${path}.new`)
    return err(storageFailure(error))
  }
}

type Rows = Iterable<FoundRow>

/** The later ones, which come first, are numbered on from the earlier ones. */
function* together(earlier: Rows, later: Rows): Generator<FoundRow> {
  let last = 0
  for (const { seq } of earlier) if (Number.isSafeInteger(seq)) last = Math.max(last, seq)
  for (const { seq, values } of later) yield { seq: last + seq, values }
  yield* earlier
}

function replace(path: string): void {
  // A technician who does this as root does not take the file away from the totem's user.
  const before = statSync(path, { throwIfNoEntry: false })
  if (before && before.uid !== process.getuid?.()) chownSync(`${path}.new`, before.uid, before.gid)
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  putInPlaceSync(`${path}.new`, path)
}

/** The name of what was set aside, in this repair or in the one that was interrupted. */
function setAside(path: string): string {
  const marker = markerOf(path)
  if (existsSync(marker)) return join(dirname(path), readFileSync(marker, 'utf8'))
  const damaged = nameAgain(path)
  writeWholeSync(marker, basename(damaged))
  return damaged
}

/** Second names for the same files: nothing is moved before it is known by another name. */
function nameAgain(path: string): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  let damaged = `${path}.damaged-${time}`
  for (let n = 2; existsSync(damaged) || existsSync(`${damaged}-wal`); n++) damaged = `${path}.damaged-${time}-${n}`
  for (const suffix of ['-wal', '']) if (existsSync(path + suffix)) linkSync(path + suffix, damaged + suffix)
  syncFolderOfSync(path)
  return damaged
}

/** A new file, whole and on the disk, or none. */
function renew<T>(
  path: string,
  openNew: (path: string) => Result<Storage, StorageFailure>,
  fill: (db: Storage) => T,
): Result<T, StorageFailure> {
  clear(path)
  const opened = openNew(path)
  if (!opened.ok) return opened
  const db = opened.value
  try {
    // Written once and thrown away if anything fails: a log would only need the same room again.
    db.pragma('journal_mode = MEMORY')
    db.pragma('synchronous = OFF')
    const value = db.transaction(() => withoutTriggers(db, () => fill(db))).immediate()
    db.pragma('journal_mode = WAL')
    db.close()
    syncFileSync(path)
    return ok(value)
  } catch (error) {
    db.close()
    clear(path)
    return err(storageFailure(error))
  }
}

function clear(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
}

/** The triggers watch over what the program does; what is salvaged comes in by other ways. The columns' rules hold. */
function withoutTriggers<T>(db: Storage, work: () => T): T {
  const triggers = db.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`).all() as {
    name: string
    sql: string
  }[]
  for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`)
  const value = work()
  for (const { sql } of triggers) db.exec(sql)
  return value
}
