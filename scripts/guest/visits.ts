import { once } from 'node:events'
import { createServer } from 'node:net'
import type { CardChoice } from '../../simulator/bench/office.ts'
import { INSIDE } from '../../simulator/guest/provision.ts'
import { BOOT_MS, inside, isReady } from './inside.ts'
import type { Run } from './run.ts'
import { units } from './units.ts'
import { debuggerAt, visit } from './visit.ts'

/** Nobody is hurried out of an emulated machine. */
const TIMINGS = { idleMs: 600_000, warningMs: 120_000, goodbyeMs: 8_000 }

/** From power-on to acknowledged paper, with each kind of card. */
export async function visits(run: Run): Promise<void> {
  const { built, out, saw } = run
  const outside = await freePort()
  const machine = { systems: [built.good], bench: { timings: TIMINGS }, forwards: { [outside]: INSIDE.forwarded } }
  await inside(run, 'visits', machine, async (guest, bench) => {
    await guest.up(BOOT_MS)
    saw('firmware, boot menu, verified system: the guest is up', true)
    await isReady(guest)
    saw('systemd holds the totem ready: its first screen is on the glass', true)
    await units(guest, saw)
    const browser = await debuggerAt(outside)
    const visitors: [string, string, CardChoice][] = [
      ['CNS', 'anna-bianchi', {}],
      ['CIE', 'mario-rossi', { kind: 'cie' }],
    ]
    for (const [name, who, choice] of visitors) await visit({ name, who, choice, guest, bench, browser, out, saw })
    await browser.close().catch(() => undefined)
  })
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
