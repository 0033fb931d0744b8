import { execFileSync } from 'node:child_process'

/** PyJWT on Python's cryptography: shares no line with jose. */
const PROGRAM = `
import json, sys, jwt
asked = json.load(sys.stdin)
key = jwt.PyJWK(asked["jwk"], "RS256").key
options = {"require": ["iat", "exp"]}
claims = jwt.decode(asked["token"], key, algorithms=["RS256"], audience=asked["audience"], options=options)
print(json.dumps({"header": jwt.get_unverified_header(asked["token"]), "claims": claims}))
`

/** Header and claims of a JWT that a library in another language finds good: signature, audience and times of now. */
export function readIndependently(
  token: string,
  jwk: object,
  audience: string,
): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const input = JSON.stringify({ token, jwk, audience })
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', PROGRAM], { input, encoding: 'utf8', stdio: 'pipe' }))
}
