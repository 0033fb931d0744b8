import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { inject } from 'vitest'
import type { TotemConfig } from '../../../contract/config.ts'
import type { Screen, ScreenOf } from '../../../contract/journeys/index.ts'
import type { BenchOptions, CardChoice } from '../../../simulator/bench/office.ts'
import { answerTo, type Wish, walksTo, walksToSummary } from '../../../simulator/visitor/index.ts'
import {
  type Hands,
  handsAt,
  PATIENCE_MS,
  type Person,
  type Visitor,
  visitorAt,
} from '../../../simulator/visitor/visitor.ts'
import { type ElectronTotem, electronTotem } from './electron-totem.ts'

/** An office with its totem running in a real, sandboxed Electron, and a person in front of it. */
export interface Office extends Visitor, Omit<ElectronTotem, 'disk'> {
  /** Changes the provisioning; counts from the next start. */
  provision(change: Partial<TotemConfig>): void
  /** Waits for this screen and answers it as a person with this wish would. */
  answers(name: Screen['screen'], wish?: Partial<Wish>): Promise<void>
  /** Goes on as a person with this wish would, until the totem shows this screen. */
  walksTo<S extends Screen['screen']>(name: S, wish?: Partial<Wish>): Promise<ScreenOf<S>>
  /** From attract to the card in the reader, in Italian; the test says what comes of it. */
  putsCard(who: string, choice?: CardChoice): Promise<void>
  /** From attract to the PIN screen, in Italian. */
  comesWithCard(who: string, choice?: CardChoice): Promise<void>
  entersPin(pin?: string): Promise<void>
  /** From the menu to the summary that shows this wish: without one, their own residence, for a court case. */
  asksFor(wish?: Partial<Wish>): Promise<ScreenOf<'sheet'>>
  /** Touches the main button of the summary. */
  prints(wish?: Partial<Wish>): Promise<void>
  /** Takes the card and waits until the totem is the next person's. */
  takesCardAndGoes(): Promise<void>
  journal(): { event: string; fields: Record<string, unknown> }[]
  operations(): Promise<{ operation: string; state: string; anprId: string }[]>
}

export interface OfficeOptions extends BenchOptions {
  /** Provisioning that differs from the bench's. */
  provision?(config: TotemConfig): Partial<TotemConfig>
}

export async function openOffice({ provision, ...options }: OfficeOptions = {}): Promise<Office> {
  const { bench, disk, ...totem } = await electronTotem(inject('stage'), options)
  const visitor = new Proxy({} as Visitor, {
    // The person stays the same when the totem is restarted.
    get: (_target, name: keyof Visitor) => visitorAt(totem.app())[name],
  })
  let hands: Hands | null = null
  /** The card lies on the contactless reader. */
  let lies = false
  function person(): Person {
    if (!hands) throw new Error('nobody has come with a card')
    return { ...office, ...hands }
  }

  const office: Office = {
    patienceMs: PATIENCE_MS,
    page: () => visitor.page(),
    screen: () => visitor.screen(),
    async sees(...names) {
      const seen = await visitor.sees(...names)
      disk.lookSoon()
      return seen
    },
    touches: (words) => visitor.touches(words),
    says: (text, values) => visitor.says(text, values),
    async presses(text, values) {
      await visitor.presses(text, values)
      disk.lookSoon()
    },
    types: (digits) => visitor.types(digits),
    async answers(name, wish) {
      // On some screens the totem asks ANPR first.
      let act: ReturnType<typeof answerTo> = null
      while (!act) act = answerTo(await office.sees(name), wish)
      await act(person())
    },
    walksTo: (name, wish) => walksTo(person(), name, wish),
    bench,
    app: totem.app,
    pid: totem.pid,
    async start() {
      await totem.start()
      await office.sees('attract', 'out-of-service')
    },
    kill: totem.kill,
    provision(change) {
      const { config, configFile } = bench.totem
      writeFileSync(configFile, JSON.stringify({ ...config, ...change }))
    },
    async putsCard(who, choice) {
      hands = handsAt(bench, who, choice)
      lies = choice?.kind === 'cie'
      await office.walksTo('card')
      await hands.laysCard()
    },
    async comesWithCard(who, choice) {
      await office.putsCard(who, choice)
      await office.sees('pin')
    },
    entersPin: (pin) => office.answers('pin', pin === undefined ? {} : { pin }),
    asksFor: (wish) => walksToSummary(person(), wish),
    prints: (wish) => office.answers('sheet', wish),
    async takesCardAndGoes() {
      // A CIE that is lifted is waited for; this person says that they go.
      if (lies && !(await office.screen()).screen.match(/^(?:attract|done|refused|goodbye)$/))
        await office.presses('action.leave')
      await bench.removeCard()
      for (;;) {
        // The last words stay until the person has read them; a card that was pulled too early is explained.
        const { screen } = await office.sees('done', 'refused', 'attract')
        if (screen === 'attract') return
        await office.presses('action.leave')
        await office.sees('goodbye', 'attract')
      }
    },
    journal() {
      const db = new Database(join(bench.totem.config.dataDir, 'journal.db'), { readonly: true })
      try {
        const rows = db.prepare('SELECT event, fields FROM entry ORDER BY rowid').all() as {
          event: string
          fields: string
        }[]
        return rows.map(({ event, fields }) => ({ event, fields: JSON.parse(fields) }))
      } finally {
        db.close()
      }
    },
    operations: () => bench.gateway.operations(),
    close: totem.close,
  }
  if (provision) office.provision(provision(bench.totem.config))
  await office.start()
  return office
}
