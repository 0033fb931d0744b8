import { readFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import { z } from 'zod'
import { writeWhole } from '../../basics/files.ts'
import { type Clock, HOUR_MS } from '../../basics/time.ts'
import type { Crl } from '../../trust/crl.ts'
import { fetchCrl, isAllowed } from './fetch.ts'

/** Pause after a failure, and while the issuer has no newer CRL yet. */
const RETRY_MS = HOUR_MS
/** Fetches at a time, in all and of one host: a host that is silent, or lets drop after drop fall, leaves room for others. */
const AT_ONCE = 8
const OF_ONE_HOST = 2
/** Italy has some thirty issuers of cards, and some split their CRL into a few. */
const MOST = 500

/** The addresses from which the gateway fetches CRLs; they are kept over restarts. */
export interface CrlPoints {
  /** Adds the addresses that are new and that the gateway may call. True if there is one. */
  add(addresses: readonly string[]): Promise<boolean>
  /** Fetches what is due, and what becomes due meanwhile; resolves when nothing is left. */
  fetchDue(): Promise<void>
}

/**
 * `file`: a JSON array of addresses. An unreadable file is begun anew, because each card brings its addresses again.
 * `take` gets each CRL that came, and answers the one that is in force then, or null.
 */
export async function openCrlPoints(
  file: string,
  {
    hosts,
    maxAgeMs,
    take,
    stopping,
    now,
    log,
  }: {
    hosts: readonly string[]
    maxAgeMs: number
    take(der: Uint8Array): Promise<Crl | null>
    stopping: AbortSignal
    now: Clock
    log: Logger
  },
): Promise<CrlPoints> {
  const dueAt = new Map<string, number>()
  for (const address of await addressesIn(file)) dueAt.set(address, 0)
  let written = Promise.resolve()
  const keep = () => {
    // One write after the other, each with what is known by then; a failed one does not stop the next.
    written = written.catch(() => {}).then(() => writeWhole(file, JSON.stringify([...dueAt.keys()])))
    return written
  }

  /** By address. */
  const underWay = new Map<string, Promise<void>>()
  /** Hosts whose last fetch failed: the others come first. */
  const failing = new Set<string>()

  function next(): string | undefined {
    const busy = [...underWay.keys()].map(hostOf)
    const due = [...dueAt].flatMap(([address, at]) => (at <= +now() && !underWay.has(address) ? [address] : []))
    const free = due.filter((address) => busy.filter((host) => host === hostOf(address)).length < OF_ONE_HOST)
    return free.find((address) => !failing.has(hostOf(address))) ?? free[0]
  }

  function begin(): void {
    while (underWay.size < AT_ONCE && !stopping.aborted) {
      const address = next()
      if (address === undefined) return
      dueAt.set(address, +now() + RETRY_MS)
      const fetching = fetchOne(address).finally(() => {
        underWay.delete(address)
        begin()
      })
      underWay.set(address, fetching)
    }
  }

  async function fetchOne(address: string): Promise<void> {
    const fetched = await fetchCrl(address, hosts, stopping)
    if (!fetched.ok) {
      failing.add(hostOf(address))
      log.warn({ ...fetched.error, kind: `crl-${fetched.error.kind}`, address })
      return
    }
    failing.delete(hostOf(address))
    try {
      const crl = await take(fetched.value)
      if (crl) dueAt.set(address, Math.max(refreshAt(crl, maxAgeMs), +now() + RETRY_MS))
    } catch (failure) {
      const { name, code } = failure as NodeJS.ErrnoException
      log.error({ kind: 'crl-not-kept', address, name, code })
    }
  }

  return {
    async add(addresses) {
      const fresh = addresses.filter((address) => isAllowed(address, hosts) && !dueAt.has(address))
      if (fresh.length === 0 || dueAt.size + fresh.length > MOST) return false
      for (const address of fresh) dueAt.set(address, 0)
      await keep()
      return true
    },
    async fetchDue() {
      begin()
      while (underWay.size > 0) await Promise.all(underWay.values())
    },
  }
}

const hostOf = (address: string): string => new URL(address).host

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
