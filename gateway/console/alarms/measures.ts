import { type RawBuilder, sql } from 'kysely'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../basics/time.ts'
import type { MeasureId } from '../../../contract/console/conditions.ts'
import type { Refusal } from '../../../contract/refusal.ts'
import { holidaysBetween } from '../../fleet/calendar.ts'
import { STOPPED } from '../../fleet/heartbeats.ts'
import { DEAD } from '../../store/queues.ts'
import { fleetSeen } from '../fleet/query.ts'
import { FACT_MS } from './facts.ts'

/** Open hours are counted so far back: no bound of the table is longer. */
const BACK_MS = 8 * DAY_MS
/** An alarm of a sync log, and a part of one that does not fit, count for so long after they were received. */
const SHOWN_MS = DAY_MS
/** What a totem leaves out of its log may come yet. */
const GAP_MS = HOUR_MS
const VISITS_MS = HOUR_MS
const RESTARTS_MS = 10 * MINUTE_MS
const LETTERS_MS = DAY_MS

/** The card's issuer is not listed, or its CRL is not at hand: it lies in what the gateway hands out. */
const BY_ISSUER: readonly Refusal[] = ['certificate-untrusted', 'revocation-unknown']
/** The card was not read, or not accepted: the reader may be dirty. What ANPR or the person decided is not among them. */
const BY_CARD: readonly Refusal[] = [
  ...BY_ISSUER,
  ...(['card-unknown', 'card-unsupported', 'card-mute', 'card-error', 'card-busy', 'reader-unavailable'] as const),
  ...(['login-interrupted', 'no-certificate', 'certificate-truncated', 'certificate-malformed'] as const),
  ...(['certificate-signature-unsupported', 'key-unsupported', 'signature-invalid', 'card-altered'] as const),
  ...(['secure-messaging-failed', 'reader-not-capable', 'cie-unavailable', 'clock-wrong'] as const),
]

/**
 * The statement of each measure of the table: `label`, `totem`, `office`, `region`, `value`, `base` (out of how many) and a
 * word about it. They stand behind `measuring` below, whose parts they use.
 */
