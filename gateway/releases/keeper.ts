import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import type { Logger } from 'pino'
import { stampOf } from '../../basics/files.ts'
import { MINUTE_MS } from '../../basics/time.ts'
import type { Releases } from '../../contract/release.ts'
import type { ReleaseRefusal } from '../../contract/release-refusals.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { verifyReleases } from '../../trust/releases.ts'

const LOOK_EVERY_MS = MINUTE_MS / 2

/** The list of releases that totems get, and the files of those that it names. */
export interface ReleaseKeeper {
  readonly list: string
  readonly releases: Releases
  /** Path and length of a listed file that lies in the folder whole; null: there is none. */
  file(sha256: string): Promise<{ path: string; bytes: number } | null>
  /** Takes up a newer list; runs by itself. */
  look(): Promise<void>
  stop(): void
}

type Unusable = { kind: ReleaseRefusal | 'unreadable' }

/**
 * Opens the list (contract/release.ts), which `releaseKey` (public JWK) signed. A gateway cannot make one: it hands out
 * what it is given, and refuses what it could only spread.
 */
export async function openReleases(
  config: { list: string; releaseKey: string; folder: string },
  log: Logger,
): Promise<Result<ReleaseKeeper, Unusable>> {
  let stamp = await stampOf(config.list)
  const opened = await readList(config)
  if (!opened.ok) return opened
  let inForce = opened.value

  async function look(): Promise<void> {
    const now = await stampOf(config.list)
    if (now === stamp) return
    stamp = now
    const next = await readList(config)
    if (!next.ok) return log.error({ kind: 'releases-not-taken', reason: next.error.kind })
    const { sequence } = next.value.releases
    if (sequence <= inForce.releases.sequence) {
      if (next.value.list !== inForce.list) log.error({ kind: 'releases-not-taken', reason: 'list-older' })
      return
    }
    inForce = next.value
    log.info({ kind: 'releases-taken', sequence })
  }

  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  return ok({
    get list() {
      return inForce.list
    },
    get releases() {
      return inForce.releases
    },
    async file(sha256) {
      const listed = inForce.releases.releases.find((each) => each.sha256 === sha256)
      if (!listed) return null
      const path = join(config.folder, sha256)
      const found = await stat(path).catch(() => null)
      return found?.size === listed.bytes ? { path, bytes: listed.bytes } : null
    },
    look,
    stop: () => clearInterval(timer),
  })
}

async function readList({
  list: file,
  releaseKey,
}: {
  list: string
  releaseKey: string
}): Promise<Result<{ list: string; releases: Releases }, Unusable>> {
  let [list, key]: [string, JWK | null] = ['', null]
  try {
    list = (await readFile(file, 'utf8')).trim()
    key = JSON.parse(await readFile(releaseKey, 'utf8')) as JWK
  } catch {
    return err({ kind: 'unreadable' })
  }
  const releases = await verifyReleases(list, key)
  return releases.ok ? ok({ list, releases: releases.value }) : releases
}
