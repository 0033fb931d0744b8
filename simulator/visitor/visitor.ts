import { setTimeout as wait } from 'node:timers/promises'
import type { Locator, Page } from 'playwright-core'
import { createIntl } from 'react-intl'
import italian from '../../assets/locales/it.json' with { type: 'json' }
import type { TotemBridge } from '../../contract/ipc.ts'
import type { Screen, ScreenOf } from '../../contract/journeys/index.ts'
import { view } from '../../contract/visit.ts'
import type { Bench, CardChoice } from '../bench/office.ts'
import { takenByTelephone } from './telephone.ts'

/** Key of a text that the Italian screens show. */
export type Text = keyof typeof italian

/** Eyes and fingers: the person looks at the screen and touches what it offers, nothing else. */
export interface Visitor {
  /** The window of the current visit; each visit gets a new one. */
  page(): Page
  /** The screen that the totem shows now. */
  screen(): Promise<Screen>
  /** Waits until the totem shows one of these screens. */
  sees<S extends Screen['screen']>(...names: S[]): Promise<ScreenOf<S>>
  /** Touches the button with these words (the start of them is enough). */
  touches(words: string): Promise<void>
  /** Touches the button that says this text. */
  presses(text: Text, values?: Record<string, string | number>): Promise<void>
  /** The words of this text. */
  says(text: Text, values?: Record<string, string | number>): string
  types(digits: string): Promise<void>
  /** The longest that this person waits for a screen or a button. */
  patienceMs: number
}

/** How a person is. */
interface Manner {
  /** Time between seeing a screen and touching it. */
  reactionMs?: number
  patienceMs?: number
  /** Touches what is shown there; default through playwright. */
  finger?(button: Locator): Promise<void>
}

/** What the person does away from the glass. */
export interface Hands {
  laysCard(): Promise<void>
  takesCard(): Promise<void>
  takesPaper(): void
  /** Holds the telephone over the code, and takes the document. */
  scans(link: string): Promise<void>
  /** Pays a pagoPA notice with the telephone. */
  paysNotice(notice: string): Promise<void>
}

export type Person = Visitor & Hands

export const PATIENCE_MS = 45_000
export const LOOK_MS = 100
/** A screen takes no touch in its first 300 ms (renderer/components/press-guard.tsx); nobody reads faster than this. */
const REACTION_MS = 400

/** A second strike of a key that comes sooner does not count (renderer/components/press-guard.tsx). */
const SAME_KEY_MS = 150

const intl = createIntl({ locale: 'it', messages: italian })

/** @param app a totem under playwright's control, Electron itself or its pages alone */
export function visitorAt(
  app: { windows(): Page[] },
  { reactionMs = REACTION_MS, patienceMs = PATIENCE_MS, finger }: Manner = {},
): Visitor {
  const press = finger ?? ((button: Locator) => button.click({ timeout: patienceMs }))
  // The newest one, since the former visit's window lives until its successor is shown.
  const windows = () => app.windows().filter((page) => !page.isClosed() && page.url().startsWith('app://totem/'))
  function page(): Page {
    const newest = windows().at(-1)
    if (!newest) throw new Error('the totem has no window')
    return newest
  }
  const buttonOf = (words: string) =>
    page()
      .getByRole('button', { name: new RegExp(`^${words.replaceAll(/[.*+?^$()[\]{}|\\]/g, '\\$&')}`) })
      .first()
  // Asks the totem itself for its screen. A window that is being replaced cannot answer; its successor can.
  async function look(): Promise<Screen | null> {
    let shown: unknown
    try {
      shown = await page().evaluate(() => (globalThis as unknown as { totem: TotemBridge }).totem.current(undefined))
    } catch {
      return null
    }
    // A view that is none would leave the screen as it was: here it is a fault.
    return view.parse(shown).screen
  }
  const visitor: Visitor = {
    page,
    patienceMs,
    async screen() {
      for (;;) {
        const screen = await look()
        if (screen) return screen
        await wait(LOOK_MS)
      }
    },
    async sees<S extends Screen['screen']>(...names: S[]) {
      const until = Date.now() + patienceMs
      for (let last: Screen | null = null; ; ) {
        last = (await look()) ?? last
        if (last && isOneOf(last, names)) return last
        if (Date.now() > until) throw new Error(`expected ${names.join(' or ')}, seen ${JSON.stringify(last)}`)
        await wait(LOOK_MS)
      }
    },
    async touches(words) {
      const button = buttonOf(words)
      await button.waitFor({ timeout: patienceMs })
      await wait(reactionMs)
      await press(button)
    },
    says: (text, values) => intl.formatMessage({ id: text }, values),
    presses: (text, values) => visitor.touches(visitor.says(text, values)),
    async types(digits) {
      await wait(reactionMs)
      let before = ''
      for (const digit of digits) {
        // A finger that strikes one key twice comes up in between.
        if (digit === before) await wait(SAME_KEY_MS)
        before = digit
        await press(page().getByRole('button', { name: digit, exact: true }))
      }
    },
  }
  return visitor
}

/** The hands of a person whose card is `who`'s, at a bench. */
export const handsAt = (bench: Bench, who: string, choice?: CardChoice): Hands => ({
  laysCard: () => bench.insertCard(who, choice),
  takesCard: () => bench.removeCard(),
  takesPaper: () => bench.printer.tear(),
  scans: (link) => takenByTelephone(link, bench.pki),
  paysNotice: async (nav) => void (await bench.pagopa.pay({ nav })),
})

export const isOneOf = <S extends Screen['screen']>(seen: Screen, names: readonly S[]): seen is ScreenOf<S> =>
  (names as readonly string[]).includes(seen.screen)
