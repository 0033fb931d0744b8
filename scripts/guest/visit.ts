import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Browser, chromium } from 'playwright-core'
import type { Screen } from '../../contract/journeys/index.ts'
import type { Bench, CardChoice } from '../../simulator/bench/office.ts'
import type { Guest } from '../../simulator/guest/machine.ts'
import { personAt } from '../../simulator/guest/person.ts'
import { answerTo } from '../../simulator/visitor/index.ts'
import { handsAt } from '../../simulator/visitor/visitor.ts'
import { BOOT_MS } from './inside.ts'
import type { Run } from './run.ts'

const LOOK_MS = 1_000
const DRAWN_MS = 6_000
/** Who has been asked nothing for so long is not slow any more. */
const STUCK_MS = 8 * 60_000

export async function debuggerAt(port: number): Promise<Browser> {
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
export async function visit({ name, who, choice, guest, bench, browser, out, saw }: Visit): Promise<void> {
  const began = Date.now()
  const person = { ...personAt(browser, guest), ...handsAt(bench, who, choice) }
  const screens = path.join(out, name.toLowerCase())
  rmSync(screens, { recursive: true, force: true })
  mkdirSync(screens, { recursive: true })
  const before = { sheets: bench.printer.sheets.length, operations: (await bench.gateway.operations()).length }
  let [shown, count, answered, since] = ['', 0, '', Date.now()]
  const way: string[] = []
  let outcome: string | null = null
  for (;;) {
    const seen = await person.screen()
    const now = JSON.stringify(seen)
    if (seen.screen !== shown) {
      shown = seen.screen
      since = Date.now()
      count += 1
      way.push(shown)
      // What the program shows is on the glass a little later.
      await delay(DRAWN_MS)
      await guest.picture(path.join(screens, `${String(count).padStart(2, '0')}-${shown}.png`))
    }
    if (seen.screen === 'done') outcome = seen.outcome
    if (seen.screen === 'attract' && way.some((screen) => screen !== 'attract' && screen !== 'starting')) break
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
  const log = await guest.run('/usr/bin/totem', 'journal', 'tail', '--lines', '10000', '--json')
  writeFileSync(path.join(screens, 'sync-log.jsonl'), log.stdout)
  const seconds = ((Date.now() - began) / 1000).toFixed(0)
  saw(`${name}: ${way.join(' → ')}`, outcome === 'printed', `${seconds} s`)
  // Of all visits so far: a page is a sheet.
  const acknowledged = log.stdout.split('print.acknowledged').length - 1
  const whole = sheets.length > 0 && sheets.every(({ kind }) => kind === 'whole')
  saw(
    `${name}: the printer has acknowledged the paper`,
    whole && acknowledged === bench.printer.sheets.length,
    `${sheets.length} sheets`,
  )
  const states = operations.map(({ state }) => state)
  saw(`${name}: the gateway holds its operation`, states.join() === 'issued', states.join(', '))
}

/** Nobody begins before the totem is whole. */
const isCome = (seen: Screen): boolean => seen.screen !== 'attract' || (seen.online && seen.printing)
