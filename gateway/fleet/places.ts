import { sql } from 'kysely'
import type { Logger } from 'pino'
import { recurring } from '../../basics/recurring.ts'
import { type Clock, italianDay, MINUTE_MS } from '../../basics/time.ts'
import { notePlaces } from '../statistics/places.ts'
import type { Database } from '../store/schema.ts'
import type { OfficeFile, Places } from './offices.ts'

/**
 * Keeps the file of offices in the database too, where totems are filtered by it and the console's second wall
 * (store/migrations/031-console-fleet.ts) looks at it.
 */
export interface PlaceKeeper {
  /** Takes up what has changed; runs by itself every minute. */
  look(): Promise<void>
  stop(): Promise<void>
}

export async function keepPlaces({
  db,
  offices,
  now,
  log,
}: {
  db: Database
  offices: OfficeFile
  now: Clock
  log: Logger
}): Promise<PlaceKeeper> {
  let kept: Places | null = null
  async function lookOnce(): Promise<void> {
    const places = await offices.places()
    if (places === kept) return
    await put(db, places, italianDay(now()))
    kept = places
  }
  const { look, stop } = recurring(lookOnce, MINUTE_MS, ({ code }) => log.error({ kind: 'places-not-kept', code }))
  await lookOnce()
  return { look, stop }
}

async function put(db: Database, places: Places, today: string): Promise<void> {
  const given = [...places].map(([totem, place]) => ({ totem, ...place }))
  const rows = JSON.stringify(given)
  await db.transaction().execute(async (transaction) => {
    await sql`
      delete from totem_place where totem not in (
        select totem from jsonb_to_recordset(${rows}::jsonb) as given (totem text)
      )`.execute(transaction)
    await sql`
      insert into totem_place (totem, office, name, comune, region, address, hours, patron)
      select totem, office, name, comune, region, address, case when jsonb_typeof(hours) = 'array' then hours end, patron
      from jsonb_to_recordset(${rows}::jsonb) as given
        (totem text, office text, name text, comune text, region text, address text, hours jsonb, patron text)
      on conflict (totem) do update set
        office = excluded.office, name = excluded.name, comune = excluded.comune, region = excluded.region,
        address = excluded.address, hours = excluded.hours, patron = excluded.patron`.execute(transaction)
    await notePlaces(transaction, given, today)
  })
}
