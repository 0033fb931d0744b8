import { setTimeout as wait } from 'node:timers/promises'
import type { ElectronApplication, Page } from 'playwright-core'
import { type Visitor, visitorAt } from '../../simulator/visitor/visitor.ts'

// A finger on the glass, by Chromium's own touch events, and the page's own clock.

/** How long a finger rests on the glass. */
const RESTS_MS = 80
/** A new screen takes no touch in its first 300 ms (renderer/components/press-guard.tsx). */
const READS_MS = 400
/** A touch that brings no new screen within this time brings none. */
const NO_SCREEN_MS = 1_500

interface Touched {
  /** ms from the finger's coming down to the painted sign of it. */
  feedback: number | null
  /** ms from the finger's going up to the next screen's painting. */
  next: number | null
}

declare global {
  interface Window {
    touched: { feedback: number | null; next: number | null; over: Promise<void> }
    /** When a sheet's pixels stood painted on the canvas, on the clock that all processes share. */
    drawn: number | null
  }
}

/** Runs in the page: watches one touch, and every sheet. */
function watch({ patience, sheets }: { patience: number; sheets: boolean }): void {
  const painted = (then: () => void) =>
    requestAnimationFrame(() => {
      const after = new MessageChannel()
      after.port1.onmessage = then
      after.port2.postMessage(0)
    })
  if (sheets) {
    window.drawn = null
    const put = CanvasRenderingContext2D.prototype.putImageData
    CanvasRenderingContext2D.prototype.putImageData = function (this: CanvasRenderingContext2D, ...pixels: unknown[]) {
      Reflect.apply(put, this, pixels)
      painted(() => {
        window.drawn = performance.timeOrigin + performance.now()
      })
    } as typeof put
    return
  }
  let down = 0
  let up = 0
  const title = document.querySelector('h1')
  const touched: Window['touched'] = { feedback: null, next: null, over: Promise.resolve() }
  touched.over = new Promise((go) => {
    const timer = setTimeout(go, patience)
    addEventListener('pointerdown', ({ timeStamp }) => (down ||= timeStamp), { capture: true, once: true })
    addEventListener('pointerup', ({ timeStamp }) => (up ||= timeStamp), { capture: true, once: true })
    let pressed = false
    let changed = false
    const watcher = new MutationObserver((mutations) => {
      if (!pressed && mutations.some(({ attributeName }) => attributeName === 'data-pressed')) {
        pressed = true
        painted(() => {
          touched.feedback = performance.now() - down
        })
      }
      if (changed || document.querySelector('h1') === title) return
      changed = true
      watcher.disconnect()
      painted(() => {
        touched.next = performance.now() - up
        clearTimeout(timer)
        go()
      })
    })
    watcher.observe(document.body, { subtree: true, childList: true, attributes: true })
  })
  window.touched = touched
}

/** Looks at the sheets that this visit's page draws. */
export const watchSheets = (page: Page): Promise<void> => page.evaluate(watch, { patience: 0, sheets: true })

/** A person whose every touch is noted in `notes`. */
export function noted(app: ElectronApplication, notes: Touched[]): Visitor {
  const visitor = visitorAt(app)
  async function touch(words: string, exact: boolean, reads: number) {
    const page = visitor.page()
    const name = exact ? words : new RegExp(`^${words.replaceAll(/[.*+?^$()[\]{}|\\]/g, '\\$&')}`)
    const button = page.getByRole('button', { name, exact }).first()
    await button.waitFor()
    await wait(reads)
    const box = await button.boundingBox()
    if (!box) throw new Error(`${words} is not on the screen`)
    const glass = await page.context().newCDPSession(page)
    await page.evaluate(watch, { patience: exact ? 300 : NO_SCREEN_MS, sheets: false })
    const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }]
    await glass.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
    await wait(RESTS_MS)
    await glass.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    const seen = await page
      .evaluate(async () => {
        await window.touched.over
        return { feedback: window.touched.feedback, next: window.touched.next }
      })
      // The last touch of a visit ends its page.
      .catch(() => null)
    if (seen) notes.push(seen)
    await glass.detach().catch(() => undefined)
  }
  return {
    ...visitor,
    touches: (words) => touch(words, false, READS_MS),
    presses: (text, values) => touch(visitor.says(text, values), false, READS_MS),
    async types(digits) {
      await wait(READS_MS)
      for (const digit of digits) await touch(digit, true, 0)
    },
  }
}
