import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startAnpr } from '../../simulator/anpr/index.ts'
import { registryIn } from '../../simulator/anpr/pdnd/registry.ts'
import { type BenchGateway, startGatewayProcess, throughPagopa, throughPdnd } from '../../simulator/bench/gateway.ts'
import { startLine } from '../../simulator/bench/line.ts'
import { startPcscd } from '../../simulator/card/pcscd.ts'
import { withInad } from '../../simulator/inad/registration.ts'
import { startInad } from '../../simulator/inad/server.ts'
import { startMailServer } from '../../simulator/mail/mail-server.ts'
import { createPecProvider } from '../../simulator/mail/pec.ts'
import { startPagopa } from '../../simulator/pagopa/index.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { startVirtualPrinter } from '../../simulator/printer/virtual-printer.ts'
import { startPostgres } from '../support/gateway/postgres.ts'
import { PKI } from '../support/pki.ts'
import { balance } from './kill-balance.ts'
import type { Edge } from './kill-edges.ts'
import { brokenLetters } from './kill-letters.ts'
import { brokenPayments, openPhones, type Phones } from './kill-payments.ts'
import type { KillTotem } from './kill-totem.ts'

/** INAD gives a body a thousand or two a day; a soak is many days. */
const LOOK_UPS = 1_000_000
const TOTEM = 'TT-0001'
/** Slow enough that kills fall into printing as often as into the rest. */
const PRINTER_BYTES_PER_SECOND = 400_000
/** The supervisor waits up to a minute before it restarts a device process that dies again and again (main/devices). */
const PROGRESS_PATIENCE_MS = 240_000
const FINISH_PATIENCE_MS = 300_000

