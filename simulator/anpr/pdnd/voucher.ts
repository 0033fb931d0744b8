import { createPublicKey, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, importPKCS8, type JSONWebKeySet, SignJWT } from 'jose'
import type { KnownClient, Offer, Purpose } from './registry.ts'

/** Claim `iss` of vouchers. */
const VOUCHER_ISSUER = 'interop.simulator.test'

interface Grant {
  client: KnownClient
  purpose: Purpose
  offer: Offer
  digest: unknown
  /** Thumbprint of the key to which the voucher is bound (RFC 9449 §6.1). */
  jkt: string | undefined
  iat: number
}

/** PDND's signing key: makes vouchers, and publishes what proves them. */
export interface VoucherMint {
  jwks: JSONWebKeySet
  voucher(grant: Grant): Promise<string>
}

/** `audienceOf` an e-service by its code; `pem` is the signing key (RSA, PKCS#8). */
export async function createMint(
  pem: string,
  producerId: string,
  audienceOf: (code: string) => string,
): Promise<VoucherMint> {
  const key = await importPKCS8(pem, 'RS256')
  const jwk = await exportJWK(createPublicKey(pem))
  const kid = await calculateJwkThumbprint(jwk)
  return {
    jwks: { keys: [{ ...jwk, kid, use: 'sig', alg: 'RS256' }] },
    voucher: ({ client, purpose, offer, digest, jkt, iat }) =>
      new SignJWT({
        jti: randomUUID(),
        iss: VOUCHER_ISSUER,
        aud: [offer.audience ?? audienceOf(purpose.eService)],
        client_id: client.clientId,
        sub: client.clientId,
        iat,
        nbf: iat,
        exp: iat + offer.voucherSeconds,
        purposeId: purpose.purposeId,
        ...(digest === undefined ? {} : { digest }),
        producerId,
        consumerId: client.organisation.consumerId,
        eserviceId: offer.eserviceId,
        descriptorId: offer.descriptorId,
        ...(jkt && { cnf: { jkt } }),
      })
        .setProtectedHeader({ alg: 'RS256', use: 'sig', typ: 'at+jwt', kid })
        .sign(key),
  }
}
