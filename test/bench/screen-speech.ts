import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ElectronApplication, Page } from 'playwright-core'
import type { Bench } from '../../simulator/bench/office.ts'
import { visitorAt } from '../../simulator/visitor/visitor.ts'

// A person who hears: the headset is in, and the running program speaks with its own voice.

const PATIENCE_MS = 20_000
/** The words of the screen before are over by then: the bench's sound device takes them as fast as they come. */
const SAID_MS = 1_500

/** Runs in the page: answers, and tells when the next screen stands painted, on the clock that all processes share. */
function answered(answer: object): Promise<number> {
  const title = document.querySelector('h1')
  const painted = new Promise<number>((go) => {
    const watcher = new MutationObserver(() => {
      if (document.querySelector('h1') === title) return
      watcher.disconnect()
      requestAnimationFrame(() => {
        const after = new MessageChannel()
        after.port1.onmessage = () => go(performance.timeOrigin + performance.now())
        after.port2.postMessage(0)
      })
    })
    watcher.observe(document.body, { subtree: true, childList: true })
  })
  const { totem } = globalThis as unknown as { totem: { answer(given: object): Promise<void> } }
  void totem.answer(answer)
  return painted
}

const now = () => performance.timeOrigin + performance.now()

/**
 * ms from a screen's painting to the first sample at ALSA's output: of the screens that ask for the language and for
 * the card. The headset stays in.
 */
export async function speechBegins(app: ElectronApplication, bench: Bench, rounds: number): Promise<number[]> {
  const { sound, folder } = bench.totem
  const samples = join(folder, 'sound', 'heard.raw')
  const visitor = visitorAt(app)

  async function spoken(page: Page, answer: object): Promise<number> {
    await wait(SAID_MS)
    rmSync(samples, { force: true })
    const painted = page.evaluate(answered, answer)
    const until = now() + PATIENCE_MS
    while ((statSync(samples, { throwIfNoEntry: false })?.size ?? 0) === 0) {
      if (now() > until) throw new Error('the screen is not spoken')
      await wait(1)
    }
    return Math.max(0, now() - (await painted))
  }

  sound.plug(true)
  while (sound.utterances.length === 0) await wait(20)
  const begins: number[] = []
  for (let round = 0; round < rounds; round++) {
    const page = visitor.page()
    begins.push(await spoken(page, { type: 'start', language: 'it' }))
    await visitor.sees('card')
    begins.push(await spoken(page, { type: 'back' }))
    await visitor.sees('language')
    await page.evaluate(
      (answer) =>
        void (globalThis as unknown as { totem: { answer(given: object): Promise<void> } }).totem.answer(answer),
      { type: 'leave' },
    )
    await visitor.sees('attract')
    while (!page.isClosed()) await wait(20)
  }
  return begins
}
