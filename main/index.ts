import { setTimeout as wait } from 'node:timers/promises'
import type { TotemConfig } from '../contract/config.ts'
import { readConfig } from './config.ts'
import { superviseDevices } from './devices/index.ts'
import { runApp } from './shell/app.ts'
import { spawnDeviceProcess } from './shell/device-process.ts'
import { createCitizenWindow, glassOf } from './shell/window.ts'

// The composition root. Nothing starts in its constructor. The page's and the device process come first, because they take
// their time, and most of main is not even evaluated before.

/** A page that asks for nothing by then is in trouble, and the rest of the totem starts all the same. */
const FIRST_FILE_MS = 200

runApp(() => {
  const read = readConfig()
  if ('bare' in read)
    return {
      dataDir: read.bare.dataDir,
      start: async () => (await import('./start/first-boot.ts')).firstBoot(read.bare),
    }
  return { dataDir: read.totem.dataDir, start: () => start(read.totem) }
})

async function start(provisioned: TotemConfig): Promise<void> {
  // SECURITY: a package knows no bench, also where a file names one (invariant 9).
  const bench = __DEVELOPMENT__ ? provisioned.bench : null
  const config = { ...provisioned, bench, panel: glassOf(provisioned.panel) }
  // The processes of page and devices start while all else is evaluated and the stores open. Neither knows anything of a
  // person, and until main listens and answers they have nothing to say and to show.
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
  // The page's first file is served from here, before main is busy with itself.
  await Promise.race([window.served, wait(FIRST_FILE_MS)])
  const { runTotem } = await rest()
  await runTotem(config, window, devices)
}

/** What is evaluated after the window and the devices are on their way. scripts/code-cache.ts has it compiled ahead too. */
export function rest() {
  return import('./start/totem.ts')
}
