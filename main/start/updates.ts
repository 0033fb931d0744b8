import { join } from 'node:path'
import type { TotemConfig } from '../../contract/config.ts'
import type { OutOfService } from '../../contract/journeys/index.ts'
import type { LastOutage } from '../../contract/line.ts'
import type { ReleaseStanding } from '../../contract/release.ts'
import { rebootMachine } from '../commands/deeds.ts'
import type { Devices } from '../devices/index.ts'
import { freeBytes } from '../disk.ts'
import { quit } from '../shell/app.ts'
import type { GatewayClient } from '../sync/client.ts'
import { technicianAtWork } from '../technician.ts'
import { createChangeover } from '../update/changeover.ts'
import { giveOrder } from '../update/orders.ts'
import { ownFolder, PLACES } from '../update/places.ts'
import { isThere, numberOf, readPrograms } from '../update/programs.ts'
import type { Moment } from '../update/quiet.ts'
import { slotsHere } from '../update/slots.ts'
import { createUpdater } from '../update/updater.ts'
import type { Stores } from './stores.ts'

/** What the visits know of the moment. */
export interface Room {
  nobodyThere(): boolean
  /** How long the first screen has stood there untouched. */
  aloneMs(): number
  /** A sheet is held out. */
  paperOut(): boolean
  /** Why the first screen lets nobody begin; null: it does, or a visit is under way. */
  out(): OutOfService | null
}

export interface LineParts {
  client: GatewayClient
  devices: Pick<Devices, 'available' | 'card' | 'printer'>
  online(): boolean
  lastOutage(): LastOutage | null
  clockDiffers(): boolean
}

/** Releases: fetched, installed beside where the machine has the places for it, begun, confirmed, given back. */
export function createUpdates(
  config: TotemConfig,
  { journal, queue, gatewayKeys, releaseKey }: Stores,
  { client, devices, online, lastOutage, clockDiffers }: LineParts,
) {
  const { dataDir, minFreeBytes } = config
  const own = numberOf(ownFolder())
  const programs = () => readPrograms(PLACES)
  let room: Room = { nobodyThere: () => false, aloneMs: () => 0, paperOut: () => true, out: () => null }
  let began = performance.now()
  /** Restarts of the device process; those before its first word say nothing of a release, since a machine that has just started is slow. */
  const restarts: { all: number; before: number | null } = { all: 0, before: null }

  const moment = (): Moment => ({
    ...{ now: new Date(), aloneMs: room.aloneMs(), paper: room.paperOut(), online: online() },
    card: devices.card !== null && devices.card.state !== 'empty' && devices.card.state !== 'no-reader',
    queued: queue.depth().queued,
    technician: technicianAtWork(dataDir),
    clockRight: !clockDiffers(),
  })
  const changeover = isThere(PLACES)
    ? createChangeover({
        ...{ own, programs, journal, now: Date.now, leave: quit, restart: rebootMachine },
        folder: PLACES.box,
        give: (order) => giveOrder(order, PLACES),
        moment,
        signs: () => ({
          ...{ upMs: performance.now() - began, devices: devices.available && devices.card !== null },
          deviceRestarts: restarts.all - (restarts.before ?? 0),
          reader: devices.card !== null && devices.card.state !== 'no-reader',
          printer: !['absent', 'offline'].includes(devices.printer),
          line: online() ? ('up' as const) : (lastOutage()?.reason ?? null),
        }),
      })
    : null
  const updater =
    config.update && releaseKey
      ? createUpdater({
          ...{ client, journal, releaseKey, totem: config.totem, now: Date.now, random: Math.random },
          compatible: config.update.compatible,
          takesSystems: slotsHere() !== null,
          anchors: () => gatewayKeys.list.anchor,
          folder: changeover ? PLACES.box : join(dataDir, 'update'),
          programs: () => {
            const { highest, failed } = programs()
            return { running: own, highest, failed }
          },
          onReady: (ready) => changeover?.take(ready),
          isIdle: () => room.nobodyThere(),
          room: (bytes) => freeBytes(dataDir) - bytes > minFreeBytes,
        })
      : null

  return {
    /** For the heartbeat; null: this machine takes none by itself and runs none. */
    standing(): ReleaseStanding | null {
      if (!changeover) return updater && { running: own, confirmed: true, next: updater.next() }
      const standing = changeover.standing()
      return { ...standing, next: standing.next ?? updater?.next() ?? null }
    },
    /** This program is a totem's, from the package: the machine is ours. */
    isPackaged: changeover !== null,
    moment,
    /** `count`: how often the device process was started anew; its first start may come after the first view. */
    deviceStarted(count: number): void {
      restarts.before ??= count
      restarts.all = count
    },
    line: (state: 'up' | 'down') => updater?.line(state),
    start(here: Room): void {
      room = here
      began = performance.now()
      updater?.start()
      void changeover?.start()
    },
    stop(): void {
      void updater?.stop()
      changeover?.stop()
    },
  }
}
