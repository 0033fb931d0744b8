import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import pg from 'pg'
import { openJournal } from '../../main/journal/journal.ts'
import { openQueue } from '../../main/queue/queue.ts'
import { startAnpr } from '../../simulator/anpr/index.ts'
import { type BenchGateway, operationsOf, startGatewayProcess, throughPdnd } from '../../simulator/bench/gateway.ts'
import { startLine } from '../../simulator/bench/line.ts'
import { startPcscd } from '../../simulator/card/pcscd.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { randomFrom } from '../../simulator/population/random.ts'
import { startVirtualPrinter } from '../../simulator/printer/virtual-printer.ts'
import { createDiskSearcher, type Leak } from '../support/disk/disk-image.ts'
import { startPostgres } from '../support/gateway/postgres.ts'
import { PKI } from '../support/pki.ts'
import { unbalanced } from '../support/totem/balance.ts'
import type { KillTotem } from './kill-totem.ts'

const TOTEM = 'TT-0001'
/** Longest time between two kills: about a visit with its paper, so that kills fall everywhere in it. */
const LONGEST_GAP_MS = 700
/** Slow enough that kills fall into printing as often as into the rest. */
const PRINTER_BYTES_PER_SECOND = 400_000
/** Every so many kills one waits until somebody has a certificate; otherwise only starts would be killed. */
const PROGRESS_EVERY = 7
/** Average number of rounds between two searches of the disk. */
const SEARCH_EVERY = 6
/** The supervisor waits up to a minute before it restarts a device process that dies again and again (main/devices). */
const PROGRESS_PATIENCE_MS = 120_000
const FINISH_PATIENCE_MS = 300_000

type Victim = 'main' | 'device' | 'gateway'

interface KillVerdict {
  rounds: number
  kills: Record<Victim, number>
  seconds: number
  /** Requests that a citizen was told were recorded. */
  recorded: number
  /** Requests asked again at ANPR under the same id, and answered with the same certificate. */
  repeats: number
  sheets: { whole: number; void: number; reprinted: number }
  searched: { files: number; bytes: number }
  journal: number
  /** Everything that must not happen; an empty list is the proof. */
  violations: string[]
}

/**
 * Kills main, device process and gateway at random moments while citizens ask, print and collect without a pause. After
 * each kill of main, its promises are checked on its disk. At the end each request is followed from the queue to ANPR
 * and to the paper. Ends before `rounds` when `limitMs` is over.
 */
export async function killRounds({
  rounds,
  seed,
  limitMs = Number.POSITIVE_INFINITY,
  keep = false,
  onRound = () => undefined,
}: {
  rounds: number
  seed: number
  limitMs?: number
  /** Keeps disk, paper and logs for a look, and prints where. */
  keep?: boolean
  onRound?: (round: number, victim: Victim) => void
}): Promise<KillVerdict> {
  const started = performance.now()
  const random = randomFrom(seed)
  const office = await headlessOffice(keep)
  const violations: string[] = []
  const searcher = createDiskSearcher()
  const leaks = new Map<string, Leak>()
  const kills = { main: 0, device: 0, gateway: 0 }
  const search = () => {
    for (const leak of searcher.search([office.data])) leaks.set(`${leak.what} in ${leak.file} (${leak.how})`, leak)
  }
  let round = 0
  try {
    let totem = office.startTotem()
    let restarting: Promise<void> | null = null
    let deviceDied = false
    const restartGateway = async () => {
      await office.gateway.restart()
      restarting = null
    }
    while (round < rounds && performance.now() - started < limitMs) {
      if (round % PROGRESS_EVERY === 0) await totem.progress()
      else await delay(random() * LONGEST_GAP_MS)
      if (random() * SEARCH_EVERY < 1) search()
      const victim = pickVictim(random(), { gatewayDown: restarting !== null, deviceDied })
      onRound(round, victim)
      round++
      kills[victim]++
      deviceDied = victim === 'device' || (deviceDied && victim !== 'main')
      if (victim === 'device') totem.killDevice()
      if (victim === 'gateway') {
        await office.gateway.kill()
        restarting = restartGateway()
      }
      if (victim === 'main') {
        await totem.kill()
        violations.push(...totem.violations, ...brokenPromises(office.data, totem.recorded, totem.collected))
        totem = office.startTotem(totem)
      }
    }
    await restarting
    await totem.finish()
    violations.push(...totem.violations, ...brokenPromises(office.data, totem.recorded, totem.collected))
    search()
    violations.push(...[...leaks.keys()].map((leak) => `disk: ${leak}`))
    const end = await office.balance(totem.recorded)
    return {
      rounds: round,
      kills,
      seconds: (performance.now() - started) / 1000,
      recorded: totem.recorded.size,
      searched: { ...searcher.searched },
      ...end,
      violations: [...violations, ...end.violations],
    }
  } finally {
    await office.stop()
  }
}

