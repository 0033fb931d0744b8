import type { TotemConfig } from '../contract/config.ts'
import { readConfig } from './config.ts'
import { superviseDevices } from './devices/index.ts'
import { onQuit, runApp } from './shell/app.ts'
import { spawnDeviceProcess } from './shell/device-process.ts'
import { createCitizenWindow, glassOf } from './shell/window.ts'
import { createCommandRoom } from './start/commands.ts'
import { firstBoot } from './start/first-boot.ts'
import { createGatewayLine } from './start/line.ts'
import { openStores } from './start/stores.ts'
import { createSupervisor } from './start/supervisor.ts'
import { createVisits } from './start/visit.ts'
import { createWatches } from './start/watch.ts'

// The composition root: everything is made, then joined, then started, in this order. Nothing starts in its
// constructor. The page's and the device process come first, because they take their time.

runApp(() => {
  const read = readConfig()
  if ('bare' in read) return { dataDir: read.bare.dataDir, start: () => firstBoot(read.bare) }
  return { dataDir: read.totem.dataDir, start: () => start(read.totem) }
})

async function start(provisioned: TotemConfig): Promise<void> {
  // SECURITY: a package knows no bench, also where a file names one (invariant 9).
  const bench = __DEVELOPMENT__ ? provisioned.bench : null
  const config = { ...provisioned, bench, panel: glassOf(provisioned.panel) }
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
    const { openDock } = await import('./shell/dock-window.ts')
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
