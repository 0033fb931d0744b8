import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../../basics/time.ts'
import type { ConsoleProblem, ConsoleProblemKind } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { Allowances } from '../../anpr/quotas.ts'
import type { SealingKeys } from '../../sealing/sealing.ts'
import { may } from '../permissions/matrix.ts'
import type { Ask, Handlers } from '../route.ts'
import type { ConsoleDatabase, ConsoleTransaction } from '../tables.ts'
import { onChanged } from './changes.ts'
import { askToClarify, cancel, clarify, type Facts, factsOf, refuseRequest, send, validate } from './decide.ts'
import { type Author, makeRequest, takeFile, termsOf } from './draft.ts'
import { askedBy, quotasOf } from './quotas.ts'
import { estimateFor, requestOf, requestsOf, rowsOf } from './read.ts'
import type { ListSettings } from './work.ts'

const problem = (kind: ConsoleProblemKind, field: string | null = null) => err<ConsoleProblem>({ kind, field })

type Routes = Extract<keyof Handlers, `${string}ulk${string}`>

/** What changes in requests is looked for so often: another gateway does not ring this one's bell. */
const LOOK_MS = 5_000
/** A line that says nothing keeps what stands between from ending the connection. */
const STILL_MS = 15_000

export interface BulkParts {
  db: ConsoleDatabase
  settings: ListSettings
  allowance: Allowances
  keys: SealingKeys
  reference(person: string): string
  now: Clock
}

/** The console's routes for bulk requests. */
export function bulkHandlers({ db, settings, allowance, keys, reference, now }: BulkParts): Pick<Handlers, Routes> {
  const authorOf = ({ doer, session: { name }, sight }: Pick<Ask<'makeBulk'>, 'doer' | 'session' | 'sight'>) => ({
    ...{ doer, name, sight },
  })
  const estimating = { db, settings, allowance }
  const own = ({
    params: { request },
    session: { person },
    seen,
  }: Pick<Ask<'bulkEstimate'>, 'params' | 'session' | 'seen'>) =>
    seen((transaction) =>
      transaction
        .selectFrom('richiesta')
        .selectAll()
        .where('id', '=', request)
        .where('autore', '=', person)
        .executeTakeFirst(),
    )
  /** A decision about one request, by what holds now. */
  async function decided<
    A extends Pick<Ask<'makeBulk'>, 'doer' | 'session' | 'sight' | 'seen'> & {
      params: { request: string }
      body: unknown
    },
  >(
    ask: A,
    decide: (
      transaction: ConsoleTransaction,
      author: Author,
      request: string,
      body: A['body'],
      facts: Facts & { now: Date },
    ) => Promise<Result<{ done: true }, ConsoleProblem>>,
  ) {
    const { request } = ask.params
    const facts = await factsOf(db, request, now())
    if (!facts) return problem('not-found')
    return ask.seen((transaction) => decide(transaction, authorOf(ask), request, ask.body, { ...facts, now: now() }))
  }
  return {
    bulkTerms: async ({ seen, sight }) => ok(await seen((transaction) => termsOf(transaction, sight, settings, now()))),
    makeBulk: (ask) => ask.seen((transaction) => makeRequest(transaction, authorOf(ask), ask.body, settings, now())),
    bulkFile: (ask) =>
      ask.seen((transaction) =>
        takeFile(
          transaction,
          authorOf(ask),
          ask.params.request,
          { bytes: ask.body, encoding: ask.query.encoding ?? null },
          { keys, reference, now: now() },
        ),
      ),
    bulkRequests: async ({ query, session: { person }, seen }) =>
      ok(await seen((transaction) => requestsOf(transaction, query, person, now()))),
    bulkRequest: async ({ params: { request }, session: { person }, seen }) => {
      const found = await seen((transaction) => requestOf(transaction, request, person, now()))
      return found ? ok(found) : problem('not-found')
    },
    bulkRows: async ({ params: { request }, query, held, sight, seenAs }) => {
      // Requests are seen by whoever made them, their rows as answers are: by who still asks for that office too.
      const asking = may(held, 'bulk.results')?.ufficiEnte ?? []
      const wider = { ...sight, ufficiEnte: [...sight.ufficiEnte, ...asking] }
      const rows = await seenAs(wider, (transaction) => rowsOf(transaction, request, query, keys))
      return rows ? ok(rows) : problem('not-found')
    },
    bulkEstimate: async (ask) => {
      const draft = await own(ask)
      if (!draft) return problem('not-found')
      const estimates = await estimateFor(estimating, draft, now())
      const quotas = await ask.seen((transaction) => quotasOf(transaction, draft, now()))
      return ok({ ...estimates, asked: askedBy(draft), quotas })
    },
    sendBulk: async (ask) => {
      const { request } = ask.params
      const [facts, draft] = [await factsOf(db, request, now()), await own(ask)]
      if (!facts || !draft) return problem('not-found')
      const estimate = await estimateFor(estimating, draft, now())
      return ask.seen((transaction) =>
        send(transaction, authorOf(ask), request, ask.body, { ...facts, estimate, now: now() }),
      )
    },
    validateBulk: (ask) => decided(ask, validate),
    refuseBulk: (ask) => decided(ask, refuseRequest),
    clarifyBulk: (ask) => decided(ask, askToClarify),
    answerBulk: (ask) => decided(ask, clarify),
    cancelBulk: (ask) => ask.seen((transaction) => cancel(transaction, authorOf(ask), ask.params.request, now())),
    bulkChanges: async ({ stillSeen }) => ok({ name: 'changes', type: 'text/event-stream', text: changes(stillSeen) }),
  }

  /** Ids of requests that have changed, in sight of who listens, as long as their session and their grant last. */
  async function* changes(stillSeen: Ask<'bulkChanges'>['stillSeen']): AsyncGenerator<string> {
    let since = now()
    let ring: () => void = () => undefined
    let rung = false
    const off = onChanged(() => {
      rung = true
      ring()
    })
    try {
      yield ': here\n\n'
      for (let still = 0; ; ) {
        const at = now()
        const found = await stillSeen((transaction) =>
          transaction.selectFrom('richiesta').select('id').where('cambiata_at', '>=', since).limit(500).execute(),
        )
        since = at
        if (found.length > 0) {
          still = 0
          yield `data: ${JSON.stringify(found.map(({ id }) => id))}\n\n`
        } else if (still >= STILL_MS) {
          still = 0
          yield ': still\n\n'
        }
        // Progress that comes faster than people read is told once a second.
        await delay(1_000)
        if (!rung)
          await Promise.race([
            delay(LOOK_MS),
            new Promise<void>((resolve) => {
              ring = resolve
            }),
          ])
        rung = false
        still += LOOK_MS
      }
    } finally {
      off()
    }
  }
}
