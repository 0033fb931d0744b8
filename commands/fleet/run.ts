import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { AnprAccess } from '../../simulator/anpr/index.ts'
import { endChild, startChild } from '../../simulator/bench/children.ts'
import { type BenchGateway, startGatewayProcess, throughPdnd } from '../../simulator/bench/gateway.ts'
import type { OutagePlan } from '../../simulator/fleet/plan.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { enrolFleet } from './enrol.ts'
import type { FleetBalance, FleetNews, FleetOrder } from './totems.ts'

const BENCH = fileURLToPath(new URL('../../.bench', import.meta.url))

export interface FleetOptions {
  totems: number
  plan: OutagePlan
  /** Null: the gateway's embedded database, which takes one gateway only. A PostgreSQL database must be empty. */
  databaseUrl: string | null
  gateways: number
  limitMs: number
  say?: (what: string) => void
}

/** Result of an outage of so many totems. */
export interface FleetRun {
  totems: number
  requests: number
  issued: number
  refused: number
  /** Requests that were still on their totems when the time was over. */
  unfinished: number
  /** Requests that were recorded and are neither issued nor on the totem. */
  lost: number
  /** Requests that ANPR issued more than once, or without a citizen's request. */
  duplicates: number
  /** Requests that ANPR was asked again under the same operation id; it answers with the same certificate. */
  repeats: number
  limited: boolean
  recordS: number
  drainS: number
  /** Outcomes that reached a totem's disk per second, over the whole drain. */
  perSecond: number
  /** From the line's return, the same moment for all totems, to the outcome on the totem's disk. */
  latencyMs: { p50: number; p95: number; p99: number; max: number }
  tooManyRequests: number
  /** Failed calls, by kind. */
  failures: Record<string, number>
  gateway: { peakMb: number; cpuMs: number }
  /** CPU time of the simulated totems' processes, all together. */
  totemsCpuMs: number
}

/**
 * Totems in one process: each has some ten files and sockets open, and a process may have 20,000. Few processes are
 * enough: in the field no totem takes processor time from the gateway.
 */
const TOTEMS_A_PROCESS = 1_750
const SAMPLE_MS = 1_000
/** How long a child may take to report once the time is over. */
const BALANCE_MS = 120_000
/** Clock ticks per second in /proc/PID/stat: 100 on every Linux. */
const TICKS_PER_SECOND = 100

/**
 * An outage of a whole fleet. Enrols the totems, records their requests while there is no line, then lets
 * all find the line again. Waits until each has its outcomes, or `limitMs` is over.
 */
export async function runFleet(options: FleetOptions): Promise<FleetRun> {
  const { say = () => undefined } = options
  const started = performance.now()
  const left = () => Math.max(0, options.limitMs - (performance.now() - started))
  const pki = join(BENCH, 'pki')
  await makePki(pki)

  const folder = mkdtempSync(join(tmpdir(), 'totem-fleet-'))
  const keys = join(folder, 'keys')
  mkdirSync(keys, { mode: 0o700 })
  mkdirSync(join(folder, 'by-hand'))
  const ends: (() => Promise<unknown>)[] = []
  try {
    const anpr = await startAnprProcess(pki, join(folder, 'anpr.log'))
    ends.push(anpr.stop)
    const gateways: BenchGateway[] = []
    for (let n = 0; n < options.gateways; n++) {
      const gateway = await startGatewayProcess({
        folder: join(folder, `gateway-${n}`),
        log: join(folder, `gateway-${n}.log`),
        pki,
        anpr: throughPdnd(anpr.access),
        // No totem is provisioned by hand: each comes with the code of an order.
        totems: join(folder, 'by-hand'),
        enrols: true,
        ...(options.databaseUrl !== null && { databaseUrl: options.databaseUrl }),
      })
      ends.push(gateway.stop)
      gateways.push(gateway)
    }
    const registrar = gateways[0]?.registrar
    if (!registrar) throw new Error('the gateway enrols nobody')
    const enrolledS = await enrolFleet(registrar, keys, options.totems)
    say(`${options.totems} totems ordered and enrolled in ${enrolledS.toFixed(0)} s`)
    const numbers = Array.from({ length: options.totems }, (_, index) => index + 1)
    const processes = Math.ceil(options.totems / TOTEMS_A_PROCESS)
    mkdirSync(join(folder, 'totems'), { mode: 0o700 })
    const children = Array.from({ length: processes }, () => fleetProcess())
    ends.push(async () => {
      for (const { child } of children) child.kill('SIGKILL')
    })

    const urls = gateways.map(({ port }) => `https://127.0.0.1:${port}`)
    const recordBegan = performance.now()
    const outageBegan = Date.now() - options.plan.outageMs
    const recorded = await Promise.all(
      children.map(({ ask }, index) => {
        const totems = numbers.filter((number) => number % processes === index)
        const fleet = { folder: join(folder, 'totems'), pki, keys, totems, plan: options.plan, outageBegan }
        return ask({ do: 'record', fleet, urls }, 'recorded')
      }),
    )
    const recordS = (performance.now() - recordBegan) / 1_000
    const requests = recorded.reduce((sum, { requests: of }) => sum + of, 0)
    say(`${requests} requests recorded at ${options.totems} totems in ${recordS.toFixed(0)} s; the line is back`)

    const watch = watchGateways(gateways)
    ends.push(async () => watch.stop())
    const backAt = performance.now()
    const drained = Promise.all(children.map(({ ask }) => ask({ do: 'drain', urls }, 'drained')))
    const late = new AbortController()
    const limited = await Promise.race([
      drained.then(() => false),
      delay(left(), true, { signal: late.signal }).catch(() => true),
    ])
    late.abort()
    const drainS = (performance.now() - backAt) / 1_000
    const gateway = watch.stop()
    say(limited ? `the time is over after ${drainS.toFixed(0)} s` : `drained in ${drainS.toFixed(0)} s`)

    const balances = await Promise.all(
      children.map(async ({ ask }) => (await ask({ do: 'stop' }, 'balance', BALANCE_MS)).balance),
    )
    const asked = await anpr.asked()
    return { ...verdictOf(balances, asked), totems: options.totems, limited, recordS, drainS, gateway, requests }
  } finally {
    for (const end of ends.reverse()) await end()
    rmSync(folder, { recursive: true, force: true })
  }

  function verdictOf(balances: readonly FleetBalance[], asked: ReadonlyMap<string, number>) {
    const recorded = new Set(balances.flatMap((balance) => balance.recorded))
    const issued = new Set(balances.flatMap((balance) => balance.issued))
    const refused = balances.flatMap((balance) => balance.refused)
    const unfinished = balances.reduce((sum, balance) => sum + balance.unfinished, 0)
    const latencies = balances.flatMap((balance) => balance.latencies).sort((a, b) => a - b)
    const failures: Record<string, number> = {}
    for (const balance of balances) {
      for (const [what, times] of Object.entries(balance.failures)) failures[what] = (failures[what] ?? 0) + times
    }
    const at = (share: number) => Math.round(latencies[Math.ceil(latencies.length * share) - 1] ?? 0)
    const lastS = (latencies.at(-1) ?? 0) / 1_000
    return {
      issued: issued.size,
      refused: refused.length,
      unfinished,
      lost: recorded.size - issued.size - refused.length - unfinished + Math.max(0, issued.size - asked.size),
      // ANPR has an id of its own for each operation.
      duplicates: Math.max(0, asked.size - recorded.size),
      repeats: [...asked.values()].reduce((sum, times) => sum + times - 1, 0),
      perSecond: lastS > 0 ? latencies.length / lastS : 0,
      latencyMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
      tooManyRequests: failures['gateway-unavailable.429'] ?? 0,
      failures,
      totemsCpuMs: Math.round(balances.reduce((sum, { cpuMs }) => sum + cpuMs, 0)),
    }
  }
}

