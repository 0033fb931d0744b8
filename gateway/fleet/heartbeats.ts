import type { JSONColumnType } from 'kysely'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import type { Database } from '../store/schema.ts'

type FleetTables = {
  heartbeat: { totem: string; received_at: Date; body: JSONColumnType<Heartbeat> }
}
const ownTables = (db: Database) => db.$extendTables<FleetTables>()

/** Keeps a totem's newest heartbeat. */
export async function keepHeartbeat(db: Database, totem: string, body: Heartbeat, at: Date): Promise<void> {
  const beat = { received_at: at, body: JSON.stringify(body) }
  await ownTables(db)
    .insertInto('heartbeat')
    .values({ totem, ...beat })
    .onConflict((conflict) => conflict.column('totem').doUpdateSet(beat))
    .execute()
}

/** Every totem that was ever heard of, with its newest heartbeat. */
export const heartbeats = (db: Database) => ownTables(db).selectFrom('heartbeat').selectAll().orderBy('totem').execute()
