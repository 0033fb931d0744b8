import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { jsonOf } from '../../../basics/json.ts'
import { MINUTE_MS } from '../../../basics/time.ts'
import { type FleetQuery, type FleetSort, type FleetTotem, totemStates } from '../../../contract/console/fleet.ts'
import { weekdays } from '../../../contract/office.ts'
import { officeMoment } from '../../fleet/calendar.ts'
import { underMaintenance } from '../alarms/maintenance.ts'

/** At one heartbeat a minute, a totem that was silent for so long is missing. */
const SILENT_MIN = 5

/** A totem as the statement below tells it. */
export interface FleetRow {
  totem: string
  office: string | null
  name: string | null
  comune: string | null
  region: NonNullable<FleetTotem['place']>['region']
  state: FleetTotem['state']
  heard: boolean
  ready: boolean
  at: Date | null
  printer: string | null
  reader: string | null
  waiting: number
  aside: number
  version: string | null
  out: string | null
}

/** Letters as a person types them who has no accents at hand: `citta sant angelo` finds Città Sant’Angelo. */
const folded = (text: RawBuilder<string>) =>
  sql`translate(lower(${text}), ${"àáâèéêìíîòóôùúûçñš’'-"}, ${'aaaeeeiiiooouuucns   '})`
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[\s’'-]+/)
    .filter(Boolean)
    .slice(0, 6)

/** Text to be found as it stands: in LIKE `%` and `_` mean something else. */
const literally = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`

/**
 * All totems in sight with their states (contract/console/fleet.ts), as a subquery named `fleet`. Each value that somebody
 * typed is a parameter.
 */
export function fleetSeen({ q, region, printer }: Pick<FleetQuery, 'q' | 'region' | 'printer'>, now: Date) {
  const { weekday, time, day, holiday } = officeMoment(now)
  const minute = Math.floor(+now / MINUTE_MS)
  const since = new Date(+now - SILENT_MIN * MINUTE_MS)
  const day_ = (name: string) =>
    sql`array_position(${weekdays as readonly string[]}::text[], hour.value ->> ${sql.lit(name)})`
  const isOpen = sql`(place.hours is null or (not ${holiday}::boolean and place.patron is distinct from ${day} and exists (
    select from jsonb_array_elements(place.hours) hour
    where ${weekday}::integer between ${day_('from')} and ${day_('to')}
      and ${time} >= hour.value ->> 'opens' and ${time} < hour.value ->> 'closes')))`
  const words = wordsOf(q ?? '')
  const filters = [
    ...(region ? [sql`region = ${region}`] : []),
    ...(printer ? [sql`printer = ${printer}`] : []),
    // Folded once a totem, whatever the number of words.
    ...(words.length > 0
      ? [sql`${folded(sql`concat_ws(' ', totem, name, comune)`)} like all (${words.map(literally)}::text[])`]
      : []),
  ]
  return sql`(
    select *, case
      when withdrawn then 'ritirato'
      when at is null and not heard then 'mai-visto'
      when maintained then 'in-manutenzione'
      when not is_open then 'chiuso'
      when not heard then 'fuori-linea'
      when not beats then 'in-ritardo'
      when out = 'withdrawn' then 'ritirato'
      when not ready then 'ridotto'
      else 'in-servizio' end as state
    from (
      select coalesce(place.totem, beat.totem) as totem, place.office, place.name, place.comune, place.region,
        place.address, place.hours, place.patron, beat.received_at as at, beat.body, beat.stopped_at,
        greatest(beat.received_at, to_timestamp(hearing.minute::float8 * 60)) as heard_at, enrolled.withdrawn_at,
        enrolled.withdrawn_at is not null as withdrawn, ${isOpen} as is_open,
        coalesce(beat.received_at > ${since}::timestamptz, false) as beats,
        coalesce(beat.received_at > ${since}::timestamptz, false)
          or coalesce(hearing.minute > ${minute - SILENT_MIN}::integer, false) as heard,
        coalesce(beat.received_at > ${since}::timestamptz and (beat.body #>> '{devices,available}') = 'true'
          and (beat.body #>> '{devices,reader}') <> 'no-reader'
          and (beat.body #>> '{devices,printer}') in ('ready', 'paperLow') and beat.body ->> 'out' is null, false) as ready,
        beat.body ->> 'out' as out,
        ${underMaintenance({ totem: sql`coalesce(place.totem, beat.totem)`, office: sql`place.office`, region: sql`place.region` }, now)}
          as maintained,
        beat.body #>> '{devices,printer}' as printer, beat.body #>> '{devices,reader}' as reader,
        coalesce((beat.body #>> '{queue,queued}')::integer + (beat.body #>> '{queue,submitted}')::integer, 0) as waiting,
        coalesce((beat.body #>> '{queue,aside}')::integer, 0) as aside,
        beat.body #>> '{versions,totem}' as version
      from totem_place place full join heartbeat beat on beat.totem = place.totem
        left join hearing on hearing.totem = coalesce(place.totem, beat.totem)
        left join totem_enrolled enrolled on enrolled.totem = coalesce(place.totem, beat.totem)
    ) as known
    where ${filters.length > 0 ? sql.join(filters, sql` and `) : sql`true`}
  ) as fleet`
}

const RANK = sql`array_position(${totemStates as readonly string[]}::text[], state)`
/** The key of each order; the id decides between equals. */
const KEY: Record<FleetSort, { key: RawBuilder<unknown>; type: string }> = {
  stato: { key: RANK, type: 'integer' },
  totem: { key: sql`totem`, type: 'text' },
  ufficio: { key: sql`coalesce(name, '')`, type: 'text' },
  sentito: { key: sql`coalesce(extract(epoch from at), 0)`, type: 'numeric' },
  coda: { key: sql`waiting + aside`, type: 'integer' },
}

const cursor = z.tuple([z.string().max(200), z.string().max(20)])

/** Where the page before ended; `malformed`: no page of ours did. */
export function orderOf({ sort = 'stato', desc, after }: FleetQuery) {
  const { key, type } = KEY[sort]
  const read = after === undefined ? null : cursor.safeParse(jsonOf(Buffer.from(after, 'base64url').toString()))
  const isNumber = type !== 'text'
  if (read && (!read.success || (isNumber && !/^-?\d{1,15}(\.\d{1,9})?$/.test(read.data[0])))) return null
  const direction = sql.raw(desc ? 'desc' : 'asc')
  const beyond = sql.raw(desc ? '<' : '>')
  return {
    key: sql`(${key})::text`,
    by: sql`${key} ${direction}, totem ${direction}`,
    from: read ? sql`(${key}, totem) ${beyond} (${read.data[0]}::${sql.raw(type)}, ${read.data[1]})` : sql`true`,
  }
}

export const cursorOf = (key: string, totem: string): string =>
  Buffer.from(JSON.stringify([key, totem])).toString('base64url')
