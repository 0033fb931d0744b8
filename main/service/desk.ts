import { HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import type { CardReadout, PrinterStatus } from '../../contract/device.ts'
import { journalText } from '../../contract/journal.ts'
import { padActions } from '../../contract/pad.ts'
import type { Panel } from '../../contract/panel.ts'
import type { TrialOutcome } from '../../contract/readiness.ts'
import type { ServiceAnswer, ServiceScreen } from '../../contract/service-screen.ts'
import type { Journal } from '../journal/journal.ts'
import type { NamedKey } from '../queue/sealing.ts'
import { examine } from '../readiness/examine.ts'
import { lookAtHardware } from '../readiness/hardware.ts'
import { isTakenOut, markTechnician } from '../technician.ts'
import { CHECKS, checkKeys, type Ground, worstOf } from './checks.ts'
import { exportSigned } from './export-log.ts'
import { createPages, type Page, page, rowsOf } from './pages.ts'
import { findStick } from './stick.ts'
import { createWayIn, type WayInParts } from './way-in.ts'
import {
  CHECK_NAMES,
  type CheckKey,
  dayAndTime,
  PAD_SAYS,
  PAPER_STEPS,
  PRINTER_SAYS,
  STICK_SAYS,
  TILES,
  type TileKey,
  MENU_WORDS as words,
} from './words.ts'

/** A technician who has walked away leaves no open menu behind. */
const IDLE_MS = 5 * MINUTE_MS
/** However busy: nobody works longer at one totem without their card again. */
const LIMIT_MS = HOUR_MS
const TAIL = 60

export interface DeskParts extends Omit<WayInParts, 'journal'> {
  devices: Ground['devices']
  glass: Pick<Panel, 'width' | 'height' | 'mmPerPixel'>
  journal: Pick<Journal, 'record' | 'newest' | 'lines'>
  /** Signs the log on a stick. */
  signer: NamedKey | null
  ground(): Ground
  /** Another screen, or none any more. */
  onChange(): void
  /** The technician has finished: nothing of them stays on the glass. */
  onOver(): void
  restart(): void
}

/** The technician's place at a totem: who may come in, and what they do there. Nothing of a citizen is in it. */
export interface Desk {
  /** Null: no technician is here. */
  readonly screen: ServiceScreen | null
  /** True: this card is a technician's, and the desk has the screen from now on. */
  meets(readout: CardReadout): boolean
  answer(given: ServiceAnswer): void
  pin(pin: Uint8Array): void
  /** Somebody touches the glass. */
  stay(): void
  printer(status: PrinterStatus): void
  end(how: string): void
}

export function createDesk(parts: DeskParts): Desk {
  const { config, devices, journal, now } = parts
  const pages = createPages(parts.onChange)
  const { show } = pages
  let who: number | null = null
  let results = new Map<string, TrialOutcome>()
  let idle: NodeJS.Timeout | undefined
  let limit: NodeJS.Timeout | undefined
  let paper: Page | null = null

  const wayIn = createWayIn(parts, pages, { enter, end })

  const step = (name: string, outcome: string) =>
    journal.record('service.step', { grant: who ?? 0, step: name, outcome })

  function stay(): void {
    clearTimeout(idle)
    if (pages.screen) idle = setTimeout(() => end('idle'), IDLE_MS)
  }
  function end(how: string): void {
    if (!pages.screen) return
    clearTimeout(idle)
    clearTimeout(limit)
    if (who !== null) {
      journal.record('service.left', { grant: who, how })
      if (!isTakenOut(config.dataDir)) mark('back')
    }
    who = null
    results = new Map()
    show(null)
    parts.onOver()
  }
  /** A full disk must not keep a technician from looking at it. */
  function mark(how: Parameters<typeof markTechnician>[1]): boolean {
    try {
      markTechnician(config.dataDir, how)
      return true
    } catch {
      return false
    }
  }

  function enter(grant: number, by: 'grant' | 'code'): void {
    who = grant
    journal.record('service.entered', { grant, by })
    if (!isTakenOut(config.dataDir)) mark('at-work')
    limit = setTimeout(() => end('limit'), LIMIT_MS)
    menu()
  }

  // ---- the menu ----

  function menu(): void {
    paper = null
    const out = isTakenOut(config.dataDir)
    const names: Record<TileKey, string> = { ...CHECK_NAMES, ...TILES }
    const tiles = ([...checkKeys, ...Object.keys(TILES)] as TileKey[]).map((id) => ({
      ...{ id, label: names[id], outcome: results.get(id) ?? null },
    }))
    const press: Record<string, () => void> = {
      ...Object.fromEntries(checkKeys.map((key) => [key, () => void check(key)])),
      ...{ panel, keys, paper: changePaper, log: tail, restart: askRestart },
      // Whose card is still in takes it along.
      end: () => end('done'),
      report: () => void handBack(),
      out: () => {
        const done = mark(out ? 'back' : 'out')
        step(out ? 'back' : 'out', done ? 'ok' : 'failed')
        // In service again there is still a technician at work.
        if (out) mark('at-work')
        menu()
      },
    }
    show({
      screen: {
        ...{ kind: 'menu', title: words.menu, lead: words.menuSays(config.totem, config.office.name, out), tiles },
        back: { id: 'end', label: words.leave },
        aside: { id: 'out', label: out ? words.back : words.out },
        main: { id: 'report', label: words.handBack },
      },
      press,
    })
  }
  const toMenu = { id: 'menu', label: words.toMenu }
  const settle = (key: string, outcome: TrialOutcome) => {
    results.set(key, outcome)
    step(key, outcome)
  }

  async function check(key: CheckKey): Promise<void> {
    const name = CHECK_NAMES[key]
    const found = await pages.whileWaiting(name, key === 'audio' ? words.listen : null, CHECKS[key](parts.ground()))
    if (found === null) return
    settle(key, worstOf(found))
    show({
      screen: page({
        ...{ title: name, lead: key === 'reader' ? words.readerSays : null, rows: rowsOf(found), back: toMenu },
        choices: key === 'printer' ? [{ id: 'print', label: words.testPage }] : [],
        main: { id: 'again', label: words.again },
      }),
      press: { menu, again: () => void check(key), print: () => void printTest() },
    })
  }

  async function printTest(): Promise<void> {
    const printed = await pages.whileWaiting(words.testPage, words.printing, printSheets())
    if (printed === null) return
    settle('printer', printed === 'ok' ? 'ok' : 'failed')
    show({
      screen: page({
        ...{ title: words.testPage, lead: printed === 'ok' ? words.testPageLook : words.notPrinted(printed) },
        ...{ tone: printed === 'ok' ? 'success' : 'danger', back: toMenu },
        main: { id: 'again', label: words.again },
      }),
      press: { menu, again: () => void printTest() },
    })
  }
  async function printSheets(): Promise<string> {
    // Fonts and codes take a tenth of a second to load.
    const { testSheets } = await import('./test-page.ts')
    for (const sheet of await testSheets(config.printer)) {
      const printed = await devices.call('printer.print', { job: 'technician.test-page', sheet, fromPage: 1 })
      if (printed.ok) continue
      const { error } = printed
      return error.kind === 'printer-fault' ? PRINTER_SAYS[error.status] : error.kind
    }
    return 'ok'
  }

  function panel(): void {
    show({
      screen: { kind: 'touch', title: TILES.panel, lead: words.touch, back: toMenu },
      press: { menu },
      touched({ met, offMm }) {
        const outcome = offMm <= 6 ? 'ok' : offMm <= 12 ? 'attention' : 'failed'
        settle('panel', outcome)
        const detail = `${offMm.toLocaleString('it-IT', { maximumFractionDigits: 1 })} mm`
        const { width, height, mmPerPixel } = parts.glass
        const mm = (pixels: number) => `${Math.round(pixels * mmPerPixel)} mm`
        const size = `${width} × ${height} punti, ${mm(width)} × ${mm(height)}`
        show({
          screen: page({
            ...{ title: TILES.panel, lead: outcome === 'ok' ? null : words.touchOff, back: toMenu },
            rows: [
              { label: words.targets, outcome: 'ok', detail: String(met) },
              { label: words.farthest, outcome, detail },
              { label: words.glass, outcome: 'ok', detail: size },
            ],
            main: { id: 'again', label: words.again },
          }),
          press: { menu, again: panel },
        })
      },
    })
  }

  function keys(): void {
    const all = padActions.flatMap((action) =>
      config.pad.keys[action].map((code) => ({ code, label: `${PAD_SAYS[action]} (${code})` })),
    )
    show({
      screen: {
        ...{ kind: 'keys', title: TILES.keys, lead: words.keys, keys: all, back: toMenu, aside: null },
        main: { id: 'keys', label: words.done },
      },
      press: { menu },
      keys(seen) {
        const pressed = new Set(all.filter((_, at) => seen.includes(at)).map(({ label }) => label.split(' (')[0]))
        // A pad has one key for each action; a keyboard, which stands in for it, has several.
        settle('keys', padActions.every((action) => pressed.has(PAD_SAYS[action])) ? 'ok' : 'attention')
        menu()
      },
    })
  }

  function changePaper(): void {
    const own: Page = {
      screen: paperScreen(devices.printer),
      press: { menu, print: () => void printTest(), again: changePaper },
    }
    paper = own
    step('paper', devices.printer)
    show(own)
  }
  function paperScreen(status: PrinterStatus): ServiceScreen {
    const well = status === 'ready'
    return page({
      ...{ title: TILES.paper, lead: words.paperNow(PRINTER_SAYS[status]), tone: well ? 'success' : 'warning' },
      rows: PAPER_STEPS[config.printer.profile].map((detail, at) => ({ label: String(at + 1), detail, outcome: null })),
      ...{ back: toMenu, main: { id: 'print', label: words.testPage } },
    })
  }

  function tail(): void {
    const lines = journal.newest(TAIL).map((entry) => `${dayAndTime(new Date(entry.at))}  ${journalText(entry, 'it')}`)
    show({
      screen: {
        ...{ kind: 'log', title: TILES.log, lead: null, lines, back: toMenu },
        aside: { id: 'again', label: words.refresh },
        main: { id: 'export', label: words.export },
      },
      press: { menu, again: tail, export: () => void exportLog() },
    })
  }
  async function exportLog(): Promise<void> {
    const out = await pages.whileWaiting(words.export, null, toStick())
    if (out === null) return
    settle('log', out.ok ? 'ok' : 'failed')
    show({
      screen: page({
        ...{ title: words.export, lead: out.says, tone: out.ok ? 'success' : 'danger', back: toMenu },
        main: { id: 'again', label: words.again },
      }),
      press: { menu, again: () => void exportLog() },
    })
  }
  async function toStick(): Promise<{ ok: boolean; says: string }> {
    const stick = await findStick()
    if (stick === 'none' || stick === 'read-only') return { ok: false, says: STICK_SAYS[stick] }
    const done = await exportSigned(journal, stick, { totem: config.totem, key: parts.signer, now: now() })
    return done.ok
      ? { ok: true, says: words.exported(done.value.entries, done.value.signed) }
      : { ok: false, says: words.notExported(done.error.reason) }
  }

  function askRestart(): void {
    show({
      screen: page({
        ...{ title: TILES.restart, lead: words.restartSays, tone: 'warning', back: toMenu },
        main: { id: 'restart', label: words.restart },
      }),
      press: {
        menu,
        restart() {
          step('restart', 'ok')
          end('restart')
          parts.restart()
        },
      },
    })
  }

  /** The readiness report, on the glass and on paper; then the totem is the citizens' again, or stays out. */
  async function handBack(): Promise<void> {
    const { cie } = parts.ground()
    const asked = { by: 'technician', grant: who } as const
    const work = examine(config, 'it', () => lookAtHardware(config, devices, cie), asked, now()).then(
      async (examined) => {
        const printed = ['ready', 'paperLow'].includes(examined.printer) ? (await examined.print()).ok : false
        examined.close()
        return { examined, printed }
      },
    )
    const done = await pages.whileWaiting(words.handBack, words.examining, work)
    if (done === null) return
    const { examined, printed } = done
    const { verdict, readiness } = examined
    step('report', verdict)
    const bad = readiness.checks.filter(({ outcome }) => outcome !== 'ok')
    show({
      screen: page({
        title: words.verdicts[verdict],
        lead: printed ? words.reportPrinted : words.reportNotPrinted,
        tone: verdict === 'ready' ? 'success' : verdict === 'attention' ? 'warning' : 'danger',
        // What is well has no need to be read; the paper has every row.
        rows: bad.map(({ name, outcome, detail }) => ({ label: name, outcome, detail })),
        ...{ choices: [{ id: 'stay-out', label: words.stayOut }], back: toMenu },
        main: { id: 'in-service', label: words.inService },
      }),
      press: {
        menu,
        'in-service'() {
          mark('back')
          end('handed-back')
        },
        'stay-out'() {
          mark('out')
          end('left-out')
        },
      },
    })
  }

  return {
    get screen() {
      return pages.screen
    },
    meets(readout) {
      if (pages.screen || !wayIn.meets(readout)) return false
      stay()
      return true
    },
    answer(given) {
      stay()
      pages.answer(given)
    },
    pin(pin) {
      stay()
      pages.pin(pin)
    },
    stay,
    printer(status) {
      if (paper) pages.redraw(paper, paperScreen(status))
    },
    end,
  }
}
