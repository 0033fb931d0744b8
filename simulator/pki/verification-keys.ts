import { generateKeyPairSync } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import {
  VERIFICATION_KEYS_TYP,
  type VerificationKey,
  type VerificationKeys,
  verificationKeys,
} from '../../contract/verification.ts'
import { signedList } from './jwk.ts'
import { GOOD } from './plan.ts'
import type { Writer } from './writer.ts'

/** A pair in the forms of `verificationSigner` (main) and of the key list (contract/verification.ts). */
export async function verificationKeyPair(totem: string): Promise<{
  private: JWK & { kid: string }
  listed: VerificationKey
}> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty = 'EC', crv = '', x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' })
  const thumbprint = Buffer.from(await calculateJwkThumbprint({ kty, crv, x, y }), 'base64url')
  const kid = thumbprint.subarray(0, 8).toString('base64url')
  return {
    private: { kty, crv, x, y, d, kid },
    listed: { kid, totem, x, y, notBefore: GOOD.notBefore.toISOString(), notAfter: GOOD.notAfter.toISOString() },
  }
}

/** Signs a key list as its keeper does; `header` overrides it, as a forger would. */
export const signVerificationKeys = async (
  list: VerificationKeys,
  signer: JWK,
  header: Record<string, string> = {},
): Promise<string> => signedList(verificationKeys.parse(list), signer, VERIFICATION_KEYS_TYP, header)

/** Makes `totems/<totemId>.verification.jwk.json`, `verification-keys.jws` and `verification-keys.{key,pub}.jwk.json`. */
export async function makeVerificationKeys(write: Writer, totems: readonly string[]): Promise<void> {
  const pairs = await Promise.all(totems.map(verificationKeyPair))
  for (const { private: key, listed } of pairs)
    await write.secret(`totems/${listed.totem}.verification.jwk.json`, `${JSON.stringify(key)}\n`)

  const { private: signer } = await verificationKeyPair('signer of the list')
  const { d: _, ...publicPart } = signer
  const list: VerificationKeys = {
    sequence: 1,
    issued: new Date().toISOString(),
    // The bench makes its keys once, and nobody signs a list there every week.
    nextUpdate: GOOD.notAfter.toISOString(),
    keys: pairs.map(({ listed }) => listed),
  }
  await write.plain('verification-keys.jws', await signVerificationKeys(list, signer))
  await write.plain('verification-keys.pub.jwk.json', `${JSON.stringify(publicPart)}\n`)
  await write.secret('verification-keys.key.jwk.json', `${JSON.stringify(signer)}\n`)
}
