import type { Logger } from 'pino'
import type { z } from 'zod'
import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import type { Routes } from '../http/route.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { gatewayConfig } from '../settings/config.ts'
import { CONFIG, folderThere, jsonIn, textOf, Unusable } from '../settings/unusable.ts'
import type { Database } from '../store/schema.ts'
import { openReleases, type ReleaseKeeper } from './keeper.ts'
import { createRollouts } from './rollouts.ts'
import { overseeReleases, releaseRoutes } from './routes.ts'
import { withReleases } from './tables.ts'

const TEND_EVERY_MS = 5 * MINUTE_MS

/** The room of releases; a gateway without it hands out none. */
export interface ReleaseRoom {
  forTotems: Routes
  forOperators: Routes
  heard(totem: string, heartbeat: Heartbeat): Promise<void>
  /** A held totem keeps what it has; in a caller's transaction. False: this gateway hands out no releases. */
  hold(on: Database, totem: string, held: boolean): Promise<boolean>
  stop(): void
}

const nothing: Routes = () => {}
const CLOSED: ReleaseRoom = {
  ...{ forTotems: nothing, forOperators: nothing, heard: async () => {}, hold: async () => false, stop: () => {} },
}

type Settings = NonNullable<z.output<typeof gatewayConfig>['releases']>

/** Opens list and folder; throws `Unusable` where they cannot be used. */
export async function openReleaseKeeper(settings: Settings | null, log: Logger): Promise<ReleaseKeeper | null> {
  if (!settings) return null
  const { list, releaseKey, folder } = settings
  await textOf('releases.list', list)
  await jsonIn('releases.releaseKey', releaseKey)
  await folderThere('releases.folder', folder)
  const opened = await openReleases(settings, log)
  if (opened.ok) return opened.value
  const todo = 'put one there that releases.releaseKey signed'
  throw new Unusable(CONFIG, `releases.list: ${list} is refused: ${opened.error.kind}: ${todo}`)
}

export function createReleaseRoom(
  settings: Settings | null,
  keeper: ReleaseKeeper | null,
  { db, keys, now, log }: { db: Database; keys: Pick<Keyring, 'sign'>; now: Clock; log: Logger },
): ReleaseRoom {
  if (!settings || !keeper) return CLOSED
  const named = { laboratory: new Set(settings.laboratory), agreed: new Set(settings.agreed) }
  const rollouts = createRollouts({ db: withReleases(db), named, now, log })
  const failed = (reason: unknown) => log.error({ kind: 'release-not-tended', name: (reason as Error).name })
  const timer = setInterval(() => void rollouts.tend().catch(failed), TEND_EVERY_MS)
  return {
    forTotems: releaseRoutes({ keeper, rollouts, keys, now }),
    forOperators: overseeReleases(keeper, rollouts),
    heard: rollouts.heard,
    async hold(on, totem, held) {
      await rollouts.hold(totem, held, withReleases(on))
      return true
    },
    stop() {
      clearInterval(timer)
      keeper.stop()
    },
  }
}
