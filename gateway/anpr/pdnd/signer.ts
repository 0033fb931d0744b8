import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint } from 'jose'
import { requiredSecret } from '../../settings/secret.ts'
import { CONFIG, Unusable } from '../../settings/unusable.ts'
import { failure } from '../answers.ts'

/** A key that PDND knows, by its `kid`. */
export interface Signer {
  alg: 'RS256' | 'ES256'
  kid: string
  /** Signs outside the event loop; rejects with `NotSigned`. */
  sign(data: Buffer): Promise<Buffer>
}

/** The key does not sign now, e.g. because its token is away. `code` is for the log. */
export class NotSigned extends Error {
  code: string

  constructor(code: string) {
    super(`the key of PDND does not sign: ${code}`)
    this.code = code
  }
}

/** A call for which nothing could be signed, as its caller hears of it. */
export function notSigned(reason: unknown) {
  if (reason instanceof NotSigned) return failure('anpr-misconfigured', reason.code)
  throw reason
}

const signInPool = promisify<string, Buffer, Parameters<typeof sign>[2], Buffer>(sign)
const LEAST_BITS = 2048

/** `kid` null: the key's thumbprint (RFC 7638), as PDND's back office shows it. */
export async function signerIn(setting: string, file: string, kid: string | null): Promise<Signer> {
  const pem = await requiredSecret(setting, file)
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new Unusable(CONFIG, `${setting}: ${file} is no private key: put the PEM there whose public half PDND has`)
  }
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS)
    throw new Unusable(CONFIG, `${setting}: ${file} is no RSA key of ${LEAST_BITS} bits: PDND takes no other`)
  const thumbprint = await calculateJwkThumbprint(createPublicKey(key).export({ format: 'jwk' }))
  return { alg: 'RS256', kid: kid ?? thumbprint, sign: (data) => signInPool('sha256', data, key) }
}

/** A key of ES256 for proofs of possession; its public half goes along with each proof. */
export const ecSigner = (key: KeyObject): Pick<Signer, 'alg' | 'sign'> => ({
  alg: 'ES256',
  sign: (data) => signInPool('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
})

/** The compact form of a token (RFC 7515). */
export async function compact(
  { sign: signed }: Pick<Signer, 'sign'>,
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
): Promise<string> {
  const input = `${encoded(header)}.${encoded(claims)}`
  return `${input}.${(await signed(Buffer.from(input))).toString('base64url')}`
}

const encoded = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url')
