import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DAY_MS } from '../../basics/time.ts'
import { RELEASES_TYP } from '../../contract/release.ts'
import type { Guest } from '../../simulator/guest/machine.ts'
import { signList } from '../../trust/signed-list.ts'
import { makeDeb } from '../deb.ts'
import { released } from '../image.ts'
import { BOOT_MS, COMPATIBLE, inside, isReady } from './inside.ts'
import type { Run } from './run.ts'

/** The release that a technician brings. */
const NEXT = 2
const STICK_MIB = 256
const FIRST_SECTOR = 2_048
const MOUNTED_MS = 60_000
/** A minute of silence, and the end of what hangs. */
const STARVED_MS = 5 * 60_000

/** What a technician does beside a totem that serves: a stick with a release, a page that hangs. */
export async function technician(run: Run): Promise<void> {
  const { built, cache, saw } = run
  await inside(run, 'technician', { systems: [built.good] }, async (guest) => {
    await guest.up(BOOT_MS)
    await isReady(guest)
    await release(guest, await stickWith(built, cache), saw)
    await starves(guest, saw)
  })
}

/** From a stick to a release that has proved healthy. */
async function release(guest: Guest, stick: string, saw: Run['saw']): Promise<void> {
  await guest.plugStick(stick)
  const mounted = async () => {
    const { stdout } = await guest.run('/bin/grep', ' /run/media/', '/proc/mounts')
    return /^\S+ (\S+) vfat (\S+)/.exec(stdout) ?? []
  }
  let [, place, how = ''] = await mounted()
  for (const until = Date.now() + MOUNTED_MS; !place && Date.now() < until; [, place, how = ''] = await mounted())
    await delay(1_000)
  saw(
    'a stick is mounted by itself',
    ['nosuid', 'nodev', 'noexec'].every((word) => how.includes(word)),
    place,
  )
  const exported = await guest.run('/usr/bin/totem', 'service', 'export')
  const there = await guest.run('/bin/ls', place ?? '/run/media')
  saw(
    'the sync log goes onto it, signed',
    exported.code === 0 && /sync-log\.jsonl\.jws/.test(there.stdout),
    exported.stdout.trim() || exported.stderr.trim(),
  )
  const installed = await guest.run('/usr/bin/totem', 'update', 'install', `${place}/${NEXT}.deb`)
  saw(
    'a release comes from it, unpacked by its own unit',
    installed.code === 0,
    installed.stdout.trim() || installed.stderr.trim(),
  )
  const unit = await guest.run('/bin/systemctl', 'show', 'totem-polis-update', '--property=Result', '--value')
  saw('totem-polis-update.service has done it', unit.stdout.trim() === 'success')
  await guest.pullStick()

  await guest.run('/bin/systemctl', 'restart', 'totem-polis')
  await isReady(guest)
  const status = async () => {
    const { stdout } = await guest.run('/usr/bin/totem', 'update', 'status', '--json')
    return JSON.parse(stdout || '{}') as { running?: number; trial?: unknown; highest?: number }
  }
  let standing = await status()
  saw('the release runs, on trial', standing.running === NEXT, JSON.stringify(standing))
  for (const until = Date.now() + BOOT_MS; standing.highest !== NEXT || standing.trial; standing = await status()) {
    if (Date.now() > until) break
    await delay(10_000)
  }
  saw(
    'it has proved healthy, and stays',
    standing.highest === NEXT && standing.trial === null,
    JSON.stringify(standing),
  )
}

/** A page that draws no more. */
async function starves(guest: Guest, saw: Run['saw']): Promise<void> {
  const property = async (name: string) =>
    (await guest.run('/bin/systemctl', 'show', 'totem-polis', `--property=${name}`, '--value')).stdout.trim()
  const before = Number(await property('NRestarts'))
  await guest.run(
    '/bin/sh',
    '-c',
    'for p in $(grep -la -- --type=[r]enderer /proc/[0-9]*/cmdline); do kill -STOP "$(echo "$p" | cut -d/ -f3)"; done',
  )
  for (const until = Date.now() + STARVED_MS; Number(await property('NRestarts')) === before; await delay(5_000))
    if (Date.now() > until) break
  const log = await guest.run('/bin/journalctl', '--no-pager', '-b', '-o', 'cat', '-u', 'totem-polis')
  saw(
    'a page that hangs starves the watchdog, and systemd starts all anew',
    Number(await property('NRestarts')) > before && log.stdout.includes('Watchdog timeout'),
  )
  await isReady(guest)
  saw('and the totem serves again', true)
}

/** A stick with one release and the list that its signer has signed. */
async function stickWith(built: Run['built'], cache: string): Promise<string> {
  const work = path.join(cache, 'release')
  const deb = path.join(work, `${NEXT}.deb`)
  const version = `0.1.${NEXT}`
  const { program, thirdParty } = built
  rmSync(work, { recursive: true, force: true })
  makeDeb({
    program,
    thirdParty,
    version,
    release: NEXT,
    released: released(),
    work: path.join(work, 'deb'),
    deb,
    level: 3,
  })
  const bytes = readFileSync(deb)
  const entry = {
    ...{ number: NEXT, version, compatible: COMPATIBLE, over: 0, bytes: bytes.length },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
  const list = {
    ...{ sequence: 1, releases: [entry], issued: new Date().toISOString() },
    nextUpdate: new Date(Date.now() + DAY_MS).toISOString(),
  }
  const signed = path.join(work, 'releases.jws')
  writeFileSync(signed, await signList(list, built.releaseKey, RELEASES_TYP))
  const stick = path.join(work, 'stick.img')
  const file = openSync(stick, 'w')
  ftruncateSync(file, STICK_MIB * 1_048_576)
  closeSync(file)
  execFileSync('sfdisk', ['--quiet', stick], { input: `label: dos\nstart=${FIRST_SECTOR}, type=c\n` })
  execFileSync('mkfs.vfat', ['-F', '32', '-n', 'STICK', `--offset=${FIRST_SECTOR}`, stick], { stdio: 'ignore' })
  for (const each of [deb, signed]) execFileSync('mcopy', ['-i', `${stick}@@${FIRST_SECTOR * 512}`, each, '::'])
  rmSync(path.join(work, 'deb'), { recursive: true })
  return stick
}
