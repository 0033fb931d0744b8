import 'reflect-metadata'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ExtendedKeyUsage, ExtendedKeyUsageExtension } from '@peculiar/x509'
import { startAnpr } from '../../simulator/anpr/index.ts'
import { startGatewayProcess, throughPdnd } from '../../simulator/bench/gateway.ts'
import { fleetTotem } from '../../simulator/fleet/plan.ts'
import { Browser } from '../../simulator/issuer/browser.ts'
import { startIssuer } from '../../simulator/issuer/issuer.ts'
import { ecKeys, issue, privateKeyPem } from '../../simulator/pki/issue.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { authorityIn } from '../../simulator/pki/on-demand.ts'
import { GOOD } from '../../simulator/pki/plan.ts'
import { openWindow } from '../support/console/window.ts'
import { letConsoleIn, startPostgres } from '../support/gateway/postgres.ts'
import { PKI } from '../support/pki.ts'
import type { Beaten, Beats } from './console-fleet.ts'
import { memoryOf, residentMb } from './memory.ts'
import { type Figure, median } from './report.ts'

/** Post offices with a totem. `CONSOLE=300 npm run bench -- console` measures fewer. */
const TOTEMS = Number(process.env.CONSOLE ?? 6_933)
const PAGE = fileURLToPath(new URL('../../dist/console', import.meta.url))
const FLEET = fileURLToPath(new URL('./console-fleet.ts', import.meta.url))
const ROUNDS = 40
/** Looks at the list in a row: an afternoon of one operator. */
const LOOKS = 300
const FIRST_PAINTS = 9
const AGAIN_MS = 2_000

/**
 * The operators' console over the whole fleet: a gateway in a process of its own on a durable PostgreSQL, every totem with
 * its own connection and a heartbeat a minute, an operator at the wire and one in Debian's Chromium. All of it shares this
 * machine.
 */
export async function consoleFigures(): Promise<Figure[]> {
  await makePki(PKI)
  const folder = mkdtempSync(join(tmpdir(), 'totem-bench-console-'))
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const totems = Array.from({ length: TOTEMS }, (_, index) => fleetTotem(index + 1))
    const keys = join(folder, 'totems')
    await provision(keys, totems)
    const postgres = await startPostgres({ durable: true })
    ends.push(postgres.stop)
    const consoleUrl = await letConsoleIn(postgres.url)
    const issuer = await startIssuer({ pki: PKI })
    ends.push(issuer.stop)
    const anpr = await startAnpr({ port: 0, pki: PKI })
    ends.push(anpr.stop)
    const log = join(folder, 'gateway.log')
    // Any port: another program may have the usual one.
    process.env.NODE_OPTIONS = '--inspect-port=0'
    const gateway = await startGatewayProcess({
      ...{
        folder: join(folder, 'gateway'),
        log,
        pki: PKI,
        anpr: throughPdnd(anpr.access),
      },
      ...{
        databaseUrl: postgres.url,
        totems: keys,
        offices: officesOf(totems),
        console: { issuer, page: PAGE, databaseUrl: consoleUrl },
      },
    })
    delete process.env.NODE_OPTIONS
    ends.push(gateway.stop)
    const fleet = await startFleet({
      ...{
        url: `https://127.0.0.1:${gateway.port}`,
        ca: readFileSync(join(PKI, 'gateway-ca.pem'), 'utf8'),
        keys,
        totems,
      },
    })
    ends.push(fleet.kill)
    const browser = new Browser(gateway.consoleUrl ?? '', PKI)
    ends.push(() => browser.close())
    await browser.logIn('operatore')
    await looks(browser, '/me', ROUNDS)
    const bare = await looks(browser, '/me', ROUNDS)
    const pages = []
    for (const [name, path] of LISTS) {
      await looks(browser, path, 5)
      pages.push({ what: name, value: p95(await looks(browser, path, ROUNDS)) })
    }
    const memory = await memoryOf(gateway.pid, log)
    await looks(browser, '/totems', LOOKS)
    const before = await memory()
    await looks(browser, '/totems', LOOKS)
    const grown = residentMb(gateway.pid)
    const after = await memory()
    const painted = await firstPaints(gateway.consoleUrl ?? '')
    const { beats, again, failed } = await fleet.end()
    const slowest = Math.max(...pages.map(({ value }) => value))
    return [
      {
        ...{
          what: `console: list pages over ${TOTEMS} totems that are heard each minute, p95 of the slowest`,
          value: slowest,
        },
        ...{ unit: 'ms', goal: { at: 'most', value: 300 } },
        references: [{ what: 'a bare answer of the same wire, p95', value: p95(bare) }, ...pages],
      },
      {
        ...{ what: 'console: first paint of the fleet, Debian’s Chromium, median', value: median(painted.first) },
        ...{ unit: 'ms', goal: { at: 'most', value: 1_500 } },
        references: [
          { what: 'its rows are there', value: median(painted.rows) },
          { what: 'an empty page of the same browser', value: median(painted.empty) },
        ],
      },
      {
        ...{
          what: `console: what ${LOOKS} looks at the list add to the gateway’s memory, what it has let go of collected`,
          value: after.resident - before.resident,
          unit: 'MB',
        },
        goal: { at: 'most', value: 50 },
        references: [
          { what: 'the gateway with the whole fleet connected', value: before.resident },
          { what: 'its heap in use before them', value: before.heap },
          { what: 'its heap in use after them', value: after.heap },
          { what: 'with what V8 had not collected yet', value: grown },
        ],
      },
      {
        ...{
          what: 'console: heartbeats meanwhile that the gateway did not take',
          value: Object.values(failed).reduce((sum, each) => sum + each, 0),
          unit: '',
        },
        goal: { at: 'most', value: 0 },
        references: [
          { what: 'taken', value: beats },
          { what: 'turned away while the gateway was busy, and come again as it said', value: again },
          ...Object.entries(failed).map(([reason, value]) => ({ what: reason, value })),
        ],
      },
    ]
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

const LISTS = [
  ['the fleet, the worst first', '/totems'],
  ['one region, by office', '/totems?region=12&sort=ufficio'],
  ['no paper', '/totems?printer=paperOut'],
  ['search of a comune', '/totems?q=Comune%2031'],
  ['the map', '/totems/map'],
  ['alarms', '/alarms'],
  ['the sync log', '/log'],
] as const

const officesOf = (totems: readonly string[]) =>
  Object.fromEntries(
    totems.map((totem, n) => [
      totem,
      {
        ...{ name: `Ufficio postale ${n + 1}`, office: `UP-${n + 1}`, comune: `Comune ${n + 1}` },
        region: String((n % 20) + 1).padStart(2, '0'),
      },
    ]),
  )

async function provision(folder: string, totems: readonly string[]): Promise<void> {
  mkdirSync(folder)
  const ca = await authorityIn(PKI, 'totem-ca')
  const usage = new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth], true)
  // Nothing is sealed to them here.
  const outcome = JSON.stringify((await jwkPair('enc')).public)
  for (const totem of totems) {
    const pair = await ecKeys()
    writeFileSync(
      join(folder, `${totem}.cert.pem`),
      (await issue(ca, `CN=${totem}`, pair, GOOD, [usage])).toString('pem'),
    )
    writeFileSync(join(folder, `${totem}.key.pem`), await privateKeyPem(pair), { mode: 0o600 })
    writeFileSync(join(folder, `${totem}.outcome.pub.jwk.json`), outcome)
  }
}

