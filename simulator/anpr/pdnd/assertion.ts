import type { Cause } from '../causes.ts'
import { isSeconds, isText, type Jws, readJws } from '../jws.ts'
import { type Finding, finding } from '../log.ts'

/** What a client sends for a voucher, as an HTML form would (RFC 6749 §4.4, RFC 7523 §2.2). */
export interface TokenForm {
  client_id?: string
  client_assertion?: string
  client_assertion_type?: string
  grant_type?: string
}

export interface Assertion {
  jws: Jws
  clientId: string
  kid: string
  purposeId: string
  digest: unknown
  exp: number
}

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const KID = /^[a-zA-Z0-9_-]{43}$/
const SHA256_HEX_LENGTH = 64

/** The only header parameters and claims that the token server takes; anything else is refused (0032). */
const HEADER = ['kid', 'alg', 'typ']
const CLAIMS = ['iss', 'sub', 'aud', 'jti', 'iat', 'exp', 'purposeId', 'digest']

/** First step: assertion type and grant. */
export function formFindings({ client_assertion_type, grant_type }: TokenForm): Finding[] {
  return [
    ...unless(client_assertion_type === JWT_BEARER, '0002', 'client_assertion_type is not jwt-bearer'),
    ...unless(grant_type === 'client_credentials', '0003', 'grant_type is not client_credentials'),
  ]
}

/** Second step: the claims of the assertion, before anything is known of its key. Codes of PDND's debug tool. */
export function readAssertion(form: TokenForm, audience: string): Assertion | Finding[] {
  const jws = readJws(form.client_assertion ?? '')
  if (!jws) return [finding('0018', 'client_assertion is no compact JWS')]
  const { header, claims } = jws
  const { kid, alg } = header
  const { iss, sub, aud, jti, iat, exp, purposeId, digest } = claims
  const audiences = Array.isArray(aud) ? aud : [aud]
  const found = [
    ...(alg === undefined ? [finding('0028', 'no alg')] : unless(alg === 'RS256', '0029', 'alg is not RS256')),
    ...(kid === undefined
      ? [finding('0015', 'no kid')]
      : unless(isText(kid) && KID.test(kid), '0031', 'kid is not 43 characters of base64url')),
    ...unless(jti !== undefined, '0008', 'no jti'),
    ...unless(iat !== undefined, '0009', 'no iat'),
    ...unless(exp !== undefined, '0010', 'no exp'),
    ...unless(iss !== undefined, '0011', 'no iss'),
    ...(sub === undefined
      ? [finding('0012', 'no sub')]
      : unless(isText(sub) && UUID.test(sub), '0024', 'sub is no UUID')),
    ...(form.client_id === undefined
      ? []
      : [
          ...unless(UUID.test(form.client_id), '0023', 'client_id is no UUID'),
          ...unless(form.client_id === sub, '0013', 'sub is not client_id'),
        ]),
    ...(purposeId === undefined
      ? [finding('0030', 'no purposeId')]
      : unless(isText(purposeId) && UUID.test(purposeId), '0014', 'purposeId is no UUID')),
    ...(aud === undefined
      ? [finding('0005', 'no aud')]
      : unless(audiences.includes(audience), '0004', `aud is not ${audience}`)),
    ...(digest === undefined ? [] : digestFindings(digest)),
    ...listedFindings(header, claims),
  ]
  if (found.length > 0) return found
  return {
    jws,
    clientId: String(sub),
    kid: String(kid),
    purposeId: String(purposeId),
    digest,
    exp: Number(exp),
  }
}

/** SHA-256 in hexadecimal has 64 characters; the usual slip is base64. Whether it is hexadecimal is not checked. */
function digestFindings(digest: unknown): Finding[] {
  if (
    digest === null ||
    Object.keys(digest as object)
      .sort()
      .join() !== 'alg,value'
  )
    return [finding('0025', 'digest is not {alg, value}')]
  const { alg, value } = digest as { alg: unknown; value: unknown }
  return [
    ...unless(alg === 'SHA256', '0027', 'digest.alg is not SHA256'),
    ...unless(isText(value) && value.length === SHA256_HEX_LENGTH, '0026', 'Invalid hash length for algorithm SHA256'),
  ]
}

function listedFindings(header: Jws['header'], claims: Jws['claims']): Finding[] {
  const { typ } = header
  const { iss, jti, iat, exp, aud } = claims
  const others = [
    ...Object.keys(header).filter((name) => !HEADER.includes(name)),
    ...Object.keys(claims).filter((name) => !CLAIMS.includes(name)),
  ]
  const texts = [typ, iss, jti].every((value) => value === undefined || isText(value))
  const seconds = [iat, exp].every((value) => value === undefined || isSeconds(value))
  const audiences = aud === undefined || isText(aud) || (Array.isArray(aud) && aud.every(isText))
  return [
    ...unless(others.length === 0, '0032', `not listed: ${others.join(', ')}`),
    ...unless(texts && audiences, '0032', 'typ, iss, jti and aud are text'),
    ...unless(seconds, '0032', 'iat and exp are whole seconds'),
  ]
}

/** What the published token server lets pass although it looks wrong: for the log alone. */
export function assertionWarnings({ jws }: Assertion, nowMs: number): Finding[] {
  const { typ } = jws.header
  const { iss, sub, iat, exp, digest } = jws.claims
  const value = (digest as { value: string } | undefined)?.value ?? ''
  return [
    ...unless(typ === 'JWT', 'typ', 'typ is not JWT'),
    ...unless(iss === sub, 'iss', 'iss is not the client'),
    ...unless(Number(iat) * 1000 <= nowMs, 'iat', 'iat is in the future'),
    ...unless(Number(exp) * 1000 - nowMs <= 3_600_000, 'exp', 'it lives longer than an hour'),
    ...unless(/^([0-9a-f]{64})?$/.test(value), 'digest', 'digest.value is not lower-case hexadecimal'),
  ]
}

const unless = (holds: boolean, cause: Cause, text: string): Finding[] => (holds ? [] : [finding(cause, text)])