/** An office whose totem has no Electron: main's parts in a Node process that can be killed many times a minute. */
export async function headlessOffice({ keep, random }: { keep: boolean; random: () => number }) {
  await makePki(PKI)
  const folder = mkdtempSync(join(tmpdir(), 'totem-kill-'))
  const data = join(folder, 'data')
  const log = join(folder, 'gateway.log')
  mkdirSync(data, { mode: 0o700 })
  const postgres = await startPostgres()
  const [pcscd, anpr, inad, pagopa, printer] = await Promise.all([
    startPcscd(),
    startAnpr({ port: 0, pki: PKI, virtualBollo: '12345/2023', registry: withInad(await registryIn(PKI), LOOK_UPS) }),
    startInad({ pki: PKI }),
    startPagopa({ port: 0, pki: PKI }),
    startVirtualPrinter({
      profile: 'receipt-80',
      outDir: join(folder, 'paper'),
      bytesPerSecond: PRINTER_BYTES_PER_SECOND,
    }),
  ])
  const pecAuthorities = join(folder, 'pec-ca.pem')
  writeFileSync(pecAuthorities, (await createPecProvider()).authority)
  const mail = await startMailServer({ pki: PKI, returnsPort: () => null })
  const gateway: BenchGateway = await startGatewayProcess({
    folder: join(folder, 'gateway'),
    log,
    pki: PKI,
    anpr: throughPdnd(anpr.access, inad.url),
    pagopa: throughPagopa(pagopa.access),
    mail: { port: mail.port, pecAuthorities },
    databaseUrl: postgres.url,
  })
  pagopa.sendReceiptsTo(() =>
    gateway.receiptsUrl === null ? null : { url: gateway.receiptsUrl, ca: join(PKI, 'gateway-ca.pem') },
  )
  const phones = openPhones({ pagopa, publicUrl: () => gateway.publicUrl, random })
  const line = await startLine(() => gateway.port)
  const children = new Set<ChildProcess>()
  const told: KillTotem = {
    data,
    pki: PKI,
    totem: TOTEM,
    gatewayUrl: `https://127.0.0.1:${line.port}`,
    deviceEnv: { ...printer.env, PCSCLITE_CSOCK_NAME: pcscd.socket },
  }

  return {
    data,
    gateway,
    /** Starts main on the disk that `before` left; it has to keep the promises of `before`. */
    startTotem(before?: RunningTotem): RunningTotem {
      const program = fileURLToPath(new URL('./kill-totem.ts', import.meta.url))
      const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, program, JSON.stringify(told)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      children.add(child)
      return runningTotem(child, phones, before)
    },
    phones,
    /** What does not hold of the payments now; `settled`: everybody has gone home, and nothing is on its way. */
    payments: (settled: boolean) =>
      brokenPayments({ databaseUrl: postgres.url, pagopa, searched: [data, log], settled }),
    /** What does not hold of the letters, when everybody has gone home. */
    letters: (told: ReadonlyMap<string, string>) =>
      brokenLetters({ databaseUrl: postgres.url, mail, publicUrl: gateway.publicUrl, told, searched: [data, log] }),
    balance: (recorded: ReadonlySet<string>) =>
      balance({ data, totem: TOTEM, gateway, databaseUrl: postgres.url, anpr, printer, recorded }),
    async stop() {
      for (const child of children) child.kill('SIGKILL')
      await line.stop()
      await gateway.stop()
      await phones.close()
      await Promise.all([anpr.stop(), inad.stop(), pagopa.stop(), mail.stop(), printer.stop(), pcscd.stop()])
      await postgres.stop()
      if (keep) console.error(`kept: ${folder}`)
      else rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface RunningTotem {
  /** By this process and those before it. */
  recorded: ReadonlySet<string>
  collected: ReadonlySet<string>
  /** Letters that a person was told of: box and digits. */
  letters: ReadonlyMap<string, string>
  /** Edges that a payment or delivery has come to. */
  came: ReadonlySet<string>
  violations: string[]
  /** Asks the next people for what leads there, and resolves when one of them gets there. */
  edge(edge: Edge): Promise<void>
  /** Resolves when the next person has a certificate. */
  progress(): Promise<void>
  killDevice(): void
  kill(): Promise<void>
  /** Lets everybody fetch their papers; then the process ends by itself. */
  finish(): Promise<void>
}

function runningTotem(child: ChildProcess, phones: Phones, before?: RunningTotem): RunningTotem {
  const recorded = new Set(before?.recorded)
  const collected = new Set(before?.collected)
  const letters = new Map(before?.letters)
  const came = new Set(before?.came)
  const violations: string[] = []
  const news = new EventTarget()
  let device: number | null = null
  let killed = false
  const gone = once(child, 'exit')
  child.stdin?.on('error', () => undefined)
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const [what = '', of = ''] = line.split(' ')
    if (what === 'recorded') recorded.add(of)
    if (what === 'collected') collected.add(of)
    if (what === 'notice') phones.pays(of)
    if (what === 'phone') phones.takes(of)
    if (what === 'letter') letters.set(...(of.split('/') as [string, string]))
    if (what === 'edge') came.add(of)
    if (what === 'device') device = Number(of)
    if (what === 'unusable' || what === 'refused' || what === 'repaired') violations.push(line)
    news.dispatchEvent(new Event(what === 'edge' ? of : what))
  })
  const closed = once(child.stdout as NodeJS.ReadableStream, 'close')
  const within = async (ms: number, happened: Promise<unknown>, what: string) => {
    const late = new AbortController()
    const timer = delay(ms, 'late', { signal: late.signal }).catch(() => 'in time')
    const first = await Promise.race([happened.then(() => 'in time'), gone.then(() => 'gone'), timer])
    late.abort()
    if (first === 'late') throw new Error(`no ${what} within ${ms / 1000} s`)
    if (first === 'gone' && !killed && what !== 'end') throw new Error(`the totem ended by itself (${child.exitCode})`)
  }
  return {
    recorded,
    collected,
    letters,
    came,
    violations,
    edge(edge) {
      child.stdin?.write(`${edge}\n`)
      return within(PROGRESS_PATIENCE_MS, once(news, edge), edge)
    },
    progress: () => within(PROGRESS_PATIENCE_MS, once(news, 'collected'), 'progress'),
    killDevice() {
      try {
        if (device !== null) process.kill(device, 'SIGKILL')
      } catch {
        // The device process has died already, and its successor is not there yet.
      }
    },
    async kill() {
      killed = true
      child.kill('SIGKILL')
      await Promise.all([gone, closed])
    },
    async finish() {
      child.stdin?.write('finish\n')
      await within(FINISH_PATIENCE_MS, once(news, 'finished'), 'end')
      await Promise.all([gone, closed])
      if (child.exitCode !== 0) violations.push(`the totem ended with ${child.exitCode ?? child.signalCode}`)
    },
  }
}
