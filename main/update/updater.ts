import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { contentOf, exists, writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import type { Release, ReleaseStanding, Releases } from '../../contract/release.ts'
import type { ReleaseRefusal } from '../../contract/release-refusals.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { mayTake, openAssignment, verifyReleases } from '../../trust/releases.ts'
import type { Journal } from '../journal/journal.ts'
import { createRefresh, type Refresh } from '../lists/refresh.ts'
import type { GatewayClient } from '../sync/client.ts'
import { fetchRelease } from './fetch.ts'

/** Also how soon a stopped release is heard of. */
const EVERY_MS = 60 * MINUTE_MS

export interface UpdaterParts {
  client: Pick<GatewayClient, 'releases' | 'releaseRange'>
  journal: Pick<Journal, 'record'>
  totem: string
  /** Public JWK of the signer of releases, and the kind of machine that this is. */
  releaseKey: JWK
  compatible: string
  /** It has a second place for a system. */
  takesSystems: boolean
  anchors: () => GatewayKeys['anchor']
  /** Where it is fetched to (`ready/NUMBER`). */
  folder: string
  /** What this machine runs, and the highest that has proved healthy on it; releases that it has thrown out. */
  programs(): { running: number; highest: number; failed: ReadonlyMap<number, string> }
  /** A release lies ready; null: none is wanted. */
  onReady?(ready: { number: number; urgent: boolean } | null): void
  now(): number
  random(): number
  /** Nobody stands at the totem. */
  isIdle(): boolean
  /** True when there is room for so many bytes, and for what citizens ask besides. */
  room(bytes: number): boolean
}

export interface Updater extends Refresh {
  /** The release that this totem is to take, and how far its fetching is. */
  next(): ReleaseStanding['next']
}

type Refused = { kind: ReleaseRefusal }

/**
 * Brings the release that this totem is to run to its disk (`ready/NUMBER`), when nobody stands there, and tells the
 * log. What it takes is signed by the release key, is for this machine and goes forward; all else is refused by name.
 */
export function createUpdater(parts: UpdaterParts): Updater {
  const { client, journal, folder, now, onReady = () => {} } = parts
  const ready = join(folder, 'ready')
  let list: Releases | null = null
  let next: ReleaseStanding['next'] = null
  const told = new Map<string, number>()

  /** The same thing is told once a day. */
  function tellOnce(what: string, tell: () => void): void {
    if (now() - (told.get(what) ?? Number.NEGATIVE_INFINITY) < DAY_MS) return
    told.set(what, now())
    tell()
  }

  /** True: it stays refused, and is not tried again at once. */
  function refuse(kind: ReleaseRefusal, number: number | null): true {
    if (number !== null) next = { number, state: 'refused', reason: kind }
    tellOnce(`${kind} ${number}`, () => journal.record('update.refused', { reason: kind, release: number ?? 0 }))
    return true
  }

  function tellIfStale(): void {
    if (!list || now() < Date.parse(list.nextUpdate)) return
    const days = Math.floor((now() - Date.parse(list.nextUpdate)) / DAY_MS)
    tellOnce('stale', () => journal.record('update.stale', { days }))
  }

  /** False when the line broke off, or somebody came: it is tried again soon. */
  async function work(signal: AbortSignal): Promise<boolean> {
    const answer = await client.releases()
    if (!answer.ok) return false
    const taken = await takeList(answer.value.list)
    if (!taken.ok) refuse(taken.error.kind, null)
    tellIfStale()
    const assigned = await openAssignment(answer.value.assignment, {
      ...{ totem: parts.totem, keys: parts.anchors(), now: now() },
    })
    if (!assigned.ok) return refuse(assigned.error.kind, null)
    const { number, from, urgent } = assigned.value
    const programs = parts.programs()
    if (number === null || number === programs.running || !list || now() < Date.parse(list.issued)) {
      next = null
      onReady(null)
      return true
    }
    if (programs.failed.has(number)) {
      next = { number, state: 'rolled-back', reason: null }
      onReady({ number, urgent })
      return true
    }
    const release = mayTake(list, number, { ...programs, compatible: parts.compatible })
    if (!release.ok) return refuse(release.error.kind, number)
    // Before half a gigabyte comes in vain.
    if (release.value.kind === 'system' && !parts.takesSystems) return refuse('no-second-system', number)
    return now() < Date.parse(from) || bring(release.value, urgent, signal)
  }

  async function bring(release: Release, urgent: boolean, signal: AbortSignal): Promise<boolean> {
    const { number, bytes } = release
    const file = join(ready, String(number))
    const fetched = () => {
      next = { number, state: 'fetched', reason: null }
      onReady({ number, urgent })
      return true
    }
    if (await exists(file)) return fetched()
    await forgetAllBut(number)
    if (!parts.room(bytes)) return refuse('no-room', number)
    next = { number, state: 'fetching', reason: null }
    tellOnce(`offered ${number}`, () => journal.record('update.offered', { release: number, bytes }))
    const brought = await fetchRelease(client, release, file, () => parts.isIdle() && !signal.aborted)
    if (brought.ok) {
      journal.record('update.fetched', { release: number, bytes })
      return fetched()
    }
    const { kind } = brought.error
    if (kind === 'line' || kind === 'busy') return false
    return refuse(kind, number)
  }

  /** What lies there of releases before. */
  async function forgetAllBut(number: number): Promise<void> {
    for (const name of await readdir(ready))
      if (name !== String(number) && name !== `${number}.part`) await rm(join(ready, name), { force: true })
  }

  /** SECURITY: a list that is older than one seen before is withheld or brought back; neither replaces what is known. */
  async function takeList(jws: string): Promise<Result<null, Refused>> {
    const opened = await verifyReleases(jws, parts.releaseKey)
    if (!opened.ok) return opened
    if (list && opened.value.sequence < list.sequence) return err({ kind: 'list-older' })
    if (list?.sequence === opened.value.sequence) return ok(null)
    await writeWhole(join(folder, 'releases.jws'), jws)
    list = opened.value
    return ok(null)
  }

  async function recall(): Promise<void> {
    await mkdir(ready, { recursive: true, mode: 0o700 })
    const jws = await contentOf(join(folder, 'releases.jws'))
    const opened = jws === null ? null : await verifyReleases(jws.trim(), parts.releaseKey)
    list = opened?.ok ? opened.value : null
  }

  /** A full or failing disk must not break a visit. Any other error is a bug. */
  function notStored(failure: unknown): true {
    if ((failure as NodeJS.ErrnoException).code === undefined) throw failure
    return refuse('not-stored', null)
  }

  return {
    ...createRefresh({
      everyMs: EVERY_MS,
      first: () => recall().catch(() => undefined),
      work: (signal) => work(signal).catch(notStored),
      random: parts.random,
    }),
    next: () => next,
  }
}

/** The public key in this file; null when it is none. */
export async function releaseKeyIn(file: string): Promise<JWK | null> {
  const key = jsonOf((await contentOf(file)) ?? '') as JWK | null | undefined
  return key?.kty === 'EC' ? key : null
}
