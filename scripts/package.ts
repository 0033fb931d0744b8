// node scripts/package.ts [--test-trust] [--release NUMBER] [--etc DIR] [--out DIR]: the Debian package of the totem's program, after the set-up.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Configuration, DIR_TARGET, Platform, build as pack } from 'electron-builder'
import { load } from 'js-yaml'
import { build, closure, electronDist, needsOldSqlite, OLD_ELECTRON_EXTERNAL } from './build.ts'
import { debianVersion, makeDeb } from './deb.ts'
import { etcIn } from './etc.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const json = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8'))

/** electron-builder packs no devDependency by itself, and this one is for an old Electron alone. */
const OLD_SQLITE = closure([OLD_ELECTRON_EXTERNAL])
const BINARY = ['**/*', '!prebuilds/!(linux-x64)/**', '!{src,doc,scripts,node_modules}/**', '!**/*.{map,md,ts,cts,mts}']

export interface PackageOptions {
  /** Folder for the package and what it is made of. */
  out: string
  /** The third kind of build: production that trusts a bench's cards and issuers. Its version and every screen say so. */
  testTrust?: boolean
  electron?: string
  /** Its number among the releases that totems take by themselves (contract/release.ts); null: none. */
  release?: number | null
  /** Files that each machine has in /etc (scripts/etc.ts). */
  etc?: ReadonlyMap<string, Buffer>
  /** Of zstd: 3 is quick, 19 small. */
  level?: number
}

export interface Packaged {
  deb: string
  version: string
  /** The program as electron-builder leaves it. */
  program: string
  electron: { version: string; pinned: boolean }
}

export async function makePackage({
  out,
  testTrust = false,
  electron = electronDist(),
  release = null,
  level = 12,
  etc = new Map(),
}: PackageOptions): Promise<Packaged> {
  const { version: numbers, released, devDependencies } = json('package.json')
  const electronVersion = readFileSync(path.join(electron, 'version'), 'utf8').trim().replace(/^v/, '')
  const pinned = electronVersion === devDependencies.electron
  // Only the pinned Electron may go to a totem, so that the name of any other package says what is in it.
  const named = [...(pinned ? [] : [`electron${electronVersion.split('.')[0]}`]), ...(testTrust ? ['test-trust'] : [])]
  const version = [numbers, ...named].join('-')
  const dist = path.join(out, 'dist')
  mkdirSync(out, { recursive: true })
  await build({ development: false, testTrust, electron, version, dist })

  const config = load(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8')) as Configuration & {
    files: string[]
  }
  const built = config.files.flatMap((pattern) => /^dist\/(.*)/.exec(pattern)?.[1] ?? [])
  const own: Configuration = {
    ...config,
    directories: { ...config.directories, output: out },
    electronDist: electron,
    electronVersion,
    extraMetadata: { main: 'dist/main/start.cjs', version },
    files: [
      ...config.files.filter((pattern) => !pattern.startsWith('dist/')),
      { from: dist, to: 'dist', filter: built },
      ...(needsOldSqlite(electron) ? OLD_SQLITE : []).map((folder) => ({ from: folder, to: folder, filter: BINARY })),
    ],
  }
  rmSync(path.join(out, 'linux-unpacked'), { recursive: true, force: true })
  // As a file: what is given otherwise is added to electron-builder.yml, which names another `dist`.
  const file = path.join(out, 'electron-builder.json')
  writeFileSync(file, JSON.stringify(own))
  const targets = Platform.LINUX.createTarget(DIR_TARGET)
  await pack({ projectDir: root, targets, publish: 'never', config: file })
  const program = path.join(out, 'linux-unpacked')
  const deb = path.join(out, `totem-polis_${debianVersion(version)}_amd64.deb`)
  const thirdParty = path.join(dist, 'THIRD-PARTY.txt')
  makeDeb({ program, thirdParty, version, release, released, work: path.join(out, 'deb'), deb, level, etc })
  return { deb, version, program, electron: { version: electronVersion, pinned } }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: path.join(root, 'release') },
      'test-trust': { type: 'boolean', default: false },
      release: { type: 'string' },
      etc: { type: 'string' },
    },
  })
  const release = values.release === undefined ? null : Number(values.release)
  if (release !== null && !Number.isInteger(release)) throw new Error('--release is a number')
  const { deb, electron } = await makePackage({
    out: path.resolve(values.out),
    testTrust: values['test-trust'],
    release,
    etc: values.etc === undefined ? new Map() : etcIn(path.resolve(values.etc)),
  })
  if (!electron.pinned)
    console.log(`Electron ${electron.version} in place of the pinned one: for a bench, for no totem`)
  console.log(deb)
}
