import { MINUTE_MS } from '../../basics/time.ts'
import { openAnchor } from '../../trust/journal-anchor.ts'
import type { Journal } from '../journal/journal.ts'
import type { GatewayClient } from '../sync/client.ts'
import type { GatewayKeyStore } from './gateway-keys.ts'
import { createRefresh, type Refresh } from './refresh.ts'

/** At least once an hour: a key is listed long before it begins, but a stolen one must go soon. */
const EVERY_MS = 30 * MINUTE_MS

export interface KeysRefresh extends Refresh {
  /**
   * True when the gateway has signed this anchor of a log (contract/journal.ts). If no known key signed it, the totem
   * first asks for the newest list: a key counts there as soon as it is listed.
   */
  isSigned(anchor: string): Promise<boolean>
}

/**
 * Asks the gateway for a newer list of its keys and for its time, when the line comes up and then at least once an
 * hour.
 */
export function createKeysRefresh({
  client,
  store,
  journal,
  random,
}: {
  client: Pick<GatewayClient, 'keys' | 'status'>
  store: GatewayKeyStore
  journal: Pick<Journal, 'record'>
  random: () => number
}): KeysRefresh {
  const opens = async (anchor: string) => (await openAnchor(anchor, store.list.anchor)) !== null
  return {
    ...createRefresh({ everyMs: EVERY_MS, work: () => refresh().catch(notStored), random }),
    async isSigned(anchor) {
      if (await opens(anchor)) return true
      const keys = await client.keys()
      if (keys.ok) await store.take(keys.value.list).catch(notStored)
      return opens(anchor)
    },
  }

  async function refresh(): Promise<boolean> {
    const [keys, status] = [await client.keys(), await client.status()]
    if (status.ok) store.noteTime(Date.parse(status.value.at))
    if (keys.ok) await store.take(keys.value.list)
    return keys.ok && status.ok
  }

  /** A full or failing disk must not break a visit: the list in force stays. Any other error is a bug. */
  function notStored(failure: unknown): false {
    if ((failure as NodeJS.ErrnoException).code === undefined) throw failure
    journal.record('keys.refused', { reason: 'not-stored' })
    return false
  }
}
