import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { access, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** For the owner alone, unless the caller says otherwise: most of what the programs keep is a key or a record. */
const PRIVATE = 0o600

/**
 * Writes a file so that a power cut leaves the old content or the new, never half of it: the content is on the disk
 * before it has its name, and so is the folder before this returns. `aside` is the name meanwhile.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  { mode = PRIVATE, aside = `${path}.new` }: { mode?: number; aside?: string } = {},
): Promise<void> {
  const file = await open(aside, 'w', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await putInPlace(aside, path)
}

/** Gives a file that is on the disk its name, for good. */
export async function putInPlace(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolderOf(to)
}

/** Puts on the disk which files have come to the folder of `path` and gone from it. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** `writeWhole` for a program that must not go on meanwhile: the repair of a store. */
export function writeWholeSync(path: string, content: string | Uint8Array, mode = PRIVATE): void {
  const aside = `${path}.new`
  writeFileSync(aside, content, { mode })
  syncFileSync(aside)
  putInPlaceSync(aside, path)
}

/** `putInPlace` for a program that must not go on meanwhile. */
export function putInPlaceSync(from: string, to: string): void {
  renameSync(from, to)
  syncFolderOfSync(to)
}

/** `syncFolderOf` for a program that must not go on meanwhile. */
export const syncFolderOfSync = (path: string): void => syncFileSync(dirname(path))

/** Puts on the disk what was written to a file or a folder. */
export function syncFileSync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The text of a file; null when it cannot be read, whatever the reason. */
export const contentOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)

/** True when a file or a folder is there. */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** A text that is another one after each change of the file; null when there is no file. */
export async function stampOf(path: string): Promise<string | null> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return null
  }
}
