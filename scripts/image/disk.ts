import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { mebibytes, type System } from './system.ts'

const BOOT = '/usr/lib/systemd/boot/efi/systemd-bootx64.efi'
const SECTOR = 512
/** A system is called good after it has proved so; until then it has so many starts. */
const TRIES = 3

/** Of the Discoverable Partitions Specification. */
const TYPES = {
  esp: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  root: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
  tree: '2c7357ed-ebd2-46d9-aec1-23d437ec2bf5',
  data: '0fc63daf-8483-4772-8e79-3d69d8477de4',
}
const MIB = { esp: 512, root: 2_048, tree: 64, data: 2_048 }

/** The folders that fstab binds, and whose they are. */
const FOLDERS: Record<string, { owner: string; group: string; mode: number }> = {
  etc: { owner: 'root', group: 'totem-polis', mode: 0o770 },
  state: { owner: 'totem-polis', group: 'totem-polis', mode: 0o700 },
  journal: { owner: 'root', group: 'systemd-journal', mode: 0o2755 },
  update: { owner: 'totem-polis', group: 'totem-polis-update', mode: 0o2770 },
  rauc: { owner: 'root', group: 'root', mode: 0o700 },
  releases: { owner: 'totem-polis-update', group: 'totem-polis-update', mode: 0o755 },
}

export interface Disk {
  /** One or two; the newest is started first. */
  systems: readonly System[]
  /** Tries of each, by its version; 0: it has proved good. Default three. */
  tries?: Record<string, number>
  /** A system's root as it was laid out: whose the folders are. */
  root: string
  /** A folder with `etc/` (a provisioning, or enrolment.json) or `state/`, or both. */
  provisioning: string | null
  work: string
  out: string
}

/**
 * A machine's whole disk: the firmware's partition with both systems' programs, two places for systems, and what a totem
 * keeps. Answers where on it the first system begins, in bytes.
 */
export function makeDisk({ systems, tries = {}, root, provisioning, work, out }: Disk): number {
  mkdirSync(work, { recursive: true })
  const esp = firmwarePartition(systems, tries, path.join(work, 'esp.img'))
  const data = dataPartition(root, provisioning, work)
  const places = [0, 1].flatMap((slot) => {
    const system = systems[slot]
    const name = slot === 0 ? 'a' : 'b'
    return [
      {
        name: `system-${name}`,
        type: TYPES.root,
        mib: MIB.root,
        from: system?.root,
      },
      {
        name: `hashes-${name}`,
        type: TYPES.tree,
        mib: MIB.tree,
        from: system?.tree,
      },
    ]
  })
  const partitions = [
    { name: 'esp', type: TYPES.esp, mib: MIB.esp, from: esp },
    ...places,
    { name: 'data', type: TYPES.data, mib: MIB.data, from: data },
  ]
  let at = 1
  const table = partitions.map((partition) => {
    const start = at
    at += partition.mib
    return { ...partition, start }
  })
  rmSync(out, { force: true })
  const file = openSync(out, 'w')
  ftruncateSync(file, mebibytes(at + 1))
  closeSync(file)
  const lines = table.map(
    ({ name, type, mib, start }) =>
      `start=${mebibytes(start) / SECTOR}, size=${mebibytes(mib) / SECTOR}, type=${type}, name=${name}`,
  )
  execFileSync('sfdisk', ['--quiet', out], { input: `label: gpt\n${lines.join('\n')}\n` })
  for (const { from, start } of table)
    if (from)
      execFileSync('dd', [`if=${from}`, `of=${out}`, 'bs=1M', `seek=${start}`, 'conv=notrunc,sparse', 'status=none'])
  return mebibytes(1 + MIB.esp)
}

function firmwarePartition(systems: readonly System[], tries: Record<string, number>, file: string): string {
  rmSync(file, { force: true })
  const handle = openSync(file, 'w')
  ftruncateSync(handle, mebibytes(MIB.esp))
  closeSync(handle)
  execFileSync('mkfs.vfat', ['-F', '32', '-n', 'ESP', file], { stdio: 'ignore' })
  const settings = `${file}.conf`
  writeFileSync(settings, 'timeout 0\neditor no\n')
  const within = (...names: string[]) => execFileSync('mmd', ['-i', file, ...names.map((name) => `::${name}`)])
  const copy = (from: string, to: string) => execFileSync('mcopy', ['-i', file, from, `::${to}`])
  within('EFI', 'EFI/BOOT', 'EFI/systemd', 'EFI/Linux', 'loader')
  copy(BOOT, 'EFI/BOOT/BOOTX64.EFI')
  copy(BOOT, 'EFI/systemd/systemd-bootx64.efi')
  copy(settings, 'loader/loader.conf')
  for (const { version, uki } of systems) {
    const left = tries[version] ?? TRIES
    copy(uki, `EFI/Linux/totem-polis_${version}${left === 0 ? '' : `+${left}`}.efi`)
  }
  return file
}

function dataPartition(root: string, provisioning: string | null, work: string): string {
  const folder = path.join(work, 'data')
  rmSync(folder, { recursive: true, force: true })
  const id = (list: string, name: string) => idOf(path.join(root, 'etc', list), name)
  for (const [name, { owner, group, mode }] of Object.entries(FOLDERS)) {
    const place = path.join(folder, name)
    mkdirSync(place, { recursive: true, mode: 0o755 })
    // What the package brought for /etc/totem-polis, and what this machine has of its own.
    const brought = name === 'etc' ? path.join(root, 'etc/totem-polis') : null
    for (const from of [brought, provisioning && path.join(provisioning, name)])
      if (from && existsSync(from)) cpSync(from, place, { recursive: true })
    const whose = name === 'etc' ? 'totem-polis' : owner
    execFileSync('chown', ['--recursive', `${id('passwd', whose)}:${id('group', group)}`, place])
    execFileSync('chown', [`${id('passwd', owner)}:${id('group', group)}`, place])
    execFileSync('chmod', [mode.toString(8), place])
  }
  chmodSync(folder, 0o700)
  const file = path.join(work, 'data.img')
  rmSync(file, { force: true })
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-L', 'data', '-d', folder, file, `${MIB.data}M`])
  rmSync(folder, { recursive: true })
  return file
}

function idOf(file: string, name: string): string {
  const id = new RegExp(`^${name}:[^:]*:(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1]
  if (id === undefined) throw new Error(`${file}: no ${name}`)
  return id
}
