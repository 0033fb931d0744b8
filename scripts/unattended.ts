import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ElectronApplication, Page } from 'playwright-core'
import type { JournalEntry } from '../contract/journal.ts'
import type { Screen } from '../contract/journeys/index.ts'
import { type View, view as viewSchema } from '../contract/visit.ts'
import { exportJournal } from '../main/journal/export.ts'
import { openJournal } from '../main/journal/journal.ts'
import { readLog } from '../main/journal/log.ts'
import { driveTotem, type Stage } from '../simulator/bench/launch.ts'
import type { Bench } from '../simulator/bench/office.ts'
import { answerTo } from '../simulator/visitor/index.ts'
import type { Journey } from '../simulator/visitor/journeys.ts'
import { handsAt, visitorAt } from '../simulator/visitor/visitor.ts'

/** A screen ignores touches in its first 300 ms (renderer/components/press-guard.tsx); people are slower anyway. */
const REACTION_MS = 500
/** The longest that a screen may stand without the visit going on. */
const PATIENCE_MS = 60_000

/** Screens that the visit must not come to: with virtual hardware that works, each is a fault. */
const FAULTS: Screen['screen'][] = ['refused', 'print-fault', 'out-of-service', 'last-try']

/** The person has what they came for. */
const HAD: Screen['screen'][] = ['printing', 'done', 'goodbye']

interface Step {
  name: string
  ms: number
}

/**
 * Makes a journey as a person would: touches, card, PIN, paper. Leaves certificate, receipt, pictures of screens and
 * paper, the sync log and a summary in `out`. Gives 0 only when the printer has acknowledged the papers of the journey,
 * the gateway holds its operations, issued, and no touch was more than the journey may take.
 */
export async function unattended(options: {
  bench: Bench
  stage: Stage
  launcher: string
  journey: Journey
  out: string
}): Promise<number> {
  const { bench, out, journey } = options
  for (const made of ['screens', 'paper', 'certificate.pdf', 'receipt.png', 'sync-log.jsonl', 'summary.json'])
    rmSync(path.join(out, made), { recursive: true, force: true })
  mkdirSync(path.join(out, 'screens'), { recursive: true })
  mkdirSync(path.join(out, 'paper'))

  const started = performance.now()
  const app = await driveTotem(options.launcher, options.stage)
  bench.electronPid = app.process().pid ?? null
  const visited = await visits(app, bench, { journey, screens: path.join(out, 'screens') }, started).finally(() =>
    app.close(),
  )
  const entries = await syncLog(bench, path.join(out, 'sync-log.jsonl'))
  return report({ bench, out, entries, journey, ...visited })
}

async function visits(
  app: ElectronApplication,
  bench: Bench,
  { journey, screens }: { journey: Journey; screens: string },
  started: number,
) {
  // A totem that has never reached its gateway serves no card: what is to fail, fails when the totem is in service.
  await inService(await app.firstWindow())
  const versions = await app.evaluate(({ app: program }) => ({
    totem: program.getVersion(),
    electron: process.versions.electron ?? '',
    chromium: process.versions.chrome ?? '',
    node: process.versions.node,
  }))
  const made = { steps: [] as Step[], touches: 0, versions }
  const { without, again, ...whole } = journey
  if (without === 'line') bench.line.cut()
  if (without === 'printer') await bench.printer.unplug()
  const page = await visit(app, bench, journey, { screens, started, made })
  if (without === 'line') bench.line.up()
  if (without === 'printer') await bench.printer.plug()
  if (again) {
    // The next person gets a window of their own.
    while (!page.isClosed()) await delay(REACTION_MS)
    await certificatesCame(bench, journey.operations)
    await visit(app, bench, { ...whole, wish: again }, { screens, started: performance.now(), made })
  }
  return made
}

