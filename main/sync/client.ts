import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import type { z } from 'zod'
import type { Evidence } from '../../contract/evidence.ts'
import {
  type FamilySheet,
  familySheet,
  journalReceipt,
  operationList,
  type Problem,
  preview,
  type previewRequest,
  problem,
  type Session,
  type Submission,
  type SubmissionResult,
  session,
  status,
  submissionResult,
  type VisuraAnswer,
  visuraAnswer,
} from '../../contract/gateway.ts'
import type { JournalEntry } from '../../contract/journal.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type TrustBundle, trustBundle } from '../../contract/trust.ts'

/**
 * `line-down`: no whole answer came (`reason` is a code such as ECONNREFUSED or timeout). `gateway-unavailable`: it
 * answered that it can't now. `answer-malformed`: what came is not in the contract. `refused`: it said no, and why.
 */
export type GatewayFailure =
  | { kind: 'line-down'; reason: string }
  | { kind: 'gateway-unavailable'; httpStatus: number }
  | { kind: 'answer-malformed' }
  | { kind: 'refused'; problem: Problem }

/** The disk did not take it; `reason` is a code such as ENOSPC. */
export type NotStored = { kind: 'not-stored'; reason: string }

type Answer<T> = Promise<Result<T, GatewayFailure>>

export type GatewayClient = {
  status(): Answer<z.infer<typeof status>>
  openSession(evidence: Evidence): Answer<Session>
  family(token: string): Answer<FamilySheet>
  visura(token: string): Answer<VisuraAnswer>
  preview(token: string, request: z.infer<typeof previewRequest>): Answer<z.infer<typeof preview>>
  submit(submission: Submission): Answer<SubmissionResult>
  operations(): Answer<z.infer<typeof operationList>>
  sendJournal(entries: JournalEntry[]): Answer<z.infer<typeof journalReceipt>>
  trust(): Answer<TrustBundle>
  /** Brings a CRL to `file`, on the disk for good; ok only when it is of that length and digest. */
  crl(wanted: TrustBundle['crls'][number], file: string): Promise<Result<null, GatewayFailure | NotStored>>
  /** Cuts what is under way, which then answers line-down. */
  close(): void
}

// A rural ADSL line answers in well under a second or not at all; a citizen is looking at the screen.
const STATUS_DEADLINE_MS = 5_000
// ANPR itself is asked behind these, and a batch may bring twenty sealed PDFs over a slow line.
const DEADLINE_MS = 20_000
// Twenty certificates of 1 MB, base64 twice over. More is not an answer but a fault.
const LONGEST_ANSWER_BYTES = 48 * 1024 * 1024
// A CRL of 20 MB takes minutes over a rural line, so that what counts is that something still comes.
const DOWNLOAD_IDLE_MS = 30_000
// A citizen's own questions must not stand in line behind a batch.
const SOCKETS = 4

// Not the gateway's refusal but its state: over-loaded or not yet ready (RFC 9110, RFC 6585, RFC 8470).
const PASSING_STATUS = [408, 425, 429]

/**
 * The totem's side of contract/gateway.ts: HTTPS with mutual TLS. `ca` (the only one trusted), `certificate` and `key`
 * are PEM texts. `onMalformed` is told the path as a code (`v1.operations`) whenever an answer does not parse.
 *
 * On node:https: undici 8 needs Node 22 and does not load in Electron 33 (Node 20).
 */
export function createGatewayClient({
  url,
  ca,
  certificate,
  key,
  onMalformed,
}: {
  url: string
  ca: string
  certificate: string
  key: string
  onMalformed: (path: string, httpStatus: number) => void
}): GatewayClient {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS, ca, cert: certificate, key, minVersion: 'TLSv1.3' })

  let closed = false

  async function ask<S extends z.ZodType>(schema: S, path: string, asked: Ask = {}): Answer<z.infer<S>> {
    let answer = await exchange(agent, new URL(path, url), asked)
    // The gateway may close an idle connection just as we use it again; that says nothing about the line.
    if (!answer.ok && answer.error.idleConnectionLost && asked.repeatable !== false && !closed)
      answer = await exchange(agent, new URL(path, url), asked)
    if (!answer.ok) return err({ kind: 'line-down', reason: answer.error.reason })

    const { httpStatus, body } = answer.value
    if (httpStatus >= 500 || PASSING_STATUS.includes(httpStatus))
      return err({ kind: 'gateway-unavailable', httpStatus })
    const json = jsonOf(body)
    if (httpStatus >= 200 && httpStatus < 300) {
      const parsed = schema.safeParse(json)
      if (parsed.success) return ok(parsed.data)
    } else {
      const parsed = problem.safeParse(json)
      if (parsed.success) return err({ kind: 'refused', problem: parsed.data })
    }
    onMalformed(path.slice(1).replaceAll('/', '.'), httpStatus)
    return err({ kind: 'answer-malformed' })
  }

  return {
    status: () => ask(status, '/v1/status', { deadlineMs: STATUS_DEADLINE_MS }),
    // The gateway takes a nonce once: asking twice would be a replay.
    openSession: (evidence) => ask(session, '/v1/sessions', { body: evidence, repeatable: false }),
    family: (token) => ask(familySheet, '/v1/sessions/current/family', { token }),
    visura: (token) => ask(visuraAnswer, '/v1/sessions/current/visura', { token }),
    preview: (token, request) => ask(preview, '/v1/previews', { token, body: request }),
    submit: (submission) => ask(submissionResult, '/v1/operations', { body: submission }),
    operations: () => ask(operationList, '/v1/operations'),
    sendJournal: (entries) => ask(journalReceipt, '/v1/journal', { body: { entries } }),
    trust: () => ask(trustBundle, '/v1/trust'),
    crl: (wanted, file) => download(agent, new URL(`/v1/trust/crls/${wanted.sha256}`, url), wanted, file),
    close() {
      closed = true
      agent.destroy()
    },
  }
}

