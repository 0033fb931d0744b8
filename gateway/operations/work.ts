import { setTimeout as delay } from 'node:timers/promises'
import { fromKysely, type JobWithMetadata } from 'pg-boss'
import type { Logger } from 'pino'
import { DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import type { Store } from '../store/database.ts'
import { keyOf, type Pending, pending } from '../store/operations.ts'
import { DEAD, WORK } from '../store/queues.ts'
import type { Database, JobData } from '../store/schema.ts'
import type { Bell } from './bell.ts'
import type { Citizens } from './citizens.ts'

/** There are 24 connections to ANPR; the rest is for citizens who look at a preview. */
const AT_ONCE = 12
/** Of these, so many for backlogs: the rest waits for citizens who stand there, whose jobs are few and short. */
const BACKLOGS_AT_ONCE = 9
/**
 * While citizens come, a job of a backlog begins this often: 20 in a second. Where ANPR takes 450 ms or more for the
 * calls of a job, nine at once are no more than that, and this bound is never met. Where it is faster, backlogs would
 * take the processor time and the disk that citizens need.
 */
const BESIDE_CITIZENS_MS = 50
/** The priority of a citizen's job (room.ts). */
const CITIZEN = 1
/** No bell rings when a job that was put off comes due, nor on a connection that was lost. */
const POLL_MS = 1_000
/** The shortest that pg-boss takes: after it, the jobs of a gateway that died are given to another. */
const HEARTBEAT_S = 10
const TOUCH_EVERY_MS = 4_000
/** Two calls of ANPR with their time-outs, and a busy database. */
const LONGEST_S = 120
/** From 1 s doubling to 5 minutes: some three days in all, longer than ANPR was ever down. */
const TRIES = 900
const LONGEST_DELAY_S = 300
/** A job that meets a bug meets it again. */
const BUG_TRIES = 10
/** Jobs never expire by themselves: this is as long as the access log is kept. */
const KEPT_S = (36 * 31 * DAY_MS) / 1_000
/** After so many calls without an answer, one job at a time asks ANPR, with pauses. */
const TROUBLE = 5
const LONGEST_PAUSE_MS = MINUTE_MS / 2
/** Longer than ANPR takes to answer, and shorter than a service manager waits. */
const STOP_MS = 10_000

/**
 * `done`: settled, and the job is gone with it. `put-off`: to be tried again; `reason` is a code. `given-up`: trying again
 * changes nothing before an operator does.
 */
export type Carried = { kind: 'done' | 'given-up' } | { kind: 'put-off'; reason: string; anprIsOut: boolean }

export interface Work {
  /** Takes no more jobs and waits for those under way; jobs that take too long are handed back. */
  stop(): Promise<void>
  /** Waits for all jobs under way. */
  idle(): Promise<void>
}

/** Works the queue off: `carryOut` runs for each job, `AT_ONCE` at a time in this process. */
export async function startWork({
  store: { db, boss, embedded },
  bell,
  citizens,
  carryOut,
  log,
}: {
  store: Store
  bell: Bell
  citizens: Pick<Citizens, 'come'>
  carryOut(job: string, of: JobData, row: Pending | undefined, isFirst: boolean): Promise<Carried>
  log: Logger
}): Promise<Work> {
  await boss.createQueue(DEAD, { retentionSeconds: KEPT_S })
  await boss.createQueue(WORK, {
    deadLetter: DEAD,
    retryLimit: TRIES,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: LONGEST_DELAY_S,
    expireInSeconds: LONGEST_S,
    heartbeatSeconds: HEARTBEAT_S,
    retentionSeconds: KEPT_S,
  })
  // No other gateway is on this database, so whoever had these jobs in hand is gone.
  if (embedded) await handBackAll(db)

  const active = new Map<string, Promise<void>>()
  const backlogs = new Set<string>()
  let stopping = false
  /** Calls of ANPR without an answer since the last answered one. */
  let failures = 0
  let rung = false
  let woken = false
  let endSleep = () => {}
  const wake = () => {
    woken = true
    endSleep()
  }
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      if (woken) return resolve()
      const timer = setTimeout(resolve, ms)
      endSleep = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const isTroubled = () => failures >= TROUBLE
  /** When the last job of a backlog began. */
  let paced = Number.NEGATIVE_INFINITY
  const restOfPace = () => (citizens.come() ? Math.max(0, paced + BESIDE_CITIZENS_MS - performance.now()) : 0)
  /** How many jobs of backlogs may begin now. */
  const backlogsFree = () => {
    const free = BACKLOGS_AT_ONCE - backlogs.size
    if (!citizens.come()) return free
    return restOfPace() > 0 ? 0 : Math.min(free, 1)
  }

  async function run(): Promise<void> {
    while (!stopping) {
      woken = false
      const free = (isTroubled() ? 1 : AT_ONCE) - active.size
      let mayBeMore = false
      if (free > 0) {
        rung = false
        const ofBacklogs = backlogsFree()
        const jobs = await fetch(free, ofBacklogs)
        const rows = pending(
          db,
          jobs.map(({ data }) => data),
        )
        for (const job of jobs) {
          if (job.priority < CITIZEN) backlogs.add(job.id)
          active.set(job.id, work(job, rows))
        }
        const hasBacklog = jobs.some(({ priority }) => priority < CITIZEN)
        if (hasBacklog) paced = performance.now()
        // Citizens come first: where they filled a batch that backlogs made small, more of them may stand behind.
        if (jobs.length > 0 && !hasBacklog && jobs.length < free && jobs.length === ofBacklogs) wake()
        mayBeMore = citizens.come() && (hasBacklog || restOfPace() > 0)
      }
      if (isTroubled()) await sleep(Math.random() * Math.min(1_000 * 2 ** (failures - TROUBLE), LONGEST_PAUSE_MS))
      else await sleep(mayBeMore ? restOfPace() : POLL_MS)
    }
  }

  async function fetch(free: number, ofBacklogs: number): Promise<JobWithMetadata<JobData>[]> {
    const batchSize = ofBacklogs > 0 ? Math.min(free, ofBacklogs) : free
    const least = ofBacklogs > 0 ? {} : { minPriority: CITIZEN }
    try {
      return await boss.fetch<JobData>(WORK, { batchSize, includeMetadata: true, ...least })
    } catch (failure) {
      log.warn({ kind: 'work-not-fetched', code: (failure as { code?: unknown }).code })
      return []
    }
  }

  async function work(job: JobWithMetadata<JobData>, rows: ReturnType<typeof pending>): Promise<void> {
    const { id } = job
    const { totem, operation } = job.data
    try {
      const carried = await carryOut(id, job.data, (await rows).get(keyOf(totem, operation)), job.retryCount === 0)
      const isOut = carried.kind === 'put-off' && carried.anprIsOut
      failures = isOut ? failures + 1 : 0
      if (carried.kind === 'put-off') await boss.fail(WORK, id, { reason: carried.reason })
      if (carried.kind === 'given-up') await giveUp(id, job.data)
    } catch (failure) {
      const { name, code } = failure as { name?: string; code?: unknown }
      // Counts failures in a row: if ANPR was down before, that says nothing about this job.
      const times = ((job.output as { failed?: number } | null)?.failed ?? 0) + 1
      log.error({ kind: 'operation-failed', totem, operation, name, code, times })
      await failed(id, job.data, times).catch(() => log.warn({ kind: 'job-left-behind', totem, operation }))
    } finally {
      active.delete(id)
      backlogs.delete(id)
      // In a backlog one fetch brings several jobs, so the loop need not wake at the end of each.
      if (rung || (backlogs.size <= BACKLOGS_AT_ONCE / 2 && restOfPace() === 0)) wake()
    }
  }

  async function failed(id: string, data: JobData, times: number): Promise<void> {
    if (times < BUG_TRIES) {
      await boss.fail(WORK, id, { reason: 'operation-failed', failed: times })
      return
    }
    await giveUp(id, data)
  }

  const giveUp = (id: string, data: JobData) =>
    db.transaction().execute(async (transaction) => {
      const within = { db: fromKysely(transaction) }
      await boss.deleteJob(WORK, id, within)
      await boss.insert(DEAD, [{ data: { ...data } }], within)
    })

  const offBell = bell.on(WORK, () => {
    rung = true
    if (!isTroubled()) wake()
  })
  const touching = setInterval(() => {
    if (active.size === 0) return
    boss.touch(WORK, [...active.keys()]).catch(() => log.warn({ kind: 'jobs-not-touched' }))
  }, TOUCH_EVERY_MS)
  const running = run()
  const idle = async () => {
    await Promise.all(active.values())
  }

  return {
    async stop() {
      stopping = true
      offBell()
      wake()
      await running
      await Promise.race([idle(), delay(STOP_MS, undefined, { ref: false })])
      clearInterval(touching)
      const left = [...active.keys()]
      if (left.length > 0) await boss.fail(WORK, left, { reason: 'gateway-stopped' }).catch(() => undefined)
    },
    idle,
  }
}

/** Gives jobs that were given up another chance; answers how many (at most 1,000 a call). */
export async function redrive({ boss }: Pick<Store, 'boss'>, bell: Bell): Promise<number> {
  const moved = await boss.redrive(DEAD, { destination: WORK })
  if (moved > 0) bell.ring(WORK)
  return moved
}

const handBackAll = (db: Database) =>
  db
    .updateTable('pgboss.job')
    .set({ state: 'created', started_on: null, heartbeat_on: null })
    .where('name', '=', WORK)
    .where('state', '=', 'active')
    .execute()
