import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type Clock, DAY_MS, italianDay, MINUTE_MS } from '../basics/time.ts'
import type { AnprFailure } from './anpr/answers.ts'
import type { Routes } from './http/route.ts'
import { daysTo } from './http/tls.ts'
import type { Received } from './payments/receive.ts'
import { DEAD } from './store/queues.ts'
import type { Database } from './store/schema.ts'

/** A database that takes longer does not count as there: who scrapes waits some seconds. */
const LOOK_MS = 3_000
/** As long as the gateway's own log warns of an end (http/tls.ts). */
const ENDING_MS = 30 * DAY_MS
type Shared =
  | 'pending'
  | 'oldest'
  | 'dead'
  | 'undelivered'
  | 'seen'
  | 'forks'
  | 'ending'
  | 'refunds'
  | 'refund'
  | 'unspent'
/** At one heartbeat a minute, a totem that was silent for so long is missing. */
const SEEN_MS = 5 * MINUTE_MS

/**
 * What `/metrics` tells, in Prometheus' text: numbers only, and nothing that names a totem, an operation or a person.
 */
export interface Metrics {
  /** A result of `POST /v1/operations`, by its state. */
  submitted(state: string): void
  /** An outcome stored, by its state. */
  settled(state: string): void
  /** A certificate was issued on a card that its issuer has revoked since the log-in. */
  revokedSince(): void
  /** A call of ANPR that has ended. */
  anprAnswered(service: string, answer: 'ok' | AnprFailure['kind'], ms: number): void
  /** A receipt of pagoPA's, by what became of it. */
  received(received: Received): void
  /** The breaker of a service has opened or closed (anpr/breakers.ts). */
  anprOpen(service: string, isOpen: boolean): void
  /** A request turned away because there was too much to do. */
  shed(): void
  /** `GET /metrics`, in Prometheus' text. */
  routes: Routes
}

