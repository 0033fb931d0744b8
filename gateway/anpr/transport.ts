import { Agent, request } from 'undici'
import { err, ok, type Result } from '../../contract/result.ts'
import type { AnprFailure } from './answers.ts'
import { pathOf, type Service } from './services.ts'

/** Who asks, as the Ministry's audit pattern wants it (AUDIT_REST_02): each text has at most 20 characters. */
export interface Evidence {
  /** A pseudonym that the access log leads back to the person in whose name somebody asks. */
  userId: string
  /** The machine at which somebody asks. */
  userLocation: string
  /** How surely the person was identified; null: as the setting says. */
  loa: string | null
  /** Under which vouchers may be kept: never shared between two persons. */
  session: string
}

export interface Call {
  service: Service
  /** What follows the service's address. */
  operation: string
  body: unknown
  evidence: Evidence
}

/** What came back, unread. */
export interface Reply {
  status: number
  body: string
  /** GovWay-Transaction-ID, which the Ministry's service desk asks for. */
  transaction: string | null
}

/** The line to ANPR. No answer is `anpr-unavailable`; one that is too large is `anpr-unreadable`. */
export interface Transport {
  post(call: Call): Promise<Result<Reply, AnprFailure>>
  /** Cuts what is under way. */
  close(): Promise<void>
}

// ANPR counts connections per consumer: a batch of fifty must not become fifty connections.
const CONNECTIONS = 16
// Certificates are 30 to 200 KB, base64; the rest is small.
const MAX_ANSWER_BYTES = 8 * 1024 * 1024
const TOO_LARGE = 'UND_ERR_RES_EXCEEDED_MAX_SIZE'

/** Services at one address, without tokens. */
export function plainTransport({ url, timeoutMs }: { url: string; timeoutMs: number }): Transport {
  const agent = new Agent({
    connections: CONNECTIONS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // SECURITY: written out, since NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    connect: { rejectUnauthorized: true },
  })
  return {
    async post({ service, operation, body }) {
      try {
        const { statusCode, headers, body: answered } = await request(new URL(`${pathOf(service)}/${operation}`, url), {
          method: 'POST',
          dispatcher: agent,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(timeoutMs),
        })
        const transaction = headers['govway-transaction-id']
        return ok({
          status: statusCode,
          body: await answered.text(),
          transaction: typeof transaction === 'string' ? transaction : null,
        })
      } catch (fault) {
        const reason = reasonOf(fault)
        return err({ kind: reason === TOO_LARGE ? 'anpr-unreadable' : 'anpr-unavailable', reason })
      }
    },
    close: () => agent.destroy(),
  }
}

function reasonOf(fault: unknown): string {
  const { name, code } = fault as { name?: string; code?: unknown }
  return typeof code === 'string' ? code : (name ?? 'unknown')
}
