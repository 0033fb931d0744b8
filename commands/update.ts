import { createHash } from 'node:crypto'
import { constants, createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { chmod, copyFile, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { putInPlace, writeWhole } from '../basics/files.ts'
import type { Release } from '../contract/release.ts'
import { RELEASE_REFUSALS, type ReleaseRefusal } from '../contract/release-refusals.ts'
import { freeBytes } from '../main/disk.ts'
import { carryOut, type Machine, machineIn } from '../main/update/install.ts'
import { answerOrder, dropOrder, giveOrder, orderIn } from '../main/update/orders.ts'
import { listFile, MACHINE_FILE, PLACES, type Places, readyFile } from '../main/update/places.ts'
import { numberOf, readPrograms } from '../main/update/programs.ts'
import { slotsHere } from '../main/update/slots.ts'
import { mayTake, verifyReleases } from '../trust/releases.ts'
import { CONFIG, Failure, NO_INPUT, noSuch, options, usage } from './command.ts'

/** A release is refused, whatever the reason. */
const REFUSED = 23
const MOST_LIST_BYTES = 100_000
/** What citizens' requests need stays free. */
const KEEP_FREE_BYTES = 300 * 1_048_576

const HELP = `totem update status          which program this totem runs, and what waits
totem update install FILE    installs a release beside it, a program (.deb) or a system (.raucb), from a stick or from anywhere

  --list FILE     the signed list of releases (releases.jws beside FILE, or the newest that this totem has)
  --machine FILE  release key and kind of this machine (${MACHINE_FILE})
  --root DIR      look at a copied disk
  --json          the answer as one line of JSON

The release key must have signed the list, and the list must hold this file for this kind of machine. The totem starts it
when nobody is there; \`systemctl restart totem-polis\` starts a program at once, \`systemctl reboot\` a system. One that does
not prove healthy gives its place back by itself. Each refusal is told in Italian.
Exit codes: 0 installed, ${REFUSED} refused, ${NO_INPUT} no such file, ${CONFIG} this machine takes no releases, 64 wrong command`

const OPTIONS = {
  list: { type: 'string' },
  machine: { type: 'string', default: MACHINE_FILE },
  root: { type: 'string', default: '/' },
  json: { type: 'boolean', default: false },
} as const
const optionsOf = (args: string[]) => options(HELP, args, OPTIONS)
type Given = ReturnType<typeof optionsOf>

export async function update(args: string[]): Promise<number> {
  const [name = '', ...rest] = args
  switch (name) {
    case 'status':
      return status(optionsOf(rest))
    case 'install': {
      const [file, ...more] = rest
      if (file === undefined || file.startsWith('--')) return usage(HELP, file === '--help' ? '' : 'FILE is needed')
      return await install(resolve(file), optionsOf(more))
    }
    // The unit's own word (totem-polis-update.service).
    case 'carry-out':
      return await carryOutOrder(optionsOf(rest))
    default:
      return usage(HELP, noSuch('update', name))
  }
}

const placesIn = (root: string): Places => ({
  box: join(root, PLACES.box),
  releases: join(root, PLACES.releases),
  base: join(root, PLACES.base),
})

function status({ root, json }: Given): number {
  const places = placesIn(root)
  const { current, trial, installed, system, begun, failed, highest } = readPrograms(places)
  const waiting = installed.filter((number) => number > current)
  if (json) {
    const answer = { running: current, trial, waiting, system, begun, failed: Object.fromEntries(failed), highest }
    console.log(JSON.stringify(answer))
    return 0
  }
  const name = current === numberOf(places.base) ? `${current} (portato dal sistema)` : String(current)
  console.log(`In uso:        ${name}`)
  if (!trial) console.log(`Confermata:    ${highest}`)
  else if (trial.tries === null)
    console.log('In prova:      sì, con il suo sistema: se non regge torna quello di prima')
  else console.log(`In prova:      sì, avvii rimasti ${trial.tries}: poi torna il programma di prima`)
  for (const number of waiting) {
    const what = number === system ? `${number} (sistema)` : String(number)
    const when = number === begun ? 'parte al prossimo avvio della macchina' : 'parte quando nessuno usa il totem'
    console.log(`Pronta:        ${what}, ${when}`)
  }
  for (const [number, reason] of failed) console.log(`Tolta:         ${number}, non funzionava (${reason})`)
  return 0
}

async function install(file: string, given: Given): Promise<number> {
  const places = placesIn(given.root)
  const machine = machineIn(given.machine)
  if (!machine) throw refusal('no-release-key')
  if (!existsSync(places.box))
    throw new Failure(CONFIG, { kind: 'no-places' }, `manca ${places.box}: il pacchetto è installato?`)
  const list = listAt(
    given.list ??
      (existsSync(join(dirname(file), 'releases.jws')) ? join(dirname(file), 'releases.jws') : listFile(places)),
  )
  const release = await releaseOf(file, list, machine, places)
  await bring(file, release, places)
  await writeWhole(listFile(places), list)
  for (const what of ['install', 'start'] as const) {
    const done = await giveOrder({ do: what, number: release.number }, places)
    if (!done.ok) throw refusal(done.error.kind)
  }
  if (given.json) console.log(JSON.stringify({ kind: 'installed', number: release.number, version: release.version }))
  else {
    const atOnce = release.kind === 'system' ? 'systemctl reboot' : 'systemctl restart totem-polis'
    console.log(
      `Installata la versione ${release.version} (${release.number}). Parte appena nessuno usa il totem; subito: ${atOnce}`,
    )
  }
  return 0
}

const refusal = (kind: ReleaseRefusal): Failure =>
  new Failure(
    kind === 'file-absent' ? NO_INPUT : REFUSED,
    { kind },
    `Aggiornamento rifiutato: ${RELEASE_REFUSALS[kind].it}.`,
  )

function listAt(file: string): string {
  try {
    if (statSync(file).size > MOST_LIST_BYTES) throw refusal('list-malformed')
    return readFileSync(file, 'utf8').trim()
  } catch (failure) {
    if (failure instanceof Failure) throw failure
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `Manca l’elenco firmato degli aggiornamenti (${file}).`)
  }
}

/** The listed release that this file is, if this machine may take it. Throws the refusal by its name. */
async function releaseOf(file: string, jws: string, machine: Machine, places: Places): Promise<Release> {
  const list = await verifyReleases(jws, machine.releaseKey)
  if (!list.ok) throw refusal(list.error.kind)
  const { current: running, highest, sequence } = readPrograms(places)
  if (list.value.sequence < sequence) throw refusal('list-older')
  const source = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null)
  if (!source) throw refusal('file-absent')
  try {
    const found = await source.stat()
    if (!found.isFile()) throw refusal('file-absent')
    const named = list.value.releases.filter(({ bytes }) => bytes === found.size)
    // A file of no listed size need not be read.
    if (named.length === 0) throw refusal('release-unlisted')
    const digest = createHash('sha256')
    await pipeline(createReadStream(file, { fd: source.fd, autoClose: false }), digest)
    const sha256 = digest.digest('hex')
    const release = named.find((each) => each.sha256 === sha256)
    if (!release) throw refusal('file-damaged')
    const taken = mayTake(list.value, release.number, { running, highest, compatible: machine.compatible })
    if (!taken.ok) throw refusal(taken.error.kind)
    if (release.number === running) throw refusal('downgrade')
    return release
  } finally {
    await source.close()
  }
}