/** When each of the gateway's own certificates, and each signed list in force, ends: by the setting that names its file. */
export function createMetrics({
  db,
  now,
  certificates,
  lists,
}: {
  db: Database
  now: Clock
  certificates(): Map<string, Date>
  lists(): Map<string, Date>
}): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const own = { registers: [registry] }
  const submitted = new Counter({
    ...own,
    name: 'totem_items_submitted_total',
    help: 'Results of submitted items',
    labelNames: ['state'],
  })
  const settled = new Counter({
    ...own,
    name: 'totem_items_settled_total',
    help: 'Outcomes stored by this process',
    labelNames: ['state'],
  })
  const revokedSince = new Counter({
    ...own,
    name: 'totem_revoked_since_total',
    help: 'Certificates issued on cards that were revoked after their log-in',
  })
  const anpr = new Histogram({
    ...own,
    name: 'totem_anpr_seconds',
    help: 'Calls of ANPR',
    labelNames: ['service', 'answer'],
    // ANPR takes some tenths of a second, and 8 s at most (its time-out).
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8],
  })
  const receipts = new Counter({
    ...own,
    name: 'totem_receipts_total',
    help: 'Receipts of pagoPA, by what became of them',
    labelNames: ['received'],
  })
  const open = new Gauge({
    ...own,
    name: 'totem_anpr_open',
    help: '1 while this process does not ask an ANPR service that has not answered, else 0',
    labelNames: ['service'],
  })
  const shed = new Counter({ ...own, name: 'totem_requests_shed_total', help: 'Requests turned away with 429' })

  const up = new Gauge({ ...own, name: 'totem_database_up', help: '1 while the database answers, else 0' })
  const certificateDays = new Gauge({
    ...own,
    name: 'totem_certificate_days',
    help: 'Days until a certificate of the gateway ends',
    labelNames: ['certificate'],
  })
  const listDays = new Gauge({
    ...own,
    name: 'totem_list_days',
    help: 'Days until a signed list in force ends',
    labelNames: ['list'],
  })

  // These are the same at every gateway on the database, which is asked when an operator looks. While it does not
  // answer nobody knows them, and they are left out.
  const shared = new Registry()
  const gauge = (name: string, help: string) => new Gauge({ registers: [shared], name, help })
  const pending = gauge('totem_items_pending', 'Items recorded and not settled')
  const oldest = gauge('totem_items_pending_oldest_seconds', 'Age of the oldest of them')
  const dead = gauge('totem_items_dead', 'Of them, given up until an operator redrives them')
  const undelivered = gauge('totem_outcomes_undelivered', 'Outcomes that no totem has on its disk yet')
  const seen = gauge('totem_totems_seen', 'Totems with a heartbeat within five minutes')
  const forks = gauge('totem_journal_forks', 'Totems of whose sync log two histories were seen')

  const refunds = gauge('totem_refunds_open', 'Payments that must go back to who made them')
  const refund = gauge('totem_refunds_oldest_seconds', 'Age of the oldest of them')
  const unspent = gauge(
    'totem_payments_unspent_oldest_seconds',
    'Age of the oldest payment whose certificate nobody has fetched',
  )
  const ending = gauge('totem_totem_certificates_ending', 'Totems whose TLS certificate ends within 30 days')

  const calls = new Gauge({
    registers: [shared],
    name: 'totem_anpr_calls_today',
    help: 'Calls of each ANPR service since midnight in Rome, by all gateways',
    labelNames: ['service'],
  })

  async function look(): Promise<boolean> {
    const at = now()
    const asked = await sql<{ service: string; taken: number }>`
      select service, taken from anpr_calls where day = ${italianDay(at)}::date`.execute(db)
    calls.reset()
    for (const { service, taken } of asked.rows) calls.set({ service }, taken)
    const { rows } = await sql<Record<Shared, number>>`
      select
        (select count(*)::integer from operation where state = 'pending') as pending,
        (select coalesce(extract(epoch from ${at}::timestamptz - min(received_at)), 0)::float8
          from operation where state = 'pending') as oldest,
        (select count(*)::integer from pgboss.job where name = ${DEAD} and state < 'active') as dead,
        (select count(*)::integer from operation where number is not null and delivered_at is null) as undelivered,
        (select count(*)::integer from heartbeat where received_at > ${new Date(+at - SEEN_MS)}::timestamptz) as seen,
        (select count(distinct totem)::integer from journal_trouble where kind in ('fork', 'older-chain')) as forks,
        (select count(*)::integer from heartbeat
          where (body ->> 'certificateEnds')::timestamptz < ${new Date(+at + ENDING_MS)}::timestamptz) as ending,
        (select count(*)::integer from refund where refunded_at is null) as refunds,
        (select coalesce(extract(epoch from ${at}::timestamptz - min(asked_at)), 0)::float8
          from refund where refunded_at is null) as refund,
        (select coalesce(extract(epoch from ${at}::timestamptz - min(heard_at)), 0)::float8
          from payment join payment_receipt receipt on receipt.id = payment.receipt where state = 'paid') as unspent
      `.execute(db)
    const [found] = rows
    if (!found) return false
    pending.set(found.pending)
    oldest.set(found.oldest)
    dead.set(found.dead)
    undelivered.set(found.undelivered)
    seen.set(found.seen)
    forks.set(found.forks)
    ending.set(found.ending)
    refunds.set(found.refunds)
    refund.set(found.refund)
    unspent.set(found.unspent)
    return true
  }

  return {
    submitted: (state) => submitted.inc({ state }),
    settled: (state) => settled.inc({ state }),
    revokedSince: () => revokedSince.inc(),
    anprAnswered: (service, answer, ms) => anpr.observe({ service, answer }, ms / 1_000),
    received: (received) => receipts.inc({ received }),
    anprOpen: (service, isOpen) => open.set({ service }, Number(isOpen)),
    shed: () => shed.inc(),
    routes(server) {
      server.get('/metrics', async (_request, reply) => {
        for (const [certificate, end] of certificates()) certificateDays.set({ certificate }, daysTo(end, now()))
        for (const [list, end] of lists()) listDays.set({ list }, daysTo(end, now()))
        const late = new AbortController()
        const isUp = await Promise.race([look().catch(() => false), delay(LOOK_MS, false, { signal: late.signal })])
        late.abort()
        up.set(Number(isUp))
        const told = [await registry.metrics(), ...(isUp ? [await shared.metrics()] : [])]
        return reply.type('text/plain; version=0.0.4').send(told.join('\n'))
      })
    },
  }
}
