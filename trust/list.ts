import { compactVerify, importJWK, type JWK } from 'jose'
import { err, ok, type Result } from '../contract/result.ts'
import { TRUST_LIST_TYP, type TrustList, trustList } from '../contract/trust.ts'

export type TrustListRefusal = { kind: 'trust-list-unsigned' | 'trust-list-malformed' }

/**
 * Opens a signed trust list (contract/trust.ts). `trust-list-unsigned`: not signed by this key as it must be;
 * `trust-list-malformed`: signed, but no trust list. Whether it is newer than the one in use: `replaces`.
 */
export async function verifyTrustList(jws: string, publicJwk: JWK): Promise<Result<TrustList, TrustListRefusal>> {
  const payload = await signedPayload(jws, publicJwk)
  if (!payload) return err({ kind: 'trust-list-unsigned' })
  const list = trustList.safeParse(json(payload))
  return list.success ? ok(list.data) : err({ kind: 'trust-list-malformed' })
}

/** An older list may still name an issuer that is no longer trusted. */
export const replaces = (candidate: TrustList, current: TrustList): boolean => candidate.sequence > current.sequence

async function signedPayload(jws: string, publicJwk: JWK): Promise<Uint8Array | null> {
  try {
    // One algorithm: whoever makes the list does not choose how it is checked.
    const key = await importJWK(publicJwk, 'ES256')
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['ES256'] })
    return protectedHeader.typ === TRUST_LIST_TYP ? payload : null
  } catch {
    return null
  }
}

function json(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return null
  }
}
