import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { contentOf, writeWhole } from '../../basics/files.ts'
import { MINUTE_MS } from '../../basics/time.ts'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import type { ServiceAccess } from '../../contract/service.ts'
import { openServiceAccess } from '../../trust/service-access.ts'
import type { Journal } from '../journal/journal.ts'
import { createRefresh, type Refresh } from '../lists/refresh.ts'
import type { GatewayClient } from '../sync/client.ts'

/** A grant that an operator has just made is known after half an hour at the latest. */
const EVERY_MS = 15 * MINUTE_MS

/** What the gateway said last of the technicians of this totem. */
export interface AccessStore extends Refresh {
  /** Null: it has never said anything. */
  readonly told: ServiceAccess | null
  /** Asks now, because somebody stands there with their card; what is known stays where no answer comes. */
  look(): Promise<void>
}

const accessFile = (dataDir: string) => join(dataDir, 'service', 'access.jws')

/** What the disk holds; a file that the gateway has not signed for this totem says nothing. */
export async function keptAccess(
  dataDir: string,
  by: { totem: string; keys: GatewayKeys['anchor'] },
): Promise<ServiceAccess | null> {
  const jws = await contentOf(accessFile(dataDir))
  const opened = jws === null ? null : await openServiceAccess(jws, by)
  return opened?.ok ? opened.value : null
}

export function createAccess({
  client,
  journal,
  totem,
  anchors,
  dataDir,
  random,
}: {
  client: Pick<GatewayClient, 'serviceAccess'>
  journal: Pick<Journal, 'record'>
  totem: string
  anchors(): GatewayKeys['anchor']
  dataDir: string
  random(): number
}): AccessStore {
  let told: ServiceAccess | null = null
  let asking: Promise<boolean> | null = null
  const file = accessFile(dataDir)

  async function ask(): Promise<boolean> {
    const answer = await client.serviceAccess()
    if (!answer.ok) return false
    const { access } = answer.value
    const opened = await openServiceAccess(access, { totem, keys: anchors() })
    const refuse = (reason: string) => {
      journal.record('service.access-refused', { reason })
      return false
    }
    if (!opened.ok) return refuse(opened.error.kind)
    // SECURITY: who holds the line may bring back what was said before a card was revoked.
    if (told && opened.value.issued < told.issued) return refuse('access-older')
    told = opened.value
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeWhole(file, access).catch(() => refuse('not-stored'))
    return true
  }
  const work = () => {
    asking ??= ask().finally(() => {
      asking = null
    })
    return asking
  }

  return {
    ...createRefresh({
      everyMs: EVERY_MS,
      work,
      random,
      first: async () => {
        told ??= await keptAccess(dataDir, { totem, keys: anchors() })
      },
    }),
    get told() {
      return told
    },
    look: async () => void (await work()),
  }
}
