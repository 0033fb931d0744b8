import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { compact, ecSigner } from './signer.ts'
import { secondsOf } from './tokens.ts'

/** Makes the proof for one call (RFC 9449); `voucher` is the one that goes along, if any. */
export type Prover = (url: string, at: Date, voucher?: string, method?: string) => Promise<string>

/** Proofs by a key that this process makes for itself: PDND binds each voucher to it, and no other process has it. */
export function createProver(): Prover {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' })
  const signer = ecSigner(privateKey)
  return (url, at, voucher, method = 'POST') =>
    compact(
      signer,
      { typ: 'dpop+jwt', alg: signer.alg, jwk },
      {
        ...{ htm: method, htu: url.split('?')[0], iat: secondsOf(at), jti: randomUUID() },
        ...(voucher !== undefined && { ath: createHash('sha256').update(voucher).digest('base64url') }),
      },
    )
}
