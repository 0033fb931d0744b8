import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openJournal } from '../../main/journal/journal.ts'
import { openQueue } from '../../main/queue/queue.ts'
import { type Luck, UnsyncedDisk } from './power-cut-disk.ts'
import { type DiskEvent, record } from './power-cut-recording.ts'
import { updateCuts } from './power-cut-updates.ts'
import { seeded, stateOf } from './power-cut-writer.ts'

// node test/soak/power-cut.ts: the power goes at each write and each sync of a recorded run of queue and journal. The
// real program opens every state of the disk that may be left.

const WRITER = fileURLToPath(new URL('./power-cut-writer.ts', import.meta.url))
const LUCK: readonly Luck[] = ['all', 'nothing', 'torn', 'some', 'some']
/** The recording holds requests to a disk and needs no real one, so it runs in memory. */
const MEMORY = '/dev/shm'

export interface PowerCuts {
  /** Places where the power went, and disks that it may have left. */
  cuts: number
  disks: number
  /** Disks on which a damaged queue was being repaired, or had just been. */
  repairs: number
  /** Share of the recording that was tried: less than 1 when the time was over. */
  share: number
  /** Faults, each with the number of its event. */
  failures: string[]
  /** Tables of the queue that the recording never writes: nothing is proved of them. */
  unwritten: string[]
}

interface Wanted {
  steps: number
  seed: number
  /** The power goes at every so many events. */
  every: number
  /** Changes the recording, to show that the soak finds a faulty program or disk. */
  forge?: (events: DiskEvent[]) => DiskEvent[]
  /** Stops after so many failures. */
  mostFailures?: number
  /** Longest duration. */
  seconds?: number
}

export function powerCuts({
  steps,
  seed,
  every,
  forge = (events) => events,
  mostFailures = 20,
  seconds = 600,
}: Wanted): PowerCuts {
  const folder = mkdtempSync(join(tmpdir(), 'power-cut-'))
  const recorded = mkdtempSync(join(MEMORY, 'power-cut-'))
  const rebuilt = mkdtempSync(join(MEMORY, 'power-cut-'))
  try {
    const events = forge(record(WRITER, recorded, [String(steps), String(seed)], join(folder, 'trace')))
    const said = events.flatMap((event) => (event.kind === 'said' ? event.line : []))
    const unwritten = said.flatMap((line) => /^unwritten (.+)/.exec(line)?.[1]?.split(',') ?? [])
    return { ...cutAt(events, { every, rebuilt, random: seeded(seed), mostFailures, seconds }), unwritten }
  } finally {
    for (const each of [folder, recorded, rebuilt]) rmSync(each, { recursive: true, force: true })
  }
}

function cutAt(
  events: DiskEvent[],
  {
    every,
    rebuilt,
    random,
    mostFailures,
    seconds,
  }: { every: number; rebuilt: string; random: () => number; mostFailures: number; seconds: number },
): Omit<PowerCuts, 'unwritten'> {
  const disk = new UnsyncedDisk()
  const told: Omit<PowerCuts, 'unwritten'> = { cuts: 0, disks: 0, repairs: 0, share: 1, failures: [] }
  const until = performance.now() + seconds * 1_000
  const promises = promisesIn(events)
  let changes = 0
  for (const [n, event] of events.entries()) {
    if (!disk.apply(event) || ++changes % every !== 0) continue
    if (performance.now() > until) return { ...told, share: n / events.length }
    told.cuts++
    for (const luck of LUCK) {
      told.disks++
      if (promises[n]?.damaged) told.repairs++
      disk.cut(rebuilt, luck, random)
      const wrong = faultOf(rebuilt, promises[n])
      if (wrong) told.failures.push(`event ${n} (${event.kind}), ${luck}: ${wrong}`)
      if (told.failures.length >= mostFailures) return told
    }
  }
  return told
}

/** The promises when the power goes: the queue is in one of these states, and the journal has this entry. */
interface Promised {
  queue: string[]
  journal: string | null
  /** The queue's file was damaged on purpose. */
  damaged: boolean
}

/** The promises at each event. Between `step` and its end the step is there as a whole or not at all. */
function promisesIn(events: DiskEvent[]): Promised[] {
  const states = events.map((event) => (event.kind === 'said' ? event.line.split(' ') : []))
  const promises: Promised[] = []
  let [queue, underWay, damaged, journal]: [string | null, boolean, boolean, string | null] = [null, false, false, null]
  let next = 0
  for (const [n, [what, value = '']] of states.entries()) {
    if (what === 'step') [underWay, damaged] = [true, value === 'damaged']
    if (what === 'queue') [queue, underWay, damaged] = [value, false, false]
    if (what === 'journal') journal = value
    if (underWay && next <= n) {
      next = states.findIndex(([each], at) => at > n && each === 'queue')
      if (next === -1) next = states.length
    }
    const after = underWay ? states[next]?.[1] : undefined
    // Before the end of the first step there may be no queue at all.
    promises.push({ queue: [queue, after].filter((each) => each != null), journal, damaged })
  }
  return promises
}

