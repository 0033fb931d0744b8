import { compactVerify, importJWK } from 'jose'
import type { GatewayKeys } from '../contract/gateway-keys.ts'

/** The JSON of a compact JWS of this `typ` that one of the gateway's keys has signed; null when none of them has. */
export async function openByKeys(jws: string, keys: GatewayKeys['anchor'], typ: string): Promise<unknown> {
  try {
    const { payload } = await compactVerify(
      jws,
      (header) => {
        const key = keys.find(({ kid }) => kid === header.kid)
        if (!key || header.typ !== typ) throw new Error('no such key')
        return importJWK(key, 'ES256')
      },
      { algorithms: ['ES256'] },
    )
    return JSON.parse(new TextDecoder().decode(payload))
  } catch {
    return null
  }
}
