// Builds into dist/: main process, preload, device process (esbuild), renderer and console (vite). Runs on Node 24.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type BuildOptions, type BuildResult, build as bundle, type Plugin as EsbuildPlugin } from 'esbuild'
import { build as buildPage, type Plugin } from 'vite'
import { makeCodeCache } from './code-cache.ts'
import { packageOf, thirdParty } from './licences.ts'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** Packages with native or WASM parts: they stay files beside the bundles (scripts/stage.ts, electron-builder.yml). */
export const EXTERNALS = ['@hyzyla/pdfium', 'better-sqlite3', 'node-hid', 'pcsc-mini']
/** Replaces better-sqlite3 in an old Electron; never in a package for a totem. */
export const OLD_ELECTRON_EXTERNAL = '@photostructure/sqlite'

const INPUTS = [
  'basics',
  'contract',
  'catalogue',
  'trust',
  'main',
  'native',
  'commands',
  'gateway/verify',
  'renderer',
  'console',
  'assets',
  'scripts',
  'package.json',
  'package-lock.json',
]

/** Folder of the Electron that the set-up (scripts/setup.mjs) has found. */
export const electronDist = (): string => readFileSync(path.join(root, '.bench/electron-dist'), 'utf8')

const versionOf = (electronDist: string): string =>
  readFileSync(path.join(electronDist, 'version'), 'utf8').trim().replace(/^v/, '')

/** Folder of the Electron that package.json names; null where it could not be downloaded. */
function pinnedElectron(): string | null {
  const folder = path.join(root, 'node_modules/electron')
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const dist = path.join(folder, 'dist')
  const isThere = existsSync(path.join(dist, 'electron')) && existsSync(path.join(dist, 'version'))
  return isThere && versionOf(dist) === version ? dist : null
}

/**
 * True for an Electron whose Node-API (9) is older than the one that better-sqlite3 13 needs (10): it crashes there.
 */
export function needsOldSqlite(electronDist: string): boolean {
  return Number(versionOf(electronDist).split('.')[0]) < 35
}

/** Folders (relative to the root) of these packages and of all that they need at run time, as npm placed them. */
export function closure(names: readonly string[]): string[] {
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

interface Mode {
  development: boolean
  testTrust: boolean
  version: string
  oldSqlite: boolean
  /** The Electron for which it is compiled ahead. */
  compiledBy: string | null
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
  /**
   * Production in everything but trust: a bench's cards and issuers are good, and a bench may drive it. Version and
   * screen say so.
   */
  testTrust?: boolean
  /**
   * Folder of the Electron that will run it, which also compiles main's bundle ahead; a packaged build is for the pinned
   * one, and is compiled ahead where that one is installed.
   */
  electron?: string
  /** The program's own, where it is not that of package.json. */
  version?: string
  dist?: string
}

const inputsOf = ({ metafile }: BuildResult) => Object.keys(metafile?.inputs ?? {})

/** Collects the modules that vite puts into the page. */
function moduleList(): { modules: string[]; plugin: Plugin } {
  const modules: string[] = []
  return {
    modules,
    plugin: {
      name: 'module-list',
      generateBundle: (_options, bundle) =>
        void modules.push(
          ...Object.values(bundle).flatMap((part) =>
            part.type === 'chunk'
              ? part.moduleIds
              : part.originalFileNames.map((name) => path.resolve(root, 'renderer', name)),
          ),
        ),
    },
  }
}

/** package.json with the program's own version, which the readiness report names, and without what the project is made by. */
const manifestOf = (version: string): EsbuildPlugin => ({
  name: 'manifest',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/]package[.]json$/ }, ({ path: file }) =>
      path.dirname(file) === root
        ? { contents: JSON.stringify({ ...told(JSON.parse(readFileSync(file, 'utf8'))), version }), loader: 'json' }
        : undefined,
    ),
})

const told = ({ dependencies, devDependencies, scripts, ...rest }: Record<string, unknown>) => rest

/**
 * Escapes what is left of other letters: esbuild has done so in texts, and not in comments, regular expressions and tagged
 * templates (ours become regular expressions, which read such an escape). One of them makes V8 hold the whole bundle with two
 * bytes a letter, which a start waits for. basics/compiled.ts reads each of its bundles as ASCII, so each must come by here.
 */
