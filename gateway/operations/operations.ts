import type { Logger } from 'pino'
import { decodeTime } from 'ulid'
import {
  type CertificateRequest,
  type Problem,
  refusalKind,
  type Submission,
  type SubmissionResult,
} from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { AnprClient, AnprFailure, Issued } from '../anpr/client.ts'
import { problemOf } from '../anpr/problems.ts'
import { type Clock, DAY_MS, MINUTE_MS } from '../clock.ts'
import { accept, list, type OperationRow, type Settlement, settle } from '../store/operations.ts'
import type { Database } from '../store/schema.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import { type NamedKey, openRequest, type SealingKeys, sealOutcome } from './sealing.ts'

/** How long a request may wait on a totem without a line. */
const MAX_AGE_MS = 30 * DAY_MS
/**
 * A totem's clock may be ahead of ours by so much: its citizen has been told that the request is safe, and what keeps a
 * login from being used for more than it was made for is its nonce, its signature and `VISIT_MS`, not its date.
 */
const MAX_AHEAD_MS = 30 * DAY_MS
/** A request is made in the visit of its login; both times are the totem's own, so that this holds offline too. */
const VISIT_MS = 30 * MINUTE_MS
/** A totem's clock may be put back by so much in the middle of a visit. */
const STEP_MS = 5 * MINUTE_MS

type ItemResult = SubmissionResult['results'][number]

/** A totem that is known here: its id by TLS, its key from provisioning. */
export interface Totem {
  id: string
  outcomeKey: NamedKey
}

export interface Operations {
  submit(totem: Totem, items: Submission['items']): Promise<ItemResult[]>
  list(of: { totem: string } | 'all', limit: number): Promise<OperationRow[]>
  /** Waits for what was begun: a certificate asked of ANPR is stored before the gateway ends. */
  idle(): Promise<void>
}

interface Parts {
  db: Database
  anpr: AnprClient
  trust: TrustKeeper
  sealingKeys: SealingKeys
  answerWithinMs: number
  now: Clock
  log: Logger
}

const refusal = (kind: Problem['kind']): Problem => ({ kind, anpr: null })

/**
 * Requests for certificates. An operation id takes effect once: one row holds it, ANPR is asked under that id and answers
 * a repeated id with the same certificate, and the first outcome stored is the one that everybody gets, be there two
 * calls, two gateways or a crash in between.
 */
export function createOperations(parts: Parts): Operations {
  const { db, sealingKeys, answerWithinMs, log, now } = parts
  // Repetitions that come while the first is under way share its answer instead of asking ANPR again.
  const underWay = new Map<string, Promise<ItemResult>>()

  async function submitOne(totem: Totem, item: Submission['items'][number]): Promise<ItemResult> {
    const opened = await openRequest(item, sealingKeys, totem.id)
    if (!opened.ok) {
      const { kind } = opened.error
      const { operation } = item
      if (kind === 'request-unopened') {
        // One wrong key here would be every totem's backlog refused: somebody must look, and nothing is decided.
        log.error({ kind, totem: totem.id, operation })
        return { operation, state: 'pending' }
      }
      log.warn({ kind, totem: totem.id, operation })
      return refused(operation, refusal(kind))
    }
    const { request, digest } = opened.value
    const key = `${totem.id} ${item.operation} ${digest}`
    const known = underWay.get(key)
    if (known) return known
    const work = carryOut(totem, request, digest).finally(() => underWay.delete(key))
    underWay.set(key, work)
    return work
  }

  async function carryOut(totem: Totem, request: CertificateRequest, digest: string): Promise<ItemResult> {
    const { operation } = request
    const row = await accept(db, { id: operation, totem: totem.id, digest }, now())
    if (row.totem !== totem.id || row.digest !== digest) {
      log.warn({ kind: 'operation-id-taken', totem: totem.id, operation })
      return refused(operation, refusal('request-malformed'))
    }
    if (row.state !== 'pending') return told(row)

    const decided = await decide(parts, totem, request)
    let settlement: Settlement
    if (decided.ok) {
      settlement = await issued(totem, request, decided.value)
    } else if (decided.error.kind === 'refused') {
      settlement = { state: 'refused', problem: decided.error.problem }
    } else if (decided.error.kind === 'anpr-unavailable') {
      log.warn({ ...decided.error, totem: totem.id, operation })
      return { operation, state: 'pending' }
    } else {
      // Never stored: it may be a clock that is wrong, theirs or ours, or a CRL that is not here yet, and is put right.
      log.error({ ...decided.error, totem: totem.id, operation })
      return decided.error.kind === 'request-expired'
        ? refused(operation, refusal('request-expired'))
        : { operation, state: 'pending' }
    }
    const settled = await settle(db, operation, settlement, now())
    log.info({ kind: `operation-${settled.state}`, refusal: settled.refusal, totem: totem.id, operation })
    return told(settled)
  }

  async function issued(totem: Totem, { operation, types }: CertificateRequest, issue: Issued): Promise<Settlement> {
    const outcome = { operation, types, ...issue, issuedAt: now().toISOString() }
    return {
      state: 'issued',
      protocol: issue.protocol,
      outcome: await sealOutcome(outcome, totem.outcomeKey, totem.id),
    }
  }

  /** One item's trouble is its own: a bug or a lost database leaves it pending, the others go on. */
  async function guarded(totem: Totem, item: Submission['items'][number]): Promise<ItemResult> {
    try {
      return await submitOne(totem, item)
    } catch (failure) {
      const { name, code } = failure as { name?: string; code?: unknown }
      log.error({ kind: 'operation-failed', totem: totem.id, operation: item.operation, name, code })
      return { operation: item.operation, state: 'pending' }
    }
  }

  return {
    submit: (totem, items) =>
      Promise.all(
        items.map((item) =>
          within(answerWithinMs, guarded(totem, item), { operation: item.operation, state: 'pending' }),
        ),
      ),
    list: (of, limit) => list(db, of, limit),
    idle: async () => {
      await Promise.allSettled(underWay.values())
    },
  }
}

