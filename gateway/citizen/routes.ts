import { evidence, isFormerEvidence } from '../../contract/evidence.ts'
import {
  familySheet,
  ownRecordAnswer,
  type Problem,
  preview,
  previewRequest,
  session,
  sessionEnded,
} from '../../contract/gateway.ts'
import { type OwnAccessesTold, ownAccessesQuery, ownAccessesTold, ownRequests } from '../../contract/own-requests.ts'
import { personDetail, personRequest } from '../../contract/person.ts'
import { ok } from '../../contract/result.ts'
import { withoutCounter } from '../access/about.ts'
import type { Offices } from '../fleet/offices.ts'
import { malformed } from '../http/problems.ts'
import { type Ask, type Routes, route, routes } from '../http/route.ts'
import type { Database } from '../store/schema.ts'
import { familySheetOf } from './family.ts'
import { ownAccessesOf, ownRequestsOf } from './own.ts'
import { personOf } from './person.ts'
import { type Previewing, previewOf } from './preview.ts'
import type { Sessions } from './session.ts'
import { visuraOf } from './visura.ts'

interface CitizenRoom extends Previewing {
  db: Database
  sessions: Sessions
  offices: Offices
}

/** A person's session, and what it shows them. Each consultation is a file of this room and one route here. */
export function citizenRoutes(room: CitizenRoom): Routes {
  const { sessions } = room
  const holderOf = ({ caller, bearer }: Pick<Ask, 'caller' | 'bearer'>, mark = false) =>
    sessions.holder(caller, bearer, { mark })
  return routes(
    route(
      { method: 'POST', path: '/sessions', body: evidence, answer: session, status: 201, misread: misreadEvidence },
      ({ caller, body }) => sessions.open(caller, body),
    ),
    route({ method: 'GET', path: '/sessions/current/family', answer: familySheet }, async (ask) => {
      const holder = await holderOf(ask)
      return holder.ok ? familySheetOf(room, holder.value) : holder
    }),
    route({ method: 'GET', path: '/sessions/current/visura', answer: ownRecordAnswer }, async (ask) => {
      const holder = await holderOf(ask)
      return holder.ok ? visuraOf(room, holder.value) : holder
    }),
    route({ method: 'POST', path: '/sessions/current/end', answer: sessionEnded }, ({ caller, bearer }) =>
      sessions.end(caller, bearer),
    ),
    // The id of a person stands in no address, which proxies write down.
    route(
      { method: 'POST', path: '/sessions/current/person', body: personRequest, answer: personDetail },
      async (ask) => {
        const holder = await holderOf(ask)
        return holder.ok ? personOf(room, holder.value, ask.body) : holder
      },
    ),
    route({ method: 'GET', path: '/sessions/current/requests', answer: ownRequests }, async (ask) => {
      const holder = await holderOf(ask)
      return holder.ok ? ownRequestsOf(room, holder.value) : holder
    }),
    route(
      { method: 'GET', path: '/sessions/current/accesses', query: ownAccessesQuery, answer: ownAccessesTold },
      async (ask) => {
        const holder = await holderOf(ask)
        if (!holder.ok) return holder
        const told = await ownAccessesOf(room, holder.value)
        return told.ok && !ask.query.counter ? ok<OwnAccessesTold>(withoutCounter(told.value)) : told
      },
    ),
    route({ method: 'POST', path: '/previews', body: previewRequest, answer: preview }, async (ask) => {
      // SECURITY: who may ask about any number of marks finds those that have paid.
      const holder = await holderOf(ask, ask.body.bollo.kind !== 'exempt')
      const sheet = holder.ok ? await previewOf(room, holder.value, ask.body) : holder
      return sheet.ok ? ok({ pdf: sheet.value.pdf }) : sheet
    }),
  )
}

/** A totem with older software hears that its evidence is outdated, instead of "malformed". */
const misreadEvidence = (body: unknown): Problem =>
  isFormerEvidence(body) ? { kind: 'request-outdated', anpr: null } : malformed
