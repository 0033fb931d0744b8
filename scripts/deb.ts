// The Debian package out of electron-builder's folder, by dpkg-deb: the same bytes for the same program, wherever and
// whenever it is made.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** By it a program knows its number (main/update/places.ts). */
const NUMBER_FILE = 'RELEASE'

const system = fileURLToPath(new URL('../assets/system', import.meta.url))
const PROGRAM = 'usr/lib/totem-polis'

/** Files of assets/system, and where they lie on a totem. */
export const PLACES: Record<string, string> = {
  totem: 'usr/bin/totem',
  'run-program': 'usr/libexec/totem-polis/run-program',
  'count-start': 'usr/libexec/totem-polis/count-start',
  'totem-polis.service': 'usr/lib/systemd/system/totem-polis.service',
  'totem-polis-update.service': 'usr/lib/systemd/system/totem-polis-update.service',
  'totem-polis-update.path': 'usr/lib/systemd/system/totem-polis-update.path',
  'totem-polis.sysusers': 'usr/lib/sysusers.d/totem-polis.conf',
  'totem-polis.tmpfiles': 'usr/lib/tmpfiles.d/totem-polis.conf',
  'totem-polis.udev': 'usr/lib/udev/rules.d/70-totem-polis.rules',
  'totem-polis.journald': 'usr/lib/systemd/journald.conf.d/totem-polis.conf',
  'totem-polis.system': 'usr/lib/systemd/system.conf.d/totem-polis.conf',
  'totem-polis-polkit.rules': 'usr/share/polkit-1/rules.d/50-totem-polis.rules',
  'debian/copyright': 'usr/share/doc/totem-polis/copyright',
}

/**
 * Not on a totem: Debian lets every user make user namespaces, so that Chromium's sandbox needs no file that becomes
 * root; and Electron's own first page, which nobody shall see.
 */
const LEFT_OUT = ['chrome-sandbox', 'resources/default_app.asar']

/** What the system's loader or a shell starts; everything else is read. */
const EXECUTABLE =
  /^(usr\/bin\/totem|usr\/libexec\/totem-polis\/[\w-]+|usr\/lib\/totem-polis\/(totem-polis|chrome_crashpad_handler)|DEBIAN\/(post|pre)\w+)$/

export interface DebOptions {
  /** electron-builder's `linux-unpacked`. */
  program: string
  /** Licences of what the program packs. */
  thirdParty: string
  /** As semver says it. */
  version: string
  /** Its number among the releases; null: none. */
  release: number | null
  /** Day of the release: every file's time. */
  released: string
  /** Folder in which the package is laid out; it is emptied first. */
  work: string
  deb: string
  /** Of zstd. */
  level: number
  /** Files that each machine has in /etc, by their place there (scripts/etc.ts). */
  etc?: ReadonlyMap<string, Buffer>
}

/** A version that is none of the three numbers alone comes before them: 0.1.0-test-trust is 0.1.0~test.trust there. */
export const debianVersion = (version: string): string => {
  const [numbers = '', ...named] = version.split('-')
  return named.length === 0 ? numbers : `${numbers}~${named.join('.')}`
}

/** Makes the package. Who makes it, in which time zone and with which umask leaves no trace. */
export function makeDeb({ program, thirdParty, version, release, released, work, deb, level, etc }: DebOptions): void {
  rmSync(work, { recursive: true, force: true })
  cpSync(program, path.join(work, PROGRAM), { recursive: true })
  for (const name of LEFT_OUT) rmSync(path.join(work, PROGRAM, name), { force: true })
  copyFileSync(thirdParty, path.join(work, PROGRAM, 'THIRD-PARTY.txt'))
  if (release !== null) writeFileSync(path.join(work, PROGRAM, NUMBER_FILE), `${release}\n`)
  for (const [from, to] of Object.entries(PLACES)) {
    mkdirSync(path.dirname(path.join(work, to)), { recursive: true })
    copyFileSync(path.join(system, from), path.join(work, to))
  }
  for (const [place, bytes] of etc ?? []) {
    mkdirSync(path.dirname(path.join(work, 'etc', place)), { recursive: true })
    writeFileSync(path.join(work, 'etc', place), bytes)
  }
  const packed = filesIn(work)
  const meta = path.join(work, 'DEBIAN')
  mkdirSync(meta)
  for (const script of ['postinst', 'prerm']) copyFileSync(path.join(system, 'debian', script), path.join(meta, script))
  const sizes = packed.map((file) => readFileSync(path.join(work, file)))
  const kib = Math.ceil(sizes.reduce((sum, { length }) => sum + length, 0) / 1024)
  const control = readFileSync(path.join(system, 'debian/control'), 'utf8')
  writeFileSync(
    path.join(meta, 'control'),
    control.replace('@VERSION@', debianVersion(version)).replace('@KIB@', String(kib)),
  )
  // What a machine has changed of them stays.
  if (etc && etc.size > 0)
    writeFileSync(path.join(meta, 'conffiles'), [...etc.keys()].map((place) => `/etc/${place}\n`).join(''))
  const sums = packed.map(
    (file, at) =>
      `${createHash('md5')
        .update(sizes[at] ?? '')
        .digest('hex')}  ${file}\n`,
  )
  writeFileSync(path.join(meta, 'md5sums'), sums.join(''))

  const epoch = Date.parse(`${released}T00:00:00Z`) / 1000
  for (const file of filesIn(work)) {
    chmodSync(path.join(work, file), EXECUTABLE.test(file) ? 0o755 : 0o644)
    lutimesSync(path.join(work, file), epoch, epoch)
  }
  for (const folder of foldersIn(work)) {
    chmodSync(folder, 0o755)
    lutimesSync(folder, epoch, epoch)
  }
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', `-z${level}`, '--build', work, deb], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

const entriesIn = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true })

const filesIn = (folder: string): string[] =>
  entriesIn(folder)
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()

const foldersIn = (folder: string): string[] => [
  folder,
  ...entriesIn(folder)
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name)),
]
