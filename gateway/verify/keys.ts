import type { JWK } from 'jose'
import { err, ok, type Result } from '../../contract/result.ts'
import { VERIFICATION_KEYS_TYP, type VerificationKeys, verificationKeys } from '../../contract/verification.ts'
import { openSignedList } from '../../trust/signed-list.ts'

type KeyListRefusal = { kind: 'keys-unsigned' | 'keys-malformed' }

/**
 * Opens the signed list of totems' keys (contract/verification.ts). `keys-unsigned`: not signed by this key as it must be;
 * `keys-malformed`: signed, but no such list.
 */
export async function openVerificationKeys(
  jws: string,
  signer: JWK,
): Promise<Result<VerificationKeys, KeyListRefusal>> {
  const opened = await openSignedList(jws.trim(), signer, VERIFICATION_KEYS_TYP)
  if (opened === 'unsigned') return err({ kind: 'keys-unsigned' })
  const list = verificationKeys.safeParse(opened.list)
  return list.success ? ok(list.data) : err({ kind: 'keys-malformed' })
}
