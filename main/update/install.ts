import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { putInPlaceSync, syncFileSync, writeWholeSync } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { type Release, releaseMachine } from '../../contract/release.ts'
import type { ReleaseRefusal } from '../../contract/release-refusals.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { mayTake, verifyReleases } from '../../trust/releases.ts'
import { missing } from './needs.ts'
import type { Order } from './orders.ts'
import { listFile, MACHINE_FILE, type Places, readyFile } from './places.ts'
import { bootId, numberOf, type Programs, readPrograms, TRIES } from './programs.ts'
import type { Slots } from './slots.ts'
import { reasonOf, unpackProgram } from './unpack.ts'

const MOST_LIST_BYTES = 100_000
const CHUNK = 1024 * 1024

export interface InstallOptions {
  places: Places
  /** What root says of this machine; null: nothing is installed. */
  machine: Machine | null
  room(bytes: number): boolean
  /** The machine's places for a system; null: it has one. */
  slots: Slots | null
}

/** `detail`: for the log of whoever installs. */
type Refused = { kind: ReleaseRefusal; detail?: string }

export type Machine = { releaseKey: JWK; compatible: string }

/** What root wrote of this machine; null: nothing, or a file that others than root could have written. */
export function machineIn(file = MACHINE_FILE, owner = 0): Machine | null {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile() || found.uid !== owner || (found.mode & 0o022) !== 0) return null
  const read = releaseMachine.safeParse(jsonOf(readFileSync(file, 'utf8')))
  return read.success ? (read.data as Machine) : null
}

/**
 * Carries out one order of the totem, as the user whose the releases are. What the totem has checked is checked again by
 * what root says: the totem's program may be somebody else's by now. Each step leaves the disk in a state from which the
 * next start runs a whole program, and the same order goes on where it was.
 */
export async function carryOut(order: Order, options: InstallOptions): Promise<Result<null, Refused>> {
  try {
    switch (order.do) {
      case 'install':
        return await install(order.number, options)
      case 'start':
        return await start(order.number, options)
      case 'confirm':
        return confirm(order.number, options.places)
    }
  } catch (failure) {
    return err({ kind: reasonOf(failure) })
  }
}

/** Unpacks a program beside the one that runs, or has a system written beside the one that runs. */
async function install(number: number, options: InstallOptions): Promise<Result<null, Refused>> {
  const { places, machine: own, room } = options
  const { releases } = places
  if (!own) return err({ kind: 'no-release-key' })
  const programs = readPrograms(places)
  if (isBusy(programs, number)) return err({ kind: 'trial-running' })
  const listed = readSmall(listFile(places))
  if (listed === null) return err({ kind: 'list-unsigned' })
  const list = await verifyReleases(listed.trim(), own.releaseKey)
  if (!list.ok) return list
  if (list.value.sequence < programs.sequence) return err({ kind: 'list-older' })
  const { current: running, highest } = programs
  const taken = mayTake(list.value, number, { running, highest, compatible: own.compatible })
  if (!taken.ok) return taken
  if (number === running) return err({ kind: 'downgrade' })
  if (programs.failed.has(number)) return err({ kind: 'thrown-out' })
  remember(places, { highest, sequence: list.value.sequence })
  if (programs.installed.includes(number)) return ok(null)
  if (taken.value.kind === 'system') return installSystem(taken.value, options)

  const [deb, folder] = [join(releases, `${number}.deb`), join(releases, `${number}.new`)]
  // What an interruption has left, and programs that nothing leads to any more.
  for (const old of [deb, folder]) rmSync(old, { recursive: true, force: true })
  discardAllBut(running, places)
  try {
    const copied = copyOf(readyFile(places, number), deb, taken.value, room)
    if (!copied.ok) return copied
    const lacking = await missing(deb)
    if (lacking === null) return err({ kind: 'archive-damaged' })
    if (lacking.length > 0) return err({ kind: 'packages-missing', detail: lacking.join(', ') })
    const unpacked = await unpackProgram(deb, folder, { room })
    if (!unpacked.ok) return unpacked
    if (numberOf(folder) !== number || !existsSync(join(folder, 'totem-polis'))) return err({ kind: 'other-release' })
    putInPlaceSync(folder, join(releases, String(number)))
    return ok(null)
  } finally {
    for (const left of [deb, folder]) rmSync(left, { recursive: true, force: true })
  }
}

/** Another release is on trial, or begun: the boot loader holds a system by then, whatever the names say. */
function isBusy({ trial, begun }: Programs, number: number): boolean {
  return trial !== null || (begun !== null && begun !== number)
}

/** By its own signature RAUC checks the file once more, so that nobody gains by changing it meanwhile. */
async function installSystem(release: Release, { places, slots }: InstallOptions): Promise<Result<null, Refused>> {
  if (!slots) return err({ kind: 'no-second-system' })
  const { releases } = places
  const file = readyFile(places, release.number)
  const signed = isSigned(file, release)
  if (!signed.ok) return signed
  // The other place holds nothing whole from here on.
  for (const name of readdirSync(releases).filter((each) => /^(?:system|begun)-/.test(each)))
    rmSync(join(releases, name))
  syncFileSync(releases)
  const written = await slots.write(file)
  if (!written.ok) return written
  mark(`system-${release.number}`, places)
  return ok(null)
}

