import { sql, type Transaction } from 'kysely'
import { fromKysely } from 'pg-boss'
import type { Logger } from 'pino'
import { type Clock, DAY_MS, HOUR_MS } from '../basics/time.ts'
import { dropOldestMonth, makeMonths } from './journal/months.ts'
import { withJournals } from './journal/tables.ts'
import { WORKED_ON_MS } from './operations/decide.ts'
import { erasePayers, erasePayments } from './payments/erase.ts'
import type { Store } from './store/database.ts'
import { DEAD, WORK } from './store/queues.ts'
import type { JobData, Tables } from './store/schema.ts'

/** An outcome that is on its totem's disk: the totem has a week to ask again, should it lose that disk. */
const DELIVERED_MS = 7 * DAY_MS
/** An outcome that no totem has fetched: a totem keeps a request for 30 days, and its line may be down for as long. */
const UNDELIVERED_MS = 35 * DAY_MS
/**
 * 36 months: Provv. Garante 493 of 26-10-2023. Sync logs say when citizens came to a totem and left. An operation goes with
 * the lines of the access log that name it: its log-in counts for 30 days, so that its id could take effect no more, and
 * its totem has forgotten it after fourteen months.
 */
const LOG_MONTHS = 36
const EVERY_MS = HOUR_MS
/** Rows of one statement, which locks them for some tenths of a second. */
const CHUNK = 5_000
/** Longer than a log-in counts (login/judge.ts). */
const LOGIN_MS = 31 * DAY_MS
/** A pending request without a job for so long has lost it. */
const LOST_MS = HOUR_MS

/**
 * Erases every hour what need not be kept, in one of the gateways: outcomes after days, logs and operations after months,
 * payments after years.
 * It also gives a job to a request that has none, though no way is known in which a request loses its job.
 */
export interface Retention {
  /** One pass; passes also run by themselves. */
  run(): Promise<void>
  stop(): Promise<void>
}

