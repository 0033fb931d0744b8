import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { ElectronApplication } from 'playwright-core'
import { build, electronDist } from '../../scripts/build.ts'
import { stage } from '../../scripts/stage.ts'
import { operationsOf } from '../../simulator/bench/gateway.ts'
import type { Bench } from '../../simulator/bench/office.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { randomFrom } from '../../simulator/population/random.ts'
import { answerTo, type Wish } from '../../simulator/visitor/index.ts'
import { handsAt, visitorAt } from '../../simulator/visitor/visitor.ts'
import { PKI } from '../support/pki.ts'
import { unbalanced } from '../support/totem/balance.ts'
import { electronTotem } from '../support/totem/electron-totem.ts'

const VISITOR = 'mario-rossi'
/** As long as a whole visit. */
const LONGEST_GAP_MS = 20_000
const LONGEST_VISIT_MS = 180_000
const LOOK_MS = 100
/** A touch that comes too late for its screen would wait for ever for its button. */
const TOUCH_MS = 5_000

/**
 * kill.ts with the whole program: a real, sandboxed Electron. Main, device process, renderer or gateway is killed at a
 * random moment of a citizen's visit. A round takes some ten seconds, and a few cover what the headless form leaves
 * out.
 */
export async function killElectron({ rounds, seed }: { rounds: number; seed: number }) {
  const random = randomFrom(seed)
  const violations: string[] = []
  const kills: Record<string, number> = {}
  await makePki(PKI)
  await build({ development: true, electron: electronDist() })
  const totem = await electronTotem(stage())
  const { bench, disk } = totem

  async function kill(chance: number): Promise<void> {
    const victim = chance < 0.5 ? 'main' : chance < 0.65 ? 'device' : chance < 0.8 ? 'renderer' : 'gateway'
    kills[victim] = (kills[victim] ?? 0) + 1
    if (victim === 'device') bench.killDevice(totem.pid())
    if (victim === 'renderer') bench.killRenderer(totem.pid())
    if (victim === 'gateway') {
      await bench.gateway.kill()
      await bench.gateway.restart()
    }
    if (victim === 'main') {
      await totem.kill()
      await bench.removeCard()
      await totem.start()
    }
  }

  try {
    await totem.start()
    for (let round = 0; round < rounds; round++) {
      const ends = new AbortController()
      const visited = visits(totem.app(), bench, {}, ends.signal)
      // The first visit gets as far as a request, since a totem that is always killed at its start proves nothing.
      if (round === 0) await until(() => operations(bench).size > 0)
      await delay(random() * LONGEST_GAP_MS)
      ends.abort()
      await kill(random())
      await visited
      await disk.look()
    }
    // A last person fetches everything that is left and asks for nothing more.
    const ends = new AbortController()
    const visited = visits(totem.app(), bench, { service: null }, ends.signal)
    await until(() => [...operations(bench).values()].every((state) => state === 'collected'))
    ends.abort()
    await visited
    const atGateway = await bench.gateway.operations()
    violations.push(
      ...unbalanced({
        onTotem: operations(bench),
        atGateway,
        issued: operationsOf(bench.anpr.issued(), atGateway),
      }),
      ...(operations(bench).size === 0 ? ['nobody has asked for anything'] : []),
    )
    return { kills, requests: operations(bench).size, violations }
  } finally {
    await totem.close()
  }
}

/** Waits as long as the longest visit takes. The balance reports whatever is missing then. */
async function until(happened: () => boolean): Promise<void> {
  const late = performance.now() + LONGEST_VISIT_MS
  while (!happened() && performance.now() < late) await delay(1_000)
}

/** One visit after the other: the person does what the screen asks for. Ends with `signal`. */
async function visits(app: ElectronApplication, bench: Bench, wish: Partial<Wish>, signal: AbortSignal): Promise<void> {
  const person = { ...visitorAt(app), ...handsAt(bench, VISITOR) }
  const aborted = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)))
  while (!signal.aborted) {
    const seen = await Promise.race([person.screen(), aborted])
    const act = seen && answerTo(seen, wish)
    if (act) await Promise.race([act(person).catch(() => undefined), aborted, delay(TOUCH_MS)])
    else await Promise.race([delay(LOOK_MS), aborted])
  }
}

/** State of each request on the totem's disk, as it is now. */
function operations(bench: Bench): Map<string, string> {
  const db = new Database(join(bench.totem.config.dataDir, 'queue.db'), { readonly: true })
  try {
    const rows = db.prepare('SELECT operation, state FROM operation').all() as { operation: string; state: string }[]
    return new Map(rows.map(({ operation, state }) => [operation, state]))
  } finally {
    db.close()
  }
}