/** By a name alone, which a power cut leaves or does not. */
function mark(name: string, { releases }: Places): void {
  closeSync(openSync(join(releases, name), 'w', 0o644))
  syncFileSync(releases)
}

/** The next start runs this release, on trial: of the totem a program, of the machine a system. */
async function start(number: number, { places, slots }: InstallOptions): Promise<Result<null, Refused>> {
  const { releases, base } = places
  const programs = readPrograms(places)
  const { current, installed, system, begun, failed, highest } = programs
  if (current === number) return ok(null)
  if (isBusy(programs, number)) return err({ kind: 'trial-running' })
  if (failed.has(number)) return err({ kind: 'thrown-out' })
  if (!installed.includes(number)) return err({ kind: 'file-absent' })
  if (number < highest) return err({ kind: 'downgrade' })
  if (number === system) {
    if (begun === number) return ok(null)
    if (!slots) return err({ kind: 'no-second-system' })
    const begins = await slots.begin()
    // Of which start of the machine: the next one runs it, or it was thrown out (assets/system/count-start).
    if (begins.ok) mark(`begun-${number}-${bootId()}`, places)
    return begins
  }
  link(current === numberOf(base) ? base : String(current), join(releases, 'before'))
  // The mark is on the disk before anything could start: no release runs without it until it is confirmed.
  closeSync(openSync(join(releases, `trial-${number}-${TRIES}`), 'w', 0o644))
  syncFileSync(releases)
  link(String(number), join(releases, 'current'))
  return ok(null)
}

/** The program that runs has proved healthy: it stays, and is the lowest that this machine goes back to by itself. */
function confirm(number: number, places: Places): Result<null, Refused> {
  const { releases } = places
  const { current, trial, highest, sequence } = readPrograms(places)
  if (current !== number) return err({ kind: 'other-release' })
  if (!trial) return ok(null)
  remember(places, { highest: Math.max(highest, number), sequence })
  // A program of before this system leads nowhere any more, and the mark of the trial goes last.
  const ofSystem = readdirSync(releases).filter((name) => name.startsWith(`begun-${number}-`))
  if (trial.tries === null)
    for (const name of ['current', ...ofSystem, `system-${number}`]) rmSync(join(releases, name), { force: true })
  for (let tries = 0; tries <= TRIES; tries++) rmSync(join(releases, `trial-${number}-${tries}`), { force: true })
  for (const link of ['before', `ended-${number}`]) rmSync(join(releases, link), { force: true })
  syncFileSync(releases)
  discardAllBut(number, places)
  return ok(null)
}

/** A number never names a program of which a part is gone already. */
function discardAllBut(number: number, { releases }: Places): void {
  const gone = (name: string) => join(releases, `${name}.gone`)
  for (const name of readdirSync(releases)) {
    const [, old] = /^(\d+)(?:[.]gone)?$/.exec(name) ?? []
    if (old === undefined || Number(old) === number) continue
    rmSync(gone(old), { recursive: true, force: true })
    if (name !== old) continue
    putInPlaceSync(join(releases, old), gone(old))
    rmSync(gone(old), { recursive: true })
  }
}

function remember({ releases }: Places, memory: { highest: number; sequence: number }): void {
  // The totem's user asks by it for nothing in vain.
  writeWholeSync(join(releases, 'memory.json'), JSON.stringify(memory), 0o644)
}

/** A link changes as a whole. */
function link(to: string, path: string): void {
  const aside = `${path}.new`
  rmSync(aside, { force: true })
  symlinkSync(to, aside)
  putInPlaceSync(aside, path)
}

/** A small text; null when it is none. */
function readSmall(path: string): string | null {
  const file = plainFile(path)
  if (file === null) return null
  try {
    const { size } = fstatSync(file)
    return size > MOST_LIST_BYTES ? null : readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/** SECURITY: the box is the totem's, and a link in it could lead to any file that this user may read. */
function plainFile(path: string): number | null {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (fstatSync(file).isFile()) return file
    closeSync(file)
  } catch {
    // Absent, a link, or not for this user.
  }
  return null
}

/** This user's own copy, which nobody changes between the check and the use. */
function copyOf(
  from: string,
  to: string,
  release: Pick<Release, 'sha256' | 'bytes'>,
  room: (bytes: number) => boolean,
): Result<null, Refused> {
  if (!room(release.bytes)) return err({ kind: 'no-room' })
  const target = openSync(to, 'wx', 0o600)
  try {
    const signed = isSigned(from, release, (chunk) => void writeSync(target, chunk))
    fsyncSync(target)
    return signed
  } finally {
    closeSync(target)
  }
}

/** It is the file that the list names. */
function isSigned(
  path: string,
  { sha256, bytes }: Pick<Release, 'sha256' | 'bytes'>,
  each: (chunk: Buffer) => void = () => {},
): Result<null, Refused> {
  const file = plainFile(path)
  if (file === null) return err({ kind: 'file-absent' })
  try {
    if (fstatSync(file).size !== bytes) return err({ kind: 'file-damaged' })
    const digest = createHash('sha256')
    const chunk = Buffer.alloc(CHUNK)
    let seen = 0
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      seen += read
      if (seen > bytes) return err({ kind: 'file-damaged' })
      digest.update(chunk.subarray(0, read))
      each(chunk.subarray(0, read))
    }
    return digest.digest('hex') === sha256 ? ok(null) : err({ kind: 'file-damaged' })
  } finally {
    closeSync(file)
  }
}
