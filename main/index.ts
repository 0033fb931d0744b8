import '../contract/jitless.ts'
import { setTimeout as wait } from 'node:timers/promises'
import type { TotemConfig } from '../contract/config.ts'
import { readConfig } from './config.ts'
import { runApp } from './shell/app.ts'
import { createCitizenWindow, glassOf } from './shell/window.ts'

// The composition root. Nothing starts in its constructor. The page's process comes first, because it takes its time, and
// most of main is not even evaluated before.

/** A page that has asked for no script by then is in trouble, and the rest of the totem starts all the same. */
const FIRST_SCRIPT_MS = 300

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
  // The page's process starts while all else is evaluated and the stores open. It knows nothing of a person, and until main
  // answers it has nothing to show.
  const window = createCitizenWindow(config.panel)
  window.load()
  // The page's files are served from here, before main is busy with itself: the page runs its script meanwhile.
  await Promise.race([window.served, wait(FIRST_SCRIPT_MS)])
  for (const evaluate of parts) {
    await evaluate()
    // Chromium's own work comes in between.
    await wait(1)
  }
  const { runTotem } = await import('./start/totem.ts')
  await runTotem(config, window)
}

/** What is evaluated after the window is on its way. scripts/code-cache.ts has it compiled ahead too. */
export const parts = [
  () => import('./start/stores.ts'),
  () => import('./start/line.ts'),
  () => import('./journeys/index.ts'),
  () => import('./start/visit.ts'),
  () => import('./start/totem.ts'),
]
