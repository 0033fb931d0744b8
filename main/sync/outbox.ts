import { backoffMs, LONGEST_WAIT_MS } from '../../basics/backoff.ts'
import { noRoom } from '../../contract/gateway.ts'
import type { OperationIn } from '../queue/queue.ts'
import { isOwn, verdictsOf } from './answer.ts'
import { firstLimit, nextLimit, together } from './batch.ts'
import type { GatewayFailure } from './client.ts'
import { AWAITED_MS, type Deferral, type Failed } from './deferral.ts'
import { breathe, COMMIT_AT_ONCE, type Lane, NEVER, parts, type Rest } from './lane.ts'
import type { Settling } from './settling.ts'
import type { Sync } from './sync.ts'

export interface Outbox {
  /** Requests of people who stand at the totem, beside whatever is under way. */
  express: Lane
  /** All others: new requests, then those that were tried before. */
  backlog: Lane
  /** A citizen's request is to go or on its way: everything that is not urgent leaves the line to it. */
  hurried(): boolean
  /** Requests wait to be sent, or are being sent. */
  busy(): boolean
}

type Item = OperationIn<'queued'>
type Verdicts = ReturnType<typeof verdictsOf>['verdicts']
const isWithoutRoom = (verdict: Verdicts[number]): boolean =>
  verdict.state === 'later' && noRoom.safeParse(verdict.reason).success

