import { type Clock, DAY_MS } from '../../basics/time.ts'
import { sheetTypes } from '../../contract/catalogue.ts'
import { type Problem, refusalKind } from '../../contract/gateway.ts'
import type { OwnAccesses, OwnRequests } from '../../contract/own-requests.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { accessesAbout } from '../access/about.ts'
import type { Offices } from '../fleet/offices.ts'
import type { Database } from '../store/schema.ts'
import type { Holder } from './session.ts'

interface Own {
  db: Database
  offices: Offices
  reference(person: string): string
  now: Clock
}

/** As long as ANPR's own portal shows a person who asked about them. */
const SHOWN_MS = 365 * DAY_MS
/** More than one person asks for in a year. */
const MOST = 100

/** A session of an earlier version does not say whose it is by codice fiscale. */
const unknown = err<Problem>({ kind: 'session-expired', anpr: null })

/** The holder's requests at every totem, newest first. SECURITY: found by who signed the log-in, never by who is named. */
export async function ownRequestsOf(
  { db, now, offices }: Own,
  { requester }: Holder,
): Promise<Result<OwnRequests, Problem>> {
  if (requester === null) return unknown
  const rows = await db
    .selectFrom('operation')
    .select(['id', 'totem', 'types', 'received_at', 'state', 'refusal'])
    .where('requester', '=', requester)
    .where('received_at', '>', new Date(+now() - SHOWN_MS))
    .orderBy('received_at', 'desc')
    .limit(MOST)
    .execute()
  const named = await offices()
  return ok({
    requests: rows.map(({ id, totem, types, received_at, state, refusal }) => ({
      ...{ operation: id, machine: totem, office: named.get(totem) ?? null, state },
      types: sheetTypes.safeParse(types?.split(' ')).data ?? null,
      receivedAt: received_at.toISOString(),
      refusal: refusalKind.safeParse(refusal).data ?? null,
    })),
  })
}

/** Who looked at the holder through this product in the last year. */
export async function ownAccessesOf(
  { db, reference, now, offices }: Own,
  { requester, idAnpr }: Holder,
): Promise<Result<OwnAccesses, Problem>> {
  if (requester === null) return unknown
  const since = new Date(+now() - SHOWN_MS)
  return ok(await accessesAbout({ db, offices }, { codiceFiscale: requester, idAnpr: reference(idAnpr) }, since))
}
