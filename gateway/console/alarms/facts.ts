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
/** Calls of ANPR are judged over so long. */
const CALLS_MS = 5 * MINUTE_MS
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
  let calls: { service: string; at: number; failed: boolean; slow: boolean }[] = []
  const resting = new Map<string, boolean>()

  function facts(at: Date) {
    calls = calls.filter((call) => call.at > +at - CALLS_MS)
    const services = [...new Set(calls.map(({ service }) => service))]
    const of = (measure: string, label: string, value: number, base: number | null = null) => ({
      ...{ measure, label, value, base },
    })
    return [
      ...services.flatMap((service) => {
        const own = calls.filter((call) => call.service === service)
        return [
          of('anpr_failed', service, own.filter(({ failed }) => failed).length, own.length),
          of('anpr_slow', service, own.filter(({ slow }) => slow).length, own.length),
        ]
      }),
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
    anprAnswered: (service, answer, ms) =>
      void calls.push({ service, at: +now(), failed: FAILED.has(answer), slow: ms > SLOW_MS }),
    anprOpen: (service, isOpen) => void resting.set(service, isOpen),
    look,
    stop,
  }
}
