import {
  HANDOVER_BYTES,
  handoverGiven,
  handoverOffer,
  handoverQuery,
  handoverState,
  handoverWithdrawn,
} from '../../contract/handover.ts'
import { err, ok } from '../../contract/result.ts'
import { malformed } from '../http/problems.ts'
import { type Routes, route, routes } from '../http/route.ts'
import type { Handovers } from './handovers.ts'

/** Base64 takes four bytes for three, and the rest of the body a few. */
export const BODY_BYTES = Math.ceil(HANDOVER_BYTES * 1.4)

/**
 * The totem leaves an encrypted document for a telephone, asks what became of it, and takes it back. `publicUrl`: where
 * telephones reach the public door; null: they reach none.
 */
export function handoverRoutes({ handovers, publicUrl }: { handovers: Handovers; publicUrl(): string | null }): Routes {
  return routes(
    route(
      {
        ...{ method: 'POST', path: '/handovers', from: 'totem', status: 201 },
        ...{ body: handoverOffer, answer: handoverGiven, bodyLimit: BODY_BYTES },
      },
      async ({ caller, body: { id, sealed } }) => {
        const base = publicUrl()
        const offered = base === null ? null : await handovers.offer(caller.id, id, Buffer.from(sealed, 'base64'))
        if (base === null || offered === null) return err(malformed)
        return ok({ page: new URL(`/d/${id}`, base).href, until: offered.until.toISOString() })
      },
    ),
    route(
      { method: 'GET', path: '/handovers', from: 'totem', query: handoverQuery, answer: handoverState },
      async ({ caller, query: { id } }) => ok({ state: await handovers.became(caller.id, id) }),
    ),
    route(
      { method: 'POST', path: '/handovers/withdrawn', from: 'totem', body: handoverQuery, answer: handoverWithdrawn },
      async ({ caller, body: { id } }) => {
        await handovers.withdraw(caller.id, id)
        return ok({})
      },
    ),
  )
}