/**
 * Picks main more often than the others, because it has the most to lose. A gateway that is down cannot be killed. A
 * device process that dies again and again gets longer and longer rests, in which nothing else would happen.
 */
function pickVictim(
  chance: number,
  { gatewayDown, deviceDied }: { gatewayDown: boolean; deviceDied: boolean },
): Victim {
  if (chance < 0.3 && !deviceDied) return 'device'
  return chance > 0.8 && !gatewayDown ? 'gateway' : 'main'
}

/** An office whose totem has no Electron: main's parts in a Node process that can be killed many times a minute. */
async function headlessOffice(keep: boolean) {
  await makePki(PKI)
  const folder = mkdtempSync(join(tmpdir(), 'totem-kill-'))
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  const postgres = await startPostgres()
  const [pcscd, anpr, printer] = await Promise.all([
    startPcscd(),
    startAnpr({ port: 0, pki: PKI }),
    startVirtualPrinter({
      profile: 'receipt-80',
      outDir: join(folder, 'paper'),
      bytesPerSecond: PRINTER_BYTES_PER_SECOND,
    }),
  ])
  const gateway: BenchGateway = await startGatewayProcess({
    folder: join(folder, 'gateway'),
    log: join(folder, 'gateway.log'),
    pki: PKI,
    anpr: throughPdnd(anpr.access),
    databaseUrl: postgres.url,
  })
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
      return runningTotem(child, before)
    },
    balance: (recorded: ReadonlySet<string>) => balance(recorded),
    async stop() {
      for (const child of children) child.kill('SIGKILL')
      await line.stop()
      await gateway.stop()
      await Promise.all([anpr.stop(), printer.stop(), pcscd.stop()])
      await postgres.stop()
      if (keep) console.error(`kept: ${folder}`)
      else rmSync(folder, { recursive: true, force: true })
    },
  }

  /** Compares totem, gateway, ANPR and paper when everybody has gone home. */
  async function balance(recorded: ReadonlySet<string>) {
    const violations: string[] = []
    const wrong = (what: string) => void violations.push(what)
    const store = openQueue({ path: join(data, 'queue.db'), now: Date.now })
    const log = openJournal({ path: join(data, 'journal.db'), totem: TOTEM, now: Date.now })
    if (!store.ok || !log.ok) throw new Error('the stores cannot be opened')
    try {
      const operations = store.value.list({ limit: 1_000_000 })
      const onTotem = new Map(operations.map(({ operation, state }) => [operation, state]))
      const atGateway = await gateway.operations()
      violations.push(...unbalanced({ onTotem, atGateway, issued: operationsOf(anpr.issued(), atGateway) }))
      for (const operation of recorded) if (!onTotem.has(operation)) wrong(`${operation} was recorded and is lost`)

      await printer.settled()
      const ledger = operations.flatMap(({ operation }) => store.value.ledger.sheets(operation))
      const sheets = paperFaults(printer.sheets, ledger, operations.length, wrong)

      const checked = log.value.verify()
      if (!checked.ok) wrong(`the journal is ${checked.error.kind}: ${checked.error.reason}`)
      await gatewayJournal(postgres.url, wrong)
      return {
        repeats: [...anpr.asked().values()].reduce((sum, asked) => sum + asked - 1, 0),
        sheets,
        journal: checked.ok ? checked.value.count : 0,
        violations,
      }
    } finally {
      store.value.close()
      log.value.close()
    }
  }
}

/**
 * Every certificate has its own protocol number and so its own picture. Two whole sheets with one picture are the same
 * paper twice, and the ledger must call one a reprint. The ledger counts only sheets that came out.
 */
