import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { randomFrom } from '../../simulator/population/random.ts'
import { createDiskSearcher, type Leak } from '../support/disk/disk-image.ts'
import { brokenPromises } from './kill-balance.ts'
import { edges, isMail } from './kill-edges.ts'
import { headlessOffice } from './kill-office.ts'

/** Longest time between two kills: about a visit with its paper, so that kills fall everywhere in it. */
const LONGEST_GAP_MS = 700
/** About as long as the gateway and pagoPA take from one state of a payment to the next. */
const EDGE_GAP_MS = 60
/** Every so many kills one waits until somebody has a certificate; otherwise only starts would be killed. */
const PROGRESS_EVERY = 7
/** Average number of rounds between two searches of the disk. */
const SEARCH_EVERY = 6
const RECEIPTS_TRIES = 90

type Victim = 'main' | 'device' | 'gateway'

interface KillVerdict {
  rounds: number
  kills: Record<Victim, number>
  /** How often main and gateway died between each two states of a payment, or of a delivery. */
  edges: Record<string, number>
  /** Notices that were paid, sums that go back, and documents that telephones took. */
  payments: { paid: number; refunds: number; taken: number }
  /** Letters that the gateway took, and those that were opened of which a person was told; documents that went as PEC. */
  letters: { letters: number; opened: number; pecs: number }
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
  // A run too short for every edge begins with any of them.
  const firstEdge = Math.floor(random() * EDGES.length)
  const office = await headlessOffice({ keep, random })
  const violations: string[] = []
  const searcher = createDiskSearcher()
  const leaks = new Map<string, Leak>()
  const kills = { main: 0, device: 0, gateway: 0 }
  const edgesKilled: Record<string, number> = {}
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
      // The first edge is one of a mail: it has the fewest visits.
      const at = round % 2 === 1 ? edgeAt((round - 1) / 2, firstEdge) : undefined
      if (at) {
        await restarting
        await totem.edge(at.edge)
        await delay(random() * EDGE_GAP_MS)
      } else if (round % PROGRESS_EVERY === 0) await totem.progress()
      else await delay(random() * LONGEST_GAP_MS)
      if (random() * SEARCH_EVERY < 1) search()
      const victim: Victim = at?.victim ?? pickVictim(random(), { gatewayDown: restarting !== null, deviceDied })
      if (at) edgesKilled[`${at.edge} ${victim}`] = (edgesKilled[`${at.edge} ${victim}`] ?? 0) + 1
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
      violations.push(...(await office.payments(false)).violations)
    }
    await restarting
    // However the kills fell, somebody has a mail, and somebody a PEC.
    for (const edge of ['mailed', 'pec-sent'] as const) if (!totem.came.has(edge)) await totem.edge(edge)
    await totem.finish()
    violations.push(...totem.violations, ...brokenPromises(office.data, totem.recorded, totem.collected))
    search()
    violations.push(...[...leaks.keys()].map((leak) => `disk: ${leak}`))
    const { violations: unpaid, ...payments } = await settledTell(() => office.payments(true))
    violations.push(...unpaid, ...office.phones.violations)
    const { violations: unmailed, ...letters } = await settledTell(() => office.letters(totem.letters))
    violations.push(...unmailed)
    const end = await office.balance(totem.recorded)
    return {
      rounds: round,
      kills,
      edges: edgesKilled,
      payments: { ...payments, taken: office.phones.taken() },
      letters,
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

/** A receipt that the gateway was too dead to take comes again after a while, as a letter is sent again. */
async function settledTell<T extends { violations: string[] }>(tell: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const told = await tell()
    if (told.violations.length === 0 || tries === RECEIPTS_TRIES) return told
    await delay(1_000)
  }
}

const edgeAt = (n: number, first: number) => {
  const mails = EDGES.filter(({ edge }) => isMail(edge))
  return n === 0 ? mails[first % mails.length] : EDGES[(first + n) % EDGES.length]
}

/** Each way from one state of a payment or a delivery to the next, with main and with the gateway dying on it. */
const EDGES = edges.flatMap((edge) => (['gateway', 'main'] as const).map((victim) => ({ edge, victim })))

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
