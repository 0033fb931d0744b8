import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { jsonOf } from '../../basics/json.ts'
import { NUMBER_FILE, type Places } from './places.ts'

/** A release that has not proved healthy has so many starts; then the program before runs again (assets/system/count-start). */
export const TRIES = 3

/** Kept over a damaged or missing link: never below what was confirmed, never an older list. */
const memory = z.object({ highest: z.number().int().min(0), sequence: z.number().int().min(0) })

/**
 * What lies in the folder of releases. All of it is names and links, which change by renaming: a power cut leaves the state
 * before or the one after, and a full disk cannot stop the way back.
 */
export interface Programs {
  /** Number of the program that the next start runs. */
  current: number
  /** It has not proved healthy yet: starts that it has left; null: a system's, which the boot loader counts. */
  trial: { tries: number | null } | null
  /** Unpacked whole, or written whole into the machine's other place for a system. */
  installed: readonly number[]
  /** Of these the system. */
  system: number | null
  /** A system that the machine's next start runs; null: the one that runs. */
  begun: number | null
  /** Thrown out, and why its last start ended (systemd's $SERVICE_RESULT); they are never tried again. */
  failed: ReadonlyMap<number, string>
  highest: number
  /** Of the newest list that anything was installed by. */
  sequence: number
}

const NOTHING: Programs = {
  ...{ current: 0, trial: null, installed: [], system: null, begun: null, failed: new Map(), highest: 0, sequence: 0 },
}

/** `releases` and `base` as in Places. A machine without them runs what it was set up with. */
export function readPrograms({ releases, base }: Pick<Places, 'releases' | 'base'>): Programs {
  const names = namesIn(releases)
  const program = linkOf(join(releases, 'current'))
  const own = program === null ? null : Number(basename(program))
  const brought = numberOf(base)
  // As run-program has it: a newer system brings a newer program than a release that was installed under the one before.
  const current =
    own !== null && own > brought && existsSync(join(releases, String(own), 'totem-polis')) ? own : brought
  const tries = names.flatMap((name) => {
    const [, of, left] = /^trial-(\d+)-(\d)$/.exec(name) ?? []
    return of !== undefined && Number(of) === current ? [Number(left)] : []
  })
  const system = names.flatMap((name) => numbersIn(/^system-(\d+)$/, name))[0] ?? null
  // It stands there until it is confirmed.
  const onTrial = system !== null && system === current && current === brought
  const begun = names.flatMap((name) => numbersIn(/^begun-(\d+)-/, name)).find((number) => number !== brought)
  const failed = names.flatMap((name) => {
    return numbersIn(/^failed-(\d+)$/, name).map(
      (of) => [of, linkOf(join(releases, `ended-${of}`)) ?? 'unknown'] as const,
    )
  })
  const kept = memory.safeParse(jsonOf(textIn(join(releases, 'memory.json'))))
  return {
    current,
    trial: onTrial ? { tries: null } : tries[0] === undefined ? null : { tries: Math.min(...tries) },
    installed: names.flatMap((name) => numbersIn(/^(?:system-)?(\d+)$/, name)),
    system,
    begun: begun ?? null,
    failed: new Map(failed),
    highest: Math.max(kept.success ? kept.data.highest : 0, tries.length === 0 && !onTrial ? current : 0),
    sequence: kept.success ? kept.data.sequence : 0,
  }
}

/** Names this start of the machine. */
export const bootId = (): string => textIn('/proc/sys/kernel/random/boot_id').trim()

function numbersIn(form: RegExp, name: string): number[] {
  const [, number] = form.exec(name) ?? []
  return number === undefined ? [] : [Number(number)]
}

/** The number that a program's folder names; 0: none. */
export const numberOf = (folder: string): number => {
  const said = textIn(join(folder, NUMBER_FILE)).trim()
  return /^\d{1,7}$/.test(said) ? Number(said) : 0
}

/** A machine on which nothing can be installed has no such folder. */
export const isThere = ({ box, releases }: Places): boolean => existsSync(box) && existsSync(releases)

export const noPrograms = (): Programs => NOTHING

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
