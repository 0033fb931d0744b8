import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { contentOf, writeWhole } from '../../basics/files.ts'
import type { TotemConfig } from '../../contract/config.ts'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type GatewayKeysRefusal, sealingKeyAt, verifyGatewayKeys } from '../../trust/gateway-keys.ts'
import type { Journal } from '../journal/journal.ts'
import type { NamedKey } from '../queue/sealing.ts'
import { newestList } from './newest-list.ts'

/** The keys that requests are sealed to: the newest signed list of the gateway's keys that this totem has. */
export interface GatewayKeyStore {
  /** In force now; sync logs are checked with its `anchor` keys. */
  readonly list: GatewayKeys
  /** The key to seal to now. */
  sealingKey(): NamedKey
  /** Notes the gateway's time, in ms. */
  noteTime(at: number): void
  /** Takes a list from the gateway; true when it came into force. It is on the disk by then. */
  take(jws: string): Promise<boolean>
}

export type GatewayKeysUnusable = GatewayKeysRefusal | { kind: 'list-key-unreadable' | 'list-unreadable' }

/**
 * Opens the provisioned list or the one kept since, whichever is newer. A provisioned list that does not open is an
 * error when there is no other: such a totem must not start. `listKey` is the key that signs trust lists too.
 */
export async function openGatewayKeys({
  list: provisioned,
  listKey,
  dataDir,
  journal,
  now,
}: {
  list: string
  listKey: string
  dataDir: string
  journal: Pick<Journal, 'record'>
  now: () => number
}): Promise<Result<GatewayKeyStore, GatewayKeysUnusable>> {
  const folder = join(dataDir, 'keys')
  const kept = join(folder, 'gateway-keys.jws')
  await mkdir(folder, { recursive: true, mode: 0o700 })

  /** Each refused list is reported once. */
  const refused = new Set<string>()
  function refuse(reason: string, what: string): void {
    if (refused.has(what)) return
    refused.add(what)
    journal.record('keys.refused', { reason })
  }

  const key = await keyIn(listKey)
  if (!key) return err({ kind: 'list-key-unreadable' })
  const open = async (jws: string) => {
    const list = await verifyGatewayKeys(jws, key)
    return list.ok ? ok({ jws, list: list.value }) : list
  }
  const newest = await newestList({ provisioned, kept, open, refuse })
  if (!newest.ok) return newest
  let inForce = newest.value
  /** The gateway's time when it was last told, and our own clock then, which nobody can set; both in ms. */
  let heard: { at: number; clock: number } | null = null
  /** Lists are taken one after the other: two would write one file, and the older might come last. */
  let last: Promise<unknown> = Promise.resolve()

  /** A clock put back must not bring back a key that the gateway may have dropped: no list is older than its issue. */
  const time = () =>
    heard ? heard.at + performance.now() - heard.clock : Math.max(now(), Date.parse(inForce.list.issued))

  return ok({
    get list() {
      return inForce.list
    },
    sealingKey: () => sealingKeyAt(inForce.list, time()),
    noteTime(at) {
      heard = { at, clock: performance.now() }
    },
    take(jws) {
      const taken = last.then(() => takeOne(jws))
      last = taken.catch(() => false)
      return taken
    },
  })

  async function takeOne(jws: string): Promise<boolean> {
    if (jws === inForce.jws) return false
    const next = await open(jws)
    if (!next.ok) {
      refuse(next.error.kind, createHash('sha256').update(jws).digest('hex'))
      return false
    }
    // A gateway may be behind: nothing is wrong, and it has nothing new.
    if (next.value.list.sequence <= inForce.list.sequence) return false
    await writeWhole(kept, jws)
    inForce = next.value
    journal.record('keys.updated', { sequence: inForce.list.sequence })
    return true
  }
}

/** The list that a totem that starts now would take; nothing on the disk is changed. */
export async function lookAtGatewayKeys({
  gateway,
  trust,
  dataDir,
}: Pick<TotemConfig, 'gateway' | 'trust' | 'dataDir'>): Promise<Result<GatewayKeys, GatewayKeysUnusable>> {
  const key = await keyIn(trust.listKey)
  if (!key) return err({ kind: 'list-key-unreadable' })
  const newest = await newestList({
    ...{ provisioned: gateway.keys, kept: join(dataDir, 'keys', 'gateway-keys.jws'), setAside: false },
    refuse: () => undefined,
    async open(jws) {
      const list = await verifyGatewayKeys(jws, key)
      return list.ok ? ok({ list: list.value }) : list
    },
  })
  return newest.ok ? ok(newest.value.list) : newest
}

async function keyIn(file: string): Promise<JWK | null> {
  const text = await contentOf(file)
  try {
    return text === null ? null : (JSON.parse(text) as JWK)
  } catch {
    return null
  }
}
