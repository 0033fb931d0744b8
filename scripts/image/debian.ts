import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/** What a totem's system holds beside what its package names. */
const SYSTEM = [
  ...['systemd-sysv', 'systemd-boot', 'systemd-resolved', 'systemd-timesyncd', 'udev', 'dbus', 'kmod', 'iproute2'],
  ...['linux-image-amd64', 'initramfs-tools', 'zstd', 'cryptsetup-bin', 'e2fsprogs', 'ca-certificates', 'tpm2-tools'],
  // Writes another system, and lets the totem restart the machine into it.
  ...['rauc', 'rauc-service', 'polkitd'],
]
const SMALL = [
  ...['--variant=minbase', '--aptopt=Acquire::Languages "none"'],
  ...['--dpkgopt=path-exclude=/usr/share/man/*', '--dpkgopt=path-exclude=/usr/share/doc/*'],
  '--dpkgopt=path-include=/usr/share/doc/*/copyright',
]

/** Where a Debian that was fetched once is kept. */
export const debianCache = (): string =>
  path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'totem-polis')

/** An archive with a Debian 12 of these packages, made once by mmdebstrap: the same as long as they are. Minutes. */
export function debian(cache: string, packages: readonly string[]): string {
  const wanted = [...SYSTEM, ...packages]
  const archive = path.join(cache, `debian-12-${nameOf(wanted)}.tar`)
  if (existsSync(archive)) return archive
  mkdirSync(cache, { recursive: true })
  const aside = `${archive.slice(0, -4)}.${process.pid}.tar`
  bootstrap(wanted, aside)
  renameSync(aside, archive)
  return archive
}

/** By which a Debian of these packages is known. */
export const nameOf = (packages: readonly string[]): string =>
  createHash('sha256').update(packages.join(',')).digest('hex').slice(0, 8)

/** Makes a small Debian 12 with these packages: a folder, or an archive by its name. */
export function bootstrap(packages: readonly string[], to: string): void {
  // mmdebstrap mounts /proc in a folder of /tmp, and gives up if somebody who looks through /tmp holds it open: in a mount
  // namespace of its own nobody else sees it.
  const command = ['mmdebstrap', '--quiet', ...SMALL, `--include=${packages.join(',')}`, 'bookworm', to]
  execFileSync('unshare', ['--mount', ...command], { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Unpacks it into a folder, which is emptied first. */
export function unpack(archive: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  execFileSync('tar', ['--extract', '--numeric-owner', '--file', archive, '--directory', folder])
}

/** The one file in a folder whose name begins so. */
export function only(folder: string, start: string): string {
  const [found, ...more] = readdirSync(folder).filter((name) => name.startsWith(start))
  if (found === undefined || more.length > 0) throw new Error(`${folder}: not one ${start}…`)
  return path.join(folder, found)
}