export function createOutbox(sync: Sync, { settling, deferral }: { settling: Settling; deferral: Deferral }): Outbox {
  const { queue, journal, client, clock, random } = sync
  const underWay = new Set<string>()
  const rests = { express: { failures: 0, until: 0 }, backlog: { failures: 0, until: 0 } } satisfies Record<
    string,
    Rest
  >
  let limit = firstLimit

  const untilDue = ({ nextAttempt }: Item) => wallMs(nextAttempt)
  const wallMs = (at: number) => {
    const ms = Math.max(0, at - sync.now())
    // The time was set before the clock was put back: it has come.
    return ms > LONGEST_WAIT_MS ? 0 : ms
  }
  const restMs = ({ until }: Rest) => Math.max(0, until - clock(), deferral.diskRestMs)
  const awaited = () => sync.awaited().filter(({ operation }) => !underWay.has(operation))

  function nextBatch(): Item[] {
    const due = queue.due(sync.now(), { ...limit, items: limit.items + underWay.size })
    return together(
      due.filter(({ operation }) => !underWay.has(operation)),
      limit,
    )
  }

  async function submit(batch: readonly Item[], rest: Rest): Promise<void> {
    for (const { operation } of batch) underWay.add(operation)
    const asked = clock()
    try {
      if (!queue.sending(batch.map(({ operation }) => operation)).ok) return deferral.restOfDisk()
      const answer = await client.submit({ items: batch.map(({ operation, sealed }) => ({ operation, sealed })) })
      if (sync.stopping()) return
      limit = nextLimit(limit, answer.ok ? clock() - asked : null)
      if (!answer.ok) return await batchFailed(batch, answer.error, rest)
      sync.line.carried()
      const { verdicts, strangers } = verdictsOf(
        batch.map(({ operation }) => operation),
        answer.value.results,
      )
      if (strangers > 0) answerMalformed()
      restFor(verdicts, rest)
      await conclude(batch, verdicts, rest)
    } finally {
      for (const { operation } of batch) underWay.delete(operation)
    }
  }

  /** The gateway has no room for a backlog: the lane rests, and what it holds stays due in its order. */
  function restFor(verdicts: Verdicts, rest: Rest): void {
    if (!verdicts.some(isWithoutRoom)) rest.failures = 0
    else if (rest === rests.backlog) rest.until = clock() + backoffMs(++rest.failures, random)
  }

  async function conclude(batch: readonly Item[], verdicts: Verdicts, rest: Rest): Promise<void> {
    const pending = verdicts.filter(({ state }) => state === 'pending').map(({ operation }) => operation)
    const settled = verdicts.filter((verdict) => verdict.state === 'issued' || verdict.state === 'refused')
    let taken = pending.length
    for (const part of parts(pending, COMMIT_AT_ONCE)) {
      if (!queue.submitted(part, sync.now()).ok) return deferral.restOfDisk()
      for (const operation of part) {
        const { attempts = 0 } = batch.find((item) => item.operation === operation) ?? {}
        journal.record('request.submitted', { operation, attempt: attempts + 1 })
      }
      settling.expect()
      await breathe()
      if (sync.stopping()) return
    }
    const failed: Failed[] = verdicts.flatMap((verdict) =>
      verdict.state === 'later' && !(isWithoutRoom(verdict) && rest === rests.backlog)
        ? [{ operation: verdict.operation, reason: verdict.reason, own: isOwn(verdict.reason) }]
        : [],
    )
    if (settled.length > 0) {
      const opened = await settling.takeIn(settled, null)
      if (sync.stopping()) return
      if (!opened.stored) return deferral.restOfDisk()
      if (opened.failed.some(({ reason }) => reason !== 'request-malformed' && isOwn(reason))) answerMalformed()
      taken += opened.news
      failed.push(...opened.failed)
    }
    if (taken > 0) deferral.accepted()
    deferral.putOff(failed)
  }

  async function batchFailed(batch: readonly Item[], error: GatewayFailure, rest: Rest): Promise<void> {
    const waitMs = Math.min(backoffMs(++rest.failures, random), sync.lineProbeMs)
    rest.until = clock() + waitMs
    if (error.kind === 'line-down') {
      // A line that is down says nothing about the batch. A line that carries everything else does.
      const up = await sync.line.suspect(error)
      if (!up || sync.stopping()) return
    } else {
      sync.line.carried()
      if (error.kind === 'gateway-unavailable' && error.retryAfterMs !== null) {
        // Full jitter on top: the gateway may say the same to every totem that it turns away.
        const restMs = Math.round(error.retryAfterMs * (1 + random()))
        // A person who stands there is gone after some seconds: few enough to ask again as after any failure.
        if (rest !== rests.express) rest.until = clock() + restMs
        sync.line.stayAwayFor(restMs)
        return
      }
    }
    const reason = reasonOf(error)
    deferral.putOff(batch.map(({ operation }) => ({ operation, reason, own: batch.length === 1 })))
  }

  const answerMalformed = () => journal.record('gateway.answer-malformed', { path: 'v1.operations', httpStatus: 200 })

  const expressDueIn = () => {
    if (!sync.line.up) return NEVER
    const next = Math.min(...awaited().map(untilDue))
    return Math.max(next, restMs(rests.express))
  }
  const backlogDueIn = () => {
    const next = queue.nextDue()
    if (!sync.line.up || next === null) return NEVER
    return Math.max(wallMs(next), restMs(rests.backlog), sync.line.stayAwayMs)
  }
  const hurried = () => expressDueIn() === 0 || sync.awaited().some(({ operation }) => underWay.has(operation))

  return {
    express: {
      dueIn: expressDueIn,
      async run() {
        const batch = awaited().filter((item) => untilDue(item) === 0)
        if (batch.length > 0) await submit(batch.slice(0, firstLimit.items), rests.express)
      },
    },
    backlog: {
      // While a citizen's request is on its way the whole line is theirs.
      dueIn: () => (hurried() ? NEVER : backlogDueIn()),
      async run() {
        const batch = nextBatch()
        if (batch.length > 0) await submit(batch, rests.backlog)
        // All that is due is under way for a person who left. Without a rest the loop would look for more all day.
        else rests.backlog.until = clock() + AWAITED_MS
        await breathe()
      },
    },
    hurried,
    busy() {
      const next = queue.nextDue()
      return next !== null && wallMs(next) === 0
    },
  }
}

function reasonOf(failure: GatewayFailure): string {
  switch (failure.kind) {
    case 'line-down':
      return failure.reason
    case 'refused':
      return failure.problem.kind
    default:
      return failure.kind
  }
}