/** Resolves when every totem was heard once; they go on until `end`. */
async function startFleet(beats: Beats) {
  const child = fork(FLEET, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const news = async <T extends Beaten['told']>(told: T) => {
    const [said] = (await once(child, 'message')) as [Beaten]
    if (said.told !== told) throw new Error(`the fleet tells ${said.told}`)
    return said as Extract<Beaten, { told: T }>
  }
  child.send(beats)
  const { seconds } = await news('all-heard')
  console.error(`${beats.totems.length} totems heard once in ${seconds.toFixed(0)} s`)
  return {
    end: () => {
      child.send('end')
      return news('end')
    },
    kill: () => child.kill('SIGKILL'),
  }
}

async function looks(browser: Browser, path: string, times: number): Promise<number[]> {
  const took: number[] = []
  while (took.length < times) {
    const began = performance.now()
    const { status } = await browser.get(path)
    // Sooner than a person could: the door bounds what one address asks in a minute.
    if (status === 429) {
      await delay(AGAIN_MS)
      continue
    }
    if (status !== 200) throw new Error(`${path}: ${status}`)
    took.push(performance.now() - began)
  }
  return took
}

const p95 = (values: readonly number[]) => {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0
}

async function firstPaints(consoleUrl: string) {
  const { page, close } = await openWindow(consoleUrl)
  try {
    await page.getByRole('link', { name: 'Accedi con l’account aziendale' }).click()
    await page.getByRole('button', { name: 'Olga Bruni' }).click()
    await page.getByRole('row', { name: /FL-/ }).first().waitFor()
    const painted = () =>
      page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN)
    const figures = { first: [] as number[], rows: [] as number[], empty: [] as number[] }
    for (let time = 0; time < FIRST_PAINTS; time++) {
      await page.goto(consoleUrl)
      await page.getByRole('row', { name: /FL-/ }).first().waitFor()
      figures.rows.push(await page.evaluate(() => performance.now()))
      figures.first.push(await painted())
      await page.goto('data:text/html,<title>x</title><p>x')
      await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
      figures.empty.push(await painted())
    }
    return figures
  } finally {
    await close()
  }
}
