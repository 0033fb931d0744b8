import { sql } from 'kysely'
import type { Logger } from 'pino'
import { ulid } from 'ulid'
import { recurring } from '../../../basics/recurring.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../basics/time.ts'
import type { AnprFailure } from '../../anpr/answers.ts'
import type { Validity } from '../../keys/list-ends.ts'
import type { Database } from '../../store/schema.ts'

const EVERY_MS = 10_000
/** What a gateway that died has written counts for so long. */
export const FACT_MS = MINUTE_MS
/** Calls of ANPR are judged over so long; they are counted in steps, since a list of people makes a hundred thousand meanwhile. */
const CALLS_MS = 5 * MINUTE_MS
const STEP_MS = 10_000
const SLOW_MS = 5_000
/** Of these ANPR, or what stands before it, is the cause; a quota that is used up is not. */
const FAILED: ReadonlySet<string> = new Set<AnprFailure['kind']>([
  ...(['anpr-unavailable', 'anpr-busy', 'anpr-misconfigured', 'anpr-unreadable', 'anpr-other-person'] as const),
])

/**
 * What this gateway knows by itself and the database does not, put there every ten seconds: so one look at the database tells how
 * all gateways fare, and each answers `/metrics/fleet` alike.
 */
export interface Facts {
  anprAnswered(service: string, answer: 'ok' | AnprFailure['kind'], ms: number): void
  anprOpen(service: string, isOpen: boolean): void
  /** Writes them down; runs by itself. */
  look(): Promise<void>
  stop(): Promise<void>
}

/** Calls of a service from this moment on, for STEP_MS. */
interface Step {
  from: number
  calls: number
  failed: number
  slow: number
}

export function createFacts({
  db,
  lists,
  certificates,
  now,
  log,
}: {
  db: Database
  lists(): Map<string, Validity>
  certificates(): Map<string, Date>
  now(): Date
  log: Logger
}): Facts {
  const gateway = ulid()
  const steps = new Map<string, Step[]>()
  const resting = new Map<string, boolean>()

  function facts(at: Date) {
    for (const [service, all] of steps) {
      const own = all.filter(({ from }) => from > +at - CALLS_MS)
      if (own.length > 0) steps.set(service, own)
      else steps.delete(service)
    }
    const sum = (own: readonly Step[], what: 'calls' | 'failed' | 'slow') =>
      own.reduce((total, step) => total + step[what], 0)
    const of = (measure: string, label: string, value: number, base: number | null = null) => ({
      ...{ measure, label, value, base },
    })
    return [
      ...[...steps].flatMap(([service, own]) => [
        of('anpr_failed', service, sum(own, 'failed'), sum(own, 'calls')),
        of('anpr_slow', service, sum(own, 'slow'), sum(own, 'calls')),
      ]),
      ...[...resting].map(([service, is]) => of('anpr_resting', service, Number(is))),
      ...[...lists()].map(([name, { issued, ends }]) => of('list_age', name, (+at - +issued) / (+ends - +issued))),
      ...[...certificates()].map(([name, end]) => of('certificate_days', name, (+end - +at) / DAY_MS)),
    ]
  }

  async function lookOnce(): Promise<void> {
    const at = now()
    const told = JSON.stringify(facts(at))
    await sql`
      with old as (
        delete from gateway_fact where (gateway = ${gateway} and (measure, label) not in (
          select measure, label from jsonb_to_recordset(${told}::jsonb) as given (measure text, label text)))
          or at < ${new Date(+at - HOUR_MS)}::timestamptz
      )
      insert into gateway_fact (gateway, measure, label, value, base, at)
      select ${gateway}, measure, label, value, base, ${at}::timestamptz
      from jsonb_to_recordset(${told}::jsonb) as given (measure text, label text, value float8, base float8)
      on conflict (gateway, measure, label) do update set value = excluded.value, base = excluded.base, at = excluded.at
      `.execute(db)
  }
  const { look, stop } = recurring(lookOnce, EVERY_MS, ({ code }) => log.error({ kind: 'facts-not-kept', code }))
  return {
    anprAnswered(service, answer, ms) {
      const from = Math.floor(+now() / STEP_MS) * STEP_MS
      const own = steps.get(service) ?? []
      let step = own.at(-1)
      if (step?.from !== from) {
        step = { from, calls: 0, failed: 0, slow: 0 }
        own.push(step)
      }
      step.calls++
      if (FAILED.has(answer)) step.failed++
      if (ms > SLOW_MS) step.slow++
      steps.set(service, own)
    },
    anprOpen: (service, isOpen) => void resting.set(service, isOpen),
    look,
    stop,
  }
}
