import type { Logger } from 'pino'
import { type Clock, DAY_MS, italianDay } from '../../basics/time.ts'
import {
  grantChanged,
  grantNamed,
  grantProposed,
  grantWish,
  operatedGrants,
  serviceCode,
  serviceCodeAsked,
} from '../../contract/operators.ts'
import { err, ok } from '../../contract/result.ts'
import { SERVICE_ACCESS_TYP, serviceAccessAnswer } from '../../contract/service.ts'
import { codeOfDay } from '../../trust/service-access.ts'
import { malformed } from '../http/problems.ts'
import { type Routes, route, routes } from '../http/route.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Database } from '../store/schema.ts'
import { createGrants, type Grants } from './grants.ts'
import { serviceSecret } from './secret.ts'
import { type ServiceDatabase, withService } from './tables.ts'

interface Parts {
  db: Database
  keys: Pick<Keyring, 'sign'>
  reference(text: string): string
  now: Clock
  log: Logger
}

/** The room of technicians: who may work on which totem. */
export function createServiceRoom({ db, keys, ...parts }: Parts): { forTotems: Routes; forOperators: Routes } {
  const own = { ...parts, db: withService(db) }
  const grants = createGrants(own)
  return {
    forTotems: route(
      { method: 'GET', path: '/service/access', from: 'totem', answer: serviceAccessAnswer },
      async ({ caller }) => ok({ access: await keys.sign(SERVICE_ACCESS_TYP, await grants.of(caller.id)) }),
    ),
    forOperators: overseeService(grants, own),
  }
}

const overseeService = (
  grants: Grants,
  { db, reference, now, log }: Pick<Parts, 'reference' | 'now' | 'log'> & { db: ServiceDatabase },
): Routes =>
  routes(
    route({ method: 'GET', path: '/service/grants', answer: operatedGrants }, async () =>
      ok({
        grants: (await grants.list()).map((row) => ({
          ...{ number: row.number, card: row.card, totem: row.totem },
          ...{ from: row.starts_at.toISOString(), until: row.ends_at.toISOString() },
          ...{ proposedBy: row.proposed_by, approvedBy: row.approved_by, revokedBy: row.revoked_by },
          revokedAt: row.revoked_at?.toISOString() ?? null,
        })),
      }),
    ),
    route(
      { method: 'POST', path: '/service/grants', body: grantWish, answer: grantProposed },
      async ({ body, operator }) => ok({ number: await grants.propose(body, operator ?? '') }),
    ),
    route(
      { method: 'POST', path: '/service/grants/approve', body: grantNamed, answer: grantChanged },
      async ({ body, operator }) => ok({ done: await grants.approve(body.number, operator ?? '') }),
    ),
    route(
      { method: 'POST', path: '/service/grants/revoke', body: grantNamed, answer: grantChanged },
      async ({ body, operator }) => ok({ done: await grants.revoke(body.number, operator ?? '') }),
    ),
    // The answer is a secret of that totem for that day, and the log says who has read it.
    route(
      { method: 'POST', path: '/service/code', body: serviceCodeAsked, answer: serviceCode },
      async ({ body: { totem, day: asked }, operator }) => {
        const today = italianDay(now())
        const day = asked ?? today
        // A machine whose battery is dead lives in the past. A code of a day to come would be a key that lies about.
        if (day > italianDay(new Date(+now() + DAY_MS))) return err(malformed)
        const enrolled = await db
          .selectFrom('totem_enrolled')
          .select('order_id')
          .where('totem', '=', totem)
          .where('withdrawn_at', 'is', null)
          .executeTakeFirst()
        log.warn({ kind: 'service-code-told', totem, day, operator, known: enrolled !== undefined })
        if (!enrolled) return ok({ day, code: null })
        return ok({ day, code: codeOfDay(serviceSecret(reference, totem, enrolled.order_id), totem, day) })
      },
    ),
  )
