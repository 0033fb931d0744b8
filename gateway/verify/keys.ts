import type { JWK } from 'jose'
import { err, ok, type Result } from '../../contract/result.ts'
import { VERIFICATION_KEYS_TYP, type VerificationKeys, verificationKeys } from '../../contract/verification.ts'
import { openSignedList } from '../../trust/signed-list.ts'

export type KeyListRefusal = { kind: 'keys-unsigned' | 'keys-malformed' | 'keys-older' }

/**
 * Opens the signed list of totems' keys (contract/verification.ts). `keys-unsigned`: not signed by this key, or not as
 * it must be. `keys-malformed`: signed, but no such list. `keys-older`: its sequence is lower than `seen`, so that a
 * withdrawn key would count again.
 */
export async function openVerificationKeys(
  jws: string,
  signer: JWK,
  seen = 0,
): Promise<Result<VerificationKeys, KeyListRefusal>> {
  const opened = await openSignedList(jws.trim(), signer, VERIFICATION_KEYS_TYP)
  if (opened === 'unsigned') return err({ kind: 'keys-unsigned' })
  const list = verificationKeys.safeParse(opened.list)
  if (!list.success) return err({ kind: 'keys-malformed' })
  return list.data.sequence < seen ? err({ kind: 'keys-older' }) : ok(list.data)
}
