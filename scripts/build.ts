// Builds the app into dist/: main process, preload, device process (esbuild), renderer (vite). Runs on Node 24.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type BuildOptions, build as bundle } from 'esbuild'
import { build as buildRenderer } from 'vite'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** Packages with native or WASM parts: they stay files beside the bundles (scripts/stage.ts, electron-builder.yml). */
export const EXTERNALS = ['@hyzyla/pdfium', 'better-sqlite3', 'node-hid', 'pcsc-mini']
/** Replaces better-sqlite3 in an old Electron; never in a package. */
const OLD_ELECTRON_EXTERNAL = '@photostructure/sqlite'

const INPUTS = [
  'basics',
  'contract',
  'catalogue',
  'trust',
  'main',
  'native',
  'renderer',
  'assets',
  'scripts',
  'package.json',
  'package-lock.json',
]

/** Folder of the Electron that the set-up (scripts/setup.mjs) has found. */
export const electronDist = (): string => readFileSync(path.join(root, '.bench/electron-dist'), 'utf8')

/**
 * True for an Electron whose Node-API (9) is older than the one that better-sqlite3 13 needs (10): it crashes there.
 */
export function needsOldSqlite(electronDist: string): boolean {
  const version = readFileSync(path.join(electronDist, 'version'), 'utf8').trim().replace(/^v/, '')
  return Number(version.split('.')[0]) < 35
}

interface Mode {
  development: boolean
  oldSqlite: boolean
}

function fingerprint(mode: Mode): string {
  const hash = createHash('sha256').update(JSON.stringify(mode))
  for (const input of INPUTS.map((name) => path.join(root, name)).filter((name) => existsSync(name))) {
    const entries = readdirSync(path.dirname(input), { withFileTypes: true }).find(
      (e) => e.name === path.basename(input),
    )
    const files = entries?.isDirectory()
      ? readdirSync(input, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
          .map((entry) => path.join(entry.parentPath, entry.name))
          .sort()
      : [input]
    for (const file of files)
      hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

interface BuildMode {
  /** Keeps the bench's doors (contract/config.ts `bench`), which a packaged build cuts out (invariant 9). */
  development: boolean
  /** Folder of the Electron that will run it; a packaged build is for the pinned one. */
  electron?: string
  dist?: string
}

/** Builds `dist` unless it matches the sources already; true when it built. */
export async function build({ development, electron, dist = path.join(root, 'dist') }: BuildMode): Promise<boolean> {
  const stamp = path.join(dist, '.built')
  const mode: Mode = { development, oldSqlite: electron !== undefined && needsOldSqlite(electron) }
  const wanted = fingerprint(mode)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false
  for (const part of ['.built', 'main', 'native']) rmSync(path.join(dist, part), { recursive: true, force: true })

  const shared: BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: {
      __DEVELOPMENT__: String(development),
      'process.env.NODE_ENV': development ? '"development"' : '"production"',
      // Packages written as modules find their files by it, and a CommonJS bundle has none.
      'import.meta.url': '__moduleUrl',
    },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href" },
    external: ['electron', ...EXTERNALS, OLD_ELECTRON_EXTERNAL],
    ...(mode.oldSqlite && { alias: { 'better-sqlite3': './scripts/electron-runtime/sqlite-for-electron-33.ts' } }),
    sourcemap: development,
    minifySyntax: true,
    // @sealsystems/ipp recognises its deferred attributes by the name of a function.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
  }
  await Promise.all([
    bundle({ ...shared, entryPoints: ['main/index.ts'], outfile: path.join(dist, 'main/index.cjs') }),
    // The sandboxed preload has no `node:url`, and no module that needs its own address.
    bundle({
      ...shared,
      entryPoints: ['main/shell/preload.ts'],
      outfile: path.join(dist, 'main/preload.cjs'),
      banner: {},
      external: ['electron'],
    }),
    bundle({ ...shared, entryPoints: ['native/index.ts'], outfile: path.join(dist, 'native/index.cjs') }),
    bundle({
      ...shared,
      entryPoints: ['native/printer/image/worker.ts'],
      outfile: path.join(dist, 'native/pdf-worker.cjs'),
    }),
    buildRenderer({
      configFile: path.join(root, 'renderer/vite.config.ts'),
      // The page is read from the disk at once; the warning about chunk sizes is for pages that come over a network.
      build: { outDir: path.join(dist, 'renderer'), chunkSizeWarningLimit: 5_000 },
      logLevel: 'warn',
    }),
  ])
  writeFileSync(stamp, wanted)
  return true
}

// node scripts/build.ts [--production]: without it, a development build for the Electron that the set-up has found.
if (import.meta.main) {
  const { values } = parseArgs({ options: { production: { type: 'boolean', default: false } } })
  const built = await build(
    values.production ? { development: false } : { development: true, electron: electronDist() },
  )
  console.log(built ? 'dist/ built' : 'dist/ is up to date')
}
