import { ulid } from 'ulid'
import type { VerificationClaims } from '../../contract/verification.ts'
import { signVerificationCode, type VerificationSigner } from '../documents/verification-code.ts'

type Told<C> = C extends VerificationClaims ? Omit<C, 'id' | 'totem'> : never

/**
 * Text of the verification code of a new paper. Null: print it without one, because this totem has no key, or what the
 * paper says does not fit into a code.
 */
export type SignPaper = (told: Told<VerificationClaims>) => string | null

export function createPaperSigner(signer: VerificationSigner | null, totem: string): SignPaper {
  return (told) => {
    if (!signer) return null
    const signed = signVerificationCode({ ...told, id: ulid(), totem }, signer)
    return signed.ok ? signed.value : null
  }
}
