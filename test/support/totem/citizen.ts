import { setTimeout as wait } from 'node:timers/promises'
import type { ElectronApplication, Page } from 'playwright-core'
import type { TotemBridge } from '../../../contract/ipc.ts'
import type { Screen, ScreenOf } from '../../../contract/journeys/index.ts'

/** A person in front of the totem: looks at the screen and touches what it offers, nothing else. */
export interface Citizen {
  /** The window of the current visit; each visit gets a new one. */
  page(): Page
  /** The screen that the totem shows now. */
  screen(): Promise<Screen>
  /** Waits until the totem shows one of these screens. */
  sees<S extends Screen['screen']>(...names: S[]): Promise<ScreenOf<S>>
  /** Touches the button with these words (the start of them is enough). */
  touches(words: string): Promise<void>
  types(pin: string): Promise<void>
}

const PATIENCE_MS = 45_000
const LOOK_MS = 100
/** A screen takes no touch in its first 300 ms (renderer/components/press-guard.tsx); nobody reads faster. */
const REACTION_MS = 400

export function citizenAt(app: ElectronApplication): Citizen {
  // The newest one, since the former visit's window lives until its successor is shown.
  const windows = () => app.windows().filter((page) => !page.isClosed() && page.url().startsWith('app://totem/'))
  function page(): Page {
    const newest = windows().at(-1)
    if (!newest) throw new Error('the totem has no window')
    return newest
  }
  // Asks the totem itself for its screen. A window that is being replaced cannot answer; its successor can.
  async function look(): Promise<Screen | null> {
    try {
      const view = await page().evaluate(() =>
        (globalThis as unknown as { totem: TotemBridge }).totem.current(undefined),
      )
      return view.screen
    } catch {
      return null
    }
  }
  return {
    page,
    async screen() {
      for (;;) {
        const screen = await look()
        if (screen) return screen
        await wait(LOOK_MS)
      }
    },
    async sees<S extends Screen['screen']>(...names: S[]) {
      const until = Date.now() + PATIENCE_MS
      for (let last: Screen | null = null; ; ) {
        last = (await look()) ?? last
        if (last && (names as string[]).includes(last.screen)) return last as ScreenOf<S>
        if (Date.now() > until) throw new Error(`expected ${names.join(' or ')}, seen ${JSON.stringify(last)}`)
        await wait(LOOK_MS)
      }
    },
    async touches(words) {
      const button = page()
        .getByRole('button', { name: new RegExp(`^${words.replaceAll(/[.*+?^$()[\]{}|\\]/g, '\\$&')}`) })
        .first()
      await button.waitFor({ timeout: PATIENCE_MS })
      await wait(REACTION_MS)
      await button.click({ timeout: PATIENCE_MS })
    },
    async types(pin) {
      await wait(REACTION_MS)
      for (const digit of pin) {
        await page().getByRole('button', { name: digit, exact: true }).click({ timeout: PATIENCE_MS })
      }
    },
  }
}
