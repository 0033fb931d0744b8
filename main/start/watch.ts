import { MINUTE_MS } from '../../basics/time.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { freeBytes } from '../disk.ts'
import type { IdentityWatch } from '../keys/identity-watch.ts'
import { isTakenOut } from '../technician.ts'
import type { Stores } from './stores.ts'

const STORAGE_CHECK_MS = 15_000
const IDENTITY_CHECK_MS = MINUTE_MS
const LISTS_CHECK_MS = MINUTE_MS
// A look takes a few ms; at this pace 50,000 requests take half a minute.
const PAYLOAD_CHECK_MS = 50

/**
 * Looks after the totem's disk, its certificate and the ends of its lists while visits go on; `onStorage` is called after each look at the
 * free space.
 */
export function createWatches(
  { dataDir, minFreeBytes }: TotemConfig,
  { journal, queue, listEnds }: Stores,
  identity: IdentityWatch,
  onStorage: () => void,
) {
  let timers: NodeJS.Timeout[] = []
  let low = false
  let out = isTakenOut(dataDir)

  function checkStorage(): void {
    const free = freeBytes(dataDir)
    const isLow = free < minFreeBytes
    if (isLow && !low) journal.record('storage.low', { freeMb: Math.floor(free / 1_048_576) })
    low = isLow
    journal.tellRepeats()
    tellTakenOut()
    onStorage()
  }

  /** The menu on the screen and the command line leave the same mark, so that the log tells of both alike. */
  function tellTakenOut(): void {
    const now = isTakenOut(dataDir)
    if (now !== out) journal.record(now ? 'service.out' : 'service.back', {})
    out = now
  }

  /** Checks the payloads some at a time; the queue leaves them unread so that it opens fast. */
  function checkPayloads(): NodeJS.Timeout {
    let after = 0
    const timer = setInterval(() => {
      const next = queue.checkNext(after)
      if (next.ok && next.value !== null) after = next.value
      else clearInterval(timer)
    }, PAYLOAD_CHECK_MS)
    return timer
  }

  return {
    start() {
      checkStorage()
      void identity.look()
      listEnds.tell()
      timers = [
        setInterval(checkStorage, STORAGE_CHECK_MS),
        setInterval(() => void identity.look(), IDENTITY_CHECK_MS),
        setInterval(listEnds.tell, LISTS_CHECK_MS),
        checkPayloads(),
      ]
    },
    stop() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