async function inService(page: Page) {
  const shown = () =>
    page.evaluate(async () => {
      const { totem } = window as unknown as { totem: { current(): Promise<View> } }
      return (await totem.current()).screen.screen
    })
  for (const until = Date.now() + PATIENCE_MS; (await shown()) !== 'attract'; await delay(REACTION_MS))
    if (Date.now() > until) throw new Error('the totem does not come into service')
}

/** Waits until the totem has the certificates of requests that were recorded. */
async function certificatesCame({ totem: { config } }: Bench, operations: number) {
  for (const until = Date.now() + PATIENCE_MS; ; await delay(REACTION_MS)) {
    const log = readLog(path.join(config.dataDir, 'journal.db'))
    if (!log.ok) throw new Error(`sync log: ${log.error.kind}`)
    const events = [...log.value.lines()].map((line) => ('anchor' in line ? null : line.event))
    log.value.close()
    if (!events.includes('request.queued') || events.filter((event) => event === 'request.issued').length >= operations)
      return
    if (Date.now() > until) throw new Error('the certificate of a recorded request has not come')
  }
}

/** One visit; adds its steps and touches to those that were made. */
async function visit(
  app: ElectronApplication,
  bench: Bench,
  { who, wish, without, shows }: Journey,
  { screens, started, made }: { screens: string; started: number; made: { steps: Step[]; touches: number } },
): Promise<Page> {
  // The wait before a touch is here, so that a picture is taken of what is touched.
  const person = { ...visitorAt(app, { reactionMs: 0 }), ...handsAt(bench, who) }
  const page = person.page()
  const views = await watchViews(page)
  const { steps } = made
  let since = started
  let shown: Screen['screen'] = 'starting'
  let pictured = false
  let answered = ''
  /** From the recognised person to what they come for. */
  let counts = false
  for (;;) {
    const view = await views.next()
    const { screen } = view.screen
    if (screen !== shown) {
      const ms = Math.round(performance.now() - since)
      steps.push({ name: shown, ms })
      console.log(`  ${String(steps.length).padStart(2)}  ${shown.padEnd(16)} ${(ms / 1000).toFixed(1)} s`)
      since = performance.now()
      shown = screen
      pictured = false
    }
    if (FAULTS.includes(screen) && !isCalling(view.screen))
      throw new Error(`the visit ended at: ${JSON.stringify(view.screen)}`)
    if (screen === 'goodbye' && !view.screen.cardPresent) return page
    if (screen === 'recognised' || screen === shows || HAD.includes(screen)) counts = screen === 'recognised'
    const act = isReady(view.screen, without) ? answerTo(view.screen, wish) : null
    const seen = JSON.stringify(view.screen)
    if (answered === seen || (pictured && !act)) continue
    await delay(REACTION_MS)
    // The totem may have gone on meanwhile: the person answers only the screen that is shown now.
    if (views.waiting()) continue
    // What is touched is what the picture shows.
    if (!pictured || act)
      await picture(page, path.join(screens, `${String(steps.length + 1).padStart(2, '0')}-${screen}.png`))
    pictured = true
    await act?.(person)
    if (act) answered = seen
    if (act && counts) made.touches += 1
  }
}

/** A totem that starts has not reached its gateway yet. */
const isCalling = (screen: Screen): boolean => screen.screen === 'out-of-service' && screen.reason === 'never-online'

/** Nobody begins before the totem is whole, or lacks what this visit is to go without. */
const isReady = (screen: Screen, without: Journey['without']): boolean =>
  screen.screen !== 'attract' || (screen.online === (without !== 'line') && screen.printing === (without !== 'printer'))

const picture = (page: Page, file: string) => page.screenshot({ path: file, animations: 'disabled' })

