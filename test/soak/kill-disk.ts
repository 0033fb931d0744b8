import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A file of SQLite may go while it is looked for. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (failure) {
    if ((failure as { code?: unknown }).code === 'ENOENT') return ''
    throw failure
  }
}

export function filesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}
