import { evidence, isFormerEvidence } from '../../contract/evidence.ts'
import { familySheet, type Problem, preview, previewRequest, session, visuraAnswer } from '../../contract/gateway.ts'
import type { Result } from '../../contract/result.ts'
import type { AnprClient } from '../anpr/client.ts'
import type { Clock } from '../clock.ts'
import { malformed } from '../http/problems.ts'
import { type Ask, type Routes, route, routes } from '../http/route.ts'
import type { LogFirst } from './asked.ts'
import { familySheetOf } from './family.ts'
import { previewOf } from './preview.ts'
import type { Holder, Sessions } from './session.ts'
import { visuraOf } from './visura.ts'

interface CitizenRoom {
  sessions: Sessions
  anpr: AnprClient
  logFirst: LogFirst
  now: Clock
}

/** A person's session, and what it shows them: each consultation is a file of this room and a route here. */
export function citizenRoutes(room: CitizenRoom): Routes {
  const { sessions } = room
  const forHolder =
    <B, A>(show: (holder: Holder, body: B) => Promise<Result<A, Problem>>) =>
    async ({ caller, bearer, body }: Pick<Ask<B>, 'caller' | 'bearer' | 'body'>): Promise<Result<A, Problem>> => {
      const holder = await sessions.holder(caller, bearer)
      return holder.ok ? show(holder.value, body) : holder
    }
  return routes(
    route(
      { method: 'POST', path: '/sessions', body: evidence, answer: session, status: 201, misread: misreadEvidence },
      ({ caller, body }) => sessions.open(caller, body),
    ),
    route(
      { method: 'GET', path: '/sessions/current/family', answer: familySheet },
      forHolder((holder) => familySheetOf(room, holder)),
    ),
    route(
      { method: 'GET', path: '/sessions/current/visura', answer: visuraAnswer },
      forHolder((holder) => visuraOf(room, holder)),
    ),
    route(
      { method: 'POST', path: '/previews', body: previewRequest, answer: preview },
      forHolder((holder, wish) => previewOf(room, holder, wish)),
    ),
  )
}

/** A totem whose software is older than the evidence of today hears that, and not that it talks nonsense. */
const misreadEvidence = (body: unknown): Problem =>
  isFormerEvidence(body) ? { kind: 'request-outdated', anpr: null } : malformed
