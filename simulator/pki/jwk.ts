import { generateKeyPairSync } from 'node:crypto'
import { CompactSign, calculateJwkThumbprint, importJWK, type JWK } from 'jose'

/**
 * A new P-256 key pair, named by its thumbprint (RFC 7638). `enc`: for sealing (ECDH-ES); `sig`: for signing (ES256).
 */
export async function jwkPair(
  use: 'enc' | 'sig',
): Promise<{ private: JWK & { kid: string }; public: JWK & { kid: string } }> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { d = '', ...point } = privateKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint(point)
  const shared = { ...point, kid, use, alg: use === 'enc' ? 'ECDH-ES' : 'ES256' }
  return { public: shared, private: { ...shared, d } }
}

/** A list as its keeper signs it: a compact JWS; `header` overrides the protected header, as a forger would. */
export async function signedList(
  list: object,
  signer: JWK,
  typ: string,
  header: Record<string, string> = {},
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(list)))
    .setProtectedHeader({ alg: 'ES256', kid: String(signer.kid), typ, ...header })
    .sign(await importJWK(signer, 'ES256'))
}
