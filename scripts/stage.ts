// Puts the built app and its Electron where an ordinary user can run them. A checkout may lie in a home folder that
// nobody else may enter, and Electron never runs as root here.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ownFolder } from '../basics/temporary.ts'
import { closure, EXTERNALS, electronDist, needsOldSqlite } from './build.ts'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

const READABLE = 0o444

/** A hard link shares its modes with the file: where others may not read that, they need a copy. */
function isLinked(source: string, target: string): boolean {
  if ((statSync(source).mode & READABLE) !== READABLE) return false
  try {
    linkSync(source, target)
    return true
  } catch {
    return false
  }
}

/** Hard links where the file system allows it (250 MB in no time), copies elsewhere. */
function link(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isDirectory()) {
      // A package's own node_modules are in the closure, if they are needed.
      if (entry.name !== 'node_modules') link(source, target)
    } else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else if (!isLinked(source, target)) {
      copyFileSync(source, target)
      chmodSync(target, statSync(source).mode | READABLE)
    }
  }
}

export interface Stage {
  /** The caller removes it. */
  folder: string
  /** Electron's first argument. */
  app: string
  /** Electron's executable. */
  electron: string
}

/**
 * Lays out dist/ with its Electron under the system's temp folder. Everybody can read it, because there is no secret in
 * it.
 */
export function stage(electron = electronDist()): Stage {
  const folder = ownFolder('totem-stage')
  try {
    return layOut(folder, electron)
  } catch (failure) {
    rmSync(folder, { recursive: true, force: true })
    throw failure
  }
}

function layOut(folder: string, electron: string): Stage {
  chmodSync(folder, 0o755)
  const app = path.join(folder, 'app')
  cpSync(path.join(root, 'dist'), path.join(app, 'dist'), { recursive: true })
  cpSync(path.join(root, 'assets/fonts'), path.join(app, 'assets/fonts'), { recursive: true })
  copyFileSync(path.join(root, 'package.json'), path.join(app, 'package.json'))
  const packages = EXTERNALS.map((name) =>
    name === 'better-sqlite3' && needsOldSqlite(electron) ? '@photostructure/sqlite' : name,
  )
  for (const at of closure(packages)) link(path.join(root, at), path.join(app, at))
  link(electron, path.join(folder, 'electron'))
  return { folder, app, electron: path.join(folder, 'electron', 'electron') }
}
