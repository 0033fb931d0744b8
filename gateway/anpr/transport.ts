import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent, request } from 'undici'
import { ok, type Result } from '../../contract/result.ts'
import { type AnprFailure, failure } from './answers.ts'
import type { Service } from './services.ts'

/**
 * What an e-service hears of the person for whom it is asked (pattern AUDIT_REST_02): each text is at most 20
 * characters long. SECURITY: `userId` is a pseudonym, which only the access log can turn into a line of its own.
 */
export interface Asker {
  userId: string
  userLocation: string
  loa: string
}

type Method = 'POST' | 'GET' | 'DELETE'
/** One call of an e-service; `operation` follows the service's base URL, e.g. `/anpr-service-e002`. */
export interface AnprCall {
  service: Service
  method: Method
  operation: string
  /** Of a POST alone. */
  body: unknown
  asker: Asker
}

/** What came back. `transaction`: GovWay-Transaction-ID, by which the Ministry's service desk finds the call. */
export interface Answered {
  status: number
  body: string
  transaction: string | null
}

/** The way to ANPR. A failure is an answer that did not come, or one that the gate before ANPR gave. */
export interface Transport {
  post(call: AnprCall): Promise<Result<Answered, AnprFailure>>
  /** Drops the vouchers that were got in this name. */
  forget(asker: Asker): void
  /** Cuts what is under way. */
  close(): Promise<void>
}

// ANPR counts connections per consumer: a batch of fifty must not become fifty connections. No service takes more than
// two thirds of them (breakers.ts).
const CONNECTIONS = 24
// Certificates are 30 to 200 KB, base64; the rest is small.
const MAX_ANSWER_BYTES = 8 * 1024 * 1024
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024
/** Codes of an answer that came and is of no use: too large, packed or unpacked; or not what its first bytes say. */
const UNREADABLE = ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'ERR_BUFFER_TOO_LARGE', 'Z_DATA_ERROR', 'Z_BUF_ERROR']

/** Connections to the foreign systems; `ca`: PEM of private authorities, in place of the public ones. */
export const agentFor = (ca?: string): Agent =>
  new Agent({
    connections: CONNECTIONS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // SECURITY: written out, since NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    connect: { rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
  })

/** Sends one request and reads its answer whole. */
export async function exchange(
  agent: Agent,
  url: string,
  {
    method = 'POST',
    headers,
    body,
    timeoutMs,
  }: { method?: Method; headers: Record<string, string>; body: string | Uint8Array | null; timeoutMs: number },
): Promise<Result<Answered & { headers: Record<string, string | string[] | undefined> }, AnprFailure>> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const answered = await request(url, {
      method,
      dispatcher: agent,
      headers,
      body,
      signal,
    })
    // The gate's 404 of an unknown path has the second one alone.
    const transaction = answered.headers['govway-transaction-id'] ?? answered.headers['x-global-transaction-id']
    return ok({
      status: answered.statusCode,
      headers: answered.headers,
      body: await textOf(Buffer.from(await answered.body.arrayBuffer())),
      transaction: typeof transaction === 'string' ? transaction.slice(0, 64) : null,
    })
  } catch (fault) {
    const reason = reasonOf(fault)
    return failure(UNREADABLE.includes(reason) ? 'anpr-unreadable' : 'anpr-unavailable', reason)
  }
}

const unpack = promisify(gunzip)
/**
 * The text of an answer. The file of a bulk service is gzip, and so may be any answer, for nothing forbids it (RFC 9110
 * §12.5.3): its first bytes say so, and are those of no text.
 */
const textOf = async (bytes: Buffer): Promise<string> =>
  (bytes[0] === 0x1f && bytes[1] === 0x8b
    ? await unpack(bytes, { maxOutputLength: MAX_UNPACKED_BYTES })
    : bytes
  ).toString()

function reasonOf(fault: unknown): string {
  const { name, code } = fault as { name?: string; code?: unknown }
  return typeof code === 'string' ? code : (name ?? 'unknown')
}
