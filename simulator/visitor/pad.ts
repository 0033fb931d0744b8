import { setTimeout as wait } from 'node:timers/promises'
import type { ElectronApplication } from 'playwright-core'
import { PATIENCE_MS, type Visitor } from './visitor.ts'

/** A strike of the same key that comes sooner does not count (renderer/components/press-guard.tsx). */
const SAME_KEY_MS = 120
/** A new screen presses nothing in its first 300 ms. */
const REACTION_MS = 400
/** More stops than any screen has. */
const MOST_STOPS = 80

/**
 * Strikes a key, by the name that Electron's accelerators give it: once, or several times as a hand that trembles,
 * or held while the keyboard repeats it.
 */
export type Strike = (
  key: string,
  how?: { times?: number; apartMs?: number; repeats?: number; heldMs?: number },
) => Promise<void>

/** The totem's own keyboard: events of the window's input, which shell and page both see. */
export const keyboardOf =
  (app: () => ElectronApplication): Strike =>
  (key, { times = 1, apartMs = 0, repeats = 0, heldMs = 0 } = {}) =>
    app().evaluate(
      async ({ BrowserWindow }, [keyCode, times, apartMs, repeats, heldMs]) => {
        const window = BrowserWindow.getAllWindows().reduce((newest, one) => (one.id > newest.id ? one : newest))
        const send = window.webContents.sendInputEvent.bind(window.webContents)
        for (let time = 0; time < times; time++) {
          send({ type: 'keyDown', keyCode })
          for (let repeat = 0; repeat < repeats; repeat++)
            send({ type: 'keyDown', keyCode, modifiers: ['isautorepeat'] })
          if (heldMs > 0) await new Promise((go) => setTimeout(go, heldMs))
          send({ type: 'keyUp', keyCode })
          if (apartMs > 0) await new Promise((go) => setTimeout(go, apartMs))
        }
      },
      [key, times, apartMs, repeats, heldMs] as const,
    )

/**
 * A person who sees the screen and touches nothing: keys move the focus to what they want, and one chooses it. `next` and
 * `choose`: the keys of the pad, or the two switches.
 */
export function padVisitor(visitor: Visitor, strike: Strike, next: string, choose: string): Visitor {
  const focused = () =>
    visitor.page().evaluate(() => {
      const one = document.activeElement
      return (one?.getAttribute('aria-label') ?? one?.textContent ?? '').trim()
    })
  // No hand strikes a key twice in less time.
  async function hit(key: string): Promise<void> {
    await wait(SAME_KEY_MS)
    await strike(key)
  }
  async function goTo(wanted: (name: string) => boolean): Promise<void> {
    for (let stops = 0; stops < MOST_STOPS; stops++) {
      if (wanted(await focused())) return
      const before = await visitor.page().evaluateHandle(() => document.activeElement)
      await hit(next)
      await visitor.page().waitForFunction((one) => document.activeElement !== one, before, { timeout: PATIENCE_MS })
    }
    throw new Error('no key comes to it')
  }
  async function touches(words: string): Promise<void> {
    await visitor.page().getByRole('button', { name: words }).first().waitFor({ timeout: PATIENCE_MS })
    await wait(REACTION_MS)
    await goTo((name) => name.startsWith(words))
    await hit(choose)
  }
  return {
    ...visitor,
    touches,
    presses: (text, values) => touches(visitor.says(text, values)),
    async types(digits) {
      await wait(REACTION_MS)
      await goTo((name) => name === visitor.says('pin.pad'))
      await hit(choose)
      for (const digit of digits) {
        await goTo((name) => name === digit)
        await hit(choose)
      }
      await goTo((name) => name === visitor.says('pin.pad'))
    },
  }
}
