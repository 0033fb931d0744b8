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

/** Keeps a totem's newest heartbeat, and the minute in which it came (`totem_hour`): availability is reckoned from those. */
export async function keepHeartbeat(db: Database, totem: string, body: Heartbeat, at: Date): Promise<void> {
  const minute = (1n << BigInt(Math.floor(+at / MINUTE_MS) % 60)).toString()
  await sql`
    insert into totem_hour as known (totem, hour, heard, ready)
    values (${totem}, date_trunc('hour', ${at}::timestamptz), ${minute}::bigint, ${isReady(body) ? minute : '0'}::bigint)
    on conflict (totem, hour) do update set
      heard = known.heard | excluded.heard, ready = known.ready | excluded.ready`.execute(db)
  const beat = { received_at: at, body: JSON.stringify(body) }
  await ownTables(db)
    .insertInto('heartbeat')
    .values({ totem, ...beat })
    .onConflict((conflict) => conflict.column('totem').doUpdateSet(beat))
    .execute()
}

/** Every totem that was ever heard of, with its newest heartbeat. */
export const heartbeats = (db: Database) => ownTables(db).selectFrom('heartbeat').selectAll().orderBy('totem').execute()
