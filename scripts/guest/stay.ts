import { once } from 'node:events'
import { BOOT_MS, inside, isReady } from './inside.ts'
import type { Run } from './run.ts'

const VIEWER = 5_901

/** A machine in service, for whoever wants to stand before it, until Ctrl+C. */
export async function stay(run: Run): Promise<void> {
  await inside(
    run,
    'stay',
    { systems: [run.built.good], bench: { dock: true }, viewer: VIEWER },
    async (guest, bench) => {
      console.log(`  panel    127.0.0.1:${VIEWER}, by any VNC viewer`)
      console.log(`  dock     ${bench.dockUrl}`)
      console.log('  it boots for minutes; Ctrl+C ends it')
      await guest.up(BOOT_MS)
      await isReady(guest)
      run.saw('in service', true)
      await once(process, 'SIGINT')
    },
  )
}
