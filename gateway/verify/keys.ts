import { compactVerify, importJWK, type JWK } from 'jose'
import { err, ok, type Result } from '../../contract/result.ts'
import { VERIFICATION_KEYS_TYP, type VerificationKeys, verificationKeys } from '../../contract/verification.ts'

type KeyListRefusal = { kind: 'keys-unsigned' | 'keys-malformed' }

/**
 * Opens the signed list of totems' keys (contract/verification.ts). `keys-unsigned`: not signed by this key as it must be;
 * `keys-malformed`: signed, but no such list.
 */
export async function openVerificationKeys(
  jws: string,
  signer: JWK,
): Promise<Result<VerificationKeys, KeyListRefusal>> {
  const payload = await signedPayload(jws.trim(), signer)
  if (!payload) return err({ kind: 'keys-unsigned' })
  const list = verificationKeys.safeParse(json(payload))
  return list.success ? ok(list.data) : err({ kind: 'keys-malformed' })
}

async function signedPayload(jws: string, signer: JWK): Promise<Uint8Array | null> {
  try {
    // One algorithm: whoever makes the list does not choose how it is checked.
    const key = await importJWK(signer, 'ES256')
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['ES256'] })
    return protectedHeader.typ === VERIFICATION_KEYS_TYP ? payload : null
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
