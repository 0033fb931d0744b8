import { type OutcomePage, refusalKind } from '../../contract/gateway.ts'
import type { Database } from './schema.ts'

/** As many as the contract allows in a page. */
const MOST = 100
/**
 * A page that is cut on its way is asked for again as a whole: at 64 kbit/s this takes a minute. A page always holds at
 * least one outcome, however large.
 */
const PAGE_BYTES = 512 * 1024

/** The page after number `after`. `has`: the totem has proved that everything up to `after` is on its disk. */
export async function outcomesAfter(
  db: Database,
  totem: string,
  { after, has }: { after: number; has: boolean },
  at: Date,
): Promise<OutcomePage> {
  const counter = await db.selectFrom('outcome_counter').select('last').where('totem', '=', totem).executeTakeFirst()
  const last = counter?.last ?? 0
  // A cursor that this gateway never gave says nothing about what arrived.
  const known = after <= last ? after : 0
  if (known > 0 && has) await delivered(db, totem, known, at)
  if (known === last) return { cursor: last, more: false, outcomes: [] }

  const found = await db
    .selectFrom('operation')
    .leftJoin('operation_outcome as kept', (on) =>
      on.onRef('kept.totem', '=', 'operation.totem').onRef('kept.operation', '=', 'id'),
    )
    .select(({ fn, ref }) => [
      'id',
      'state',
      'refusal',
      'refusal_anpr',
      'number',
      fn<number | null>('octet_length', [ref('sealed')]).as('bytes'),
    ])
    .where('operation.totem', '=', totem)
    .where('number', '>', known)
    .orderBy('number')
    .limit(MOST + 1)
    .execute()
  const rows = found.slice(0, fitting(found.map(({ bytes }) => bytes ?? 0)))
  const issued = rows.filter(({ state }) => state === 'issued').map(({ id }) => id)
  const sealed = await sealedOutcomes(db, totem, issued)
  return {
    cursor: rows.at(-1)?.number ?? last,
    more: rows.length < found.length,
    outcomes: rows.flatMap(({ id: operation, refusal, refusal_anpr: anpr }): OutcomePage['outcomes'] => {
      const outcome = sealed.get(operation)
      if (outcome !== undefined) return [{ operation, state: 'issued', outcome }]
      if (refusal === null) return []
      return [{ operation, state: 'refused', problem: { kind: refusalKind.parse(refusal), anpr } }]
    }),
  }
}

/** How many outcomes of these sizes go into a page. */
function fitting(bytes: readonly number[]): number {
  let total = 0
  const tooMany = bytes.findIndex((each, index) => {
    total += each
    return index === MOST || (index > 0 && total > PAGE_BYTES)
  })
  return tooMany === -1 ? bytes.length : tooMany
}

/** The outcomes of a totem that are still kept, sealed to it, by operation. */
export async function sealedOutcomes(
  db: Database,
  totem: string,
  operations: readonly string[],
): Promise<Map<string, string>> {
  if (operations.length === 0) return new Map()
  const rows = await db
    .selectFrom('operation_outcome')
    .select(['operation', 'sealed'])
    .where('totem', '=', totem)
    .where('operation', 'in', operations)
    .execute()
  return new Map(rows.map(({ operation, sealed }) => [operation, sealed]))
}

async function delivered(db: Database, totem: string, upTo: number, at: Date): Promise<void> {
  await db
    .updateTable('operation')
    .set({ delivered_at: at })
    .where('totem', '=', totem)
    .where('number', '<=', upTo)
    .where('delivered_at', 'is', null)
    .execute()
}
