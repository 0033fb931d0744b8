import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import type { GatewayConfig } from '../../../gateway/index.ts'
import { buildVerificationPage } from '../../../gateway/verify/build.ts'
import { signVerificationKeys, verificationKeyPair } from '../../../simulator/pki/verification-keys.ts'
import { PKI } from '../pki.ts'

/** Settings of a public door at a free port, with the page that it needs made in `folder`. */
export async function publicDoorIn(folder: string): Promise<NonNullable<GatewayConfig['public']>> {
  const [{ private: keeper }, { listed }] = await Promise.all([
    verificationKeyPair('the keeper'),
    verificationKeyPair('TT-0001'),
  ])
  const { d: _, ...signer } = keeper
  const keys = { sequence: 1, issued: '2026-11-22T00:00:00Z', nextUpdate: '2099-01-01T00:00:00Z', keys: [listed] }
  const page = join(folder, 'page.html')
  const keysSigner = join(folder, 'signer.jwk.json')
  writeFileSync(page, await buildVerificationPage({ list: await signVerificationKeys(keys, keeper), signer }))
  writeFileSync(keysSigner, JSON.stringify(signer))
  const tls = { key: join(PKI, 'gateway.key.pem'), certificate: join(PKI, 'gateway.cert.pem') }
  return { host: '127.0.0.1', port: 0, tls, page, keysSigner }
}

/** Somebody outside: no certificate, and one address of the public door after the other. */
export function outsider(base: () => string | null) {
  const dispatcher = new Agent({ connect: { ca: readFileSync(join(PKI, 'gateway-ca.pem')) } })
  return {
    async ask(method: 'GET' | 'POST' | 'HEAD', path: string, body?: unknown) {
      const answer = await request(`${base()}${path}`, {
        ...{ method, dispatcher, headers: { 'content-type': 'application/json' } },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: Buffer.from(await answer.body.arrayBuffer()),
      }
    },
    close: () => dispatcher.destroy(),
  }
}
