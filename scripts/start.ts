import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type CertificateType, certificateType } from '../contract/catalogue.ts'
import { makeBare } from '../simulator/bench/bare.ts'
import { startBench } from '../simulator/bench/bench.ts'
import { endChild } from '../simulator/bench/children.ts'
import { startDisplay } from '../simulator/bench/display.ts'
import { ownDisplay, startTotem, writeLauncher } from '../simulator/bench/launch.ts'
import { isJourney, type Journey, journeys } from '../simulator/visitor/journeys.ts'
import { build, electronDist } from './build.ts'
import { bulk } from './bulk.ts'
import { stage } from './stage.ts'
import { unattended } from './unattended.ts'

// The second half of scripts/start.mjs, on Node 24: build, bench, Electron.
const { values } = parseArgs({
  options: {
    bare: { type: 'boolean', default: false },
    unattended: { type: 'boolean', default: false },
    certificate: { type: 'string' },
    journey: { type: 'string' },
    list: { type: 'string' },
    out: { type: 'string', default: 'out' },
  },
})

/** Somebody whom the register lets have a type that not everybody can have. */
const HOLDERS: Partial<Record<CertificateType, string>> = {
  ...{ 10: 'giulia-fontana', 14: 'pietro-moretti', 15: 'giulia-fontana' },
  ...{ 17: 'nicolo-dangelo', 18: 'luca-verdi', 19: 'paola-serra' },
}

/** No visit at a totem: an office asks about a list of people. */
const OFFICE_JOURNEY = 'bulk'

/** The visit that is asked for by `--journey` or `--certificate`; without either, one's own residence. */
function asked(): Journey {
  const { journey = 'residence', certificate } = values
  if (values.journey !== undefined && certificate !== undefined) wrong('--journey or --certificate, not both')
  if (!isJourney(journey)) wrong(`--journey: one of ${Object.keys(journeys).join(', ')}, ${OFFICE_JOURNEY}`)
  if (certificate === undefined) return journeys[journey]
  const type = certificateType.options.find((one) => one === certificate)
  if (!type) wrong(`--certificate: a citizen may ask for ${certificateType.options.join(', ')} of ANPR's table 13`)
  return { ...journeys['foreign-pension'], who: HOLDERS[type] ?? 'anna-bianchi', wish: { type } }
}
function wrong(usage: string): never {
  console.error(usage)
  process.exit(64)
}
const isBulk = values.journey === OFFICE_JOURNEY && values.certificate === undefined
if (values.list !== undefined && !isBulk) wrong(`--list: a CSV for --journey ${OFFICE_JOURNEY}`)
const journey = isBulk ? null : asked()
if (values.bare && values.unattended) wrong('--bare is for a person who types a code: leave out --unattended')

/** What the program ends with when it is to be started anew (main/shell/app.ts). */
const RESTART = 70

/** Parts that were started, to be ended in reverse order, whatever happens. */
const ends: (() => Promise<unknown>)[] = []
const end = async () => {
  for (const stop of ends.splice(0).reverse()) await stop()
}

async function step<T>(name: string, work: () => Promise<T>, said: (result: T) => string): Promise<T> {
  const started = performance.now()
  const result = await work()
  console.log(`✓ ${name.padEnd(16)} ${said(result)} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  return result
}

/** What to do when a disk is full; null for any other failure. */
function noRoom(error: unknown): string | null {
  const { code, path: file = '', dest = file } = (error ?? {}) as NodeJS.ErrnoException & { dest?: string }
  return code === 'ENOSPC'
    ? `✗ no room left for ${dest || 'the bench'}: a bench takes up to 600 MB; name a folder with more room by TMPDIR`
    : null
}

// The totem may run as another user than this one, and must be able to read what is made for it. Secrets are made with
// modes of their own.
process.umask(0o022)

async function run(): Promise<number> {
  if (journey === null) {
    const pki = path.join(import.meta.dirname, '../.bench/pki')
    return bulk({ list: values.list ?? null, out: path.resolve(values.out), pki })
  }
  await step(
    'build',
    () => build({ development: true, electron: electronDist() }),
    (built) => (built ? 'dist/ built' : 'dist/ is up to date'),
  )
  const staged = stage()
  ends.push(() => rm(staged.folder, { recursive: true, force: true }))
  const display = values.unattended ? null : ownDisplay()
  if (values.bare && !display) wrong('--bare is for a person at a screen, and there is no display here')
  const bench = await step(
    'bench',
    () =>
      startBench({
        dock: display !== null,
        enrols: values.bare,
        ...(display && { console: path.join(import.meta.dirname, '../dist/console') }),
      }),
    () => 'card reader, printer, line, gateway, ANPR',
  )
  ends.push(bench.stop)

  if (!display) {
    const virtual = await startDisplay(bench.totem.config.panel)
    ends.push(virtual.stop)
    return unattended({
      bench,
      stage: staged,
      journey,
      launcher: writeLauncher(bench, staged, { DISPLAY: virtual.name }),
      out: path.resolve(values.out),
    })
  }
  if (values.bare) {
    const code = await makeBare(bench)
    console.log(`✓ ${'bare machine'.padEnd(16)} type this on its screen: ${code}`)
  }
  const launcher = writeLauncher(bench, staged, display)
  let totem = startTotem(launcher, staged)
  ends.push(() => endChild(totem))
  bench.electronPid = totem.pid ?? null
  console.log(`✓ ${'totem'.padEnd(16)} close its window, or press Ctrl+C, to end; dock: ${bench.dockUrl}`)
  console.log(`✓ ${'console'.padEnd(16)} ${bench.gateway.consoleUrl}allarmi`)
  console.log(
    `  ${''.padEnd(16)} in any browser; it warns once of the bench’s own certificate. Sign in as Olga Bruni, no password`,
  )
  console.log(`  ${'by hand'.padEnd(16)} npx totem journal tail --config ${bench.totem.configFile}`)
  for (;;) {
    const [code] = (await once(totem, 'exit')) as [number | null]
    // A machine that has become a totem asks to be started again, as its unit does.
    if (code !== RESTART) return code ?? 1
    totem = startTotem(launcher, staged)
    bench.electronPid = totem.pid ?? null
  }
}

const endAndLeave = (code: number) => void end().finally(() => process.exit(code))
process.once('SIGINT', () => endAndLeave(130))
process.once('SIGTERM', () => endAndLeave(143))
// Playwright may reject a promise that nobody awaits when Electron dies.
process.once('uncaughtException', (error) => {
  console.error(error)
  endAndLeave(1)
})
try {
  process.exitCode = await run()
} catch (error) {
  console.error(noRoom(error) ?? error)
  process.exitCode = 1
} finally {
  await end()
}
