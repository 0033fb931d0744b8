import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { contentOf, writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { DAY_MS } from '../../basics/time.ts'
import type { ReleaseStanding } from '../../contract/release.ts'
import type { ReleaseRefusal } from '../../contract/release-refusals.ts'
import type { Result } from '../../contract/result.ts'
import type { Journal } from '../journal/journal.ts'
import { type Had, HEALTHY_WITHIN_MS, missing, type Signs, type Unhealthy } from './healthy.ts'
import type { Order } from './orders.ts'
import type { Programs } from './programs.ts'
import { type Moment, notNow } from './quiet.ts'

const LOOK_MS = 15_000
/** An order that nobody carried out, or a disk that was full, is tried again. */
const AGAIN_MS = 60 * 60_000
/** An office with light all night is told to an operator. */
const WAITS_DAYS = 7
/** Of a program that a technician has begun by hand. */
const NOTHING_HAD: Had = { reader: false, printer: false, line: false }

/** Over a change of the program: what the one before had, and what was told. Unknown fields are a newer program's. */
const memory = z.object({
  had: z.object({ reader: z.boolean(), printer: z.boolean(), line: z.boolean() }).nullable().default(null),
  /** The last release that gave its place back by itself, and why. */
  gaveUp: z.object({ number: z.number().int(), reason: z.string() }).nullable().default(null),
  /** Told to the sync log: releases that were thrown out, and the last that a start began with. */
  told: z.array(z.number().int()).default([]),
  restarted: z.number().int().default(0),
  /** Since when a release has been waiting for its night. */
  waiting: z.object({ number: z.number().int(), since: z.number() }).nullable().default(null),
})
type Memory = z.infer<typeof memory>

export interface ChangeoverParts {
  /** Of the program that this is; 0: no release. */
  own: number
  programs(): Programs
  give(order: Pick<Order, 'do' | 'number'>): Promise<Result<null, { kind: ReleaseRefusal }>>
  journal: Pick<Journal, 'record'>
  /** `totem.json` beside the releases' box. */
  folder: string
  now(): number
  moment(): Moment
  signs(): Signs
  /** Ends this program; systemd starts the one that is in force. */
  leave(): void
  /** Starts the machine anew; its boot loader takes the system that is in force. False: it was refused. */
  restart(): Promise<boolean>
}

export interface Changeover {
  /** The first view is on the screen. */
  start(): Promise<void>
  /** A release lies ready, checked; null: none is wanted. */
  take(ready: { number: number; urgent: boolean } | null): void
  /** How far a release is; null: nowhere beyond its fetching. */
  standing(): Pick<ReleaseStanding, 'running' | 'confirmed'> & { next: ReleaseStanding['next'] }
  /** Does what is due; runs by itself. */
  look(): Promise<void>
  stop(): void
}

/**
 * From a release that lies ready to one that has proved healthy: installed beside, begun when nobody is there, confirmed, or
 * given back. Who may touch the programs is another user (main/update/orders.ts); this one asks.
 */
export function createChangeover(parts: ChangeoverParts): Changeover {
  const { own, journal, now, folder } = parts
  const file = join(folder, 'totem.json')
  let kept: Memory = memory.parse({})
  let ready: { number: number; urgent: boolean } | null = null
  let refused: { number: number; reason: ReleaseRefusal; at: number } | null = null
  /** When a restart of the machine was last refused. */
  let heldAt: number | null = null
  let working = false
  let timer: NodeJS.Timeout | null = null

  async function remember(change: Partial<Memory>): Promise<void> {
    kept = { ...kept, ...change }
    await writeWhole(file, JSON.stringify(kept)).catch((failure: NodeJS.ErrnoException) => {
      // A full disk: told twice is better than a totem that stops.
      if (failure.code === undefined) throw failure
    })
  }

  async function order(what: Order['do'], number: number): Promise<boolean> {
    const done = await parts.give({ do: what, number })
    if (done.ok) {
      refused = null
      return true
    }
    refused = { number, reason: done.error.kind, at: now() }
    journal.record('update.refused', { release: number, reason: done.error.kind })
    return false
  }

  /** Whoever refuses it (logind, by polkit's rule) is told of once, and asked again an hour later. */
  async function restart(number: number): Promise<void> {
    if (isHeld() || (await parts.restart())) return
    if (heldAt === null) journal.record('update.refused', { release: number, reason: 'not-restarted' })
    heldAt = now()
    refused = { number, reason: 'not-restarted', at: heldAt }
  }
  const isHeld = () => heldAt !== null && now() - heldAt < AGAIN_MS

  async function goOn(): Promise<void> {
    const programs = parts.programs()
    const { current, trial, begun } = programs
    if (current === own && trial) return prove()
    if (begun !== null) return isHeld() ? undefined : leaveWhenQuiet(true, begun)
    // The next start runs another program: a technician installed it, or this one has ordered it and was cut off.
    if (current !== own) return leaveWhenQuiet(true, current)
    if (!ready || ready.number <= own || programs.failed.has(ready.number)) return
    const { number, urgent } = ready
    if (refused?.number === number && now() - refused.at < AGAIN_MS) return
    if (parts.moment().aloneMs === 0) return
    if (!programs.installed.includes(number)) {
      if (await order('install', number)) journal.record('update.installed', { release: number })
      return
    }
    await leaveWhenQuiet(urgent, number)
  }

  async function leaveWhenQuiet(urgent: boolean, number: number): Promise<void> {
    if (notNow(parts.moment(), urgent)) return tellWaiting(number)
    const { reader, printer, line } = parts.signs()
    await remember({ had: { reader, printer, line: line === 'up' }, waiting: null })
    const { current, begun } = parts.programs()
    if (current !== number && begun !== number && !(await order('start', number))) return
    // The order took its time, and somebody may have come meanwhile: the next look leaves.
    if (parts.moment().aloneMs === 0) return
    if (parts.programs().begun === number) await restart(number)
    else parts.leave()
  }

  async function tellWaiting(number: number): Promise<void> {
    if (kept.waiting?.number !== number) return remember({ waiting: { number, since: now() } })
    const days = Math.floor((now() - kept.waiting.since) / DAY_MS)
    if (days < WAITS_DAYS) return
    journal.record('update.waiting', { release: number, days })
    await remember({ waiting: { number, since: now() } })
  }

  async function prove(): Promise<void> {
    const signs = parts.signs()
    const lacks =
      missing(signs, kept.had ?? NOTHING_HAD) ??
      ((await order('confirm', own)) ? null : ('updater' satisfies Unhealthy))
    if (lacks === null) {
      journal.record('update.confirmed', { release: own })
      await remember({ had: null })
      await rm(join(folder, 'ready', String(own)), { force: true }).catch(() => undefined)
      return
    }
    if (signs.upMs < HEALTHY_WITHIN_MS || parts.moment().aloneMs === 0) return
    await remember({ gaveUp: { number: own, reason: lacks } })
    // A system's starts are the machine's.
    if (parts.programs().trial?.tries === null) await restart(own)
    else parts.leave()
  }

  /** What became of releases while this program did not run. */
  async function tellPast(): Promise<void> {
    const { current, trial, failed } = parts.programs()
    for (const [number, ended] of failed) {
      if (kept.told.includes(number)) continue
      const reason = kept.gaveUp?.number === number ? `not-healthy-${kept.gaveUp.reason}` : ended
      journal.record('update.rolled-back', { release: number, reason })
      await remember({ told: [...kept.told, number].slice(-20) })
    }
    if (current === own && trial && kept.restarted !== own) {
      journal.record('update.restarted', { release: own })
      await remember({ restarted: own })
    }
  }

  async function look(): Promise<void> {
    if (working) return
    working = true
    try {
      await goOn()
    } finally {
      working = false
    }
  }

  return {
    async start() {
      const read = memory.safeParse(jsonOf((await contentOf(file)) ?? ''))
      if (read.success) kept = read.data
      await tellPast()
      timer = setInterval(() => void look(), LOOK_MS)
      await look()
    },
    take(next) {
      ready = next
    },
    standing() {
      const { current, trial, failed, installed } = parts.programs()
      const wanted = ready?.number ?? null
      const thrownOut = wanted === null ? [...failed.keys()].filter((number) => number > own).at(-1) : wanted
      const next = ((): ReleaseStanding['next'] => {
        if (thrownOut !== undefined && failed.has(thrownOut))
          return { number: thrownOut, state: 'rolled-back', reason: null }
        if (wanted === null || wanted <= own) return null
        if (refused?.number === wanted) return { number: wanted, state: 'refused', reason: refused.reason }
        return installed.includes(wanted) ? { number: wanted, state: 'installed', reason: null } : null
      })()
      return { running: own, confirmed: current !== own || trial === null, next }
    },
    look,
    stop() {
      if (timer) clearInterval(timer)
    },
  }
}
