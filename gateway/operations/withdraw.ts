import { sql } from 'kysely'
import type { Logger } from 'pino'
import { type Clock, DAY_MS } from '../../basics/time.ts'
import { atTotem } from '../../contract/caller.ts'
import type { Withdrawal } from '../../contract/own-requests.ts'
import type { Means } from '../payments/means.ts'
import { openRequest, type SealingKeys } from '../sealing/sealing.ts'
import { type OperationRow, settle } from '../store/operations.ts'
import type { Database } from '../store/schema.ts'
import type { Bell } from './bell.ts'

type Became = Withdrawal['became']
/** Who asks: the person of a session at the totem that brought the request. */
interface Asking {
  totem: string
  requester: string
  /** The person's own. */
  idAnpr: string
  operation: string
}

export type Withdraw = (asking: Asking) => Promise<Became>

const PROBLEM = { kind: 'withdrawn', anpr: null } as const

/**
 * A person takes back a request that the gateway has: it is settled as refused, as any other, so that its totem hears of
 * it the usual way, a mark pays again, and no other outcome counts. Possible until ANPR is asked to issue, and never for a
 * certificate that was paid for by a notice.
 *
 * The row's lock decides between this and the issue (access/log.ts): whichever comes second sees what the first has done.
 */
export function createWithdraw({
  db,
  bell,
  means,
  sealingKeys,
  reference,
  onSettled,
  now,
  log,
}: {
  db: Database
  bell: Bell
  means: Pick<Means, 'refused'>
  sealingKeys: SealingKeys
  reference(person: string): string
  onSettled(state: 'refused'): void
  now: Clock
  log: Logger
}): Withdraw {
  async function requestOf(on: Database, totem: string, operation: string) {
    const { rows } = await sql<{ sealed: string }>`
      select sealed from operation_request where totem = ${totem} and operation = ${operation}`.execute(on)
    const opened = rows[0] && openRequest({ operation, sealed: rows[0].sealed }, sealingKeys, atTotem(totem))
    return opened?.ok ? opened.value.request : null
  }

  return async ({ totem, requester, idAnpr, operation }) => {
    const caller = atTotem(totem)
    const [became, isNews] = await db.transaction().execute(async (transaction): Promise<[Became, boolean]> => {
      const { rows } = await sql<Pick<OperationRow, 'state' | 'refusal' | 'types' | 'received_at'>>`
        select state, refusal, types, received_at from operation
        where totem = ${totem} and id = ${operation} and requester = ${requester} for update`.execute(transaction)
      const [row] = rows
      if (!row) return ['unknown', false]
      if (row.state !== 'pending') return [row.refusal === PROBLEM.kind ? 'withdrawn' : 'too-late', false]
      const request = await requestOf(transaction, totem, operation)
      // What cannot be read may have been paid for.
      if (request === null || request.bollo.kind === 'pagopa') return ['too-late', false]
      // A day before, whichever gateway's clock is behind.
      const about = {
        totem,
        operation,
        subject: reference(request.subject ?? idAnpr),
        since: new Date(+row.received_at - DAY_MS),
      }
      if (await mayBeIssued(transaction, about)) return ['too-late', false]
      const settlement = { state: 'refused', problem: PROBLEM } as const
      const access = { ...NOTHING_ASKED, requester, types: row.types ?? '' }
      await settle(transaction, { items: [{ id: operation, caller, settlement, access }], ends: [], jobs: [] }, now())
      await means.refused(transaction, [{ totem, operation, refusal: PROBLEM.kind }])
      return ['withdrawn', true]
    })
    log.info({ kind: 'withdrawal', became, totem, operation })
    if (isNews) {
      onSettled('refused')
      bell.ring(totem)
    }
    return became
  }
}

/**
 * ANPR was asked to issue, or is asked now. The lines of life and issue are written together, before either question
 * (access/register.ts): who is not found alive, or of whom nothing was heard, is asked about no further. A statement of its
 * own, so that it sees what the lock has waited for.
 */
async function mayBeIssued(
  on: Database,
  { totem, operation, subject, since }: { totem: string; operation: string; subject: string; since: Date },
): Promise<boolean> {
  const { rows } = await sql`
    select from access_log
    where subject = ${subject} and at >= ${since}::timestamptz and caller = ${totem} and operation = ${operation}
      and ((exemption is not null and outcome = 'asked') or (types like 'C019%' and outcome in ('asked', 'shown')))
    limit 1`.execute(on)
  return rows.length > 0
}

const NOTHING_ASKED = {
  ...{ subject: null, exemption: null, anpr_operation: null, gate_transaction: null, warnings: null },
  ...{ pdf_sha256: null, line: null },
}
