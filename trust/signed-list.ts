import { CompactSign, compactVerify, importJWK, type JWK } from 'jose'

/**
 * The JSON of a compact JWS of this `typ`, signed with ES256 by this key; `unsigned` otherwise. A signed payload that
 * is no JSON is null, which is no list either. The gateway's page uses it too, so it runs in a browser.
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
    // One algorithm only: the maker of the list does not choose how it is checked.
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

/** A list as the compact JWS that `openSignedList` opens. */
export async function signList(list: object, signer: JWK, typ: string): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(list)))
    .setProtectedHeader({ alg: 'ES256', kid: String(signer.kid), typ })
    .sign(await importJWK(signer, 'ES256'))
}
