import { sql } from 'kysely'
import type { Clock } from '../../basics/time.ts'
import { readinessSheet, readinessTaken } from '../../contract/readiness.ts'
import { ok } from '../../contract/result.ts'
import { PATIENT } from '../http/pressure.ts'
import { type Routes, route } from '../http/route.ts'
import type { Database } from '../store/schema.ts'

/** A totem says what a trial of all its parts has found; the newest stays, for operators. */
export const readinessRoutes = (db: Database, now: Clock): Routes =>
  route(
    {
      ...{ method: 'POST', path: '/readiness', from: 'totem', config: PATIENT },
      ...{ body: readinessSheet, answer: readinessTaken },
    },
    async ({ caller, body }) => {
      await sql`
        insert into totem_readiness (totem, received_at, body)
        values (${caller.id}, ${now()}::timestamptz, ${JSON.stringify(body)}::jsonb)
        on conflict (totem) do update set received_at = excluded.received_at, body = excluded.body`.execute(db)
      return ok({ taken: true })
    },
  )
