import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { ElectronApplication } from 'playwright-core'
import { build, electronDist } from '../../scripts/build.ts'
import { stage } from '../../scripts/stage.ts'
import { descendants } from '../../simulator/bench/children.ts'
import { startDisplay } from '../../simulator/bench/display.ts'
import { writeLauncher } from '../../simulator/bench/launch.ts'
import { walksTo, walksToSummary } from '../../simulator/visitor/index.ts'
import { handsAt, type Person, visitorAt } from '../../simulator/visitor/visitor.ts'
import { electronTotem } from '../support/totem/electron-totem.ts'
import { type Figure, median } from './report.ts'
import { speechBegins } from './screen-speech.ts'
import { startsOf } from './screen-start.ts'
import { noted, watchSheets } from './screen-touch.ts'

const STARTS = 10
/** Visits whose touches are measured: some 20 touches each. */
const TOUCHED_VISITS = 8
/** Visits after which the memory must stand where it stood. */
const VISITS = 200
const WARM_UP_VISITS = 20
/** Each of two screens. */
const SPOKEN_ROUNDS = 10
const IDLE_S = 60
const WHO = 'anna-bianchi'

const MB = 1_048_576

/** What a person notices of the screen, and what it costs while nobody stands there: Electron on virtual hardware. */
export async function screenFigures(): Promise<Figure[]> {
  process.umask(0o022)
  await build({ development: true, electron: electronDist() })
  const staged = stage()
  const totem = await electronTotem(staged, { timings: { goodbyeMs: 1_000, lineProbeMs: 5_000 } })
  const { bench } = totem
  const display = await startDisplay(bench.totem.config.panel)
  try {
    const starts = startsOf(staged, writeLauncher(bench, staged, { DISPLAY: display.name }))
    const [ours, empty]: [number[], number[]] = [[], []]
    for (let start = 0; start < STARTS; start++) {
      ours.push(await starts.totem())
      empty.push(await starts.empty())
    }
    await totem.start()
    const app = totem.app()
    await visitorAt(app).sees('attract')
    const counted = await countMain(app)

    const touches: Parameters<typeof noted>[1] = []
    const canvas: number[] = []
    const hands = handsAt(bench, WHO)
    const watched: Person = { ...noted(app, touches), ...hands }
    for (let visit = 0; visit < TOUCHED_VISITS; visit++) {
      await walksToSummary(watched)
      await watchSheets(watched.page())
      await watched.presses('sheet.see')
      canvas.push(await sheetDrawn(watched, counted.answered))
      await watched.presses('preview.accept')
      await leaves(watched)
    }

    const memory: number[] = []
    const person: Person = { ...visitorAt(app), ...hands }
    for (let visit = 0; visit < VISITS; visit++) {
      await walksTo(person, 'menu')
      await leaves(person)
      if (visit < WARM_UP_VISITS) continue
      await collectGarbage(app)
      memory.push(memoryOf(totem.pid(), 'Pss_Anon'))
    }

    const spoken = await speechBegins(app, bench, SPOKEN_ROUNDS)

    // Half a minute after a visit main still overwrites what it left.
    await wait(45_000)
    const pushes = await counted.pushes()
    const before = cpuOf(totem.pid())
    await wait(IDLE_S * 1000)
    const idle = ((cpuOf(totem.pid()) - before) / (IDLE_S * 1000)) * 100
    const idlePushes = (await counted.pushes()) - pushes

    const most = (what: string, value: number, unit: string, goal: number | null, reference?: [string, number]) => ({
      ...{ what, value, unit, goal: goal === null ? null : { at: 'most' as const, value: goal } },
      references: reference ? [{ what: reference[0], value: reference[1] }] : [],
    })
    const feedback = touches.flatMap(({ feedback }) => (feedback === null ? [] : [feedback]))
    const next = touches.flatMap(({ next }) => (next === null ? [] : [next]))
    return [
      most(`finger down to its sign painted, 95 % of ${feedback.length}`, percentile(feedback, 95), 'ms', 25, [
        'median',
        median(feedback),
      ]),
      most(`finger up to the next screen painted, 95 % of ${next.length}`, percentile(next, 95), 'ms', 50, [
        'median',
        median(next),
      ]),
      most('start to the first interactive picture, median', median(ours), 'ms', 2 * median(empty), [
        'an empty Electron',
        median(empty),
      ]),
      most("a sheet's pixels from main to the canvas, median", median(canvas), 'ms', 25, [
        'slowest',
        Math.max(...canvas),
      ]),
      most(`idle on attract for ${IDLE_S} s, all processes`, idle, '% of a core', 0.3),
      most('views sent to an idle screen', idlePushes, 'views', 0),
      most(`speech begins after the screen, 95 % of ${spoken.length}`, percentile(spoken, 95), 'ms', 300, [
        'median',
        median(spoken),
      ]),
      most('memory after all visits and with speech on, proportional share', memoryOf(totem.pid(), 'Pss'), 'MB', 400),
      most(
        `growth a visit over ${memory.length} visits, of memory that is no file's, garbage of main collected`,
        Math.max(0, slope(memory)),
        'MB',
        0.05,
      ),
      most("the page's first load without typefaces, gzip", firstLoad(join(staged.app, 'dist/renderer')), 'kB', 220),
    ]
  } finally {
    await totem.close()
    await display.stop()
    rmSync(staged.folder, { recursive: true, force: true })
  }
}