/** Copies it to where the totem's own fetched files lie: a stick may be pulled, and its user may not read it. */
async function bring(file: string, { number, bytes }: Release, places: Places): Promise<void> {
  const ready = readyFile(places, number)
  const aside = `${ready}.stick`
  try {
    await mkdir(dirname(ready), { recursive: true, mode: 0o750 })
    await chmod(dirname(ready), 0o2750)
    if (freeBytes(places.box) - bytes < KEEP_FREE_BYTES) throw refusal('no-room')
    await copyFile(file, aside)
    const copied = await open(aside, 'r')
    await copied.sync().finally(() => copied.close())
    await putInPlace(aside, ready)
  } catch (failure) {
    await rm(aside, { force: true })
    if (failure instanceof Failure) throw failure
    throw refusal((failure as NodeJS.ErrnoException).code === 'ENOSPC' ? 'no-room' : 'not-stored')
  }
}

async function carryOutOrder({ root, machine }: Given): Promise<number> {
  // The totem's user reads what is unpacked here. And an archive of Electron's is a file like others, not a folder.
  process.umask(0o022)
  Object.assign(process, { noAsar: true })
  const places = placesIn(root)
  const order = await orderIn(places)
  if (!order) return 0
  const room = (bytes: number) => freeBytes(places.releases) - bytes > KEEP_FREE_BYTES
  // An order that nothing comes of must go too: systemd would start this for it again and again.
  const done = await carryOut(order, { places, machine: machineIn(machine), room, slots: slotsHere() }).finally(() =>
    dropOrder(places),
  )
  await answerOrder(order, done, places)
  if (!done.ok)
    console.error(
      [`${order.do} ${order.number}`, done.error.kind, RELEASE_REFUSALS[done.error.kind].it, done.error.detail]
        .filter((part) => part !== undefined)
        .join(': '),
    )
  return 0
}
