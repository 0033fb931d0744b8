import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TotemConfig } from '../../contract/config.ts'
import type { Result } from '../../contract/result.ts'
import { withoutFloods } from '../journal/floods.ts'
import { openJournal } from '../journal/journal.ts'
import { explain } from '../keys/explain.ts'
import { readIdentity } from '../keys/tls-identity.ts'
import { openTotemKeys } from '../keys/totem-keys.ts'
import { openGatewayKeys } from '../lists/gateway-keys.ts'
import { watchListEnds } from '../lists/list-ends.ts'
import { openTrustStore } from '../lists/trust-store.ts'
import { openQueue } from '../queue/queue.ts'
import { exitForRestart, versions } from '../shell/app.ts'
import { releaseKeyIn } from '../update/updater.ts'

export type Stores = Awaited<ReturnType<typeof openStores>>

/**
 * Opens everything that the totem keeps: sync log, queue, signed lists and private keys. A totem without one of them
 * does not start: the reason stands on stderr (the system's journal), and the supervisor tries again.
 */
export async function openStores(config: TotemConfig) {
  const { dataDir } = config
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const log = opened(
    'journal',
    openJournal({ path: join(dataDir, 'journal.db'), totem: config.totem, now: Date.now, strict: __DEVELOPMENT__ }),
  )
  const journal = withoutFloods(log, Date.now)
  const queue = opened(
    'queue',
    openQueue({
      path: join(dataDir, 'queue.db'),
      now: Date.now,
      minFreeBytes: config.minFreeBytes,
      onRepaired: (repaired) => journal.record('storage.repaired', { store: 'queue', ...repaired }),
    }),
  )
  journal.record('totem.started', versions())
  if (config.enrolment && config.keyProtection.kind === 'file') journal.record('keys.software', {})

  const now = () => new Date()
  const testTrust = __DEVELOPMENT__ && config.bench !== null
  const trust = opened('trust list', await openTrustStore({ config: config.trust, testTrust, dataDir, journal, now }))
  const { listKey } = config.trust
  const gatewayKeys = opened(
    "list of the gateway's keys",
    await openGatewayKeys({ list: config.gateway.keys, listKey, dataDir, journal, now: Date.now }),
  )
  const own = await openTotemKeys(config, { queue, journal })
  if (!own.ok) {
    journal.record('keys.unusable', { reason: own.error.kind })
    process.stderr.write(`totem: ${explain(own.error)}\n`)
    return exitForRestart()
  }
  const identity = await readIdentity(config, own.value.tls)
  if (!identity.ok) {
    journal.record('certificate.refused', { reason: identity.error.kind })
    process.stderr.write(`totem: ${explain(identity.error)}\n`)
    return exitForRestart()
  }

  const releaseKey = config.update && (await releaseKeyIn(config.update.releaseKey))
  // Such a totem serves on with what it runs.
  if (config.update && !releaseKey) journal.record('update.refused', { release: 0, reason: 'release-key-unreadable' })

  return {
    journal,
    queue,
    trust,
    gatewayKeys,
    listEnds: watchListEnds({ trust: () => trust.list, 'gateway-keys': () => gatewayKeys.list }, { journal, now }),
    /** Of the signer of releases; null: none are taken. */
    releaseKey,
    /** The totem's own private keys. */
    own: own.value,
    /** What it shows to the gateway. */
    identity: identity.value,
    close() {
      journal.close()
      queue.close()
    },
  }
}

function opened<T>(name: string, result: Result<T, { kind: string }>): T {
  if (result.ok) return result.value
  process.stderr.write(`totem: the ${name} cannot be opened: ${result.error.kind}\n`)
  return exitForRestart()
}