const STATEMENTS: Record<MeasureId, (now: Date) => RawBuilder<unknown>> = {
  totem_silent_seconds: () => sql`
    select null, fleet.totem, office, region, coalesce(silence.seconds, 0), null, null
    from fleet left join silence on silence.totem = fleet.totem where not withdrawn and at is not null`,
  totem_region_silent: () => sql`
    select null, null, null, region, count(*) filter (where silence.seconds > 300), count(*)::float8,
      count(*) filter (where silence.seconds > 300) || ' totem'
    from fleet left join silence on silence.totem = fleet.totem
    where region is not null and state in ('fuori-linea', 'in-servizio', 'ridotto', 'in-ritardo') group by region`,
  totem_paper_low: () => sql`
    select null, totem, office, region, case when printer = 'paperLow' then 1 else 0 end, null, null from fleet where beats`,
  totem_printer_stopped_seconds: (now) => sql`
    select null, totem, office, region, case when printer = any(${STOPPED}::text[])
      then greatest(1, ${openSeconds(sql`coalesce(stopped_at, at)`, now)}) else 0 end, null, printer
    from fleet where beats`,
  totem_device_gone: () => sql`
    select null, totem, office, region, case when printer in ('absent', 'offline') or reader = 'no-reader'
      or (body #>> '{devices,available}') = 'false' then 1 else 0 end, null,
      case when printer in ('absent', 'offline') then 'printer' when reader = 'no-reader' then 'reader' else 'process' end
    from fleet where beats`,
  totem_device_restarts: (now) => sql`
    select null, fleet.totem, office, region, coalesce(sum(restarts), 0), null, sum(restarts) || ' / 10 min'
    from fleet left join device_restart on device_restart.totem = fleet.totem
      and device_restart.at > ${before(now, RESTARTS_MS)}
    where beats group by fleet.totem, office, region`,
  totem_queue_age_seconds: () => sql`
    select null, totem, office, region, age, null, (age / 60) || ' min'
    from (select *, coalesce((body #>> '{queue,oldestAgeS}')::integer, 0) as age from fleet where beats) as aged`,
  totem_queue_aside: () => sql`
    select null, totem, office, region, aside, null, aside::text from fleet where at is not null`,
  totem_clone: (now) => sql`
    select null, seen.totem, min(office), min(region), 1, null, null
    from (
      select totem, seen_at from journal_trouble where kind in ('fork', 'older-chain')
      union all select totem, received_at from journal_entry
      where event = 'totem.cloned' and received_at > ${before(now, SHOWN_MS)}
    ) as seen left join totem_place place on place.totem = seen.totem
    where seen_at > coalesce(
      (select max(ended_at) from alarm where condition = 'clone' and alarm.totem = seen.totem), '-infinity')
    group by seen.totem`,
  totem_log_broken: (now) => sql`
    select null, fleet.totem, office, region, count(kind), null, null
    from fleet left join journal_trouble trouble on trouble.totem = fleet.totem and seen_at > ${before(now, SHOWN_MS)}
      and (kind = 'broken' or (kind = 'gap' and seen_at < ${before(now, GAP_MS)}))
    where at is not null group by fleet.totem, office, region`,
  totem_log_unsent: () => sql`
    select null, totem, office, region, (body #>> '{journal,unsent}')::integer, null, body #>> '{journal,unsent}'
    from fleet where beats`,
  totem_log_alarms: (now) => sql`
    select event, entry.totem, min(office), min(region), count(*), null, event || ' (' || count(*) || ')'
    from journal_entry entry left join totem_place place on place.totem = entry.totem
    where severity = 'alarm' and event <> 'totem.cloned' and received_at > ${before(now, SHOWN_MS)}
    group by entry.totem, event`,
  totem_clock_ahead_seconds: () => sql`
    select null, totem, office, region, abs(ahead), null, ahead || ' s'
    from (select *, round(extract(epoch from (body ->> 'at')::timestamptz - at))::bigint as ahead
      from fleet where beats) as told`,
  totem_disk_free_megabytes: () => sql`
    select null, totem, office, region, (body #>> '{disk,freeMb}')::float8, null, (body #>> '{disk,freeMb}') || ' MB'
    from fleet where beats`,
  totem_cards_refused: () => sql`
    select null, cards.totem, min(office), min(region), count(*) filter (where refused), count(*)::float8,
      count(*) filter (where refused) || ' / ' || count(*)
    from cards left join totem_place place on place.totem = cards.totem group by cards.totem`,
  totem_issuers_refused: () => sql`
    select null, null, null, null, count(*) filter (where by_issuer), count(*)::float8,
      count(*) filter (where by_issuer) || ' / ' || count(*)
    from cards`,
  totem_totem_certificate_days: (now) => sql`
    select null, totem, office, region, extract(epoch from ends - ${now}::timestamptz) / 86400, null,
      to_char(ends, 'YYYY-MM-DD')
    from (select *, (body ->> 'certificateEnds')::timestamptz as ends from fleet where not withdrawn) as told
    where ends is not null`,
  totem_items_given_up: () => sql`
    select null, null, null, null, count(*), null, count(*)::text
    from pgboss.job where name = ${DEAD} and state < 'active'`,
  totem_anpr_failed: summed('anpr_failed', sql`sum(value) || ' / ' || sum(base)`),
  totem_anpr_slow: summed('anpr_slow', sql`sum(value) || ' / ' || sum(base)`),
  totem_anpr_resting: summed('anpr_resting', sql`label`),
  totem_list_age_ratio: (now) => sql`
    select label, null, null, null, max(value), null, label || ' ' || round(max(value) * 100) || ' %'
    from gateway_fact where measure = 'list_age' and at > ${before(now, FACT_MS)} group by label`,
  totem_gateway_certificate_days: (now) => sql`
    select label, null, null, null, min(value), null, label || ' ' || floor(min(value)) || ' d'
    from gateway_fact where measure = 'certificate_days' and at > ${before(now, FACT_MS)} group by label`,
  totem_mail_oldest_seconds: (now) => sql`
    select null, null, null, null, coalesce(extract(epoch from ${now}::timestamptz - min(at)), 0), null,
      count(*) || ' in attesa'
    from letter where state = 'waiting'`,
  totem_mail_returned: (now) => sql`
    select way, null, null, null, count(*) filter (where state in ('refused', 'bounced')), count(*)::float8,
      way || ' ' || count(*) filter (where state in ('refused', 'bounced')) || ' / ' || count(*)
    from letter where at > ${before(now, LETTERS_MS)} and state <> 'waiting' group by way`,
}

/** What gateways have counted, all of them together. */
function summed(fact: string, detail: RawBuilder<unknown>) {
  return (now: Date) => sql`
    select label, null, null, null, sum(value), sum(base), ${detail}
    from gateway_fact where measure = ${fact} and at > ${before(now, FACT_MS)} group by label`
}

const before = (now: Date, ms: number) => sql`${new Date(+now - ms)}::timestamptz`
const openSeconds = (since: RawBuilder<unknown>, now: Date) => {
  const far = new Date(+now - BACK_MS)
  const holidays = holidaysBetween(far, now)
  return sql`open_seconds(hours, patron, greatest(${since}, ${far}::timestamptz), ${now}::timestamptz, ${holidays}::date[])`
}

/** All measures at this moment, as a subquery `measured`: each row has the name of its `measure`. */
export function measuring(now: Date): RawBuilder<unknown> {
  const each = (Object.keys(STATEMENTS) as MeasureId[]).map(
    (id) => sql`
      select ${id}::text as measure, label::text, totem::text, office::text, region::text, value::float8 as value,
        base::float8 as base, detail::text
      from (${STATEMENTS[id](now)}) as told (label, totem, office, region, value, base, detail)`,
  )
  return sql`(
    with fleet as materialized (select * from ${fleetSeen({}, now)}),
    silence as materialized (
      select totem, ${openSeconds(sql`heard_at`, now)} as seconds from fleet where state = 'fuori-linea'
    ),
    cards as materialized (
      select totem, refused, refused and fields ->> 'reason' = any(${BY_ISSUER}::text[]) as by_issuer from (
        select totem, event = 'visit.refused' as refused, fields from journal_entry
        where received_at > ${before(now, VISITS_MS)} and (event = 'visit.recognised'
          or (event = 'visit.refused' and fields ->> 'reason' = any(${BY_CARD}::text[])))
      ) as brought
    )
    ${sql.join(each, sql` union all `)}
  ) as measured`
}
