import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readPrograms } from '../../main/update/programs.ts'
import { programOf } from '../support/releases/debs.ts'
import { type Luck, UnsyncedDisk } from './power-cut-disk.ts'
import { type DiskEvent, record } from './power-cut-recording.ts'
import { seeded } from './power-cut-writer.ts'

// The power goes at each write of the updater. Whatever is left, the next start runs a whole program, and one that has not
// proved healthy only on trial.

const WRITER = fileURLToPath(new URL('./power-cut-updates-writer.ts', import.meta.url))
const COUNT = fileURLToPath(new URL('../../assets/system/count-start', import.meta.url))
const LUCK: readonly Luck[] = ['all', 'nothing', 'torn', 'some']
const MEMORY = '/dev/shm'

export interface UpdateCuts {
  cuts: number
  disks: number
  failures: string[]
}

export function updateCuts({
  seed,
  every,
  forge = (events) => events,
}: {
  seed: number
  every: number
  forge?: (events: DiskEvent[]) => DiskEvent[]
}): UpdateCuts {
  const folder = mkdtempSync(join(tmpdir(), 'power-cut-'))
  const [recorded, rebuilt] = [mkdtempSync(join(MEMORY, 'power-cut-')), mkdtempSync(join(MEMORY, 'power-cut-'))]
  try {
    const events = forge(record(WRITER, recorded, [], join(folder, 'trace')))
    const disk = new UnsyncedDisk()
    const random = seeded(seed)
    const told: UpdateCuts = { cuts: 0, disks: 0, failures: [] }
    const done: string[] = []
    let changes = 0
    for (const [n, event] of events.entries()) {
      if (event.kind === 'said') done.push(event.line)
      if (!disk.apply(event) || ++changes % every !== 0) continue
      told.cuts++
      for (const luck of LUCK) {
        told.disks++
        disk.cut(rebuilt, luck, random)
        const wrong = faultOf(rebuilt, done)
        if (wrong) told.failures.push(`event ${n} (${event.kind}), ${luck}: ${wrong}`)
      }
    }
    return told
  } finally {
    for (const each of [folder, recorded, rebuilt]) rmSync(each, { recursive: true, force: true })
  }
}

/** What is wrong with the machine that starts again; null: nothing. */
function faultOf(releases: string, done: readonly string[]): string | null {
  execFileSync('sh', [COUNT, 'start', releases], { env: { PATH: '/usr/bin:/bin' } })
  const { current, trial, installed, system, begun: next, highest } = readPrograms({ releases, base: '/nowhere' })
  const confirmed = done.flatMap((line) => Number(/^done confirm (\d+)/.exec(line)?.[1] ?? []))
  const newest = Math.max(0, ...confirmed)
  if (current < newest) return `${newest} was confirmed, and ${current} runs`
  if (highest < newest) return `${newest} was confirmed, and forgotten`
  if (current > highest && trial === null) return `${current} runs without a trial`
  const link = join(releases, 'current')
  const runs = existsSync(link) ? Number(readlinkSync(link)) : 0
  if (Number.isInteger(runs) && runs !== current) return `${runs} is in force, and is not there`
  for (const number of installed.filter((each) => each !== system)) {
    const torn = tornIn(join(releases, String(number)), number)
    if (torn) return `${number} is not whole: ${torn}`
  }
  const begun = done.findLast((line) => line.startsWith('done'))?.split(' ')
  if (begun?.[1] === 'install' && !installed.includes(Number(begun[2]))) return `${begun[2]} was installed, and is gone`
  // Whatever of it is left, a system that was begun is not thrown out before its starts.
  if (begun?.[1] === 'start' && Number(begun[2]) > newest && ![current, next].includes(Number(begun[2])))
    return `${begun[2]} was begun, and is forgotten`
  return null
}

/** The first file of a release that is not as it was signed. */
function tornIn(folder: string, number: number): string | null {
  const files = programOf(number).flatMap(({ path, content }) => {
    const [, name] = /^\.\/usr\/lib\/totem-polis\/(.+)$/.exec(path) ?? []
    return name === undefined || content === undefined ? [] : [[name, String(content)] as const]
  })
  const torn = files.find(([name, content]) => {
    const file = join(folder, name)
    return !existsSync(file) || readFileSync(file, 'utf8') !== content
  })
  if (torn) return torn[0]
  return readdirSync(folder).length === 3 ? null : 'something beside'
}