export function startRetention({
  store: { db, boss },
  now,
  journalMonths = LOG_MONTHS,
  log,
}: {
  store: Pick<Store, 'db' | 'boss'>
  now: Clock
  journalMonths?: number
  log: Logger
}): Retention {
  const before = (ms: number) => new Date(+now() - ms)
  const monthsAgo = (months: number) => sql`${now()}::timestamptz - make_interval(months => ${months}::integer)`
  const logsBegin = () => monthsAgo(LOG_MONTHS)
  let stopping = false

  const eraseOutcomes = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql`
      with old as (
        select totem, id from operation
        where number is not null
          and (delivered_at < ${before(DELIVERED_MS)}::timestamptz or settled_at < ${before(UNDELIVERED_MS)}::timestamptz)
        limit ${CHUNK}
      ), payloads as (
        delete from operation_outcome using old
        where operation_outcome.totem = old.totem and operation = old.id
      )
      update operation set number = null from old where operation.totem = old.totem and operation.id = old.id
      returning operation.id`.execute(transaction)
    return rows.length
  }

  /** Totem by totem: there is an index on that, and none on the end of all operations. */
  const eraseOperations = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql`
      delete from operation where (totem, id) in (
        select old.totem, old.id from outcome_counter, lateral (
          select totem, id from operation
          where totem = outcome_counter.totem and received_at < ${logsBegin()} and state <> 'pending' and number is null
          limit ${CHUNK}
        ) old
        limit ${CHUNK}
      ) returning id`.execute(transaction)
    return rows.length
  }

  const eraseAccesses = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql`
      delete from access_log where id in (
        select id from access_log
        where at < ${logsBegin()}
        limit ${CHUNK}
      ) returning id`.execute(transaction)
    return rows.length
  }

  /** Rows of lists: of whom an office has asked, by keyed hash. What the rows held went with their key long before. */
  const eraseRows = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql`
      delete from riga where (richiesta, n) in (
        select richiesta, n from riga join richiesta on richiesta.id = riga.richiesta
        where richiesta.cancellata_at < ${logsBegin()}
        limit ${CHUNK}
      ) returning n`.execute(transaction)
    return rows.length
  }

  /** A person sees a year of their own requests (citizen/own-requests.ts); after it an operation says nothing of whose it was. */
  const eraseRequesters = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql`
      update operation set requester = null, types = null where (totem, id) in (
        select totem, id from operation
        where requester is not null and received_at < ${now()}::timestamptz - interval '1 year'
        limit ${CHUNK}
      ) returning id`.execute(transaction)
    return rows.length
  }

  /** As long as their person sees them (delivery/fates.ts). */
  const eraseLetters = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql`
      delete from letter where handover in (
        select handover from letter where at < ${now()}::timestamptz - interval '1 year' limit ${CHUNK}
      ) returning handover`.execute(transaction)
    return rows.length
  }

  const eraseLogins = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql`
      delete from evidence_use where (totem, operation) in (
        select totem, operation from evidence_use
        where at < ${before(LOGIN_MS)}::timestamptz
        limit ${CHUNK}
      ) returning operation`.execute(transaction)
    await sql`delete from brought_early where at < ${before(LOGIN_MS)}::timestamptz`.execute(transaction)
    return rows.length
  }

  /** Availability is compared with a year ago. */
  const eraseHours = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql`
      delete from totem_hour where (totem, hour) in (
        select totem, hour from totem_hour where hour < ${now()}::timestamptz - interval '13 months' limit ${CHUNK}
      ) returning totem`.execute(transaction)
    return rows.length
  }

  /** Month by month, as long as there is one. */
  const dropJournals = async (transaction: Transaction<Tables>) =>
    (await dropOldestMonth(withJournals(transaction), monthsAgo(journalMonths))) ? CHUNK : 0

  const makeJournals = async (transaction: Transaction<Tables>) => {
    await makeMonths(transaction)
    return 0
  }

  /**
   * A job that was given up and is too old goes back to work, which refuses the request, tells its totem and erases it.
   */
  const endDeadLetters = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql<{ job: string } & JobData>`
      select job.id as job, operation.totem, operation.id as operation
      from pgboss.job join operation on operation.totem = data ->> 'totem' and operation.id = data ->> 'operation'
      where job.name = ${DEAD} and job.state < 'active'
        and operation.state = 'pending' and received_at < ${before(WORKED_ON_MS)}::timestamptz
      limit ${CHUNK}`.execute(transaction)
    if (rows.length === 0) return 0
    const within = { db: fromKysely(transaction) }
    const ids = rows.map(({ job }) => job)
    await boss.deleteJob(DEAD, ids, within)
    const jobs = rows.map(({ totem, operation }) => ({ data: { totem, operation } }))
    await boss.insert(WORK, jobs, within)
    log.warn({ kind: 'dead-letters-ended', jobs: rows.length })
    return rows.length
  }

  /** A job that was given up is a job too. */
  const restoreJobs = async (transaction: Transaction<Tables>) => {
    const { rows } = await sql<JobData>`
      select operation.totem, operation.id as operation
      from operation join operation_request request
        on request.totem = operation.totem and request.operation = operation.id
      where state = 'pending' and received_at < ${before(LOST_MS)}::timestamptz
        and not exists (
          select from pgboss.job
          where data ->> 'operation' = operation.id and data ->> 'totem' = operation.totem and state in ('created', 'retry', 'active')
        )
      limit ${CHUNK}`.execute(transaction)
    if (rows.length === 0) return 0
    log.error({ kind: 'jobs-restored', jobs: rows.length })
    const jobs = rows.map(({ totem, operation }) => ({ data: { totem, operation } }))
    await boss.insert(WORK, jobs, { db: fromKysely(transaction) })
    return rows.length
  }

  async function inChunks(work: (transaction: Transaction<Tables>) => Promise<number>): Promise<void> {
    for (let done = CHUNK; done === CHUNK && !stopping; ) {
      done = await db.transaction().execute(async (transaction) => {
        const { rows } = await sql<{ mine: boolean }>`
          select pg_try_advisory_xact_lock(hashtext('totem-retention')) as mine`.execute(transaction)
        // If not, another gateway is doing it now.
        return rows[0]?.mine ? work(transaction) : 0
      })
    }
  }

  async function runOnce(): Promise<void> {
    try {
      for (const work of [
        eraseOutcomes,
        eraseOperations,
        eraseAccesses,
        eraseRows,
        eraseRequesters,
        eraseLetters,
        eraseLogins,
        dropJournals,
        makeJournals,
        eraseHours,
        (transaction: Transaction<Tables>) => erasePayers(transaction, now(), CHUNK),
        (transaction: Transaction<Tables>) => erasePayments(transaction, now(), CHUNK),
        endDeadLetters,
        restoreJobs,
      ])
        await inChunks(work)
    } catch (failure) {
      log.error({ kind: 'retention-failed', code: (failure as { code?: unknown }).code })
    }
  }
  let last = Promise.resolve()
  const run = () => {
    if (!stopping) last = last.then(runOnce)
    return last
  }
  const timer = setInterval(run, EVERY_MS)
  return {
    run,
    async stop() {
      stopping = true
      clearInterval(timer)
      await last
    },
  }
}
