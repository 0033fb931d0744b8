import { Agent } from 'node:https'
import { createSecureContext } from 'node:tls'
import type { z } from 'zod'
import { jsonOf } from '../../basics/json.ts'
import { MINUTE_MS } from '../../basics/time.ts'
import {
  type CommandOutcomes,
  commandOutcomesTaken,
  commandsAnswer,
  type outcomeKeyOffered,
  outcomeKeyTaken,
} from '../../contract/command.ts'
import {
  challengeGiven,
  heartbeatAnswer,
  type OutcomePage,
  operationList,
  outcomePage,
  type Problem,
  problem,
  type Submission,
  type SubmissionResult,
  status,
  submissionResult,
} from '../../contract/gateway.ts'
import { gatewayKeysAnswer, outcomeKeyAnswer } from '../../contract/gateway-keys.ts'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import { type JournalBatch, type JournalReceipt, journalReceipt } from '../../contract/journal.ts'
import { type ReadinessSheet, readinessTaken } from '../../contract/readiness.ts'
import { releasesAnswer } from '../../contract/release.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { serviceAccessAnswer } from '../../contract/service.ts'
import { type TrustBundle, trustBundle } from '../../contract/trust.ts'
import { type Deadline, download, exchange, type NotStored } from './exchange.ts'

/**
 * `line-down`: no whole answer came (`reason` is a code such as ECONNREFUSED or timeout). `gateway-unavailable`: the
 * gateway cannot answer now, and may say when to ask again. `answer-malformed`: the answer is not in the contract.
 * `refused`: the gateway said no, and why.
 */
export type GatewayFailure =
  | { kind: 'line-down'; reason: string }
  | { kind: 'gateway-unavailable'; httpStatus: number; retryAfterMs: number | null }
  | { kind: 'answer-malformed' }
  | { kind: 'refused'; problem: Problem }

type Status = z.infer<typeof status>
type Challenge = z.infer<typeof challengeGiven>
type Answer<T> = Promise<Result<T, GatewayFailure>>

export type GatewayClient = {
  status(): Answer<Status>
  /** A question of the person who stands there: the journey that asks names the path, and the answer it takes. */
  ask<S extends z.ZodType>(answer: S, path: string, question: CitizensQuestion): Answer<z.infer<S>>
  submit(submission: Submission): Answer<SubmissionResult>
  operations(): Answer<z.infer<typeof operationList>>
  /**
   * Outcomes settled after `after`, with the token of its receipt ('' where there is none). The gateway holds the answer up to `waitS` seconds until there are some, or until
   * `signal` is aborted.
   */
  outcomes(after: number, waitS: number, receipt: string, signal?: AbortSignal): Answer<OutcomePage>
  heartbeat(heartbeat: Heartbeat): Answer<z.infer<typeof heartbeatAnswer>>
  /** What the next card signs: its person stands there. */
  challenge(): Answer<Challenge>
  keys(): Answer<z.infer<typeof gatewayKeysAnswer>>
  /** The key that outcomes for this totem are sealed to. */
  outcomeKey(): Answer<z.infer<typeof outcomeKeyAnswer>>
  /** What the totem has found of itself. */
  sendReadiness(sheet: ReadinessSheet): Answer<z.infer<typeof readinessTaken>>
  sendJournal(batch: JournalBatch): Answer<JournalReceipt>
  /** What this totem is to run, and the signed list of releases. */
  releases(): Answer<z.infer<typeof releasesAnswer>>
  /** These bytes of a release's file, both ends included. */
  releaseRange(sha256: string, from: number, to: number): Answer<Buffer>
  trust(): Answer<TrustBundle>
  /** Which technicians may work on this totem: one of them may stand there. */
  serviceAccess(): Answer<z.infer<typeof serviceAccessAnswer>>
  /** What operators ask of this totem above this serial, and what came of what they asked. */
  commands(after: number): Answer<z.infer<typeof commandsAnswer>>
  commandOutcomes(outcomes: CommandOutcomes): Answer<z.infer<typeof commandOutcomesTaken>>
  /** The public half of a new key for outcomes, as an operator has asked. */
  newOutcomeKey(offered: z.infer<typeof outcomeKeyOffered>): Answer<z.infer<typeof outcomeKeyTaken>>
  /** Brings a CRL to `file`, on the disk for good; ok only when length and digest are as listed. */
  crl(wanted: TrustBundle['crls'][number], file: string): Promise<Result<null, GatewayFailure | NotStored>>
  /** From now on new connections use this identity. Exchanges under way end on the old ones. */
  renew(identity: Identity): void
  /** Cuts the exchanges under way, which then answer line-down. */
  close(): void
}

/** PEM texts; `ca` is the only one trusted. */
export interface Identity {
  ca: string
  certificate: string
  key: string
}