type Undecided =
  | { kind: 'refused'; problem: Problem }
  | { kind: 'anpr-unavailable'; reason: string }
  | { kind: 'request-expired' | 'statement-ahead' | 'revocation-unknown' }

/** May this person have this certificate? The evidence is judged at the time of its login, not of its arrival. */
async function decide(
  { anpr, trust, now }: Parts,
  totem: Totem,
  { operation, requestedAt, evidence, subject, types, exemption }: CertificateRequest,
): Promise<Result<Issued, Undecided>> {
  const no = (problem: Problem) => err<Undecided>({ kind: 'refused', problem })
  const { statement } = evidence
  const loginAt = Date.parse(statement.at)
  const age = +now() - loginAt
  if (statement.totem !== totem.id) return no(refusal('statement-other-totem'))
  const sinceLogin = [decodeTime(operation), Date.parse(requestedAt)].map((at) => at - loginAt)
  if (sinceLogin.some((ms) => ms > VISIT_MS || ms < -STEP_MS)) return no(refusal('request-malformed'))
  if (age > MAX_AGE_MS) return err({ kind: 'request-expired' })
  if (age < -MAX_AHEAD_MS) return err({ kind: 'statement-ahead' })
  // A login of the future was made today at the latest.
  const holder = trust.verify(evidence, new Date(Math.min(loginAt, +now())))
  if (!holder.ok) {
    const { kind } = holder.error
    return kind === 'revocation-unknown' ? err({ kind }) : no(refusal(kind))
  }

  const person = await anpr.personOf(holder.value.codiceFiscale)
  if (!person.ok) return undecided(person.error)
  const requester = person.value.identificativi.idANPR
  const certificate = await anpr.issue(operation, { requester, subject: subject ?? requester, types, exemption })
  return certificate.ok ? ok(certificate.value) : undecided(certificate.error)
}

const undecided = (failure: AnprFailure) =>
  err<Undecided>(failure.kind === 'anpr-unavailable' ? failure : { kind: 'refused', problem: problemOf(failure) })

const refused = (operation: string, problem: Problem): ItemResult => ({ operation, state: 'refused', problem })

function told({ id: operation, state, outcome, refusal: kind, refusal_anpr: anpr }: OperationRow): ItemResult {
  if (state === 'issued' && outcome !== null) return { operation, state, outcome }
  if (state === 'refused') return refused(operation, { kind: refusalKind.parse(kind), anpr })
  return { operation, state: 'pending' }
}

async function within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
