import { X509Certificate } from 'node:crypto'
import { Agent, request } from 'node:https'
import { isIP } from 'node:net'
import { createSecureContext, type TLSSocket } from 'node:tls'
import type { z } from 'zod'
import { jsonOf } from '../../basics/json.ts'
import {
  type Beginning,
  begun,
  type Finishing,
  finished,
  type Renewing,
  renewalNonce,
  renewed,
} from '../../contract/enrolment.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { GatewayFailure } from '../sync/client.ts'
import { exchange } from '../sync/exchange.ts'
import { whyDown } from '../sync/line-fault.ts'

const DEADLINE = { silenceMs: 30_000, wholeMs: 120_000 }

type Answer<T> = Promise<Result<T, Exclude<GatewayFailure, { kind: 'refused' }>>>

/** The gateway's enrolment door, believed by the authority that the machine came with. */
export interface EnrolmentClient {
  begin(asked: Beginning): Answer<z.output<typeof begun>>
  finish(asked: Finishing): Answer<z.output<typeof finished>>
  renewal(totem: string): Answer<z.output<typeof renewalNonce>>
  renewed(asked: Renewing): Answer<z.output<typeof renewed>>
  close(): void
}

export function createEnrolmentClient({
  url,
  ca,
  version,
}: {
  url: string
  ca: string
  version: string
}): EnrolmentClient {
  const agent = new Agent({
    keepAlive: true,
    // SECURITY: written out, since NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    rejectUnauthorized: true,
    secureContext: createSecureContext({ ca, minVersion: 'TLSv1.3' }),
  })
  const headers = { 'user-agent': `totem-polis/${version}` }

  async function ask<S extends z.ZodType>(schema: S, path: string, body: unknown): Answer<z.output<S>> {
    const asked = { agent, url: new URL(`/v1/enrolment/${path}`, url), headers, deadline: DEADLINE }
    const answer = await exchange({ ...asked, body: JSON.stringify(body) })
    if (!answer.ok) {
      if (answer.error.kind === 'no-answer') return err({ kind: 'line-down', reason: answer.error.reason })
      return err({ kind: 'answer-malformed' })
    }
    const { httpStatus, retryAfterMs, body: bytes } = answer.value
    if (httpStatus >= 500 || httpStatus === 429) return err({ kind: 'gateway-unavailable', httpStatus, retryAfterMs })
    const told = schema.safeParse(jsonOf(bytes.toString('utf8')))
    return httpStatus === 200 && told.success ? ok(told.data) : err({ kind: 'answer-malformed' })
  }

  return {
    begin: (asked) => ask(begun, 'begin', asked),
    finish: (asked) => ask(finished, 'finish', asked),
    renewal: (totem) => ask(renewalNonce, 'renewal', { totem }),
    renewed: (asked) => ask(renewed, 'renewed', asked),
    close: () => agent.destroy(),
  }
}

/**
 * The gateway's time, for a technician whose machine has another: certificates do not count at a wrong clock, so that only
 * signature and name are checked here. Nothing but the time is taken from this connection, and nobody sets a clock by it
 * unasked. Null: no answer, or of somebody else.
 */
export function gatewayTime(url: string, ca: string): Promise<Date | null> {
  return new Promise((resolve) => {
    let ours = false
    const asked = request(
      new URL('/', url),
      { method: 'HEAD', agent: false, rejectUnauthorized: false, timeout: 10_000 },
      (answer) => {
        answer.resume()
        const at = new Date(String(answer.headers.date))
        resolve(ours && !Number.isNaN(+at) ? at : null)
      },
    )
    // A short answer may end the connection before anybody looks at its certificate.
    asked.once('socket', (socket) => {
      socket.once('secureConnect', () => {
        ours = isOurs(socket as TLSSocket, url, ca)
      })
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(null))
    asked.end()
  })
}

type LineDown = Extract<GatewayFailure, { kind: 'line-down' }>

/** A certificate that is of another day, and the gateway's own: then this machine's clock is wrong. */
export async function clockOr<F extends { kind: string }>(
  failure: F | LineDown,
  url: string,
  ca: string,
): Promise<F | LineDown | { kind: 'clock-wrong'; gateway: Date }> {
  if (failure.kind !== 'line-down' || !('reason' in failure)) return failure
  const { reason } = whyDown(failure)
  if (reason !== 'certificate-expired' && reason !== 'certificate-not-yet-valid') return failure
  const gateway = await gatewayTime(url, ca)
  const differs = gateway !== null && Math.abs(+gateway - Date.now()) > 60_000
  return differs ? { kind: 'clock-wrong', gateway } : failure
}

function isOurs(socket: TLSSocket, url: string, ca: string): boolean {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
  const shown = socket.getPeerX509Certificate()
  if (!shown || (isIP(host) ? shown.checkIP(host) : shown.checkHost(host)) === undefined) return false
  try {
    const authorities = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    return authorities.some((each) => shown.verify(new X509Certificate(each).publicKey))
  } catch {
    return false
  }
}
