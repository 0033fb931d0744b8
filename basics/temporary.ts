import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A path that every program takes: pcscd's configuration knows no blanks and no letters outside ASCII, and the path of
 * a Unix socket has room for 107 bytes.
 */
const PLAIN = /^[\x21-\x7e]{1,48}$/

/** The system's temporary folder; `/tmp` where its path is not plain. */
const temporaryFolder = (): string => (PLAIN.test(tmpdir()) ? tmpdir() : '/tmp')

/**
 * Makes a folder of this process alone in the temporary folder, for the caller to remove. Folders of the same name go,
 * when the process that made them was killed and could not remove them.
 */
export function ownFolder(name: string): string {
  const parent = temporaryFolder()
  for (const entry of readdirSync(parent)) {
    const [, made, pid] = entry.match(/^(.+)-(\d+)-[A-Za-z0-9]{6}$/) ?? []
    if (made !== name || isAlive(Number(pid))) continue
    try {
      rmSync(join(parent, entry), { recursive: true, force: true })
    } catch {
      // Another user's: that user removes it.
    }
  }
  return mkdtempSync(join(parent, `${name}-${process.pid}-`))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code === 'EPERM'
  }
}