type Ask = { body?: unknown; token?: string; deadlineMs?: number; repeatable?: boolean }
type ExchangeFailure = { kind: 'no-answer'; reason: string; idleConnectionLost: boolean }

/** One request and its whole answer. A body: POST; none: GET. */
function exchange(
  agent: Agent,
  url: URL,
  { body, token, deadlineMs = DEADLINE_MS }: Ask,
): Promise<Result<{ httpStatus: number; body: Buffer }, ExchangeFailure>> {
  const payload = body === undefined ? null : Buffer.from(JSON.stringify(body))
  return new Promise((resolve) => {
    const request = httpsRequest(url, {
      agent,
      method: payload ? 'POST' : 'GET',
      headers: {
        accept: 'application/json',
        ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    })
    // A line that has silently died says nothing for ever, so the deadline is for the whole exchange.
    const deadline = setTimeout(() => request.destroy(Object.assign(new Error(), { code: 'timeout' })), deadlineMs)
    const answered = (answer: Result<{ httpStatus: number; body: Buffer }, ExchangeFailure>) => {
      clearTimeout(deadline)
      resolve(answer)
    }
    request.on('error', (error: NodeJS.ErrnoException) => {
      const idleConnectionLost = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      answered(err({ kind: 'no-answer', reason: codeOf(error), idleConnectionLost }))
    })
    request.on('response', (response) => {
      wholeBody(response).then(
        (whole) => answered(ok({ httpStatus: response.statusCode ?? 0, body: whole })),
        (error) => {
          request.destroy()
          answered(err({ kind: 'no-answer', reason: codeOf(error), idleConnectionLost: false }))
        },
      )
    })
    request.end(payload ?? undefined)
  })
}

/** Straight to the disk: a CRL of a region has hundreds of thousands of entries, and main must not hold it twice. */
async function download(
  agent: Agent,
  url: URL,
  { bytes, sha256 }: TrustBundle['crls'][number],
  file: string,
): Promise<Result<null, GatewayFailure | NotStored>> {
  const request = httpsRequest(url, { agent, timeout: DOWNLOAD_IDLE_MS })
  request.on('timeout', () => request.destroy(Object.assign(new Error(), { code: 'timeout' })))
  const digest = createHash('sha256')
  let length = 0
  let disk: NodeJS.ErrnoException | null = null
  try {
    request.end()
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const httpStatus = response.statusCode ?? 0
    if (httpStatus !== 200) {
      request.destroy()
      return err(httpStatus >= 500 ? { kind: 'gateway-unavailable', httpStatus } : { kind: 'answer-malformed' })
    }
    const measured = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        length += chunk.length
        if (length > bytes) return
        digest.update(chunk)
        yield chunk
      }
    }
    const written = createWriteStream(file, { mode: 0o600, flush: true })
    written.on('error', (error) => {
      disk = error
    })
    await pipeline(response, measured, written)
  } catch (error) {
    request.destroy()
    if (disk) return err({ kind: 'not-stored', reason: codeOf(disk) })
    return err({ kind: 'line-down', reason: codeOf(error as NodeJS.ErrnoException) })
  }
  return length === bytes && digest.digest('hex') === sha256 ? ok(null) : err({ kind: 'answer-malformed' })
}

/** Rejects when the answer is cut before its announced end (node: `aborted`) or is too long. */
async function wholeBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LONGEST_ANSWER_BYTES) throw Object.assign(new Error(), { code: 'answer-too-long' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** What is not JSON is `undefined`, which no schema of the contract takes. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** As the journal takes it: a code of at most 64 characters. */
const codeOf = (error: NodeJS.ErrnoException) => (error.code ?? 'unknown').replace(/[^\w.+:-]/g, '-').slice(0, 64)
