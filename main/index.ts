import type { TotemConfig } from '../contract/config.ts'
import { readConfig } from './config.ts'
import { superviseDevices } from './devices/index.ts'
import { onQuit, runApp } from './shell/app.ts'
import { spawnDeviceProcess } from './shell/device-process.ts'
import { createGatewayLine } from './start/line.ts'
import { openStores } from './start/stores.ts'
import { createSupervisor } from './start/supervisor.ts'
import { createVisits } from './start/visit.ts'
import { createWatches } from './start/watch.ts'

// The composition root: everything is made, then joined, then started, in this order. Nothing starts in its
// constructor.

runApp(() => {
  const config = readConfig()
  return { dataDir: config.dataDir, start: () => start(config) }
})

async function start(config: TotemConfig): Promise<void> {
  const stores = await openStores(config)
  const devices = superviseDevices({
    spawn: () =>
      spawnDeviceProcess({
        printer: config.printer,
        externalKey: config.cie?.externalKey ?? null,
        benchEnv: config.bench?.deviceEnv ?? null,
      }),
  })
  const line = createGatewayLine(config, stores, devices)
  const visits = createVisits(config, stores, devices, line)
  const { refresh } = visits.session
  const supervisor = createSupervisor({ well: visits.well })
  const watches = createWatches(config, stores, line.identity, refresh)

  const shown = visits.start()
  line.start(refresh, visits.onSettled)
  devices.start(visits.deviceListener)
  await shown
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