export type Deadlines = {
  /** How long to wait for a status: on a line that has always been fast, and at most. */
  statusMs: number
  slowStatusMs: number
  /** How long a citizen waits for an answer as a whole: after it the totem goes on as without a line. */
  citizenMs: number
  /**
   * Exchanges that nobody stands and waits for. At 64 kbit/s with 30 % loss a batch still gets through: a segment that
   * is lost four times in a row comes after some 30 s, and TCP then carries half a KB a second.
   */
  backlog: Deadline
}
const DEADLINES: Deadlines = {
  // A rural ADSL line answers in well under a second or not at all; a citizen is looking at the screen.
  statusMs: 5_000,
  slowStatusMs: MINUTE_MS,
  // The gateway asks ANPR behind these calls.
  citizenMs: 20_000,
  backlog: { silenceMs: MINUTE_MS, wholeMs: 15 * MINUTE_MS },
}
// The line may be so many times slower than before until it counts as dead.
const SLOWER = 4
// A batch, a waiting citizen, the long poll, the log and a CRL at once: a citizen's own questions stand behind none of
// them.
const SOCKETS = 8
// One connection waits for the next question. When the long poll has ended there are two, until the poll goes up again.
// More would cost the gateway memory, for thousands of totems.
const IDLE_SOCKETS = 2
// Keep-alives remind a router that forgets quiet connections, and find one that has died. One each second would fill an
// ADSL line with nothing.
const TCP_KEEP_ALIVE_MS = 15_000

// These say that the gateway is over-loaded or not yet ready, and refuse nothing (RFC 9110, RFC 6585, RFC 8470).
const PASSING_STATUS = [408, 425, 429]

/**
 * The totem's side of contract/gateway.ts: HTTPS with mutual TLS. `version` is the totem's. `onMalformed` is told the path as a code (`v1.operations`) whenever an answer
 * does not parse.
 *
 * On node:https: undici 8 needs Node 22 and does not load in Electron 33 (Node 20).
 */
