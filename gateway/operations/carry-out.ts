import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import { validMonthsOf } from '../../catalogue/certificates.ts'
import { atTotem, type Caller } from '../../contract/caller.ts'
import type { Problem } from '../../contract/gateway.ts'
import type { Register, Together } from '../access/register.ts'
import type { Told } from '../citizen/store.ts'
import type { LoginJudge } from '../login/judge.ts'
import type { Means } from '../payments/means.ts'
import { type NamedKey, openRequest, type SealingKeys, sealOutcome } from '../sealing/sealing.ts'
import type { Terms } from '../settings/terms.ts'
import type { Store } from '../store/database.ts'
import type { AccessEntry, Pending, Settled, Settlement } from '../store/operations.ts'
import { WORK } from '../store/queues.ts'
import type { JobData } from '../store/schema.ts'
import { type Bell, ofBacklog } from './bell.ts'
import { decide, WORKED_ON_MS } from './decide.ts'
import { createSettler } from './settler.ts'
import type { Carried } from './work.ts'

/** Whoever stands at the totem has their outcome in so long, the time that ANPR takes left out. */
const AT_ONCE_MS = 1_000

/**
 * Carries out one job of an operation; `row` is undefined when the operation is settled already. ANPR is asked under
 * one id for each operation, and answers a repeated id with the same certificate. Outcome, number, access and the end of the
 * job are stored in one transaction. So whatever was done before, here or in another gateway, is not done again.
 */
export function createCarryOut({
  store: { byKey, boss },
  bell,
  register,
  logins,
  means,
  sealingKeys,
  outcomeKeyOf,
  reference,
  terms,
  told,
  onSettled,
  onFirstTry,
  onRevokedSince,
  now,
  log,
}: {
  store: Store
  bell: Bell
  register: Register
  logins: Pick<LoginJudge, 'asReceived'>
  means: Means
  sealingKeys: SealingKeys
  /** The key to which a totem's outcomes are sealed; null when the totem was withdrawn. */
  outcomeKeyOf(totem: string): NamedKey | null
  reference(person: string): string
  terms: Terms
  /** What ANPR has told for a session of this person at this caller; null where there is none. */
  told(caller: Caller, requester: string): Promise<Told | null>
  /** Hears the state of each outcome that was stored. */
  onSettled(state: Settlement['state']): void
  /** Hears of each request of a citizen who stands there whether it was settled at once, but for those for which ANPR was out. */
  onFirstTry(isAtOnce: boolean): void
  /** Hears that a certificate was issued on a card that its issuer has revoked since the log-in. */
  onRevokedSince(): void
  now: Clock
  log: Logger
}) {
  const settler = createSettler(byKey, means, now)
  return async function carryOut(
    job: string,
    data: JobData,
    row: Pending | undefined,
    isFirst: boolean,
  ): Promise<Carried> {
    const asking = register.together()
    const carried = await tried(job, data, row, asking)
    const isOut = carried.kind === 'put-off' && carried.anprIsOut
    if (row?.express && isFirst && !isOut)
      onFirstTry(carried.kind === 'done' && +now() - +row.received_at - asking.anprMs() <= AT_ONCE_MS)
    return carried
  }

  async function tried(
    job: string,
    { operation }: JobData,
    row: Pending | undefined,
    asking: Together,
  ): Promise<Carried> {
    if (!row) {
      await boss.deleteJob(WORK, job)
      return { kind: 'done' }
    }
    const { totem, sealed } = row
    const caller = atTotem(totem)
    /** Refuses a request without reading it, so that the access log cannot say what it asked for. */
    const refusedUnread = async (kind: Problem['kind']): Promise<Carried> => {
      const settlement = { state: 'refused', problem: { kind, anpr: null } } as const
      await settled(job, row, { id: operation, caller, settlement, access: NOTHING_ASKED, ends: [] })
      return { kind: 'done' }
    }
    if (+now() - +row.received_at > WORKED_ON_MS) {
      return refusedUnread('request-expired')
    }
    const putOff = (reason: string, anprIsOut = false): Carried => {
      log[anprIsOut ? 'warn' : 'error']({ kind: anprIsOut ? 'anpr-unavailable' : reason, reason, totem, operation })
      return { kind: 'put-off', reason, anprIsOut }
    }
    if (sealed === null) return putOff('request-missing')
    const opened = openRequest({ operation, sealed }, sealingKeys, caller)
    if (!opened.ok) {
      const { kind } = opened.error
      // An earlier version of the gateway took the request in. It never becomes good, and its citizen waits for an
      // answer.
      return kind === 'request-outdated' ? refusedUnread(kind) : putOff(kind)
    }
    const outcomeKey = outcomeKeyOf(totem)
    if (!outcomeKey) return putOff('totem-withdrawn')

    const decision = await decide(
      {
        anprId: row.anpr_id,
        register: asking,
        logins,
        means,
        reference,
        terms,
        told: row.express ? told : nobodyAsked,
      },
      caller,
      opened.value.request,
      row.received_at,
    )
    const isSettled = decision.kind === 'issued' || decision.kind === 'refused'
    if (!isSettled) await asking.told()
    if (decision.kind === 'hopeless') {
      log.error({ kind: decision.reason, reason: decision.reason, totem, operation })
      return { kind: 'given-up' }
    }
    if (decision.kind === 'undecided') return putOff(decision.reason, decision.anprIsOut)
    let settlement: Settlement
    if (decision.kind === 'issued') {
      const { certificate, cents, about } = decision
      const { types, bollo } = opened.value.request
      const outcome = {
        operation,
        types,
        bollo,
        cents,
        about,
        validMonths: validMonthsOf(types, terms.validMonths),
        ...certificate,
        issuedAt: now().toISOString(),
      }
      const { protocol } = certificate
      settlement = { state: 'issued', protocol, outcome: sealOutcome(outcome, outcomeKey, totem) }
    } else {
      settlement = { state: 'refused', problem: decision.problem }
    }
    await settled(job, row, { id: operation, caller, settlement, access: decision.access, ends: await asking.ends() })
    if (decision.kind === 'issued' && decision.revokedSince) {
      // SECURITY: what the totem recorded while it was not heard counts; whoever runs it looks who stood there.
      log.error({ kind: 'card-revoked-since', totem, operation })
      onRevokedSince()
    }
    return { kind: 'done' }
  }

  async function settled(job: string, { express }: Pending, item: Settled): Promise<void> {
    if (!(await settler(job, item))) return
    const { id: operation, caller, settlement } = item
    const { id: totem } = caller
    bell.ring(express ? totem : ofBacklog(totem))
    onSettled(settlement.state)
    const { kind: refusal = null, anpr = null } = settlement.state === 'refused' ? settlement.problem : {}
    log.info({ kind: `operation-${settlement.state}`, refusal, anpr, totem, operation })
  }
}

/** Who waited in a backlog has no session any more. */
const nobodyAsked = async () => null

const NOTHING_ASKED: AccessEntry = {
  requester: null,
  subject: null,
  types: '',
  exemption: null,
  anpr_operation: null,
  gate_transaction: null,
  warnings: null,
  pdf_sha256: null,
  line: null,
}
