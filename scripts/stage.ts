// Puts the built app and its Electron where an ordinary user can run them. A checkout may lie in a home folder that
// nobody else may enter, and Electron never runs as root here.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXTERNALS, electronDist, needsOldSqlite } from './build.ts'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** Folders (relative to the root) of these packages and of all that they need at run time, as npm placed them. */
function closure(names: readonly string[]): string[] {
  const found = new Set<string>()
  const visit = (name: string, from: string, optional: boolean) => {
    let at = from
    for (;;) {
      const folder = path.join(at, 'node_modules', name)
      if (existsSync(path.join(root, folder, 'package.json'))) {
        if (found.has(folder)) return
        found.add(folder)
        const manifest = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))
        for (const needed of Object.keys(manifest.dependencies ?? {})) visit(needed, folder, false)
        for (const needed of Object.keys(manifest.optionalDependencies ?? {})) visit(needed, folder, true)
        return
      }
      if (at === '.') break
      at = path.dirname(at)
    }
    if (!optional) throw new Error(`${name} (needed in ${from}) is not installed`)
  }
  for (const name of names) visit(name, '.', false)
  return [...found]
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
    else {
      try {
        linkSync(source, target)
      } catch {
        copyFileSync(source, target)
      }
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
  const folder = mkdtempSync(path.join(tmpdir(), 'totem-stage-'))
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
