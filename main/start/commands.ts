import type { TotemConfig } from '../../contract/config.ts'
import { type CommandRoom, createCommands } from '../commands/commands.ts'
import { createDeeds, rebootMachine } from '../commands/deeds.ts'
import { rotateOutcomeKey } from '../commands/rotate.ts'
import type { Devices } from '../devices/index.ts'
import { examine } from '../readiness/examine.ts'
import { lookAtHardware } from '../readiness/hardware.ts'
import { quit } from '../shell/app.ts'
import { isTakenOut, markTechnician } from '../technician.ts'
import { notNow } from '../update/quiet.ts'
import type { GatewayLine } from './line.ts'
import type { Stores } from './stores.ts'
import type { createVisits } from './visit.ts'

/** Joins the parts of what operators may ask from afar. */
export function createCommandRoom(
  config: TotemConfig,
  { journal, queue, gatewayKeys, trust, own }: Stores,
  devices: Devices,
  { client, drain, identity, updates }: GatewayLine,
  { session, room, cie }: Pick<ReturnType<typeof createVisits>, 'session' | 'room' | 'cie'>,
): CommandRoom {
  const { totem, dataDir } = config
  const store = queue.commands
  return createCommands({
    ...{ client, journal, store, totem, now: Date.now },
    keys: () => gatewayKeys.list.command ?? [],
    // SECURITY: whoever sets the clock back brings no command of yesterday to life.
    latest: () => Math.max(+trust.latest, +identity.identity.begins, drain.gatewayTime),
    // Before its first word the device process tells of no reader.
    isIdle: () => !devices.coming && room.nobodyThere() && !room.paperOut(),
    onChange: session.refresh,
    deeds: createDeeds({
      ...{ store, devices, journal, now: Date.now },
      examine: () =>
        examine(config, 'it', () => lookAtHardware(config, devices, cie()), { by: 'command', grant: null }),
      closed(is) {
        // Out of service it stays so, whoever has tried it.
        if (!isTakenOut(dataDir)) markTechnician(dataDir, is ? 'at-work' : 'back')
        session.refresh()
      },
      wake: drain.wake,
      rotateKeys: (command) => rotateOutcomeKey(config, command, { own, client, now: Date.now }),
      leave: quit,
      reboot: updates.isPackaged ? rebootMachine : null,
      notNow: () => notNow(updates.moment(), false),
    }),
  })
}
