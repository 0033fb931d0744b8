import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
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
  onSettled,
  now,
  log,
}: {
  db: Database
  bell: Bell
  means: Pick<Means, 'refused'>
  sealingKeys: SealingKeys
  onSettled(state: 'refused'): void
  now: Clock
  log: Logger
}): Withdraw {
  return async ({ totem, requester, operation }) => {
    const caller = atTotem(totem)
    const [became, isNews] = await db.transaction().execute(async (transaction): Promise<[Became, boolean]> => {
      const { rows } = await sql<Pick<OperationRow, 'state' | 'refusal' | 'types'>>`
        select state, refusal, types from operation
        where totem = ${totem} and id = ${operation} and requester = ${requester} for update`.execute(transaction)
      const [row] = rows
      if (!row) return ['unknown', false]
      if (row.state !== 'pending') return [row.refusal === PROBLEM.kind ? 'withdrawn' : 'too-late', false]
      // A statement of its own, so that it sees what the lock has waited for.
      const { rows: asked } = await sql<{ sealed: string | null; asked: boolean }>`
        select
          (select sealed from operation_request where totem = ${totem} and operation = ${operation}) as sealed,
          exists (
            select from access_log
            where caller = ${totem} and operation = ${operation} and operation is not null and exemption is not null
          ) as asked`.execute(transaction)
      const { sealed = null, asked: isAsked = true } = asked[0] ?? {}
      if (isAsked || sealed === null) return ['too-late', false]
      const opened = openRequest({ operation, sealed }, sealingKeys, caller)
      // What cannot be read may have been paid for.
      if (!opened.ok || opened.value.request.bollo.kind === 'pagopa') return ['too-late', false]
      const settlement = { state: 'refused', problem: PROBLEM } as const
      const access = { ...NOTHING_ASKED, requester, types: row.types ?? '' }
      await settle(transaction, { items: [{ id: operation, caller, settlement, access }], jobs: [] }, now())
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

const NOTHING_ASKED = {
  ...{ subject: null, exemption: null, anpr_operation: null, gate_transaction: null, warnings: null },
  ...{ pdf_sha256: null, line: null },
}
