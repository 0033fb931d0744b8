import { type CryptoKey, compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose'

export interface Jws {
  compact: string
  header: Record<string, unknown>
  claims: Record<string, unknown>
}

/** Reads a compact JWS with a JSON object inside, and proves nothing; null for anything else. */
export function readJws(compact: string): Jws | null {
  try {
    return { compact, header: decodeProtectedHeader(compact) as Record<string, unknown>, claims: decodeJwt(compact) }
  } catch {
    return null
  }
}

/** Whether this key made the signature, with this algorithm. */
export async function isSignedBy({ compact }: Jws, key: CryptoKey, algorithm: string): Promise<boolean> {
  try {
    await compactVerify(compact, key, { algorithms: [algorithm] })
    return true
  } catch (reason) {
    if (reason instanceof errors.JOSEError || reason instanceof TypeError) return false
    throw reason
  }
}

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value)

/** Names that were used, each until its time is over. */
export function createSeen() {
  const until = new Map<string, number>()
  return {
    /** False when the name was used before and is still remembered. */
    use(name: string, nowMs: number, keepMs: number): boolean {
      const known = until.get(name)
      if (known !== undefined && known > nowMs) return false
      // Oldest first: names of one kind are kept equally long.
      for (const [old, end] of until) {
        if (end > nowMs) break
        until.delete(old)
      }
      until.delete(name)
      until.set(name, nowMs + keepMs)
      return true
    },
  }
}
export type Seen = ReturnType<typeof createSeen>
