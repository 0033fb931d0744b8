import { sql } from 'kysely'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type Clock, MINUTE_MS } from '../basics/time.ts'
import type { AnprFailure } from './anpr/client.ts'
import type { Routes } from './http/route.ts'
import { DEAD } from './store/queues.ts'
import type { Database } from './store/schema.ts'

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
  /** A request turned away because there was too much to do. */
  shed(): void
  /** `GET /metrics`, in Prometheus' text. */
  routes: Routes
}

export function createMetrics(db: Database, now: Clock): Metrics {
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
  const shed = new Counter({ ...own, name: 'totem_requests_shed_total', help: 'Requests turned away with 429' })

  // These are the same at every gateway on the database, which is asked when an operator looks.
  const gauge = (name: string, help: string) => new Gauge({ ...own, name, help })
  const pending = gauge('totem_items_pending', 'Items recorded and not settled')
  const oldest = gauge('totem_items_pending_oldest_seconds', 'Age of the oldest of them')
  const dead = gauge('totem_items_dead', 'Of them, given up until an operator redrives them')
  const undelivered = gauge('totem_outcomes_undelivered', 'Outcomes that no totem has on its disk yet')
  const seen = gauge('totem_totems_seen', 'Totems with a heartbeat within five minutes')
  const forks = gauge('totem_journal_forks', 'Totems of whose sync log two histories were seen')

  async function look(): Promise<void> {
    const at = now()
    const { rows } = await sql<Record<'pending' | 'oldest' | 'dead' | 'undelivered' | 'seen' | 'forks', number>>`
      select
        (select count(*)::integer from operation where state = 'pending') as pending,
        (select coalesce(extract(epoch from ${at}::timestamptz - min(received_at)), 0)::float8
          from operation where state = 'pending') as oldest,
        (select count(*)::integer from pgboss.job where name = ${DEAD} and state < 'active') as dead,
        (select count(*)::integer from operation where number is not null and delivered_at is null) as undelivered,
        (select count(*)::integer from heartbeat where received_at > ${new Date(+at - SEEN_MS)}::timestamptz) as seen,
        (select count(distinct totem)::integer from journal_trouble where kind in ('fork', 'older-chain')) as forks
      `.execute(db)
    const [found] = rows
    if (!found) return
    pending.set(found.pending)
    oldest.set(found.oldest)
    dead.set(found.dead)
    undelivered.set(found.undelivered)
    seen.set(found.seen)
    forks.set(found.forks)
  }

  return {
    submitted: (state) => submitted.inc({ state }),
    settled: (state) => settled.inc({ state }),
    revokedSince: () => revokedSince.inc(),
    anprAnswered: (service, answer, ms) => anpr.observe({ service, answer }, ms / 1_000),
    shed: () => shed.inc(),
    routes(server) {
      server.get('/metrics', async (_request, reply) => {
        await look()
        return reply.type('text/plain; version=0.0.4').send(await registry.metrics())
      })
    },
  }
}
