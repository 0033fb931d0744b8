import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { releaseMachine } from '../../contract/release.ts'
import { NUMBER_FILE } from '../../main/update/places.ts'
import { only, unpack } from './debian.ts'
import { makeUki } from './uki.ts'

const assets = fileURLToPath(new URL('../../assets/system/image', import.meta.url))

/** Files of assets/system/image, and where they lie. */
const PLACES: Record<string, string> = {
  fstab: 'etc/fstab',
  network: 'etc/systemd/network/10-wired.network',
  tmpfiles: 'usr/lib/tmpfiles.d/totem-polis-image.conf',
  'verity-hook': 'etc/initramfs-tools/hooks/verity',
  'verity-open': 'etc/initramfs-tools/scripts/local-top/verity',
  'emergency.service': 'etc/systemd/system/emergency.service',
  healthy: 'usr/libexec/totem-polis/healthy',
  'totem-polis-healthy.service': 'usr/lib/systemd/system/totem-polis-healthy.service',
  slots: 'usr/libexec/totem-polis/slots',
  'system-written': 'usr/libexec/totem-polis/system-written',
  'rauc-service.conf': 'etc/systemd/system/rauc.service.d/slots.conf',
  'rauc-dbus.conf': 'etc/dbus-1/system.d/totem-polis.conf',
}
const EXECUTABLE = ['verity-hook', 'verity-open', 'healthy', 'slots', 'system-written']
/** What a machine that takes other systems knows (scripts/etc.ts). */
const MACHINE = ['etc/totem-polis-update.json', 'etc/totem-polis-release.pem']
const UNITS = ['systemd-networkd', 'systemd-resolved', 'systemd-timesyncd', 'seatd', 'totem-polis-healthy']
/**
 * Restarts after three seconds what has stopped; the totem's own screen comes first on the console. `systemd.verity=no`: the
 * initrd has opened the root, and systemd would wait for partitions that are called by the hash.
 */
const COMMAND_LINE = 'root=/dev/mapper/root rootfstype=erofs ro systemd.volatile=state systemd.verity=no panic=3 quiet'
const MIB = 1_048_576

/** A system that a machine can start: its file system, the tree of its hashes, and the program of the firmware. */
export interface System {
  version: string
  root: string
  tree: string
  rootHash: string
  uki: string
}

export interface Addition {
  /** Files by their place, with their modes. */
  files: Record<string, { content: string; mode?: number }>
  units: readonly string[]
  commandLine: string
}

/** Lays the root of a totem's system out in `folder`: Debian, the package, and what makes it read-only. Needs root. */
export function layOut(folder: string, archive: string, deb: string, more: Addition | null = null): void {
  unpack(archive, folder)
  const inside = (...command: string[]) =>
    execFileSync('unshare', ['--mount', '--pid', '--fork', `--root=${folder}`, '--mount-proc', '--', ...command], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  copyFileSync(deb, path.join(folder, 'tmp/totem-polis.deb'))
  inside('dpkg', '--install', '/tmp/totem-polis.deb')
  rmSync(path.join(folder, 'tmp/totem-polis.deb'))
  const put = (to: string, write: (file: string) => void, mode = 0o644) => {
    const file = path.join(folder, to)
    mkdirSync(path.dirname(file), { recursive: true })
    write(file)
    chmodSync(file, mode)
  }
  for (const [from, to] of Object.entries(PLACES)) {
    const mode = EXECUTABLE.includes(from) ? 0o755 : 0o644
    put(to, (file) => copyFileSync(path.join(assets, from), file), mode)
  }
  if (MACHINE.every((file) => existsSync(path.join(folder, file)))) {
    const settings = readFileSync(path.join(assets, 'rauc.conf'), 'utf8')
    put('etc/rauc/system.conf', (file) => writeFileSync(file, settings.replace('@COMPATIBLE@', kindOf(folder))))
  }
  for (const [to, { content, mode }] of Object.entries(more?.files ?? {}))
    put(to, (file) => writeFileSync(file, content), mode)
  writeFileSync(path.join(folder, 'etc/hostname'), 'totem\n')
  writeFileSync(path.join(folder, 'etc/hosts'), '127.0.0.1 localhost totem\n')
  // Empty: each start has a name of its own, and the root stays as it is.
  writeFileSync(path.join(folder, 'etc/machine-id'), '')
  rmSync(path.join(folder, 'etc/resolv.conf'), { force: true })
  symlinkSync('../run/systemd/resolve/stub-resolv.conf', path.join(folder, 'etc/resolv.conf'))
  for (const place of ['data', 'efi']) mkdirSync(path.join(folder, place), { recursive: true })
  inside('systemctl', '--quiet', 'enable', ...UNITS, ...(more?.units ?? []))
  inside('update-initramfs', '-u', '-k', 'all')
  cpSync(path.join(folder, 'var/lib/dpkg'), path.join(folder, 'usr/lib/dpkg-database'), { recursive: true })
}

/** Kind of machine that a root is for. */
export const kindOf = (folder: string): string =>
  releaseMachine.parse(JSON.parse(readFileSync(path.join(folder, 'etc/totem-polis-update.json'), 'utf8'))).compatible

/** Makes a system out of a root that was laid out. Its number is its program's too. Its kernel leaves the root, which its command line then vouches for. */
export function makeSystem(folder: string, version: string, released: string, out: string, commandLine = ''): System {
  mkdirSync(out, { recursive: true })
  writeFileSync(path.join(folder, 'usr/lib/totem-polis', NUMBER_FILE), `${version}\n`)
  const [kernel, initrd] = [path.join(out, 'kernel'), path.join(out, 'initrd')]
  const boot = path.join(folder, 'boot')
  copyFileSync(only(boot, 'vmlinuz-'), kernel)
  copyFileSync(only(boot, 'initrd.img-'), initrd)
  const aside = path.join(out, 'boot')
  rmSync(aside, { recursive: true, force: true })
  renameSync(boot, aside)
  mkdirSync(boot, { mode: 0o755 })
  const [root, tree] = [path.join(out, 'root.erofs'), path.join(out, 'root.verity')]
  for (const file of [root, tree]) rmSync(file, { force: true })
  const salt = createHash('sha256').update(version).digest('hex')
  const uuid = uuidOf(salt)
  const epoch = String(Date.parse(`${released}T00:00:00Z`) / 1000)
  execFileSync('mkfs.erofs', ['-zlz4', `-T${epoch}`, `-U${uuid}`, root, folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  // The uuid is no part of what is hashed: by it a machine finds the tree whose root it is to start.
  const rootHash = hashed(root, tree, salt, uuid)
  hashed(root, tree, salt, uuidOf(rootHash))
  rmSync(boot, { recursive: true })
  renameSync(aside, boot)
  const uki = path.join(out, 'system.efi')
  const words = [COMMAND_LINE, commandLine, `roothash=${rootHash}`].filter(Boolean).join(' ')
  makeUki({ version, commandLine: words, kernel, initrd, work: out, out: uki })
  return { version, root, tree, rootHash, uki }
}

function hashed(root: string, tree: string, salt: string, uuid: string): string {
  const format = ['format', `--salt=${salt}`, `--uuid=${uuid}`, root, tree]
  const said = execFileSync('veritysetup', format, { encoding: 'utf8' })
  const rootHash = /^Root hash:\s*([0-9a-f]{64})$/m.exec(said)?.[1]
  if (!rootHash) throw new Error(`veritysetup: ${said}`)
  return rootHash
}

const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5')

export const mebibytes = (count: number): number => count * MIB