/** The views that main pushes to this page, in order, none lost. */
async function watchViews(page: Page) {
  const queue: View[] = []
  let wake = () => {}
  await page.exposeFunction('reportView', (pushed: unknown) => {
    queue.push(viewSchema.parse(pushed))
    wake()
  })
  await page.evaluate(() => {
    const { totem, reportView } = window as unknown as {
      totem: { current(): Promise<unknown>; onView(listener: (view: unknown) => void): void }
      reportView(view: unknown): void
    }
    totem.onView(reportView)
    void totem.current().then(reportView)
  })
  return {
    waiting: () => queue.length > 0,
    async next(): Promise<View> {
      if (queue.length === 0) {
        const late = AbortSignal.timeout(PATIENCE_MS)
        await new Promise<void>((resolve, reject) => {
          wake = resolve
          late.addEventListener('abort', () => reject(new Error(`nothing has happened for ${PATIENCE_MS / 1000} s`)))
        })
      }
      return queue.shift() ?? this.next()
    },
  }
}

async function syncLog(bench: Bench, file: string): Promise<JournalEntry[]> {
  const { totem, dataDir } = bench.totem.config
  const journal = openJournal({ path: path.join(dataDir, 'journal.db'), totem, now: Date.now })
  if (!journal.ok) throw new Error(`sync log: ${journal.error.kind}`)
  try {
    const exported = await exportJournal(journal.value, file)
    if (!exported.ok) throw new Error(`sync log: ${exported.error.kind}`)
    return [...journal.value.entries()]
  } finally {
    journal.value.close()
  }
}

async function report(visit: {
  bench: Bench
  out: string
  entries: JournalEntry[]
  journey: Journey
  steps: Step[]
  touches: number
  versions: Record<string, string>
}): Promise<number> {
  const { bench, out, entries, journey, steps, touches, versions } = visit
  const fieldsOf = (event: JournalEntry['event']) =>
    entries.filter((entry) => entry.event === event).map(({ fields }) => fields)

  // The printer acknowledges pages in the order in which they come out.
  const acknowledged = fieldsOf('print.acknowledged').map(({ job }) => String(job).split('.')[1] ?? '')
  const whole = bench.printer.sheets.filter(({ kind }) => kind === 'whole')
  for (const [index, { path: sheet }] of bench.printer.sheets.entries())
    copyFileSync(
      sheet,
      path.join(out, 'paper', `${String(index + 1).padStart(2, '0')}-${acknowledged[index] ?? 'void'}.png`),
    )
  const receipt = whole[acknowledged.indexOf('receipt')]
  if (receipt) copyFileSync(receipt.path, path.join(out, 'receipt.png'))

  const operations = await bench.gateway.operations()
  const [operation] = operations
  if (operation) {
    const pdf = await fetch(`${bench.anpr.controlUrl}/simulator/issued/${operation.anprId}`)
    if (pdf.ok) writeFileSync(path.join(out, 'certificate.pdf'), await pdf.bytes())
  }

  const checks = {
    // Each page is acknowledged.
    [`the printer acknowledged: ${journey.papers.join(', ')}`]:
      acknowledged.filter((paper, page) => paper !== acknowledged[page - 1]).join() === journey.papers.join(),
    [`the gateway holds ${journey.operations} operations, issued`]:
      operations.length === journey.operations && operations.every(({ state }) => state === 'issued'),
    ...(journey.shows && {
      [`the person has seen: ${journey.shows}`]: steps.some(({ name }) => name === journey.shows),
    }),
    [`${touches} touches from the recognised person to what they came for, ${journey.touches} at most`]:
      touches <= journey.touches,
  }
  const summary = {
    steps,
    touches,
    apdus: fieldsOf('visit.recognised')[0]?.apdus ?? null,
    versions,
    operations,
    sheets: bench.printer.sheets.map(({ kind, width, height }, index) => ({
      document: acknowledged[index],
      kind,
      width,
      height,
    })),
    checks,
  }
  writeFileSync(path.join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  for (const [name, good] of Object.entries(checks)) console.log(`${good ? '✓' : '✗'} ${name}`)
  console.log(
    `  certificate.pdf, receipt.png, paper/, screens/, sync-log.jsonl and summary.json are in ${path.relative('.', out) || '.'}/`,
  )
  return Object.values(checks).every(Boolean) ? 0 : 1
}