const anprLine = z.looseObject({ listening: z.string(), access: z.custom<AnprAccess>() })

async function startAnprProcess(pki: string, log: string) {
  const program = fileURLToPath(new URL('../../simulator/anpr/index.ts', import.meta.url))
  const { child, firstLine } = await startChild(process.execPath, [program, '--pki', pki, '--reuse-pdf'], { log })
  const { listening: url, access } = anprLine.parse(JSON.parse(firstLine))
  return {
    url,
    access,
    async asked(): Promise<Map<string, number>> {
      const answer = await (await fetch(`${url}/simulator/asked`)).json()
      return new Map(Object.entries(z.object({ asked: z.record(z.string(), z.number()) }).parse(answer).asked))
    },
    stop: () => endChild(child),
  }
}

function fleetProcess() {
  const child: ChildProcess = fork(fileURLToPath(new URL('./totems.ts', import.meta.url)), {
    execArgv: [],
    serialization: 'advanced',
  })
  const gone = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`a process of the fleet ended: ${code ?? signal}`)
  })
  gone.catch(() => undefined)
  type News<T> = Extract<FleetNews, { told: T }>
  return {
    child,
    async ask<T extends FleetNews['told']>(order: FleetOrder, told: T, withinMs?: number): Promise<News<T>> {
      const answer = new Promise<News<T>>((resolve) => {
        child.on('message', (news: FleetNews) => {
          if (news.told === told) resolve(news as News<T>)
        })
      })
      child.send(order)
      const late = async (ms: number): Promise<never> => {
        await delay(ms, undefined, { ref: false })
        throw new Error(`a process of the fleet does not say what it has ${told}`)
      }
      return Promise.race([answer, gone, ...(withinMs === undefined ? [] : [late(withinMs)])])
    },
  }
}

/** Memory and processor time of the gateways: the highest resident memory of all together, and CPU time. */
function watchGateways(gateways: readonly BenchGateway[]) {
  const pids = gateways.flatMap(({ pid }) => pid ?? [])
  const before = pids.map(cpuMsOf)
  let peakMb = 0
  const sample = () => {
    const mb = pids.reduce((sum, pid) => sum + residentMb(pid), 0)
    peakMb = Math.max(peakMb, mb)
  }
  const timer = setInterval(sample, SAMPLE_MS)
  return {
    stop() {
      clearInterval(timer)
      sample()
      const cpuMs = pids.reduce((sum, pid, index) => sum + cpuMsOf(pid) - (before[index] ?? 0), 0)
      return { peakMb: Math.round(peakMb), cpuMs: Math.round(cpuMs) }
    },
  }
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

const residentMb = (pid: number) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(procFile(pid, 'status'))?.[1] ?? 0) / 1_024

/** Fields 14 and 15, counted from the name's closing bracket. */
function cpuMsOf(pid: number): number {
  const stat = procFile(pid, 'stat')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (((user ?? 0) + (system ?? 0)) * 1_000) / TICKS_PER_SECOND
}
