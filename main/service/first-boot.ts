import { DAY_MS } from '../../basics/time.ts'
import type { PrinterStatus } from '../../contract/device.ts'
import type { Panel } from '../../contract/panel.ts'
import type { Result } from '../../contract/result.ts'
import type { ServiceAnswer, ServiceRow, ServiceScreen } from '../../contract/service-screen.ts'
import type { Devices } from '../devices/index.ts'
import type { EnrolledAs, EnrolmentStep, NotEnrolled } from '../enrolment/enrol.ts'
import { MISTYPED, STEPS, sayRefusal } from '../enrolment/words.ts'
import type { Examined } from '../readiness/examine.ts'
import { addresses, outcomeOf } from './checks.ts'
import { createPages, type Page, page, rowsOf } from './pages.ts'
import { dayAndTime, PRINTER_SAYS, BOOT_WORDS as words } from './words.ts'

export interface FirstBootParts {
  glass: Panel
  devices: Pick<Devices, 'card' | 'printer'>
  /** How the machine's keys will lie. */
  key: 'tpm' | 'file'
  /** The gateway's time; null: it does not answer, or somebody else does. */
  gatewayTime(): Promise<Date | null>
  enrol(code: string, onStep: (step: EnrolmentStep) => void): Promise<Result<EnrolledAs, NotEnrolled>>
  /** Takes back what `enrol` wrote last, so that the machine is no totem again. */
  undo(): Promise<void>
  /** Tries everything by the new configuration, and puts the report on paper where the printer is ready. */
  report(config: string): Promise<Pick<Examined, 'verdict' | 'readiness'> & { printed: boolean }>
  now(): Date
  onChange(): void
  /** Leaves, to be started anew as the totem that it is now. */
  restart(): void
}

export interface FirstBoot {
  readonly screen: ServiceScreen | null
  start(): void
  answer(given: ServiceAnswer): void
  /** Reader or printer have changed. */
  changed(): void
}

/** The same code goes on after these: the line or the machine was in the way, and not the order. */
const PASSING = new Set([
  'line-down',
  'gateway-unavailable',
  'answer-malformed',
  'clock-wrong',
  'not-written',
  'tpm-busy',
  'tpm-timeout',
])

