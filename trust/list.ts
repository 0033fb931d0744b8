import type { JWK } from 'jose'
import { err, ok, type Result } from '../contract/result.ts'
import { TRUST_LIST_TYP, type TrustList, trustList } from '../contract/trust.ts'
import { openSignedList } from './signed-list.ts'

export type TrustListRefusal = { kind: 'trust-list-unsigned' | 'trust-list-malformed' }

/**
 * Opens a signed trust list (contract/trust.ts). `trust-list-unsigned`: this key did not sign it in the required way.
 * `trust-list-malformed`: it is signed and is no trust list. `replaces` tells whether it is newer than the one in use.
 */
export async function verifyTrustList(jws: string, publicJwk: JWK): Promise<Result<TrustList, TrustListRefusal>> {
  const opened = await openSignedList(jws, publicJwk, TRUST_LIST_TYP)
  if (opened === 'unsigned') return err({ kind: 'trust-list-unsigned' })
  const list = trustList.safeParse(opened.list)
  return list.success ? ok(list.data) : err({ kind: 'trust-list-malformed' })
}

/** An older list may still name an issuer that is no longer trusted. */
export const replaces = (candidate: TrustList, current: TrustList): boolean => candidate.sequence > current.sequence
