import { ok, type Result } from '../../../contract/result.ts'
import { type AnprFailure, failure } from '../answers.ts'
import { type Service, UNSIGNED } from '../services.ts'
import { type AnprCall, type Answered, agentFor, exchange, type Transport } from '../transport.ts'
import { watchClock } from './clock.ts'
import { createProver } from './dpop.ts'
import { notSigned } from './signer.ts'
import { type Client, integrityOf } from './tokens.ts'
import { createVouchers, type Pair, type Purpose } from './vouchers.ts'

export interface PdndAccess {
  client: Client
  token: { url: string; audience: string; keep: boolean }
  /** PEM of private authorities; null: the public ones. */
  ca: { token: string | null; gate: string | null }
  services: Partial<Record<Service, Purpose>>
}

/** GovWay's refusals of what a token says, before anything of ANPR is asked. */
const STALE = /govway\.org\/handling-errors\/(400\/InteroperabilityInvalidRequest|401\/\w+)\.html/

/**
 * The way to ANPR through PDND and the Ministry's interoperability gate (ModI): a voucher, the evidence for whom we ask,
 * and a signature over the bytes sent. Its clock is this machine's, for other machines read the tokens.
 * `onClock` hears by how much it is ahead of theirs; null: no more.
 */
export function pdndTransport(
  { client, token, ca, services }: PdndAccess,
  {
    timeoutMs,
    now = () => new Date(),
    onClock = () => {},
  }: { timeoutMs: number; now?: () => Date; onClock?: (aheadMs: number | null) => void },
): Transport {
  const agents = { token: agentFor(ca.token ?? undefined), gate: agentFor(ca.gate ?? undefined) }
  const prove = createProver()
  const vouchers = createVouchers({ client, token, agent: agents.token, prove, timeoutMs, now })
  const heard = watchClock(onClock)

  async function send(
    purpose: Purpose,
    { voucher, evidence }: Pair,
    { service, method, operation }: AnprCall,
    body: Buffer,
  ) {
    const url = purpose.url + operation
    const sent = now()
    const headers = {
      authorization: `${purpose.dpop ? 'DPoP' : 'Bearer'} ${voucher}`,
      ...(purpose.dpop && { dpop: await prove(url, sent, voucher, method) }),
      'agid-jwt-trackingevidence': evidence,
      ...(UNSIGNED.includes(service)
        ? { accept: 'application/json' }
        : await integrityOf(client, purpose.audience, body, sent)),
    }
    const bytes = method === 'POST' ? body : null
    const answered = await exchange(agents.gate, url, { method, headers, body: bytes, timeoutMs })
    if (answered.ok) heard(answered.value.headers.date, sent, now())
    return answered
  }

  async function ask(call: AnprCall): Promise<Result<Answered, AnprFailure>> {
    const { service, method, body, asker } = call
    const purpose = services[service]
    if (!purpose) return failure('anpr-misconfigured', 'no-purpose')
    // Written once: what is hashed is what is sent.
    const bytes = Buffer.from(method === 'POST' ? JSON.stringify(body) : '')
    const pair = await vouchers.pairFor(service, purpose, asker)
    if (!pair.ok) return pair
    let answered = await send(purpose, pair.value, call, bytes)
    if (answered.ok && STALE.test(answered.value.body.slice(0, LONGEST_PROBLEM))) {
      // Ten minutes may have gone by, on the gate's clock: once more, with all tokens new.
      vouchers.drop(service, asker, pair.value)
      const anew = await vouchers.pairFor(service, purpose, asker)
      if (!anew.ok) return anew
      answered = await send(purpose, anew.value, call, bytes)
    }
    if (!answered.ok) return answered
    const { status, body: text, transaction } = answered.value
    return ok({ status, body: text, transaction })
  }

  return {
    post: (call) => ask(call).catch(notSigned),
    forget: vouchers.forget,
    async close() {
      await Promise.all([agents.token.destroy(), agents.gate.destroy()])
    },
  }
}

const LONGEST_PROBLEM = 2_048
