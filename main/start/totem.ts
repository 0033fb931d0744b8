import type { TotemConfig } from '../../contract/config.ts'
import type { Panel } from '../../contract/panel.ts'
import type { Devices } from '../devices/index.ts'
import { onQuit } from '../shell/app.ts'
import type { CitizenWindow } from '../shell/window.ts'
import { createCommandRoom } from './commands.ts'
import { createGatewayLine } from './line.ts'
import { openStores } from './stores.ts'
import { createSupervisor } from './supervisor.ts'
import { createVisits } from './visit.ts'
import { createWatches } from './watch.ts'

/** Everything behind the window and the devices, which start meanwhile: it is made, then joined, then started, in this order. */
export async function runTotem(
  config: TotemConfig & { panel: Panel },
  window: CitizenWindow,
  devices: Devices,
): Promise<void> {
  const stores = await openStores(config)
  const line = createGatewayLine(config, stores, devices)
  const visits = createVisits(config, window, stores, devices, line)
  const commands = createCommandRoom(config, stores, devices, line, visits)
  const { refresh } = visits.session
  const supervisor = createSupervisor({ well: visits.well })
  const watches = createWatches(config, stores, line.identity, refresh)

  const shown = visits.start()
  devices.listen(visits.deviceListener)
  // The line takes main's time, and the first screen does not need it.
  await shown
  line.start(refresh, visits.onSettled, visits.room, (serial) => void commands.heard(serial))
  commands.start()
  supervisor.start()
  if (__DEVELOPMENT__ && config.bench?.dockUrl) {
    const { openDock } = await import('../shell/dock-window.ts')
    await openDock(config.bench.dockUrl)
  }
  watches.start()

  onQuit(() => {
    supervisor.stop()
    watches.stop()
    commands.stop()
    visits.stop()
    devices.stop()
    line.stop()
    stores.journal.record('totem.stopped', {})
    stores.close()
  })
}