/** What a bare machine shows: is it ready to become a totem, the code of its order, and what came of it. */
export function createFirstBoot(parts: FirstBootParts): FirstBoot {
  const { glass, devices, now } = parts
  const pages = createPages(parts.onChange)
  const { show } = pages
  let welcome: Page | null = null
  let line: ServiceRow[] = []

  async function begin(): Promise<void> {
    welcome = null
    const told = await pages.whileWaiting(words.title, words.looking, parts.gatewayTime())
    line = lineRows(told)
    const next: Page = {
      screen: begun(),
      press: { again: () => void begin(), code: () => askCode(null), panel },
    }
    welcome = next
    show(next)
  }
  const begun = () =>
    page({
      ...{ title: words.title, lead: words.says, rows: [...line, ...machineRows()] },
      choices: [{ id: 'panel', label: words.panel }],
      ...{ aside: { id: 'again', label: words.again }, main: { id: 'code', label: words.code } },
    })

  function lineRows(gateway: Date | null): ServiceRow[] {
    const off = gateway && Math.abs(+gateway - +now()) > DAY_MS
    return [
      ...rowsOf(addresses()),
      {
        label: words.gateway,
        ...(gateway ? { outcome: 'ok', detail: words.answers } : { outcome: 'failed', detail: words.silent }),
      },
      {
        label: words.clock,
        outcome: off ? 'failed' : gateway ? 'ok' : 'not-tried',
        detail: off ? words.clockOff(dayAndTime(now()), dayAndTime(gateway)) : dayAndTime(now()),
      },
    ]
  }
  function machineRows(): ServiceRow[] {
    const reader = devices.card !== null && devices.card.state !== 'no-reader'
    const printer: PrinterStatus = devices.printer
    const mm = (pixels: number) => Math.round(pixels * glass.mmPerPixel)
    return [
      { label: words.reader, outcome: reader ? 'ok' : 'failed', detail: reader ? words.found : words.noReader },
      { label: words.printer, outcome: outcomeOf(printer), detail: PRINTER_SAYS[printer] },
      {
        label: words.glass,
        outcome: 'ok',
        detail: `${glass.width} × ${glass.height} punti, ${mm(glass.width)} × ${mm(glass.height)} mm`,
      },
      {
        label: words.keys,
        outcome: parts.key === 'tpm' ? 'ok' : 'attention',
        detail: parts.key === 'tpm' ? words.tpm : words.software,
      },
    ]
  }

  function panel(): void {
    const back = { id: 'back', label: words.back }
    show({
      screen: { kind: 'touch', title: words.panel, lead: words.touch, back },
      press: { back: () => void begin() },
      touched({ offMm }) {
        const outcome = offMm <= 6 ? 'ok' : offMm <= 12 ? 'attention' : 'failed'
        const detail = `${offMm.toLocaleString('it-IT', { maximumFractionDigits: 1 })} mm`
        show({
          screen: page({
            ...{ title: words.panel, lead: outcome === 'ok' ? null : words.touchOff, back },
            rows: [{ label: words.farthest, outcome, detail }],
          }),
          press: { back: () => void begin() },
        })
      },
    })
  }

  function askCode(said: string | null): void {
    welcome = null
    show({
      screen: {
        ...{ kind: 'code', title: words.code, lead: said ?? words.codeSays, mistyped: MISTYPED },
        ...{ main: { id: 'code', label: words.confirm }, back: { id: 'back', label: words.back } },
      },
      press: { back: () => void begin() },
      code: (code) => void enrol(code),
    })
  }

  async function enrol(code: string): Promise<void> {
    const order = Object.keys(STEPS) as EnrolmentStep[]
    const progress = (at: number) =>
      page({
        ...{ title: words.enrolling, lead: words.enrollingSays, busy: true },
        rows: order.slice(0, at + 1).map((step, place) => {
          const [label = '', ...detail] = STEPS[step](parts.key).split('  ')
          return { label, detail: detail.join(' '), outcome: place < at ? 'ok' : 'running' }
        }),
      })
    const own: Page = { screen: progress(0) }
    show(own)
    const done = await parts.enrol(code, (step) => pages.redraw(own, progress(order.indexOf(step))))
    if (done.ok) return confirm(done.value)
    const { kind } = done.error
    const isSame = PASSING.has(kind)
    show({
      screen: page({
        ...{ title: words.notYet, lead: sayRefusal(done.error), tone: isSame ? 'warning' : 'danger' },
        back: { id: 'back', label: words.back },
        ...(isSame && { aside: { id: 'other', label: words.otherCode } }),
        main: isSame ? { id: 'again', label: words.sameCode } : { id: 'other', label: words.otherCode },
      }),
      press: { back: () => void begin(), other: () => askCode(null), again: () => void enrol(code) },
    })
  }

  /** The last moment in which a totem of another office can be stopped. */
  function confirm(as: EnrolledAs): void {
    show({
      screen: page({
        ...{ title: words.confirmTitle, lead: words.confirmSays, tone: 'warning' },
        rows: [
          { label: words.totem, detail: as.totem, outcome: null },
          { label: words.office, detail: as.office, outcome: null },
          {
            label: words.keys,
            detail: as.key === 'tpm' ? words.tpm : words.software,
            outcome: as.key === 'tpm' ? null : 'attention',
          },
          { label: words.until, detail: as.certificateEnds.slice(0, 10).split('-').reverse().join('/'), outcome: null },
        ],
        choices: [{ id: 'wrong', label: words.wrong }],
        main: { id: 'right', label: words.right },
      }),
      press: { right: () => void report(as), wrong: () => void wrong(as) },
    })
  }
  async function wrong({ totem }: EnrolledAs): Promise<void> {
    await parts.undo()
    show({
      screen: page({
        ...{ title: words.wrongTitle, lead: words.wrongSays(totem), tone: 'danger' },
        main: { id: 'back', label: words.back },
      }),
      press: { back: () => void begin() },
    })
  }

  async function report({ config }: EnrolledAs): Promise<void> {
    const done = await pages.whileWaiting(words.report, words.examining, parts.report(config))
    if (done === null) return
    const { verdict, readiness, printed } = done
    show({
      screen: page({
        ...{ title: words.verdicts[verdict], lead: printed ? words.reportPrinted : words.reportNotPrinted },
        tone: verdict === 'ready' ? 'success' : verdict === 'attention' ? 'warning' : 'danger',
        rows: readiness.checks
          .filter(({ outcome }) => outcome !== 'ok')
          .map(({ name, outcome, detail }) => ({ label: name, outcome, detail })),
        main: { id: 'start', label: words.start },
      }),
      press: { start: parts.restart },
    })
  }

  return {
    get screen() {
      return pages.screen
    },
    start: () => void begin(),
    answer: pages.answer,
    changed() {
      if (welcome) pages.redraw(welcome, begun())
    },
  }
}
