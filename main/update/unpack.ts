import { spawn } from 'node:child_process'
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Parser, type ReadEntry } from 'tar'
import { syncFileSync } from '../../basics/files.ts'
import type { ReleaseRefusal } from '../../contract/release-refusals.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/** Of a package only this is taken: units, rules and commands belong to the system, which comes by apt or as an image. */
const PROGRAM = 'usr/lib/totem-polis'
/** Three times the program of today, which has 115 files and 280 MB. */
const MOST_BYTES = 900_000_000
const MOST_ENTRIES = 5_000
const SPECIAL_BITS = 0o7000

export interface UnpackOptions {
  /** False when so many bytes more leave too little for citizens' requests. */
  room(bytes: number): boolean
  mostBytes?: number
}

type Refused = { kind: ReleaseRefusal }

/**
 * Unpacks the program of a Debian package into `folder`, which is not there yet, and puts every byte on the disk. SECURITY:
 * its signature was checked before, and yet it may hold nothing but files and folders under their own names: no link, no
 * device, no name that leads out, no more than `mostBytes`. On a refusal the folder is left half-filled for the caller to
 * remove.
 */
export async function unpackProgram(
  deb: string,
  folder: string,
  { room, mostBytes = MOST_BYTES }: UnpackOptions,
): Promise<Result<null, Refused>> {
  let refused: ReleaseRefusal | null = null
  let [bytes, entries] = [0, 0]
  const folders = new Set<string>()

  function take(entry: ReadEntry): void {
    // What is not read is skipped; a handler must not throw into the parser.
    try {
      refused ??= takeEntry(entry)
    } catch (failure) {
      refused ??= reasonOf(failure)
    }
    if (refused) archive.kill('SIGKILL')
    entry.resume()
  }

  function takeEntry(entry: ReadEntry): ReleaseRefusal | null {
    const name = nameIn(entry.path)
    if (name === null) return 'entry-outside'
    if (entry.type === 'Link' || entry.type === 'SymbolicLink') return 'entry-link'
    const isFolder = entry.type === 'Directory'
    if (!isFolder && entry.type !== 'File' && entry.type !== 'OldFile') return 'entry-special'
    if (((entry.mode ?? 0) & SPECIAL_BITS) !== 0) return 'entry-special'
    bytes += entry.size
    if (++entries > MOST_ENTRIES || bytes > mostBytes) return 'too-large'
    if (!name.startsWith(`${PROGRAM}/`)) return null
    if (!room(entry.size)) return 'no-room'
    const path = join(folder, name.slice(PROGRAM.length + 1))
    if (isFolder) makeFolder(path)
    else writeEntry(entry, path)
    return null
  }

  function makeFolder(path: string): void {
    if (path !== folder && !folders.has(dirname(path))) makeFolder(dirname(path))
    if (folders.has(path)) return
    mkdirSync(path, { mode: 0o755 })
    folders.add(path)
  }

  function writeEntry(entry: ReadEntry, path: string): void {
    makeFolder(dirname(path))
    // A name that comes twice is refused by it.
    const file = openSync(path, 'wx', ((entry.mode ?? 0) & 0o100) === 0 ? 0o644 : 0o755)
    let open = true
    const done = (failure?: unknown) => {
      if (!open) return
      open = false
      try {
        if (!failure) fsyncSync(file)
      } catch (unsynced) {
        refused ??= reasonOf(unsynced)
      }
      closeSync(file)
      if (failure) refused ??= reasonOf(failure)
    }
    entry.on('data', (chunk: Buffer) => {
      if (!open) return
      try {
        writeSync(file, chunk)
      } catch (failure) {
        done(failure)
        archive.kill('SIGKILL')
      }
    })
    entry.on('end', () => done())
  }

  const archive = spawn('dpkg-deb', ['--fsys-tarfile', deb], { stdio: ['ignore', 'pipe', 'ignore'] })
  const parser = new Parser({ strict: true, maxMetaEntrySize: 64 * 1024 })
  parser.on('entry', take)
  // Kinds that the parser itself would pass over.
  parser.on('ignoredEntry', take)
  const parsed = new Promise<void>((resolve) => {
    parser.on('end', () => resolve())
    parser.on('error', () => {
      refused ??= 'archive-damaged'
      archive.kill('SIGKILL')
      resolve()
    })
  })
  const ended = new Promise<number | null>((resolve) => {
    archive.on('error', () => resolve(null))
    archive.on('close', resolve)
  })
  archive.stdout.on('data', (chunk: Buffer) => void (refused ?? parser.write(chunk)))
  const code = await ended
  if (refused === null) parser.end()
  if (refused === null) await parsed
  if (refused !== null) return err({ kind: refused })
  if (code !== 0 || !folders.has(folder)) return err({ kind: 'archive-damaged' })
  try {
    for (const each of folders) syncFileSync(each)
    syncFileSync(dirname(folder))
  } catch (failure) {
    return err({ kind: reasonOf(failure) })
  }
  return ok(null)
}

/** A name within the package, without its `./`; null for one that leads elsewhere. */
function nameIn(path: string): string | null {
  const name = path.replace(/^\.\//, '').replace(/\/+$/, '')
  if (name === '' || name === '.') return ''
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (name.startsWith('/') || name.includes('\\') || /[\x00-\x1f\x7f]/.test(name)) return null
  return name.split('/').some((part) => part === '' || part === '.' || part === '..') ? null : name
}

/** An error of the disk by its name; any other is a bug. */
export function reasonOf(failure: unknown): ReleaseRefusal {
  const { code } = failure as NodeJS.ErrnoException
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR') return 'archive-damaged'
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no-room'
  if (code === undefined) throw failure
  return 'not-stored'
}
