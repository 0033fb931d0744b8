import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { type MeasureId, measureIds, measureOf } from '../../../contract/console/conditions.ts'
import type { Routes } from '../../http/route.ts'
import type { Database } from '../../store/schema.ts'
import { measuring } from './measures.ts'

/** Prometheus waits ten seconds. */
const LOOK_MS = 8_000

/** The name of the label by which a measure is told apart beside totem, office and region. */
const LABELS = measureIds.flatMap((measure) => {
  const { label } = measureOf(measure)
  return label ? [{ measure, label }] : []
})

/**
 * The measures of the table of conditions in Prometheus' text. The database writes the lines: of 6,933 totems they are 80,000,
 * and citizens wait for this process. Their number is bounded by totems, regions, services, lists and certificates, and by
 * the closed list of alarm events; no series names a person, an operation or a visit.
 */
async function fleetSeries(db: Database, now: Date): Promise<string> {
  const { rows } = await sql<{ measure: MeasureId; values: string | null; bases: string | null }>`
    select measure, string_agg(measure || labels || ' ' || value, e'\n') as values,
      string_agg(measure || '_of' || labels || ' ' || base, e'\n') filter (where base is not null) as bases
    from (
      select measured.measure, value, base, coalesce('{' || nullif(concat_ws(',', 'totem="' || totem || '"',
        'office="' || office || '"', 'region="' || region || '"',
        named.label || '="' || replace(measured.label, '"', '') || '"'), '') || '}', '') as labels
      from ${measuring(now)} left join jsonb_to_recordset(${JSON.stringify(LABELS)}::jsonb)
        as named (measure text, label text) on named.measure = measured.measure
    ) as told group by measure`.execute(db)
  return measureIds
    .flatMap((id) => {
      const told = rows.find(({ measure }) => measure === id)
      const { help } = measureOf(id)
      const of = (name: string, lines: string) => [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, lines]
      return [...(told?.values ? of(id, told.values) : []), ...(told?.bases ? of(`${id}_of`, told.bases) : [])]
    })
    .concat('')
    .join('\n')
}

/** `GET /metrics/fleet`, for Prometheus. Whoever asks while it is being written gets the same. */
export function seriesRoutes({ db, now, log }: { db: Database; now(): Date; log: Logger }): Routes {
  let underWay: Promise<string> | null = null
  return (server) => {
    server.get('/metrics/fleet', async (_request, reply) => {
      underWay ??= fleetSeries(db, now()).finally(() => {
        underWay = null
      })
      const late = new AbortController()
      const told = await Promise.race([
        underWay.catch((failure) => {
          log.error({ kind: 'series-not-told', code: (failure as { code?: unknown }).code })
          return null
        }),
        delay(LOOK_MS, null, { signal: late.signal }),
      ])
      late.abort()
      // Without an answer Prometheus knows that it knows nothing; an empty page would say that all is well.
      if (told === null) return reply.code(503).send()
      return reply.type('text/plain; version=0.0.4').send(told)
    })
  }
}
