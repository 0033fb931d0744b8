import { chownSync, existsSync, linkSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { putInPlaceSync, syncFileSync, syncFolderOfSync, writeWholeSync } from '../../basics/files.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type Storage, type StorageFailure, storageFailure } from './database.ts'
import { type FoundRow, foundRows, isFullLength } from './pages.ts'

/**
 * The result of a repair. `salvaged` and `lost` count requests or entries, as the store does; `lost` is null when
 * nobody can tell. `reason` is the code of what was wrong.
 */
export type Repaired = { salvaged: number; lost: number | null; reason: string }

/**
 * Puts rows of a damaged file into a new one, whose triggers are off meanwhile. The rows come in any order, perhaps
 * wrong, perhaps of an older schema: each one is treated as if a stranger had sent it.
 */
export type Salvage = (rows: Iterable<FoundRow>, into: Storage) => Pick<Repaired, 'salvaged' | 'lost'>

const markerOf = (path: string) => `${path}-repairing`

/** True when a power cut interrupted a repair: the file at `path` must not be opened. */
export const isUnderRepair = (path: string): boolean => existsSync(markerOf(path))

/**
 * Sets the damaged files aside (`<path>.damaged-<time>`, and its log). The program never deletes them; only a person
 * may. A new file then takes their place, with everything that can be read of them. A power cut at any moment leaves a
 * marker behind, and the next start begins again from the damaged files. Without room for a copy the new file is empty,
 * and the damaged ones wait for a technician.
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
 * Brings what can be read of `damaged`, which an earlier repair has set aside, back into the file at `path`; there was
 * no room for it then, say. Its rows are numbered before those recorded since, and the later rows win where both know
 * an operation. Nothing is touched unless all of it has a place, and the file at `path` is set aside like a damaged
 * one. Counts both. The log of the file at `path` must be empty: then one rename is all, and a power cut leaves the one
 * or the other.
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

/** The later rows come first and are numbered on from the earlier ones. */
function* together(earlier: Rows, later: Rows): Generator<FoundRow> {
  let last = 0
  for (const { seq } of earlier) if (Number.isSafeInteger(seq)) last = Math.max(last, seq)
  for (const { seq, values } of later) yield { seq: last + seq, values }
  yield* earlier
}

function replace(path: string): void {
  // A technician may do this as root; the file still belongs to the totem's user.
  const before = statSync(path, { throwIfNoEntry: false })
  if (before && before.uid !== process.getuid?.()) chownSync(`${path}.new`, before.uid, before.gid)
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  putInPlaceSync(`${path}.new`, path)
}

/** The name of the damaged file, set aside by this repair or by the one that was interrupted. */
function setAside(path: string): string {
  const marker = markerOf(path)
  if (existsSync(marker)) return join(dirname(path), readFileSync(marker, 'utf8'))
  const damaged = nameAgain(path)
  writeWholeSync(marker, basename(damaged))
  return damaged
}

/** Gives the files a second name each: nothing is moved before it is known by another name. */
function nameAgain(path: string): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  let damaged = `${path}.damaged-${time}`
  for (let n = 2; existsSync(damaged) || existsSync(`${damaged}-wal`); n++) damaged = `${path}.damaged-${time}-${n}`
  for (const suffix of ['-wal', '']) if (existsSync(path + suffix)) linkSync(path + suffix, damaged + suffix)
  syncFolderOfSync(path)
  return damaged
}

/** Makes a new file that is whole and on the disk, or none. */
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
    // The file is written once and thrown away if anything fails: a log would only need the same room again.
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

/**
 * Triggers check the program's own statements; salvaged rows come in by other ways. The rules of the columns still
 * hold.
 */
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
