import { createHash, randomInt, randomUUID } from 'node:crypto'
import type { Asker } from '../transport.ts'
import { compact, type Signer } from './signer.ts'

/** One of our clients on PDND, and the key with which it signs. */
export interface Client {
  clientId: string
  signer: Signer
}

/** ANPR's gate refuses what was made in its future and forgives the past: so much a clock may be ahead. */
const BACK_S = 7
/** ANPR's gate takes no token that is older, whatever its `exp` says. */
const LIFE_S = 600
/** PDND compares `exp` with its clock, without tolerance. */
const ASSERTION_S = 300
/** `dnonce` has 13 digits. */
const NONCE = { from: 1_000_000_000_000, below: 10_000_000_000_000 }

export const secondsOf = (at: Date) => Math.floor(+at / 1000)
const hash = (data: string | Buffer) => createHash('sha256').update(data)
const headerOf = ({ alg, kid }: Signer) => ({ alg, typ: 'JWT', kid })

/** What evidence and signature have in common. */
function forGate({ clientId }: Client, audience: string, at: Date) {
  const iat = secondsOf(at) - BACK_S
  return { iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), iat, nbf: iat, exp: iat + LIFE_S }
}

/** Agid-JWT-TrackingEvidence: who asks, in whose place (pattern AUDIT_REST_02). */
export const evidenceOf = (
  client: Client,
  { audience, purposeId }: { audience: string; purposeId: string },
  { userId, userLocation, loa }: Asker,
  at: Date,
): Promise<string> =>
  compact(client.signer, headerOf(client.signer), {
    ...forGate(client, audience, at),
    ...{ purposeId, dnonce: String(randomInt(NONCE.from, NONCE.below)) },
    ...{ userID: userId, userLocation, LoA: loa },
  })

/** `digest` of a voucher: the evidence's compact form, in hexadecimal. */
export const digestOf = (evidence: string) => ({ alg: 'SHA256', value: hash(evidence).digest('hex') })

/**
 * The client assertion, with the claims that PDND's token server lists and no other: it refuses `nbf` and `client_id`
 * (pdnd-interop-frontend issue 1300).
 */
export function assertionOf(
  { clientId, signer }: Client,
  { audience, purposeId, evidence, at }: { audience: string; purposeId: string; evidence: string; at: Date },
): Promise<string> {
  const iat = secondsOf(at)
  return compact(signer, headerOf(signer), {
    ...{ iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), iat, exp: iat + ASSERTION_S },
    ...{ purposeId, digest: digestOf(evidence) },
  })
}

/**
 * The headers that pattern INTEGRITY_REST_02 asks for: the signature names them as they are sent, value for value.
 * `body` is what is sent, byte for byte.
 */
export async function integrityOf(client: Client, audience: string, body: Buffer, at: Date) {
  const sent = { digest: `SHA-256=${hash(body).digest('base64')}`, 'content-type': 'application/json' }
  const signature = await compact(client.signer, headerOf(client.signer), {
    ...forGate(client, audience, at),
    signed_headers: Object.entries(sent).map(([name, value]) => ({ [name]: value })),
  })
  return { ...sent, 'agid-jwt-signature': signature }
}
