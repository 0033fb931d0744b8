import type { Logger } from 'pino'
import type { Problem } from '../../contract/gateway.ts'
import {
  type OutcomePage,
  operationList,
  outcomePage,
  outcomeQuery,
  submission,
  submissionResult,
} from '../../contract/gateway.ts'
import { operatedOperations, redriven } from '../../contract/operators.ts'
import { withdrawal, withdrawalRequest } from '../../contract/own-requests.ts'
import { ok, type Result } from '../../contract/result.ts'
import { PATIENT } from '../http/pressure.ts'
import { type Ask, type Routes, route, routes } from '../http/route.ts'
import { deadOperations, keyOf, list } from '../store/operations.ts'
import type { Database } from '../store/schema.ts'
import type { Full } from './full.ts'
import type { Intake } from './intake.ts'
import type { Outcomes } from './outcomes.ts'
import type { Withdraw } from './withdraw.ts'

/** Fifty sealed requests of at most 100,000 characters. */
const SUBMISSION_BYTES = 5_500 * 1024
/** More than a totem has asked in weeks. */
const OF_ONE_TOTEM = 1_000
const OF_ALL = 10_000

/** What a totem asks for in a citizen's name, and what became of it. Outcomes wait in the totem's own queue. */
export function operationRoutes({
  db,
  intake,
  outcomes,
  full,
  withdraw,
  holderOf,
  onResult,
}: {
  db: Database
  intake: Intake
  outcomes: Outcomes
  full: Full
  withdraw: Withdraw
  /** The person of a session. */
  holderOf(ask: Pick<Ask, 'caller' | 'bearer'>): Promise<Result<{ requester: string | null; idAnpr: string }, Problem>>
  /** Hears the state of each item of a submission. */
  onResult(state: string): void
}): Routes {
  return routes(
    route(
      {
        method: 'POST',
        path: '/operations',
        from: 'totem',
        body: submission,
        answer: submissionResult,
        bodyLimit: SUBMISSION_BYTES,
        config: { ...PATIENT, isFull: ({ id }) => full.has(id) },
      },
      async ({ caller, body }) => {
        const results = await intake(caller, body.items)
        for (const { state } of results) onResult(state)
        return ok({ results })
      },
    ),
    route(
      {
        method: 'POST',
        path: '/operations/withdraw',
        from: 'totem',
        body: withdrawalRequest,
        answer: withdrawal,
      },
      async (ask) => {
        const holder = await holderOf(ask)
        if (!holder.ok) return holder
        const { requester, idAnpr } = holder.value
        const { operation } = ask.body
        // A session of an earlier version does not say whose it is by codice fiscale.
        if (requester === null) return ok({ became: 'unknown' as const })
        return ok({ became: await withdraw({ totem: ask.caller.id, requester, idAnpr, operation }) })
      },
    ),
    route({ method: 'GET', path: '/operations', from: 'totem', answer: operationList }, async ({ caller }) => {
      const rows = await list(db, { totem: caller.id }, OF_ONE_TOTEM)
      const operations = rows.map(({ id, state, received_at, settled_at }) => ({
        operation: id,
        state,
        at: (settled_at ?? received_at).toISOString(),
      }))
      return ok({ operations })
    }),
    route(
      {
        method: 'GET',
        path: '/outcomes',
        from: 'totem',
        query: outcomeQuery,
        answer: outcomePage,
        write: pageText,
        config: { sealed: true },
      },
      async ({ caller, query: { after, wait: waitS, receipt }, gone }) =>
        ok(await outcomes.page(caller.id, { after, waitS, receipt }, gone)),
    ),
  )
}

/**
 * A page as JSON. Certificates are most of what the gateway writes: a compact JWE has nothing to escape, which
 * JSON.stringify would look for in each of its characters.
 */
function pageText({ outcomes, ...page }: OutcomePage): string {
  const told = outcomes.map((one) => {
    if (one.state !== 'issued') return JSON.stringify(one)
    const { outcome, ...rest } = one
    return `${JSON.stringify(rest).slice(0, -1)},"outcome":"${outcome}"}`
  })
  return `${JSON.stringify(page).slice(0, -1)},"outcomes":[${told}]}`
}

/** Every operation as operators see it, and a second chance for what was given up. */
export function overseeOperations({
  db,
  redrive,
  log,
}: {
  db: Database
  redrive(): Promise<number>
  log: Logger
}): Routes {
  return routes(
    route({ method: 'GET', path: '/operations', answer: operatedOperations }, async () => {
      const dead = await deadOperations(db)
      const rows = await list(db, 'all', OF_ALL)
      const operations = rows.map(
        ({ id, totem, anpr_id, state, refusal, gate_transaction, received_at, settled_at }) => ({
          operation: id,
          totem,
          state: state === 'pending' && dead.has(keyOf(totem, id)) ? ('dead' as const) : state,
          refusal,
          anprId: anpr_id,
          gateTransaction: gate_transaction,
          receivedAt: received_at.toISOString(),
          settledAt: settled_at?.toISOString() ?? null,
        }),
      )
      return ok({ operations })
    }),
    route({ method: 'POST', path: '/redrive', answer: redriven }, async ({ operator }) => {
      const moved = await redrive()
      log.info({ kind: 'redriven', operator, redriven: moved })
      return ok({ redriven: moved })
    }),
  )
}
