import { ulid } from 'ulid'
import { signVerificationCode, type VerificationSigner } from '../documents/verification-code.ts'
import type { Claims } from '../visit/services.ts'

/**
 * Text of the verification code of a new paper. Null: print the paper without one, because this totem has no key or the
 * paper's facts do not fit into a code.
 */
export type SignPaper = (claims: Claims) => string | null

export function createPaperSigner(signer: VerificationSigner | null, totem: string): SignPaper {
  return (claims) => {
    if (!signer) return null
    const signed = signVerificationCode({ ...claims, id: ulid(), totem }, signer)
    return signed.ok ? signed.value : null
  }
}
