import { generateKeyPairSync } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'

export type NamedJwk = JWK & { kid: string; x: string; y: string }

/**
 * A new P-256 key pair, named by its thumbprint (RFC 7638). `enc`: for sealing (ECDH-ES); `sig`: for signing (ES256).
 */
export async function newJwkPair(use: 'enc' | 'sig'): Promise<{ private: NamedJwk; public: NamedJwk }> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { d, x = '', y = '', ...curve } = privateKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint({ ...curve, x, y })
  const shared = { ...curve, x, y, kid, use, alg: use === 'enc' ? 'ECDH-ES' : 'ES256' }
  return { public: shared, private: { ...shared, d: String(d) } }
}
