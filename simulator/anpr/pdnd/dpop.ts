import { createHash } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import { isSeconds, isSignedBy, isText, readJws, type Seen } from '../jws.ts'
import { type Finding, finding } from '../log.ts'

/** Values of the token server's development configuration; what production uses is not published. */
const LIFE_S = 60
const TOLERANCE_S = 10

export interface Proof {
  jkt: string
  jti: string
}

/** What the proof must speak of. `voucher`: at an e-service, where the proof carries its hash (`ath`). */
interface Request {
  method: string
  url: string
  voucher?: string
}

/** A DPoP proof (RFC 9449 §4.3). Whether it was used before is asked apart, as the last thing: `isFresh`. */
export async function readProof(header: string, request: Request, nowMs: number): Promise<Proof | Finding> {
  const jws = readJws(header)
  if (!jws) return finding('dpop-format', 'the proof is no compact JWS')
  const { typ, alg, jwk } = jws.header
  if (typ !== 'dpop+jwt') return finding('dpop-typ', 'typ is not dpop+jwt')
  if (alg !== 'RS256' && alg !== 'ES256') return finding('dpop-alg', 'alg is neither RS256 nor ES256')
  if (typeof jwk !== 'object' || jwk === null) return finding('dpop-no-jwk', 'no jwk')
  if ('d' in jwk) return finding('dpop-private', 'the jwk is a private key')
  const key = await imported(jwk as JWK, alg)
  if (!key) return finding('dpop-key', 'the jwk is no key for this alg')
  if (!(await isSignedBy(jws, key, alg))) return finding('dpop-signature', 'the signature is not of this jwk')

  const { htm, htu, iat, jti, ath, ...others } = jws.claims
  if (Object.keys(others).length > 0) return finding('dpop-unlisted', `not listed: ${Object.keys(others).join(', ')}`)
  if (htm !== request.method) return finding('dpop-htm', 'htm is another method')
  if (htu !== request.url) return finding('dpop-htu', `htu is not ${request.url}`)
  if (!isSeconds(iat)) return finding('dpop-iat', 'iat is not in whole seconds')
  if (iat * 1000 > nowMs + TOLERANCE_S * 1000) return finding('dpop-future', 'iat is in the future')
  if (nowMs > (iat + LIFE_S + TOLERANCE_S) * 1000) return finding('dpop-old', 'it is older than a minute')
  if (!isText(jti) || jti === '') return finding('dpop-jti', 'no jti')
  const hash = request.voucher && createHash('sha256').update(request.voucher).digest('base64url')
  if (ath !== hash) return finding('dpop-ath', hash ? 'ath is not the hash of this voucher' : 'ath has no place here')
  return { jkt: await calculateJwkThumbprint(jwk as JWK), jti }
}

/** False when this proof was used before. */
export const isFresh = (seen: Seen, { jkt, jti }: Proof, nowMs: number): boolean =>
  seen.use(`${jkt} ${jti}`, nowMs, (LIFE_S + 2 * TOLERANCE_S) * 1000)

async function imported(jwk: JWK, alg: string): Promise<CryptoKey | null> {
  try {
    return (await importJWK(jwk, alg)) as CryptoKey
  } catch {
    return null
  }
}
