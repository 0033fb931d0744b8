import type { z } from 'zod'
import { MINUTE_MS } from '../../basics/time.ts'
import type { noRoom } from '../../contract/gateway.ts'
import type { Bounds } from '../settings/config.ts'
import type { Standing } from '../store/operations.ts'

/** A submission of a backlog is larger. A citizen who stands there asks for one or two certificates at a time. */
const SHORT_ITEMS = 2
/** Places of one totem before all backlogs. Its citizens stand there one after the other. */
const PLACES = 2
/** For so long a citizen may stand there; the place is free again when the request is settled, or then. */
export const VISIT_MS = 5 * MINUTE_MS

/** Why a totem's request is not taken in now: the totem keeps it and brings it again. */
export type NoRoom = z.infer<typeof noRoom>

/** Where a new request stands: its `priority` at the queue, and whether it has a place for citizens who stand there. */
export interface Place {
  express: boolean
  priority: number
}

/**
 * Gives a submission's new requests their places, in the totem's order: the first have room, and `reason` says why the
 * rest has none.
 *
 * The queue is fair over totems, over all gateways on the database: the n-th request that a totem has waiting stands
 * behind the first n - 1 of every other totem, so that a backlog delays nobody but its own totem. Nothing that the totem
 * writes counts. A short submission may be that of a citizen who stands there, and goes before all backlogs. A totem
 * that claims this wrongly gains two places and no more.
 */
export function placesFor(
  { pending, express, today }: Standing,
  { items, fresh }: { items: number; fresh: number },
  { pendingPerTotem, requestsPerTotemDay }: Bounds,
): { places: Place[]; reason: NoRoom } {
  const places: Place[] = []
  let free = items <= SHORT_ITEMS ? Math.max(0, PLACES - express) : 0
  for (let index = 0; index < fresh; index++) {
    if (today + index >= requestsPerTotemDay) return { places, reason: 'too-many-today' }
    const isExpress = free > 0
    // A backlog leaves the last places to citizens.
    if (pending + index >= pendingPerTotem - (isExpress ? 0 : PLACES)) break
    if (isExpress) free--
    places.push({ express: isExpress, priority: isExpress ? 1 : -(pending + index) })
  }
  return { places, reason: 'too-many-pending' }
}