function paperFaults(
  paper: readonly { path: string; kind: 'whole' | 'void' }[],
  ledger: readonly { operation: string; state: string; reprint: boolean; perhapsPrinted?: boolean }[],
  operations: number,
  wrong: (what: string) => void,
) {
  const whole = paper.filter(({ kind }) => kind === 'whole')
  const pictures = new Set(whole.map(({ path }) => createHash('sha256').update(readFileSync(path)).digest('hex')))
  const acknowledged = ledger.filter(({ state }) => ['acknowledged', 'taken', 'retracted'].includes(state))
  const perhaps = ledger.filter(({ state, perhapsPrinted }) => state === 'void' && perhapsPrinted)
  const reprinted = ledger.filter(({ reprint }) => reprint)
  const twice = whole.length - pictures.size
  if (acknowledged.length > whole.length) wrong(`${acknowledged.length} sheets counted, ${whole.length} came out`)
  if (whole.length > acknowledged.length + perhaps.length)
    wrong(`${whole.length} sheets came out, the ledger knows fewer`)
  if (twice > reprinted.length) wrong(`${twice} papers came out twice, ${reprinted.length} of them as a reprint`)
  if (pictures.size !== operations) wrong(`${operations} certificates, ${pictures.size} papers`)
  return { whole: whole.length, void: paper.length - whole.length, reprinted: reprinted.length }
}

/** The gateway holds each chain from its first entry, without a gap. */
async function gatewayJournal(url: string, wrong: (what: string) => void): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ chain: string; entries: number; first: number; last: number }>(
      `select chain, count(*)::int entries, min(seq)::int first, max(seq)::int last
       from journal_entry where totem = $1 group by chain`,
      [TOTEM],
    )
    if (rows.length !== 1) wrong(`the gateway holds ${rows.length} logs of one totem`)
    for (const { chain, entries, first, last } of rows) {
      if (first !== 1 || last !== entries)
        wrong(`the gateway holds ${entries} entries, ${first} to ${last}, of ${chain}`)
    }
    const troubles = await client.query<{ kind: string; seq: number }>('select kind, seq from journal_trouble')
    for (const { kind, seq } of troubles.rows) wrong(`the gateway finds a ${kind} in the log at ${seq}`)
  } finally {
    await client.end()
  }
}

interface RunningTotem {
  /** By this process and those before it. */
  recorded: ReadonlySet<string>
  collected: ReadonlySet<string>
  violations: string[]
  /** Resolves when the next person has a certificate. */
  progress(): Promise<void>
  killDevice(): void
  kill(): Promise<void>
  /** Lets everybody fetch their papers; then the process ends by itself. */
  finish(): Promise<void>
}

function runningTotem(child: ChildProcess, before?: RunningTotem): RunningTotem {
  const recorded = new Set(before?.recorded)
  const collected = new Set(before?.collected)
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
    if (what === 'device') device = Number(of)
    if (what === 'unusable' || what === 'refused' || what === 'repaired') violations.push(line)
    news.dispatchEvent(new Event(what))
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
    violations,
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

/** Promises of main that its disk, as it is now, does not hold. */
function brokenPromises(data: string, recorded: ReadonlySet<string>, collected: ReadonlySet<string>): string[] {
  const db = new Database(join(data, 'queue.db'), { readonly: true })
  try {
    const rows = db.prepare('SELECT operation, state FROM operation').all() as { operation: string; state: string }[]
    const states = new Map(rows.map(({ operation, state }) => [operation, state]))
    return [
      ...[...recorded].filter((id) => !states.has(id)).map((id) => `${id} was recorded and is not on the disk`),
      ...[...collected]
        .filter((id) => states.get(id) !== 'collected')
        .map((id) => `${id} was collected and is ${states.get(id)}`),
    ]
  } finally {
    db.close()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--help')) {
    console.log('node test/soak/kill.ts [--rounds 1000] [--electron 0] [--seed N] [--limit-minutes 60] [--keep]')
    process.exit(0)
  }
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '1000' },
      /** Rounds with the whole program, after the others. */
      electron: { type: 'string', default: '0' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
      'limit-minutes': { type: 'string', default: '60' },
      keep: { type: 'boolean', default: false },
    },
  })
  const [rounds, electronRounds, seed] = [values.rounds, values.electron, values.seed].map(Number) as [
    number,
    number,
    number,
  ]
  const headless =
    rounds > 0
      ? await killRounds({
          rounds,
          seed,
          limitMs: Number(values['limit-minutes']) * 60_000,
          keep: values.keep,
          onRound: (round) => {
            if (round > 0 && round % 50 === 0) console.error(`${round} rounds`)
          },
        })
      : null
  const { killElectron } = await import('./kill-electron.ts')
  const electron = electronRounds > 0 ? await killElectron({ rounds: electronRounds, seed }) : null
  console.log(JSON.stringify({ seed, headless, electron }, null, 2))
  const violations = [headless, electron].flatMap((verdict) => verdict?.violations ?? [])
  process.exit(violations.length === 0 && (headless?.rounds ?? 0) === rounds ? 0 : 1)
}