async function leaves(person: Person): Promise<void> {
  const page = person.page()
  await person.presses('action.leave')
  await person.takesCard()
  await person.sees('attract')
  // The next visit has a page of its own.
  while (!page.isClosed()) await wait(20)
}

/**
 * Collects main's garbage, as the totem itself does when nobody comes in the half minute after a visit. Visits that follow
 * each other without a pause leave it lying, and the heap grows by half a MB a visit without a leak.
 */
const collectGarbage = (app: ElectronApplication): Promise<void> =>
  app.evaluate(() => {
    const { setFlagsFromString } = process.getBuiltinModule('node:v8')
    const { runInNewContext } = process.getBuiltinModule('node:vm')
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as (how: object) => void
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  })

/** Looks into main: how many views it has sent, and when it last answered with pixels. */
async function countMain(app: ElectronApplication) {
  await app.evaluate(({ app, ipcMain, webContents }) => {
    const counts = Object.assign(globalThis, { benchPushes: 0, benchPixelsAt: 0 })
    const watch = (contents: Electron.WebContents) => {
      const send = contents.send.bind(contents)
      contents.send = (channel, ...values) => {
        counts.benchPushes++
        send(channel, ...values)
      }
    }
    for (const contents of webContents.getAllWebContents()) watch(contents)
    app.on('web-contents-created', (_event, contents) => watch(contents))
    type Handler = (event: unknown, method: unknown, argument: unknown) => unknown
    const handlers = Reflect.get(ipcMain, '_invokeHandlers') as Map<string, Handler>
    for (const [channel, handle] of [...handlers])
      handlers.set(channel, async (event, method, argument) => {
        const answer = await handle(event, method, argument)
        if (method === 'previewPage') counts.benchPixelsAt = performance.timeOrigin + performance.now()
        return answer
      })
  })
  const read = (name: string) => app.evaluate((_electron, name) => Number(Reflect.get(globalThis, name)), name)
  return { pushes: () => read('benchPushes'), answered: () => read('benchPixelsAt') }
}

async function sheetDrawn(person: Person, answeredAt: () => Promise<number>): Promise<number> {
  const drawn = await person.page().waitForFunction(() => window.drawn)
  return Number(await drawn.jsonValue()) - (await answeredAt())
}

function percentile(values: readonly number[], of: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = sorted[Math.ceil((sorted.length * of) / 100) - 1]
  if (at === undefined) throw new Error('nothing was measured')
  return at
}

/** Least squares, in the unit of the values a step. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const above = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0)
  const below = values.reduce((sum, _value, at) => sum + (at - middle) ** 2, 0)
  return above / below
}

/** kB of what the first picture waits for, compressed, though the totem reads it from its own disk as it is. */
function firstLoad(page: string): number {
  const html = readFileSync(join(page, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="[.][/]([^"]+[.](?:js|css))"/g)].map(([, file = '']) => file)
  const bytes = ['index.html', ...named].map((file) => gzipSync(readFileSync(join(page, file))).length)
  return bytes.reduce((sum, one) => sum + one, 0) / 1000
}

const tree = (pid: number) => [pid, ...descendants(pid).map((child) => child.pid)]

/**
 * MB of memory that the processes have, each shared page by its share. Pages of files, such as Chromium's own, are shared with
 * any other Electron of the machine, and the share grows where that one ends: a growth is of `Pss_Anon`.
 */
const memoryOf = (pid: number, kind: 'Pss' | 'Pss_Anon'): number =>
  tree(pid).reduce((sum, one) => {
    const [, kB] = new RegExp(`^${kind}:\\s+(\\d+)`, 'm').exec(read(`/proc/${one}/smaps_rollup`)) ?? []
    return sum + 1024 * Number(kB ?? 0)
  }, 0) / MB

/** ms that the processes have computed, in all their threads. */
const cpuOf = (pid: number): number =>
  tree(pid)
    .flatMap((one) => threadsOf(one).map((thread) => read(`/proc/${one}/task/${thread}/schedstat`)))
    .reduce((sum, line) => sum + Number(line.split(' ')[0]) / 1e6, 0)

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
