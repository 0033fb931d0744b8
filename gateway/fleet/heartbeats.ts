import { type JSONColumnType, sql } from 'kysely'
import { MINUTE_MS } from '../../basics/time.ts'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import type { Database } from '../store/schema.ts'

type FleetTables = {
  heartbeat: { totem: string; received_at: Date; body: JSONColumnType<Heartbeat> }
}
const ownTables = (db: Database) => db.$extendTables<FleetTables>()

/** Printer states in which a citizen gets their paper. */
const PRINTS = ['ready', 'paperLow']

/** Whether a citizen would be served now: somebody can be recognised, and paper comes out. */
const isReady = ({ devices: { available, reader, printer }, out }: Heartbeat): boolean =>
  out === null && available && reader !== 'no-reader' && PRINTS.includes(printer)

/** SECURITY: a totem counts its own. More than this says no more. */
const MOST_RESTARTS = 1_000

/** Printer states in which no paper comes out, and somebody at the office can mend it. */
export const STOPPED = ['paperOut', 'coverOpen', 'jam', 'overheated']

/**
 * Keeps a totem's newest heartbeat, with what a single one cannot tell: the minute in which it came (`totem_hour`, from which
 * availability is reckoned), since when its printer has stopped, and how often its device process was started again.
 */
export async function keepHeartbeat(db: Database, totem: string, body: Heartbeat, at: Date): Promise<void> {
  const minute = (1n << BigInt(Math.floor(+at / MINUTE_MS) % 60)).toString()
  await sql`
    insert into totem_hour as known (totem, hour, heard, ready)
    values (${totem}, date_trunc('hour', ${at}::timestamptz), ${minute}::bigint, ${isReady(body) ? minute : '0'}::bigint)
    on conflict (totem, hour) do update set
      heard = known.heard | excluded.heard, ready = known.ready | excluded.ready`.execute(db)
  const { printer } = body.devices
  const restarts = Math.min(body.devices.restarts, MOST_RESTARTS)
  // The count begins anew with main.
  await sql`
    with fresh as (
      select case when told > ${restarts}::integer then ${restarts}::integer else ${restarts}::integer - told end as more
      from (select least((body #>> '{devices,restarts}')::numeric, ${MOST_RESTARTS}::integer)::integer as told from heartbeat where totem = ${totem}) as before
    ), restarted as (
      insert into device_restart (totem, at, restarts)
      select ${totem}, ${at}::timestamptz, more from fresh where more > 0
      on conflict (totem, at) do update set restarts = device_restart.restarts + excluded.restarts
    )
    insert into heartbeat as known (totem, received_at, body, stopped_at)
    values (${totem}, ${at}::timestamptz, ${JSON.stringify(body)}::jsonb,
      ${STOPPED.includes(printer) ? at : null}::timestamptz)
    on conflict (totem) do update set received_at = excluded.received_at, body = excluded.body,
      stopped_at = case when excluded.stopped_at is not null then coalesce(known.stopped_at, excluded.stopped_at) end
    `.execute(db)
}

/** Every totem that was ever heard of, with its newest heartbeat. */
export const heartbeats = (db: Database) => ownTables(db).selectFrom('heartbeat').selectAll().orderBy('totem').execute()
