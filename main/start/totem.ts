import type { TotemConfig } from '../../contract/config.ts'
import type { Panel } from '../../contract/panel.ts'
import { FIRST_WORDS_MS, superviseDevices } from '../devices/index.ts'
import { onQuit } from '../shell/app.ts'
import { spawnDeviceProcess } from '../shell/device-process.ts'
import type { CitizenWindow } from '../shell/window.ts'
import { createCommandRoom } from './commands.ts'
import { createGatewayLine } from './line.ts'
import { openStores } from './stores.ts'
import { createSupervisor } from './supervisor.ts'
import { createVisits } from './visit.ts'
import { createWatches } from './watch.ts'

/** Everything behind the window, which starts meanwhile: it is made, then joined, then started, in this order. */
export async function runTotem(config: TotemConfig & { panel: Panel }, window: CitizenWindow): Promise<void> {
  const devices = superviseDevices({
    spawn: () =>
      spawnDeviceProcess({
        printer: config.printer,
        externalKey: config.cie?.externalKey ?? null,
        benchEnv: config.bench?.deviceEnv ?? null,
      }),
  })
  const stores = await openStores(config)
  const line = createGatewayLine(config, stores, devices)
  const visits = createVisits(config, window, stores, devices, line)
  const commands = createCommandRoom(config, stores, devices, line, visits)
  const { refresh } = visits.session
  const supervisor = createSupervisor({ well: visits.well })
  const watches = createWatches(config, stores, line.identity, refresh)

  devices.listen(visits.deviceListener)
  const shown = visits.start()
  line.prepare(refresh)
  // Devices and line take the machine's time, and the first screen does not need them: whoever touches it then comes to the
  // card later than the reader is found.
  await shown
  devices.start()
  // Where they say nothing, the screen says so then.
  setTimeout(refresh, FIRST_WORDS_MS + 1)
  line.start(visits.onSettled, visits.room, (serial) => void commands.heard(serial))
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
