import { HOUR_MS } from '../../basics/time.ts'
import type { TrustBundle } from '../../contract/trust.ts'
import type { Journal } from '../journal/journal.ts'
import type { GatewayClient } from '../sync/client.ts'
import { createRefresh, type Refresh } from './refresh.ts'
import type { TrustStore } from './trust-store.ts'

/**
 * Issuers make a CRL a day. The pause is spread up to the double, so that a fleet that started together does not ask
 * together.
 */
const EVERY_MS = 4 * HOUR_MS
/** The largest issuers' CRLs have some MB. A rural line could not bring a larger one, and main could not hold it. */
const LONGEST_CRL_BYTES = 64 * 1024 * 1024
/** All CRLs together: main holds them in memory. */
const LONGEST_CRLS_BYTES = 256 * 1024 * 1024

interface Parts {
  client: Pick<GatewayClient, 'trust' | 'crl'>
  store: TrustStore
  journal: Pick<Journal, 'record'>
  /** Called when the CRLs on the disk have been read. */
  onReady(): void
  /** True when there is room for so many bytes, and for what citizens ask besides. */
  room(bytes: number): boolean
  random(): number
}

/**
 * Has the store read the CRLs on the disk. Then asks the gateway for a newer list and for missing CRLs, when the line
 * comes up and every few hours. A failure leaves the present list in force: a totem without a line goes on with it, as
 * its policy says.
 */
export function createTrustRefresh({ client, store, journal, onReady, room, random }: Parts): Refresh {
  return createRefresh({
    everyMs: EVERY_MS,
    first: () => store.load().then(onReady),
    work: (signal) => refresh(signal).catch(notStored),
    random,
  })

  /** False when something is still missing. */
  async function refresh(signal: AbortSignal): Promise<boolean> {
    const bundle = await client.trust()
    if (!bundle.ok) return false
    const { list, crls } = bundle.value
    const newList = await store.takeList(list)
    const { taken, whole } = await takeCrls(crls, signal)
    if (!signal.aborted && (newList || taken > 0)) journal.record('trust.updated', store.counts)
    return whole
  }

  /** A full or failing disk must not break a visit: the lists in force stay. Any other error is a bug. */
  function notStored(failure: unknown): false {
    if ((failure as NodeJS.ErrnoException).code === undefined) throw failure
    journal.record('trust.refused', { reason: 'not-stored' })
    return false
  }

  async function takeCrls(
    offered: TrustBundle['crls'],
    signal: AbortSignal,
  ): Promise<{ taken: number; whole: boolean }> {
    let taken = 0
    let total = 0
    for (const crl of offered) {
      total += crl.bytes
      if (crl.bytes > LONGEST_CRL_BYTES || total > LONGEST_CRLS_BYTES) {
        journal.record('trust.refused', { reason: 'crl-too-large' })
        break
      }
      if (store.knows(crl.sha256)) continue
      if (!room(crl.bytes)) {
        journal.record('trust.refused', { reason: 'no-room' })
        break
      }
      const brought = await client.crl(crl, store.incoming)
      if (signal.aborted) return { taken, whole: true }
      if (brought.ok) {
        if (await store.takeCrl()) taken++
      } else if (brought.error.kind === 'answer-malformed') {
        // One damaged CRL does not keep the others away; the totem asks for it again next time.
        journal.record('trust.refused', { reason: 'crl-damaged' })
      } else return { taken, whole: false }
    }
    return { taken, whole: true }
  }
}
