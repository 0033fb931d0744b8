import type { ServiceAnswer, ServiceRow, ServiceScreen } from '../../contract/service-screen.ts'
import type { Row } from './checks.ts'
import { PAGE_WORDS } from './words.ts'

/** A screen of a technician's, with what each of its buttons does. Whatever it has no entry for does nothing. */
export interface Page {
  screen: ServiceScreen
  press?: Record<string, () => void>
  code?: (code: string) => void
  /** Takes the digits over, and overwrites them. */
  pin?: (pin: Uint8Array) => void
  touched?: (told: { met: number; offMm: number }) => void
  keys?: (seen: readonly number[]) => void
}

export type PageScreen = Extract<ServiceScreen, { kind: 'page' }>

/** A page of rows and buttons; what is not said of it is not there. */
export const page = (said: Partial<PageScreen> & Pick<PageScreen, 'title'>): PageScreen => ({
  ...{ kind: 'page', lead: null, tone: null, rows: [], choices: [], busy: false, back: null, aside: null, main: null },
  ...said,
})
export const rowsOf = (found: readonly Row[]): ServiceRow[] =>
  found.map(({ name, outcome, detail }) => ({ label: name, outcome, detail }))
const waiting = (title: string, lead: string | null) => page({ title, lead: lead ?? PAGE_WORDS.wait, busy: true })

/** Which page is on the glass. `onChange` is told of each. */
export function createPages(onChange: () => void) {
  let shown: Page | null = null

  function show(next: Page | null): void {
    shown = next
    onChange()
  }
  return {
    get screen(): ServiceScreen | null {
      return shown?.screen ?? null
    },
    show,
    /** The same page with other words: what stands beside it has changed. */
    redraw(of: Page, screen: ServiceScreen): void {
      if (shown !== of) return
      of.screen = screen
      onChange()
    },
    isShown: (one: Page): boolean => shown === one,
    /** Shows that something goes on, until it is done; null: meanwhile another page came. */
    async whileWaiting<T>(title: string, lead: string | null, work: Promise<T>): Promise<T | null> {
      const wait: Page = { screen: waiting(title, lead) }
      show(wait)
      const result = await work
      return shown === wait ? result : null
    },
    answer(given: ServiceAnswer): void {
      const { press = {}, code, touched, keys } = shown ?? {}
      if (given.type === 'press' && Object.hasOwn(press, given.id)) press[given.id]?.()
      if (given.type === 'code') code?.(given.code)
      if (given.type === 'touched') touched?.(given)
      if (given.type === 'keys') keys?.(given.seen)
    },
    /** SECURITY: a PIN that no page takes is overwritten here (invariant 3). */
    pin(pin: Uint8Array): void {
      if (shown?.pin) shown.pin(pin)
      else pin.fill(0)
    },
  }
}
export type Pages = ReturnType<typeof createPages>