function inAscii(bundle: string): void {
  const written = readFileSync(bundle, 'utf8')
  if (/(?<!\\)(?:\\\\)*\\[^\0-\x7f]/.test(written))
    throw new Error(`${bundle} has a letter behind a backslash, which would take the escape's away`)
  const escaped = written.replaceAll(
    /[^\0-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  writeFileSync(bundle, escaped)
}

/** Builds `dist` unless it matches the sources already; true when it built. */
export async function build({
  development,
  testTrust = false,
  electron,
  version = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version as string,
  dist = path.join(root, 'dist'),
}: BuildMode): Promise<boolean> {
  const stamp = path.join(dist, '.built')
  const compiler = electron ?? pinnedElectron()
  const mode: Mode = {
    development,
    testTrust,
    version,
    oldSqlite: electron !== undefined && needsOldSqlite(electron),
    compiledBy: compiler && versionOf(compiler),
  }
  const wanted = fingerprint(mode)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false
  for (const part of ['.built', 'main', 'native']) rmSync(path.join(dist, part), { recursive: true, force: true })

  /** zod's own messages in sixty languages, a tenth of main: nobody reads them, since the screens have their own. */
  const withoutLocales: EsbuildPlugin = {
    name: 'without-zod-locales',
    setup: ({ onLoad }) =>
      onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
        contents: "export { default as en } from './en.js'",
      })),
  }
  const shared: BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: {
      __DEVELOPMENT__: String(development),
      __TEST_TRUST__: String(testTrust),
      'process.env.NODE_ENV': development ? '"development"' : '"production"',
      // Packages written as modules find their files by it, and a CommonJS bundle has none.
      'import.meta.url': '__moduleUrl',
    },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href" },
    external: ['electron', ...EXTERNALS, OLD_ELECTRON_EXTERNAL],
    ...(mode.oldSqlite && { alias: { 'better-sqlite3': './scripts/electron-runtime/sqlite-for-electron-33.ts' } }),
    sourcemap: development,
    minifySyntax: true,
    plugins: [withoutLocales, manifestOf(version)],
    // scripts/licences.ts gathers all licences in one file.
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  }
  /**
   * @sealsystems/ipp recognises its deferred attributes by the name of a function. A start would pay for every name, and main
   * has no such package: what @peculiar/asn1-schema asks of names, esbuild leaves as it is.
   */
  const withPrinters: BuildOptions = { ...shared, keepNames: true }
  const inPage = moduleList()
  const bundled = await Promise.all([
    bundle({ ...shared, entryPoints: ['main/load.ts'], outfile: path.join(dist, 'main/index.cjs'), banner: {} }),
    bundle({ ...shared, entryPoints: ['main/index.ts'], outfile: path.join(dist, 'main/totem.cjs') }),
    // The sandboxed preload has no `node:url`, and no module that needs its own address.
    bundle({
      ...shared,
      entryPoints: ['main/shell/preload.ts'],
      outfile: path.join(dist, 'main/preload.cjs'),
      banner: {},
      external: ['electron'],
    }),
    bundle({ ...shared, entryPoints: ['native/load.ts'], outfile: path.join(dist, 'native/index.cjs'), banner: {} }),
    bundle({ ...withPrinters, entryPoints: ['native/index.ts'], outfile: path.join(dist, 'native/devices.cjs') }),
    bundle({
      ...shared,
      entryPoints: ['native/printer/image/worker.ts'],
      outfile: path.join(dist, 'native/pdf-worker.cjs'),
    }),
    // The technician's command line lies beside the device process, whose parts it uses in a process of its own.
    bundle({
      ...withPrinters,
      entryPoints: ['commands/run.ts'],
      outfile: path.join(dist, 'native/totem.cjs'),
      define: { ...shared.define, __PACKAGED__: 'true' },
    }),
    bundle({
      ...shared,
      entryPoints: ['main/shell/start.ts'],
      outfile: path.join(dist, 'main/start.cjs'),
    }),
  ])
  // `totem verify` reads codes by it.
  copyFileSync(
    createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'),
    path.join(dist, 'native/zxing_reader.wasm'),
  )
  for (const bundle of ['main/totem', 'native/devices']) {
    inAscii(path.join(dist, `${bundle}.cjs`))
    if (compiler) makeCodeCache(path.join(dist, bundle), compiler)
  }
  // A test runner sets NODE_ENV, and vite would then put React's development build into the page.
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  await buildPage({
    configFile: path.join(root, 'renderer/vite.config.ts'),
    plugins: [inPage.plugin],
    define: { __TEST_TRUST__: String(testTrust) },
    // The page is read from the disk at once; the warning about chunk sizes is for pages that come over a network.
    build: { outDir: path.join(dist, 'renderer'), chunkSizeWarningLimit: 5_000 },
    logLevel: 'warn',
  })
    // The operators' page and that of the public figures are the gateway's, which runs from here; a totem's package has no place for them.
    .then(async () => {
      if (!development) return
      for (const [folder, page] of [
        ['console', 'console'],
        ['console/polis', 'polis'],
      ] as const) {
        const configFile = path.join(root, folder, 'vite.config.ts')
        await buildPage({ configFile, build: { outDir: path.join(dist, page) }, logLevel: 'warn' })
      }
    })
    .finally(() => {
      if (NODE_ENV === undefined) delete process.env.NODE_ENV
      else process.env.NODE_ENV = NODE_ENV
    })
  const files = [...bundled.flatMap(inputsOf), ...inPage.modules]
  const packages = [...files.map(packageOf).filter((folder) => folder !== null), ...closure(EXTERNALS)]
  writeFileSync(path.join(dist, 'THIRD-PARTY.txt'), thirdParty(packages.map((folder) => path.resolve(root, folder))))
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
