import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import type { Clock } from '../../../basics/time.ts'
import type { Faults } from '../faults.ts'
import { createSeen, isSignedBy } from '../jws.ts'
import { type Finding, finding, type Log } from '../log.ts'
import { type Assertion, assertionWarnings, formFindings, readAssertion, type TokenForm } from './assertion.ts'
import { isFresh, type Proof, readProof } from './dpop.ts'
import type { KnownClient, KnownClients, Offer, Purpose } from './registry.ts'
import type { VoucherMint } from './voucher.ts'

export interface TokenServer {
  url: () => string
  /** `aud` of assertions: without `https://`. */
  audience: () => string
  clients: KnownClients
  mint: VoucherMint
  faults: Faults
  log: Log
  now: Clock
}

export const TOKEN_PATH = '/token.oauth2'

/**
 * PDND's token server, as its published source behaves: what it does not check is a warning here, in the log alone.
 * Outside every refusal is 015-0008.
 */
export function tokenServer(app: FastifyInstance, server: TokenServer): void {
  const { clients, mint, faults, log, now } = server
  const usedProofs = createSeen()
  const usedAssertions = createSeen()
  const windows = new Map<string, { ends: number; used: number }>()

  app.get('/.well-known/jwks.json', async () => mint.jwks)

  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const id = randomUUID()
    const ours = (error.statusCode ?? 500) >= 500
    const found = finding('0006', ours ? (error.stack ?? error.message) : error.message)
    log.write({ at: now().toISOString(), where: 'token', outcome: 'refused', ...found, service: '', id })
    if (ours) return problem(reply, id, 500, '015-0000', 'Unexpected error')
    return problem(reply, id, 400, '015-0008', 'Unable to generate a token for the given request')
  })

  app.post(TOKEN_PATH, async (request, reply) => {
    const id = randomUUID()
    const nowMs = +now()
    const write = (outcome: 'accepted' | 'refused' | 'warned', found: Finding[]) => {
      for (const one of found) log.write({ at: now().toISOString(), where: 'token', outcome, ...one, service: '', id })
    }
    const refuse = (found: Finding[]) => {
      write('refused', found)
      return problem(reply, id, 400, '015-0008', 'Unable to generate a token for the given request')
    }
    const fault = faults.take('', 'token-unavailable', 'token-error', 'token-slow', 'token-limited')
    if (fault?.kind === 'token-unavailable')
      return reply.code(503).type('text/html').send('<h1>Service Unavailable</h1>')
    if (fault?.kind === 'token-error') return problem(reply, id, 500, '015-0000', 'Unexpected error')
    if (fault?.kind === 'token-limited') return tooMany(reply, id)
    if (fault?.kind === 'token-slow') await faults.wait(fault.ms)

    const { dpop } = request.headers
    let proof: Proof | null = null
    if (dpop !== undefined) {
      const read = await readProof(String(dpop), { method: 'POST', url: server.url() }, nowMs)
      if ('cause' in read) return refuse([read])
      proof = read
    }
    const form = formOf(request.headers['content-type'], request.body)
    if (!form) return refuse([finding('0006', 'the body is no HTML form')])
    const unfit = formFindings(form)
    if (unfit.length > 0) return refuse(unfit)
    const assertion = readAssertion(form, server.audience())
    if (Array.isArray(assertion)) return refuse(assertion)

    const known = knownOf(clients, assertion)
    if (!known) return refuse([finding('unknown-key', 'no key for this client, kid and purpose')])
    const { client, key, purpose, offer } = known
    if (!(await isSignedBy(assertion.jws, key, 'RS256'))) return refuse([finding('0016', 'the signature is wrong')])
    if (assertion.exp * 1000 <= nowMs) return refuse([finding('0017', 'it has expired')])
    const inactive = stateFindings(purpose, offer)
    if (inactive.length > 0) return refuse(inactive)

    const { consumerId, tokenRate } = client.organisation
    const remaining = takeTurn(windows, consumerId, tokenRate, nowMs)
    reply.headers({
      'x-rate-limit-limit': tokenRate.limit,
      'x-rate-limit-remaining': Math.max(0, remaining),
      'x-rate-limit-interval': tokenRate.intervalMs,
    })
    if (remaining < 0) {
      write('refused', [finding('rate', 'too many requests of this organisation')])
      return tooMany(reply, id)
    }
    if (proof && !isFresh(usedProofs, proof, nowMs))
      return refuse([finding('dpop-reused', 'the proof was used before')])

    write('warned', assertionWarnings(assertion, nowMs))
    const { jti } = assertion.jws.claims
    if (!usedAssertions.use(`${client.clientId} ${jti}`, nowMs, offer.voucherSeconds * 1000))
      write('warned', [finding('jti', 'the assertion was used before')])
    write('accepted', [finding('voucher', `for purpose ${purpose.purposeId}`)])
    const voucher = await mint.voucher({
      client,
      purpose,
      offer,
      digest: assertion.digest,
      jkt: proof?.jkt,
      // On demand, as PDND once did: a voucher of the future (pdnd-interop-frontend issue 1157).
      iat: Math.floor(nowMs / 1000) + (faults.take('', 'token-not-yet-valid')?.seconds ?? 0),
    })
    return reply.headers({ 'cache-control': 'no-cache, no-store' }).send({
      access_token: voucher,
      token_type: proof ? 'DPoP' : 'Bearer',
      expires_in: offer.voucherSeconds,
    })
  })
}

/** A form with each of its names once (RFC 6749 §3.2); null for anything else. */
function formOf(type: string | undefined, body: unknown): TokenForm | null {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type ?? '') || !Buffer.isBuffer(body)) return null
  const fields = [...new URLSearchParams(body.toString('utf8'))]
  const names = new Set(fields.map(([name]) => name))
  return names.size === fields.length ? (Object.fromEntries(fields) as TokenForm) : null
}

function knownOf(clients: KnownClients, { clientId, kid, purposeId }: Assertion) {
  const client = clients.client(clientId)
  const key = client?.keys.get(kid)
  const purpose = client?.purposes.get(purposeId)
  const offer = purpose && clients.offer(purpose.eService)
  return client && key && purpose && offer ? { client, key, purpose, offer } : null
}

const stateFindings = (purpose: Purpose, offer: Offer): Finding[] => [
  ...(purpose.agreement === 'ACTIVE' ? [] : [finding('0021', 'the agreement is not active')]),
  ...(offer.state === 'ACTIVE' ? [] : [finding('0022', 'the e-service is not active')]),
  ...(purpose.state === 'ACTIVE' ? [] : [finding('0020', 'the purpose is not active')]),
]

/** Counts a request of an organisation in its window; what is left of it, below zero when nothing was. */
function takeTurn(
  windows: Map<string, { ends: number; used: number }>,
  organisation: string,
  { limit, intervalMs }: KnownClient['organisation']['tokenRate'],
  nowMs: number,
): number {
  const known = windows.get(organisation)
  const window = known && known.ends > nowMs ? known : { ends: nowMs + intervalMs, used: 0 }
  windows.set(organisation, window)
  window.used++
  return limit - window.used
}

const tooMany = (reply: FastifyReply, id: string) => problem(reply, id, 429, '007-10004', 'Requests limit reached')

function problem(reply: FastifyReply, correlationId: string, status: number, code: string, detail: string) {
  const title = { 400: 'Bad Request', 429: 'Too Many Requests' }[status] ?? 'Internal Server Error'
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title, status, detail, correlationId, errors: [{ code, detail }] })
}
