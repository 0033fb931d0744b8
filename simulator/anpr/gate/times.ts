import { isSeconds, type Jws } from '../jws.ts'
import { type Finding, finding } from '../log.ts'

/** ANPR's gate takes no token that was made earlier, whatever its `exp` says (italia/anpr issue 5338). */
const OLDEST_S = 600
/** *Uncertain*: what difference of clocks the Ministry's gate forgives is not published. */
const TOLERANCE_S = 0

/** The times of a voucher, an evidence or a signature; `name` begins the cause. */
export function timeFinding(
  name: 'voucher' | 'evidence' | 'signature',
  { claims }: Jws,
  nowMs: number,
): Finding | null {
  const { iat, nbf = iat, exp } = claims
  if (!isSeconds(iat) || !isSeconds(exp) || !isSeconds(nbf))
    return finding(`${name}-times`, 'iat, exp and nbf are whole seconds, and the first two are needed')
  const latest = nowMs / 1000 + TOLERANCE_S
  if (iat > latest) return finding(`${name}-iat-future`, 'iat is in the future')
  if (nbf > latest) return finding(`${name}-nbf-future`, 'nbf is in the future')
  if (exp <= nowMs / 1000) return finding(`${name}-expired`, 'exp is over')
  if (nowMs / 1000 - iat > OLDEST_S) return finding(`${name}-old`, 'it was made more than ten minutes ago')
  return null
}

/** Whether `aud` is, or holds, this audience. */
export const isFor = ({ claims: { aud } }: Jws, audience: string): boolean =>
  Array.isArray(aud) ? aud.includes(audience) : aud === audience
