import { compactVerify, importJWK, type JWK } from 'jose'

/**
 * The JSON that a compact JWS carries, signed with ES256 by this key and of this `typ`; `unsigned` otherwise. What is
 * signed and is no JSON is null: no list either. For the gateway's page too, so that it runs in a browser.
 */
export async function openSignedList(
  jws: string,
  publicJwk: JWK,
  typ: string,
): Promise<{ list: unknown } | 'unsigned'> {
  const payload = await signedPayload(jws, publicJwk, typ)
  return payload ? { list: json(payload) } : 'unsigned'
}

async function signedPayload(jws: string, publicJwk: JWK, typ: string): Promise<Uint8Array | null> {
  try {
    // One algorithm: whoever makes the list does not choose how it is checked.
    const key = await importJWK(publicJwk, 'ES256')
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['ES256'] })
    return protectedHeader.typ === typ ? payload : null
  } catch {
    return null
  }
}

function json(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return null
  }
}
