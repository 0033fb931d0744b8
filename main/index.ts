import type { TotemConfig } from '../contract/config.ts'
import { readConfig } from './config.ts'
import { superviseDevices } from './devices/index.ts'
import { onQuit, runApp } from './shell/app.ts'
import { spawnDeviceProcess } from './shell/device-process.ts'
import { createCitizenWindow, glassOf } from './shell/window.ts'
import { createGatewayLine } from './start/line.ts'
import { openStores } from './start/stores.ts'
import { createSupervisor } from './start/supervisor.ts'
import { createVisits } from './start/visit.ts'
import { createWatches } from './start/watch.ts'

// The composition root: everything is made, then joined, then started, in this order. Nothing starts in its
// constructor. The page's and the device process come first, because they take their time.

runApp(() => {
  const config = readConfig()
  return { dataDir: config.dataDir, start: () => start(config) }
})

async function start(provisioned: TotemConfig): Promise<void> {
  const config = { ...provisioned, panel: glassOf(provisioned.panel) }
  // The processes of page and devices start while the stores open. Neither knows anything of a person, and until main
  // listens and answers they have nothing to say and to show.
  const window = createCitizenWindow(config.panel)
  window.load()
  const devices = superviseDevices({
    spawn: () =>
      spawnDeviceProcess({
        printer: config.printer,
        externalKey: config.cie?.externalKey ?? null,
        benchEnv: config.bench?.deviceEnv ?? null,
      }),
  })
  devices.start()
  const stores = await openStores(config)
  const line = createGatewayLine(config, stores, devices)
  const visits = createVisits(config, window, stores, devices, line)
  const { refresh } = visits.session
  const supervisor = createSupervisor({ well: visits.well })
  const watches = createWatches(config, stores, line.identity, refresh)

  const shown = visits.start()
  devices.listen(visits.deviceListener)
  // The line takes main's time, and the first screen does not need it.
  await shown
  line.start(refresh, visits.onSettled, visits.room)
  supervisor.start()
  if (__DEVELOPMENT__ && config.bench?.dockUrl) {
    const { openDock } = await import('./shell/dock-window.ts')
    await openDock(config.bench.dockUrl)
  }
  watches.start()

  onQuit(() => {
    supervisor.stop()
    watches.stop()
    visits.stop()
    devices.stop()
    line.stop()
    stores.journal.record('totem.stopped', {})
    stores.close()
  })
}