export function createGatewayClient({
  url,
  version,
  onMalformed,
  deadlines = DEADLINES,
  ...identity
}: Identity & {
  url: string
  version: string
  onMalformed: (path: string, httpStatus: number) => void
  deadlines?: Deadlines
}): GatewayClient {
  // Made with the first question: Node reads all the authorities that it knows when it makes one, and the first screen
  // shall not wait for that.
  let made: Agent | null = null
  const agentNow = () => {
    made ??= agentOf(identity)
    return made
  }
  const headers = { 'user-agent': `totem-polis/${version}` }
  const citizen = { silenceMs: deadlines.citizenMs, wholeMs: deadlines.citizenMs }
  const { backlog } = deadlines

  /** Agents whose last exchanges may still be under way. */
  const replaced: Agent[] = []
  let closed = false
  let statusMs = deadlines.statusMs

  async function ask<S extends z.ZodType>(schema: S, path: string, question: Question): Answer<z.infer<S>> {
    const asked = {
      agent: agentNow(),
      url: new URL(path, url),
      headers: question.token === undefined ? headers : { ...headers, authorization: `Bearer ${question.token}` },
      deadline: question.deadline,
      signal: question.signal,
      ...(question.body !== undefined && { body: JSON.stringify(question.body) }),
    }
    const asCode = asked.url.pathname.slice(1).replaceAll('/', '.')
    const malformed = (httpStatus: number) => {
      onMalformed(asCode, httpStatus)
      return err({ kind: 'answer-malformed' as const })
    }
    let answer = await exchange(asked)
    // The gateway may close an idle connection just as the totem uses it again; that says nothing about the line.
    const lostIdle = !answer.ok && answer.error.kind === 'no-answer' && answer.error.idleConnectionLost
    if (lostIdle && question.repeatable !== false && !closed) answer = await exchange(asked)
    if (!answer.ok) {
      if (answer.error.kind === 'no-answer') return err({ kind: 'line-down', reason: answer.error.reason })
      return malformed(answer.error.httpStatus)
    }

    const { httpStatus, retryAfterMs, body } = answer.value
    if (httpStatus >= 500 || PASSING_STATUS.includes(httpStatus))
      return err({ kind: 'gateway-unavailable', httpStatus, retryAfterMs })
    const json = jsonOf(body.toString('utf8'))
    if (httpStatus >= 200 && httpStatus < 300) {
      const parsed = schema.safeParse(json)
      if (parsed.success) return ok(parsed.data)
    } else {
      const parsed = problem.safeParse(json)
      if (parsed.success) return err({ kind: 'refused', problem: parsed.data })
    }
    return malformed(httpStatus)
  }

  /**
   * Finds out whether the line carries, and brings `body` along. A line over a satellite is not down because it takes
   * seconds: each silence doubles the patience for the next one.
   */
  async function askStatus<S extends z.ZodType>(schema: S, path: string, body?: Heartbeat): Answer<z.infer<S>> {
    const asked = performance.now()
    const deadline = { silenceMs: statusMs, wholeMs: statusMs }
    const answer = await ask(schema, path, { deadline, ...(body && { body }) })
    if (answer.ok) statusMs = SLOWER * (performance.now() - asked)
    else if (answer.error.kind === 'line-down' && answer.error.reason === 'timeout') statusMs *= 2
    statusMs = Math.min(Math.max(statusMs, deadlines.statusMs), deadlines.slowStatusMs)
    return answer
  }

  return {
    status: () => askStatus(status, '/v1/status'),
    ask: (answer, path, question) => ask(answer, path, { ...question, deadline: citizen }),
    submit: (submission) => ask(submissionResult, '/v1/operations', { body: submission, deadline: backlog }),
    operations: () => ask(operationList, '/v1/operations', { deadline: backlog }),
    outcomes: (after, waitS, receipt, signal) =>
      ask(outcomePage, `/v1/outcomes?after=${after}&wait=${waitS}&receipt=${receipt}`, {
        signal,
        deadline: { ...backlog, silenceMs: backlog.silenceMs + 1_000 * waitS },
      }),
    heartbeat: (heartbeat) => askStatus(heartbeatAnswer, '/v1/heartbeat?closed=1', heartbeat),
    challenge: () => ask(challengeGiven, '/v1/challenges', { body: {}, deadline: citizen }),
    keys: () => ask(gatewayKeysAnswer, '/v1/keys', { deadline: backlog }),
    outcomeKey: () => ask(outcomeKeyAnswer, '/v1/outcome-key', { deadline: citizen }),
    sendReadiness: (sheet) => ask(readinessTaken, '/v1/readiness', { body: sheet, deadline: backlog }),
    sendJournal: (batch) => ask(journalReceipt, '/v1/journal', { body: batch, deadline: backlog }),
    trust: () => ask(trustBundle, '/v1/trust', { deadline: backlog }),
    serviceAccess: () => ask(serviceAccessAnswer, '/v1/service/access', { deadline: citizen }),
    commands: (after) => ask(commandsAnswer, `/v1/commands?after=${after}`, { deadline: backlog }),
    commandOutcomes: (body) => ask(commandOutcomesTaken, '/v1/commands/outcomes', { body, deadline: backlog }),
    newOutcomeKey: (body) => ask(outcomeKeyTaken, '/v1/commands/outcome-key', { body, deadline: citizen }),
    releases: () => ask(releasesAnswer, '/v1/releases', { deadline: backlog }),
    async releaseRange(sha256, from, to) {
      const address = new URL(`/v1/releases/${sha256}`, url)
      const range = { ...headers, range: `bytes=${from}-${to}` }
      const answer = await exchange({
        agent: agentNow(),
        url: address,
        headers: range,
        deadline: backlog,
        signal: undefined,
      })
      if (!answer.ok)
        return err(
          answer.error.kind === 'no-answer'
            ? { kind: 'line-down', reason: answer.error.reason }
            : { kind: 'answer-malformed' },
        )
      const { httpStatus, retryAfterMs, body } = answer.value
      if (httpStatus >= 500 || PASSING_STATUS.includes(httpStatus))
        return err({ kind: 'gateway-unavailable', httpStatus, retryAfterMs })
      return httpStatus === 206 && body.length === to - from + 1 ? ok(body) : err({ kind: 'answer-malformed' })
    },
    async crl(wanted, file) {
      const address = new URL(`/v1/trust/crls/${wanted.sha256}`, url)
      const brought = await download({ agent: agentNow(), url: address, headers, deadline: backlog }, wanted, file)
      if (brought.ok) return brought.value ? ok(null) : err({ kind: 'answer-malformed' })
      const { error } = brought
      if (error.kind === 'not-stored') return err(error)
      if (error.kind === 'no-answer') return err({ kind: 'line-down', reason: error.reason })
      const { httpStatus } = error
      if (httpStatus < 500) return err({ kind: 'answer-malformed' })
      return err({ kind: 'gateway-unavailable', httpStatus, retryAfterMs: null })
    },
    renew(renewed) {
      const before = agentNow()
      made = agentOf(renewed)
      // A connection that is idle now, or later, is not kept.
      before.maxFreeSockets = 0
      for (const socket of Object.values(before.freeSockets).flat()) socket?.destroy()
      replaced.push(before)
    },
    close() {
      closed = true
      for (const each of [...replaced, ...(made ? [made] : [])]) each.destroy()
    },
  }
}

function agentOf({ ca, certificate, key }: Identity): Agent {
  return new Agent({
    keepAlive: true,
    keepAliveMsecs: TCP_KEEP_ALIVE_MS,
    maxSockets: SOCKETS,
    maxFreeSockets: IDLE_SOCKETS,
    // SECURITY: written out, since NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    rejectUnauthorized: true,
    // Made once and not for each connection: certificates and key are parsed in it.
    secureContext: createSecureContext({ ca, cert: certificate, key, minVersion: 'TLSv1.3' }),
  })
}

/** `token`: of the citizen session. `repeatable` false: asking twice would do something twice. */
export interface CitizensQuestion {
  body?: unknown
  token?: string
  repeatable?: boolean
}

interface Question extends CitizensQuestion {
  deadline: Deadline
  signal?: AbortSignal | undefined
}
