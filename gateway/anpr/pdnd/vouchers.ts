import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import type { Agent } from 'undici'
import { z } from 'zod'
import { MINUTE_MS } from '../../../basics/time.ts'
import { problemaPdnd } from '../../../contract/anpr.ts'
import { ok, type Result } from '../../../contract/result.ts'
import { type AnprFailure, failure } from '../answers.ts'
import type { Service } from '../services.ts'
import { type Asker, exchange } from '../transport.ts'
import type { Prover } from './dpop.ts'
import { notSigned } from './signer.ts'
import { assertionOf, type Client, digestOf, evidenceOf } from './tokens.ts'

/** A voucher and the evidence whose hash it holds: neither is good without the other. */
export interface Pair {
  voucher: string
  evidence: string
}
/** One e-service as PDND knows it for us. */
export interface Purpose {
  url: string
  audience: string
  purposeId: string
  dpop: boolean
}

export interface Vouchers {
  /** The pair of this person, machine and e-service. */
  pairFor(service: Service, purpose: Purpose, asker: Asker): Promise<Result<Pair, AnprFailure>>
  /** Drops a pair that the gate has refused; another one that came meanwhile stays. */
  drop(service: Service, asker: Asker, pair: Pair): void
  /** The person has left the machine: drops all their pairs. */
  forget(asker: Asker): void
}

/** Both last ten minutes; what is under way must still arrive. */
const KEPT_MS = 8 * MINUTE_MS
/** A voucher that lives less is not kept until its last moment. */
const MARGIN_MS = 30_000

/**
 * Vouchers of PDND's token server. SECURITY: a pair serves one person at one machine only, for the evidence names both,
 * and is asked for once however many calls wait for it. `keep` false: each call has its own.
 */
export function createVouchers({
  client,
  token,
  agent,
  prove,
  timeoutMs,
  now,
}: {
  client: Client
  token: { url: string; audience: string; keep: boolean }
  agent: Agent
  prove: Prover
  timeoutMs: number
  now: () => Date
}): Vouchers {
  interface Kept {
    asker: Asker
    until: number
    made: Promise<Result<Pair, AnprFailure>>
    /** Null until it is there. */
    pair: Pair | null
  }
  /** In the order in which they were asked for. */
  const kept = new Map<string, Kept>()
  /** Drops what is over. SECURITY: of what ends before its time nothing is used, and it goes with those of its age. */
  function tidy(at: number): void {
    for (const [key, { until }] of kept) {
      // After an outage thousands are kept: a look at each for each new one would cost more than the signatures.
      if (until > at) return
      kept.delete(key)
    }
  }

  async function make(purpose: Purpose, asker: Asker, lives: (ms: number) => void): Promise<Result<Pair, AnprFailure>> {
    const evidence = await evidenceOf(client, purpose, asker, now())
    const asked = { audience: token.audience, purposeId: purpose.purposeId, evidence, at: now() }
    const form = new URLSearchParams({
      client_id: client.clientId,
      client_assertion: await assertionOf(client, asked),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      grant_type: 'client_credentials',
    })
    const answered = await exchange(agent, token.url, {
      ...{ timeoutMs, body: form.toString() },
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...(purpose.dpop && { dpop: await prove(token.url, now()) }),
      },
    })
    if (!answered.ok) return answered
    const { status, body } = answered.value
    if (status !== OK) return refusal(status, body)
    const told = read(body)
    if (told === null) return failure('anpr-unavailable', 'voucher-unreadable')
    const { voucher, claims, tokenType } = told
    if (tokenType !== (purpose.dpop ? 'dpop' : 'bearer')) return failure('anpr-misconfigured', 'voucher-type')
    // A voucher that belongs elsewhere would be refused with a sentence that says nothing.
    if (claims.purposeId !== purpose.purposeId) return failure('anpr-misconfigured', 'voucher-purpose')
    if (claims.digest?.value.toLowerCase() !== digestOf(evidence).value)
      return failure('anpr-misconfigured', 'voucher-digest')
    // PDND has given vouchers that begin in a moment (pdnd-interop-frontend issue 1157): another one would, too.
    const early = (claims.nbf ?? 0) * 1000 - +now()
    if (early > timeoutMs) return failure('anpr-unavailable', 'voucher-not-yet-valid')
    if (early > 0) await delay(early)
    lives(claims.exp * 1000 - +now() - MARGIN_MS)
    return ok({ voucher, evidence })
  }

  return {
    async pairFor(service, purpose, asker) {
      if (!token.keep) return make(purpose, asker, () => {})
      const key = keyOf(service, asker)
      const known = kept.get(key)
      if (known && known.until > +now()) return known.made
      kept.delete(key)
      tidy(+now())
      let until = +now() + KEPT_MS
      const made = make(purpose, asker, (ms) => {
        until = Math.min(until, +now() + ms)
      }).catch(notSigned)
      const one: Kept = { asker, until, made, pair: null }
      kept.set(key, one)
      const answered = await made
      one.until = until
      if (answered.ok) one.pair = answered.value
      else if (kept.get(key) === one) kept.delete(key)
      return answered
    },
    drop(service, asker, pair) {
      const key = keyOf(service, asker)
      if (kept.get(key)?.pair === pair) kept.delete(key)
    },
    forget({ userId, userLocation }) {
      for (const [key, { asker }] of kept)
        if (asker.userId === userId && asker.userLocation === userLocation) kept.delete(key)
    },
  }
}

const OK = 200
const TOO_MANY = 429
const FAULT = 500

const keyOf = (service: Service, { userId, userLocation, loa }: Asker) =>
  JSON.stringify([service, userId, userLocation, loa])

/** PDND tells apart nothing: every 400 is 015-0008. Its desk asks for the correlation id. */
function refusal(status: number, body: string) {
  if (status === TOO_MANY) return failure('anpr-busy', 'pdnd-429')
  if (status >= FAULT) return failure('anpr-unavailable', `pdnd-http-${status}`)
  const { code, correlation } = problemIn(body)
  if (code === null) return failure('anpr-unavailable', `pdnd-http-${status}`)
  return failure('anpr-misconfigured', ['pdnd', code, ...(correlation ? [correlation] : [])].join('-'))
}

/** SECURITY: codes and ids only: the log is no place for what else a stranger may write. */
function problemIn(body: string): { code: string | null; correlation: string | null } {
  const { errors, correlationId } = (jsonIn(body) ?? {}) as { errors?: unknown; correlationId?: unknown }
  const [first] = problemaPdnd.safeParse({ errors }).data?.errors ?? []
  return {
    code: first && /^\d{3}-\d{4,5}$/.test(first.code) ? first.code : null,
    correlation: z.uuid().safeParse(correlationId).data ?? null,
  }
}

const tokenAnswer = z.looseObject({ access_token: z.string().max(16_384), token_type: z.string() })
const voucherClaims = z.looseObject({
  exp: z.number(),
  nbf: z.number().optional(),
  purposeId: z.string().optional(),
  digest: z.looseObject({ value: z.string() }).optional(),
})

/** The voucher as we must understand it. Its signature is its receivers' business. */
function read(body: string) {
  const { data: told } = tokenAnswer.safeParse(jsonIn(body))
  // It goes into a header.
  if (!told || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(told.access_token)) return null
  try {
    const { data: claims } = voucherClaims.safeParse(decodeJwt(told.access_token))
    return claims ? { voucher: told.access_token, claims, tokenType: told.token_type.toLowerCase() } : null
  } catch {
    return null
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
