import { readFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import { z } from 'zod'
import { writeWhole } from '../../basics/files.ts'
import { type Clock, HOUR_MS } from '../../basics/time.ts'
import type { Crl } from '../../trust/crl.ts'
import { fetchCrl, isAllowed } from './fetch.ts'

/** Pause after a failure, and while the issuer has no newer CRL yet. */
const RETRY_MS = HOUR_MS
/** Italy has some thirty issuers of cards, and some split their CRL into a few. */
const MOST = 500

/** The addresses from which the gateway fetches CRLs; they are kept over restarts. */
export interface CrlPoints {
  /** Adds the addresses that are new and that the gateway may call. True if there is one. */
  add(addresses: readonly string[]): Promise<boolean>
  /** Fetches what is due. `take` answers the CRL that is in force then, or null. */
  fetchDue(take: (der: Uint8Array) => Promise<Crl | null>, stopping: AbortSignal): Promise<void>
}

/**
 * `file`: a JSON array of addresses. An unreadable file is begun anew, because each card brings its addresses again.
 */
export async function openCrlPoints(
  file: string,
  { hosts, maxAgeMs, now, log }: { hosts: readonly string[]; maxAgeMs: number; now: Clock; log: Logger },
): Promise<CrlPoints> {
  const dueAt = new Map<string, number>()
  for (const address of await addressesIn(file)) dueAt.set(address, 0)
  let written = Promise.resolve()
  const keep = () => {
    // One write after the other, each with what is known by then; a failed one does not stop the next.
    written = written.catch(() => {}).then(() => writeWhole(file, JSON.stringify([...dueAt.keys()])))
    return written
  }

  return {
    async add(addresses) {
      const fresh = addresses.filter((address) => isAllowed(address, hosts) && !dueAt.has(address))
      if (fresh.length === 0 || dueAt.size + fresh.length > MOST) return false
      for (const address of fresh) dueAt.set(address, 0)
      await keep()
      return true
    },
    async fetchDue(take, stopping) {
      for (const [address, due] of dueAt) {
        if (stopping.aborted) return
        if (due > +now()) continue
        dueAt.set(address, +now() + RETRY_MS)
        const fetched = await fetchCrl(address, hosts, stopping)
        if (!fetched.ok) {
          log.warn({ ...fetched.error, kind: `crl-${fetched.error.kind}`, address })
          continue
        }
        const crl = await take(fetched.value)
        if (crl) dueAt.set(address, Math.max(refreshAt(crl, maxAgeMs), +now() + RETRY_MS))
      }
    },
  }
}

/** Half of the time for which the CRL counts: the other half is left for trying again. */
export const refreshAt = ({ thisUpdate, nextUpdate }: Pick<Crl, 'thisUpdate' | 'nextUpdate'>, maxAgeMs: number) =>
  thisUpdate + Math.min(nextUpdate - thisUpdate, maxAgeMs) / 2

async function addressesIn(file: string): Promise<string[]> {
  try {
    return z
      .array(z.string())
      .max(MOST)
      .parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return []
  }
}
