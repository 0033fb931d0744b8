import type { Clock } from '../../basics/time.ts'
import { heartbeatAnswer, status } from '../../contract/gateway.ts'
import { outcomeKeyAnswer } from '../../contract/gateway-keys.ts'
import { type Heartbeat, heartbeat } from '../../contract/heartbeat.ts'
import { offersQuery } from '../../contract/offers.ts'
import { operatedTotems } from '../../contract/operators.ts'
import { err, ok } from '../../contract/result.ts'
import type { Offers } from '../anpr/offers.ts'
import { PATIENT } from '../http/pressure.ts'
import { type Routes, route, routes } from '../http/route.ts'
import type { Challenges } from '../login/challenges.ts'
import type { NamedKey } from '../sealing/sealing.ts'
import type { Database } from '../store/schema.ts'
import { heartbeats, keepHeartbeat } from './heartbeats.ts'
import { readinessRoutes } from './readiness.ts'

/**
 * A totem asks whether the line is up and what time it is, and says how it is itself. It gets what the cards of the next
 * silence sign, and what it cannot offer now.
 */
export function fleetRoutes({
  db,
  challenges,
  offers,
  outcomeKeyOf,
  onHeard,
  newestCommand,
  version,
  now,
}: {
  db: Database
  challenges: Pick<Challenges, 'give'>
  offers: Pick<Offers, 'closed'>
  outcomeKeyOf(totem: string): NamedKey | null
  /** Hears of each heartbeat that was kept. */
  onHeard(totem: string, heartbeat: Heartbeat): Promise<void>
  /** Serial of the newest command that waits for this totem. */
  newestCommand(totem: string): Promise<number | null>
  version: string
  now: Clock
}): Routes {
  return routes(
    route({ method: 'GET', path: '/status', answer: status }, async () => ok({ at: now().toISOString(), version })),
    // Before a totem erases a key it asks whether outcomes are still sealed to it.
    route({ method: 'GET', path: '/outcome-key', from: 'totem', answer: outcomeKeyAnswer }, async ({ caller }) => {
      const held = outcomeKeyOf(caller.id)
      if (!held) return err({ kind: 'request-malformed', anpr: null })
      const { x = '', y = '' } = held.key.export({ format: 'jwk' })
      return ok({ key: { kid: held.kid, x, y } })
    }),
    route(
      {
        ...{ method: 'POST', path: '/heartbeat', from: 'totem' },
        ...{ body: heartbeat, query: offersQuery, answer: heartbeatAnswer, config: PATIENT },
      },
      async ({ caller, body, query }) => {
        await keepHeartbeat(db, caller.id, body, now())
        await onHeard(caller.id, body)
        const told = { at: now().toISOString(), version, challenge: await challenges.give(caller) }
        // A totem that does not know commands takes no answer with a word of them.
        const command = body.commands.length > 0 ? await newestCommand(caller.id) : null
        return ok({
          ...told,
          ...(query.closed && { closed: await offers.closed() }),
          ...(command !== null && { command }),
        })
      },
    ),
    readinessRoutes(db, now),
  )
}

/** Each totem that was ever heard of, with its newest heartbeat. */
export const overseeFleet = (db: Database): Routes =>
  route({ method: 'GET', path: '/totems', answer: operatedTotems }, async () => {
    const totems = (await heartbeats(db)).map(({ totem, received_at: at, body }) => ({
      totem,
      at: at.toISOString(),
      heartbeat: body,
    }))
    return ok({ totems })
  })