function faultOf(folder: string, promised: Promised | undefined): string | null {
  const repaired: string[] = []
  const queue = openQueue({
    path: join(folder, 'queue.db'),
    now: Date.now,
    onRepaired: ({ reason }) => repaired.push(reason),
  })
  if (!queue.ok) return `queue refused: ${queue.error.reason}`
  try {
    if (repaired.length > 0 && !promised?.damaged) return `queue had to be repaired: ${repaired}`
    repaired.length = 0
    const whole = queue.value.verify()
    if (!whole.ok) return `queue is damaged: ${whole.error.reason}`
    for (let after: number | null = 0; after !== null; ) {
      const next = queue.value.checkNext(after)
      if (!next.ok || repaired.length > 0) return 'payload is damaged'
      after = next.value
    }
    if (promised && promised.queue.length > 0 && !promised.queue.includes(stateOf(folder).text))
      return 'queue is in no state that it was in'
  } finally {
    queue.value.close()
  }
  const journal = openJournal({ path: join(folder, 'journal.db'), totem: 'TT-0001', now: Date.now })
  if (!journal.ok) return `journal refused: ${journal.error.reason}`
  try {
    const checked = journal.value.verify()
    if (!checked.ok) return `journal is broken: ${checked.error.reason}`
    const hashes = [...journal.value.entries()]
    if (hashes.some(({ event }) => event === 'storage.repaired')) return 'journal had to be repaired'
    if (promised?.journal && !hashes.some(({ hash }) => hash === promised.journal))
      return 'journal has lost what it sent'
  } finally {
    journal.value.close()
  }
  return null
}

/** A disk that reports these files as synced without syncing them. */
export const syncsForgotten = (names: RegExp) => (events: DiskEvent[]) =>
  events.filter((event) => event.kind !== 'sync' || !names.test(event.name))

/** A program that gives each promise one step too early. */
export function saidEarly(events: DiskEvent[]): DiskEvent[] {
  const forged = [...events]
  for (const [n, event] of events.entries()) {
    if (event.kind !== 'said' || !event.line.startsWith('queue')) continue
    const step = events.slice(0, n).findLastIndex((each) => each.kind === 'said' && each.line.startsWith('step'))
    forged.splice(n, 1)
    forged.splice(step + 1, 0, event)
  }
  return forged
}

if (import.meta.main) {
  if (process.argv.includes('--help')) {
    console.log(
      'node test/soak/power-cut.ts [--steps 250] [--every 2] [--seed N] [--seconds 900] [--mutant no-sync|said-early]',
    )
    process.exit(0)
  }
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '250' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
      every: { type: 'string', default: '2' },
      seconds: { type: 'string', default: '900' },
      // The forgeries that the soak must find.
      mutant: { type: 'string' },
    },
  })
  const forges: Record<string, (events: DiskEvent[]) => DiskEvent[]> = {
    'no-sync': syncsForgotten(/-wal$/),
    'said-early': saidEarly,
  }
  const forge = values.mutant === undefined ? undefined : forges[values.mutant]
  const started = performance.now()
  const { cuts, disks, repairs, share, failures, unwritten } = powerCuts({
    ...{ steps: Number(values.steps), seed: Number(values.seed), every: Number(values.every) },
    seconds: Number(values.seconds),
    ...(forge && { forge }),
  })
  for (const failure of failures) console.log(failure)
  for (const table of unwritten) console.log(`no step writes the table ${table}`)
  console.log(
    `seed ${values.seed}: power cut at ${cuts} places, ${disks} disks opened, ${repairs} of them within a repair, ${failures.length} wrong`,
  )
  console.log(`${Math.floor(share * 100)} % of the recording, ${Math.round((performance.now() - started) / 1000)} s`)
  const updates = updateCuts({ seed: Number(values.seed), every: 1 })
  for (const failure of updates.failures) console.log(failure)
  console.log(
    `updates: power cut at ${updates.cuts} places, ${updates.disks} machines started, ${updates.failures.length} wrong`,
  )
  process.exitCode = failures.length + unwritten.length + updates.failures.length > 0 ? 1 : 0
}
