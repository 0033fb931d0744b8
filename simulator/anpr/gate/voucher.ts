import type { JSONWebKeySet } from 'jose'
import { type CryptoKey, importJWK } from 'jose'
import { isSignedBy, isText, type Jws, readJws, type Seen } from '../jws.ts'
import { type Finding, finding } from '../log.ts'
import { isFresh, readProof } from '../pdnd/dpop.ts'
import type { KnownClient, KnownClients, Offer, Purpose } from '../pdnd/registry.ts'
import { isFor, timeFinding } from './times.ts'

export interface Voucher {
  jws: Jws
  /** Hash of the evidence to which it belongs. */
  digest: string
}

interface Carrier {
  authorization: string | undefined
  dpop: string | undefined
  method: string
  url: string
}

/** Rules of the voucher itself: whoever breaks one learns only that the request is not conform. */
export async function readVoucher(
  carrier: Carrier,
  { keys, offer, usedProofs, nowMs }: { keys: PdndKeys; offer: Offer; usedProofs: Seen; nowMs: number },
): Promise<Voucher | Finding> {
  const [, scheme = '', compact = ''] = /^(Bearer|DPoP) (\S+)$/i.exec(carrier.authorization ?? '') ?? []
  if (!compact) return finding('voucher-absent', 'no Authorization: Bearer or DPoP')
  const jws = readJws(compact)
  if (!jws) return finding('voucher-format', 'the voucher is no compact JWS')
  const key = keys.get(String(jws.header.kid))
  if (!key) return finding('voucher-kid', 'the voucher’s kid is not among PDND’s keys')
  if (!(await isSignedBy(jws, key, 'RS256'))) return finding('voucher-signature', 'PDND did not sign the voucher')
  if (jws.header.typ !== 'at+jwt') return finding('voucher-typ', 'typ is not at+jwt')
  const late = timeFinding('voucher', jws, nowMs)
  if (late) return late
  const { digest, cnf } = jws.claims as { digest?: { alg?: unknown; value?: unknown }; cnf?: { jkt?: unknown } }
  if (digest?.alg !== 'SHA256' || !isText(digest.value))
    return finding('voucher-digest', 'no digest.alg and digest.value')

  if (offer.dpop && !cnf) return finding('voucher-unbound', 'the e-service takes bound vouchers alone')
  if (scheme.toLowerCase() !== (cnf ? 'dpop' : 'bearer'))
    return finding('voucher-scheme', 'Bearer is for unbound vouchers, DPoP for bound ones')
  if (cnf) {
    const proof = await readProof(carrier.dpop ?? '', { ...carrier, voucher: compact }, nowMs)
    if ('cause' in proof) return proof
    if (proof.jkt !== cnf.jkt) return finding('voucher-binding', 'the proof is of another key')
    if (!isFresh(usedProofs, proof, nowMs)) return finding('dpop-reused', 'the proof was used before')
  }
  return { jws, digest: digest.value }
}

export interface Authorised {
  client: KnownClient
  purpose: Purpose
}

/** What the voucher is for. These refusals have an answer of their own (403). */
export function authorise(
  { jws }: Voucher,
  { clients, code, offer, audience }: { clients: KnownClients; code: string; offer: Offer; audience: string },
): Authorised | Finding {
  const { client_id, purposeId, eserviceId } = jws.claims
  if (!isFor(jws, audience)) return finding('foreign-audience', `aud is not ${audience}`)
  if (eserviceId !== offer.eserviceId) return finding('foreign-e-service', 'eserviceId is of another e-service')
  const client = clients.client(String(client_id))
  const purpose = client?.purposes.get(String(purposeId))
  if (!client || !purpose || purpose.eService !== code)
    return finding('foreign-purpose', 'the purpose is not of this client and e-service')
  return { client, purpose }
}

export type PdndKeys = ReadonlyMap<string, CryptoKey>

/** The keys of PDND's `jwks.json`, by kid. */
export async function pdndKeysOf({ keys }: JSONWebKeySet): Promise<PdndKeys> {
  const imported = keys.map(async (jwk) => [String(jwk.kid), (await importJWK(jwk, 'RS256')) as CryptoKey] as const)
  return new Map(await Promise.all(imported))
}
