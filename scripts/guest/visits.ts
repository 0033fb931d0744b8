import { once } from 'node:events'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Browser, chromium } from 'playwright-core'
import { ownFolder } from '../../basics/temporary.ts'
import type { Screen } from '../../contract/journeys/index.ts'
import { startBench } from '../../simulator/bench/bench.ts'
import type { Bench, CardChoice } from '../../simulator/bench/office.ts'
import { type Guest, startGuest } from '../../simulator/guest/machine.ts'
import { personAt } from '../../simulator/guest/person.ts'
import { INSIDE, provisionGuest } from '../../simulator/guest/provision.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { answerTo } from '../../simulator/visitor/index.ts'
import { handsAt } from '../../simulator/visitor/visitor.ts'
import type { Run } from '../guest.ts'
import { makeDisk } from '../image/disk.ts'
import { COMPATIBLE, technician } from './technician.ts'
import { units } from './units.ts'

export const PANEL = { width: 1080, height: 1920 }
/** Emulated, and on a machine that has other work. */
export const BOOT_MS = 10 * 60_000
const LOOK_MS = 1_000
/** Who has been asked nothing for so long is not slow any more. */
const STUCK_MS = 8 * 60_000
/** Nobody is hurried out of an emulated machine. */
const TIMINGS = { idleMs: 600_000, warningMs: 120_000, goodbyeMs: 8_000 }

/** From power-on to acknowledged paper, twice, and what a technician does beside. */
export async function visits(run: Run): Promise<void> {
  const { built, cache, out, saw } = run
  const bench = await startBench({ usb: true, timings: TIMINGS })
  const folder = ownFolder('totem-guest')
  let guest: Guest | null = null
  try {
    const provisioning = path.join(folder, 'provisioning')
    const { public: releaseKey, private: key } = await jwkPair('sig')
    provisionGuest(bench, provisioning, { releaseKey, compatible: COMPATIBLE })
    const disk = path.join(cache, 'visits.raw')
    makeDisk({
      systems: [built.good],
      tries: {},
      root: built.root,
      provisioning,
      work: path.join(cache, 'disk'),
      out: disk,
    })
    const outside = await freePort()
    guest = await startGuest({
      ...{ disk, folder, panel: PANEL, forwards: { [outside]: INSIDE.forwarded } },
      ...(run.accelerator && { accelerator: run.accelerator }),
    })
    await guest.up(BOOT_MS)
    saw('firmware, boot menu, verified system: the guest is up', true)
    await isReady(guest)
    saw('systemd holds the totem ready: its first screen is on the glass', true)
    await units(guest, saw)
    const browser = await debuggerAt(outside)
    for (const [name, who, choice] of [
      ['CNS', 'anna-bianchi', {}],
      ['CIE', 'mario-rossi', { kind: 'cie' }],
    ] as [string, string, CardChoice][]) {
      await visit({ name, who, choice, guest, bench, browser, out, saw })
    }
    await browser.close().catch(() => undefined)
    await technician(run, guest, key)
  } finally {
    if (guest) writeFileSync(path.join(out, 'console.log'), guest.console())
    await guest?.stop()
    await bench.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Until systemd says that the totem is in service. */
export async function isReady(guest: Guest): Promise<void> {
  for (const until = Date.now() + BOOT_MS; ; await delay(2_000)) {
    const { stdout } = await guest.run('/bin/systemctl', 'is-active', 'totem-polis')
    if (stdout.trim() === 'active') return
    if (Date.now() > until) {
      const log = await guest.run('/bin/journalctl', '--no-pager', '-b', '-u', 'totem-polis')
      throw new Error(`the totem has not come into service: ${log.stdout.slice(-4_000)}`)
    }
  }
}

async function debuggerAt(port: number): Promise<Browser> {
  for (const until = Date.now() + BOOT_MS; ; await delay(2_000))
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: 120_000 })
    } catch (failure) {
      if (Date.now() > until) throw failure
    }
}

interface Visit {
  name: string
  who: string
  choice: CardChoice
  guest: Guest
  bench: Bench
  browser: Browser
  out: string
  saw: Run['saw']
}

/** A person comes, and leaves with paper. */
async function visit({ name, who, choice, guest, bench, browser, out, saw }: Visit): Promise<void> {
  const began = Date.now()
  const person = { ...personAt(browser, guest), ...handsAt(bench, who, choice) }
  const screens = path.join(out, name.toLowerCase())
  rmSync(screens, { recursive: true, force: true })
  mkdirSync(screens, { recursive: true })
  const before = { sheets: bench.printer.sheets.length, operations: (await bench.gateway.operations()).length }
  let [shown, count, answered, since] = ['', 0, '', Date.now()]
  const path_: string[] = []
  let outcome: string | null = null
  for (;;) {
    const seen = await person.screen()
    const now = JSON.stringify(seen)
    if (seen.screen !== shown) {
      shown = seen.screen
      since = Date.now()
      count += 1
      path_.push(shown)
      await guest.picture(path.join(screens, `${String(count).padStart(2, '0')}-${shown}.png`))
    }
    if (seen.screen === 'done') outcome = seen.outcome
    if (seen.screen === 'attract' && path_.length > 1) break
    const act = isCome(seen) ? answerTo(seen) : null
    if (act && answered !== now) {
      await act(person)
      answered = now
      since = Date.now()
    } else await delay(LOOK_MS)
    if (Date.now() - since > STUCK_MS) throw new Error(`${name}: nothing goes on at ${now}`)
  }
  await bench.printer.settled()
  const sheets = bench.printer.sheets.slice(before.sheets)
  for (const [index, sheet] of sheets.entries()) copyFileSync(sheet.path, path.join(screens, `paper-${index + 1}.png`))
  const operations = (await bench.gateway.operations()).slice(before.operations)
  const log = await guest.run('/usr/bin/totem', 'journal', 'tail', '--json')
  const seconds = ((Date.now() - began) / 1000).toFixed(0)
  saw(`${name}: ${path_.join(' → ')}`, outcome === 'printed', `${seconds} s`)
  saw(
    `${name}: the printer has acknowledged the paper`,
    log.stdout.includes('print.acknowledged') && sheets.length > 0 && sheets.every(({ kind }) => kind === 'whole'),
    `${sheets.length} sheets`,
  )
  saw(`${name}: the gateway holds its operation, issued`, operations.length === 1 && operations[0]?.state === 'issued')
}

/** Nobody begins before the totem is whole. */
const isCome = (seen: Screen): boolean => seen.screen !== 'attract' || (seen.online && seen.printing)

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
